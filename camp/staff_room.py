"""Staff rooms: one room (appchat) per cohort for its class teachers, sales and the managers who want it; made once, kept in step.

The id of a room is ours and follows from the cohort, so that asking WeCom twice makes one room (86215: it is there). Nothing
comes back from such a room: what is to be done is done in the app.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from camp.messages import Message
from camp.outgoing import to_staff_room
from camp.phrases import say_in
from camp.policy import Policy
from storage import cohorts, members, staff_rooms
from storage.cohorts import Cohort
from storage.database import Tx
from storage.members import Member
from storage.outbox import Answer, Intent, Priority, add_intent
from storage.staff_rooms import StaffRoom, State

FEWEST, MOST, NAME_CHARACTERS = 2, 2000, 50
# Sales windows and renewals are over by then; the room stays as it is.
_AFTERLIFE = timedelta(days=30)
_DAY = timedelta(days=1)


class Verdict(StrEnum):
    """What became of 建群; each has its wording `staff_room.<value>`."""

    STARTED = "started"
    UNDER_WAY = "under_way"
    THERE = "there"
    TOO_FEW = "too_few"
    OVER = "over"


@dataclass(frozen=True)
class Outcome:
    """`people`: who is in it or will be."""

    verdict: Verdict
    name: str
    people: int = 0


async def make(tx: Tx, policy: Policy, cohort: Cohort, by: Member | None = None) -> Outcome:
    """The cohort is to have a room, and `by`, a manager, is to be in it. A room that is there already stays the one."""
    if cohort.closed_at is not None and cohort.closed_at < tx.now - _AFTERLIFE:
        return Outcome(Verdict.OVER, cohort.name)
    await staff_rooms.add(tx, cohort.id, _chatid(cohort, 0), _name(policy, cohort))
    room = await _load(tx, cohort.id)
    if by is not None:
        await staff_rooms.wish(tx, cohort.id, by.id)
    people = await staff_rooms.belonging(tx, cohort.id, MOST)
    if room.state is State.ASKED:
        return Outcome(Verdict.UNDER_WAY, room.name, len(people))
    if room.state is State.OPEN:
        await keep_in_step(tx, policy, cohort.id)
        return Outcome(Verdict.THERE, room.name, len(people))
    if len(people) < FEWEST:
        return Outcome(Verdict.TOO_FEW, room.name, len(people))
    if room.state is State.GONE:
        room = await move_on(tx, cohort, room)
    await ask(tx, policy, cohort, room, people, by=by)
    return Outcome(Verdict.STARTED, room.name, len(people))


async def declare(tx: Tx, policy: Policy, cohort_id: int) -> None:
    """camp.toml wants a room for this cohort. One that is there stays, and one that was dissolved is not made anew."""
    cohort = await cohorts.load_cohort(tx, cohort_id)
    if cohort.closed_at is None:
        await staff_rooms.add(tx, cohort.id, _chatid(cohort, 0), _name(policy, cohort))


async def ask(
    tx: Tx, policy: Policy, cohort: Cohort, room: StaffRoom, people: Sequence[int], *, by: Member | None, narrowed: bool = False
) -> None:
    """Asks WeCom for the room; the end comes back as `answer.appchat.create`."""
    owner_id = by.id if by is not None and by.id in people else people[0]
    name = _name(policy, cohort)
    known = await members.load_many(tx, people)
    tries = room.tries + 1
    await staff_rooms.change(
        tx, cohort.id, state=State.ASKED, tries=tries, name=name, owner_id=owner_id, errcode=None, changing_since=None
    )
    await staff_rooms.unseat(tx, cohort.id)
    await add_intent(
        tx,
        Intent(
            "appchat.create",
            {
                "to": room.chatid,
                "name": name,
                "owner": known[owner_id].userid,
                "members": [known[one].userid for one in people],
            },
            priority=Priority.REPLY,
            dedup_key=f"staff-room:{room.chatid}:{tries}",
            expires_at=tx.now + _DAY,
            answer=Answer.ALWAYS,
            context={
                "cohort_id": cohort.id,
                "chatid": room.chatid,
                "people": list(people),
                "by": by.id if by is not None else None,
                "narrowed": narrowed,
            },
        ),
    )


async def keep_all_in_step(tx: Tx, policy: Policy) -> None:
    """Somebody came, left, or has another position: every room that is in use follows."""
    for cohort_id in await staff_rooms.in_use(tx, tx.now - _AFTERLIFE):
        await keep_in_step(tx, policy, cohort_id)


async def keep_in_step(tx: Tx, policy: Policy, cohort_id: int) -> None:
    """One call with what differs: who is missing, who is too many, a new owner, a new name. One at a time for each room.

    A room that waited for people, or that WeCom refused to make, is asked for again.
    """
    room, cohort = await _load(tx, cohort_id), await cohorts.load_cohort(tx, cohort_id)
    people = await staff_rooms.belonging(tx, cohort_id, MOST)
    if len(people) < FEWEST:
        return
    if room.state is State.WANTED or (room.state is State.REFUSED and room.made_at is None):
        await ask(tx, policy, cohort, room, people, by=None)
    if room.state is not State.OPEN or room.changing_since is not None:
        return
    inside, name = await staff_rooms.inside(tx, cohort_id), _name(policy, cohort)
    added = [one for one in people if one not in set(inside)]
    removed = [one for one in inside if one not in set(people)]
    owner_id = room.owner_id if room.owner_id in people else people[0]
    if added or removed or owner_id != room.owner_id or name != room.name:
        await staff_rooms.change(tx, cohort_id, changing_since=tx.now)
        await change(
            tx,
            room,
            added,
            removed,
            owner_id=owner_id if owner_id != room.owner_id else None,
            name=name if name != room.name else None,
        )


async def change(
    tx: Tx,
    room: StaffRoom,
    added: Sequence[int],
    removed: Sequence[int],
    *,
    owner_id: int | None = None,
    name: str | None = None,
    single: bool = False,
) -> None:
    """Asks WeCom for a change of the room; the end comes back as `answer.appchat.update`."""
    known = await members.load_many(tx, [*added, *removed, *([owner_id] if owner_id else [])])
    payload: dict[str, Any] = {
        "to": room.chatid,
        "add": [known[one].userid for one in added],
        "remove": [known[one].userid for one in removed],
        **({"owner": known[owner_id].userid} if owner_id else {}),
        **({"name": name} if name else {}),
    }
    context = {
        "cohort_id": room.cohort_id,
        "chatid": room.chatid,
        "added": list(added),
        "removed": list(removed),
        "owner_id": owner_id,
        "name": name,
        "single": single,
    }
    await add_intent(tx, Intent("appchat.update", payload, expires_at=tx.now + _DAY, answer=Answer.ALWAYS, context=context))


async def read(tx: Tx, room: StaffRoom, *, why: str, by: int | None = None) -> None:
    """Asks WeCom who is in the room (`why`: night, or taken where its id was in use); `answer.appchat.get`."""
    await add_intent(
        tx,
        Intent(
            "appchat.get",
            {"to": room.chatid},
            priority=Priority.SYNC,
            expires_at=tx.now + _DAY,
            answer=Answer.ALWAYS,
            context={"cohort_id": room.cohort_id, "chatid": room.chatid, "why": why, "by": by},
        ),
    )


async def read_all(tx: Tx, policy: Policy) -> None:
    """The night's look: rooms that stand are read and compared, those that do not stand yet are asked for again."""
    for cohort_id in await staff_rooms.in_use(tx, tx.now - _AFTERLIFE):
        room = await _load(tx, cohort_id)
        if room.made_at is not None and room.state in (State.OPEN, State.REFUSED):
            await read(tx, room, why="night")
        else:
            await keep_in_step(tx, policy, cohort_id)


async def post(
    tx: Tx, cohort_id: int, message: Message, *, key: str, mentions: Sequence[str] = (), heard: Collection[str] = ()
) -> frozenset[str] | None:
    """A post into the cohort's room; the userids of those in it, or None where no room stands."""
    room = await staff_rooms.load(tx, cohort_id)
    if room is None or room.state is not State.OPEN:
        return None
    readers = await members.load_many(tx, await staff_rooms.inside(tx, cohort_id))
    inside = frozenset(one.userid for one in readers.values() if one.active)
    called = [userid for userid in mentions if userid in inside]
    context = {"cohort_id": cohort_id, "chatid": room.chatid, "heard": list(heard)}
    await to_staff_room(tx, room.chatid, message, dedup_key=f"{key}:room", mentions=called, context=context)
    return inside


async def move_on(tx: Tx, cohort: Cohort, room: StaffRoom) -> StaffRoom:
    """The cohort's next room: the id of one that was dissolved, or is somebody else's, is used up."""
    generation = room.generation + 1
    await staff_rooms.change(tx, cohort.id, generation=generation, chatid=_chatid(cohort, generation), made_at=None)
    return await _load(tx, cohort.id)


async def _load(tx: Tx, cohort_id: int) -> StaffRoom:
    room = await staff_rooms.load(tx, cohort_id)
    assert room is not None
    return room


def _chatid(cohort: Cohort, generation: int) -> str:
    """At most 32 of 0-9 a-z A-Z, always the same for a cohort, also in a new database."""
    told = f"{cohort.code}#{generation}" if generation else cohort.code
    return f"camp{sha256(told.encode()).hexdigest()[:28]}"


def _name(policy: Policy, cohort: Cohort) -> str:
    tail = str(say_in(policy.language)("staff_room.name_tail"))
    return f"{cohort.name[: NAME_CHARACTERS - len(tail)]}{tail}"
