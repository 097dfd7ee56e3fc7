"""What WeCom says about staff rooms: made, changed, read, a post refused; and who is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from camp import staff_room
from camp.group_post import under
from camp.messages import text
from camp.outgoing import alert_operators, to_members
from camp.phrases import say_in
from camp.policy import Policy
from storage import cohorts, members, outbox, staff_rooms
from storage.database import Tx
from storage.outbox import Priority
from storage.staff_rooms import StaffRoom, State

# The documents give 86215 to 86220 for faults of rooms and their members without telling them apart (sheet 2.2).
_TAKEN = 86215
_NO_ROOM = frozenset({40050, 86001, 86003, 86008})
_BAD_PEOPLE = frozenset({40003, 40031, 60111, 81013, 301021, *range(86216, 86221)})
_MOST_GENERATIONS = 3

Body = Mapping[str, Any]


async def take_made(tx: Tx, policy: Policy, answer: Body) -> None:
    """The room stands, or its id was in use, or WeCom will not."""
    context = answer["context"]
    room = await _room(tx, context)
    if room is None or room.state is not State.ASKED:
        return
    if answer["ok"] and answer["errcode"] == _TAKEN:
        # Ours, when an answer was lost or the database is new; who is in it, only WeCom knows.
        await staff_rooms.change(tx, room.cohort_id, owner_id=None)
        await staff_room.read(tx, room, why="taken", by=context["by"])
    elif answer["ok"]:
        await staff_rooms.seat(tx, room.cohort_id, context["people"])
        await _opened(tx, policy, room, context["by"])
    elif answer["expired"]:
        await staff_rooms.change(tx, room.cohort_id, state=State.WANTED)
        await _tell(tx, policy, room, "staff_room.late", context["by"], errcode=0)
    elif answer["errcode"] in _BAD_PEOPLE and not context["narrowed"] and await _narrowed(tx, policy, room, context):
        return
    else:
        await _not_made(tx, policy, room, context["by"], answer["errcode"])


async def take_changed(tx: Tx, policy: Policy, answer: Body) -> None:
    """Its members changed; where WeCom does not know one of many, each is asked for alone."""
    context = answer["context"]
    room = await _room(tx, context)
    if room is None:
        return
    if not context["single"]:
        await staff_rooms.change(tx, room.cohort_id, changing_since=None)
    added, removed = context["added"], context["removed"]
    if answer["ok"]:
        await staff_rooms.seat(tx, room.cohort_id, added)
        await staff_rooms.unseat(tx, room.cohort_id, removed)
        new = {"owner_id": context["owner_id"], "name": context["name"]}
        if given := {column: value for column, value in new.items() if value}:
            await staff_rooms.change(tx, room.cohort_id, **given)
        if not context["single"]:
            await staff_room.keep_in_step(tx, policy, room.cohort_id)
    elif answer["errcode"] in _NO_ROOM:
        await _gone(tx, policy, room, answer["errcode"])
    elif answer["errcode"] in _BAD_PEOPLE:
        await _one_by_one(tx, policy, room, context)
    elif not answer["expired"]:
        await _refused(tx, policy, room, answer["errcode"])


async def take_read(tx: Tx, policy: Policy, answer: Body) -> None:
    """Who is in the room. Guests of the members stay; managers who left it stay out; everybody else comes back in."""
    context = answer["context"]
    room = await _room(tx, context)
    if room is None:
        return
    if not answer["ok"]:
        await _unreadable(tx, policy, room, answer)
        return
    known = [await members.find(tx, userid) for userid in answer["result"].get("members", [])]
    there = {member.id for member in known if member is not None}
    people = await staff_rooms.belonging(tx, room.cohort_id, staff_room.MOST)
    inside = set(await staff_rooms.inside(tx, room.cohort_id))
    await staff_rooms.unseat(tx, room.cohort_id, inside - there)
    await staff_rooms.drop_wishes(tx, room.cohort_id, (inside & await staff_rooms.wishes(tx, room.cohort_id)) - there)
    await staff_rooms.seat(tx, room.cohort_id, [one for one in people if one in there])
    owner = await members.find(tx, answer["result"].get("owner", ""))
    await staff_rooms.change(tx, room.cohort_id, owner_id=owner.id if owner is not None else None)
    if context["why"] == "taken":
        await _opened(tx, policy, room, context["by"])
    else:
        await staff_rooms.change(tx, room.cohort_id, state=State.OPEN, errcode=None)
        await staff_room.keep_in_step(tx, policy, room.cohort_id)


async def take_post(tx: Tx, policy: Policy, answer: Body) -> None:
    """A post the room did not take: those in it get it by app message. What expired is no news any more."""
    context = answer["context"]
    row, room = await outbox.load(tx, int(answer["outbox_id"])), await staff_rooms.load(tx, int(context["cohort_id"]))
    if answer["ok"] or answer["expired"] or row is None or room is None:
        return
    seated = await members.load_many(tx, await staff_rooms.inside(tx, room.cohort_id))
    people = [one.userid for one in seated.values() if one.active and one.userid not in context["heard"]]
    first_line = say_in(policy.language)("staff_room.instead_of_room", name=room.name)
    await to_members(tx, people, under(row.payload["message"], first_line), dedup_key=f"{row.dedup_key}:app")
    if room.chatid != context["chatid"] or room.state is not State.OPEN:
        return
    if answer["errcode"] in _NO_ROOM:
        await _gone(tx, policy, room, answer["errcode"])
    elif answer["errcode"] > 0:
        await _refused(tx, policy, room, answer["errcode"])


async def _narrowed(tx: Tx, policy: Policy, room: StaffRoom, context: Body) -> bool:
    """Somebody declared is not in the corp: asks again with those met in the directory; False when that helps nothing."""
    met = await staff_rooms.met(tx, context["people"])
    if not staff_room.FEWEST <= len(met) < len(context["people"]):
        return False
    by = await members.load(tx, context["by"]) if context["by"] else None
    cohort = await cohorts.load_cohort(tx, room.cohort_id)
    await staff_room.ask(tx, policy, cohort, room, met, by=by, narrowed=True)
    return True


async def _one_by_one(tx: Tx, policy: Policy, room: StaffRoom, context: Body) -> None:
    added, removed = context["added"], context["removed"]
    if len(added) + len(removed) > 1:
        for one in added:
            await staff_room.change(tx, room, [one], [], single=True)
        for one in removed:
            await staff_room.change(tx, room, [], [one], single=True)
        return
    await staff_rooms.unseat(tx, room.cohort_id, removed)  # who is unknown to WeCom sits nowhere
    for member in (await members.load_many(tx, added)).values():
        words = say_in(policy.language)("staff_room.unknown_member", userid=member.userid, name=room.name)
        await alert_operators(tx, text(words), dedup_key=f"staff-room-member:{room.chatid}:{member.id}:{tx.now:%Y%m%d}")


async def _opened(tx: Tx, policy: Policy, room: StaffRoom, by: int | None) -> None:
    await staff_rooms.change(tx, room.cohort_id, state=State.OPEN, errcode=None, made_at=tx.now, changing_since=None)
    cohort = await cohorts.load_cohort(tx, room.cohort_id)
    say = say_in(policy.language)
    # Members see a room from its first message on.
    hello = text(say("staff_room.hello", cohort=cohort.name))
    inside = await staff_room.post(tx, room.cohort_id, hello, key=f"staff-room-hello:{room.chatid}")
    if by is not None:
        words = say("staff_room.made", name=room.name, number=len(inside or ()))
        await to_members(tx, [(await members.load(tx, by)).userid], text(words), priority=Priority.REPLY)
    await staff_room.keep_in_step(tx, policy, room.cohort_id)


async def _unreadable(tx: Tx, policy: Policy, room: StaffRoom, answer: Body) -> None:
    taken, errcode = answer["context"]["why"] == "taken", answer["errcode"]
    if taken and errcode in _NO_ROOM and room.generation < _MOST_GENERATIONS:
        # Somebody else's room has the id that would be ours.
        cohort = await cohorts.load_cohort(tx, room.cohort_id)
        people = await staff_rooms.belonging(tx, room.cohort_id, staff_room.MOST)
        await staff_room.ask(tx, policy, cohort, await staff_room.move_on(tx, cohort, room), people, by=None)
    elif taken:
        await _not_made(tx, policy, room, answer["context"]["by"], errcode)
    elif errcode in _NO_ROOM:
        await _gone(tx, policy, room, errcode)


async def _not_made(tx: Tx, policy: Policy, room: StaffRoom, by: int | None, errcode: int) -> None:
    await staff_rooms.change(tx, room.cohort_id, state=State.REFUSED, errcode=errcode)
    cohort = await cohorts.load_cohort(tx, room.cohort_id)
    await _tell(tx, policy, room, "staff_room.not_made", by, errcode=errcode, code=cohort.code)


async def _gone(tx: Tx, policy: Policy, room: StaffRoom, errcode: int) -> None:
    if room.state is State.GONE:
        return
    await staff_rooms.change(tx, room.cohort_id, state=State.GONE, errcode=errcode)
    cohort = await cohorts.load_cohort(tx, room.cohort_id)
    await _tell(tx, policy, room, "staff_room.gone", None, errcode=errcode, code=cohort.code)


async def _refused(tx: Tx, policy: Policy, room: StaffRoom, errcode: int) -> None:
    await staff_rooms.change(tx, room.cohort_id, state=State.REFUSED, errcode=errcode)
    await _tell(tx, policy, room, "staff_room.refused", None, errcode=errcode)


async def _tell(tx: Tx, policy: Policy, room: StaffRoom, phrase: str, by: int | None, **values: object) -> None:
    """The operators, once a week for each room and reason; and whoever asked."""
    words = text(say_in(policy.language)(phrase, name=room.name, **values))
    asker = None if by is None else await members.load(tx, by)
    if asker is not None:
        await to_members(tx, [asker.userid], words, priority=Priority.REPLY)
    if asker is None or asker.position != "operator":
        await alert_operators(tx, words, dedup_key=f"{phrase}:{room.chatid}:{values['errcode']}:{tx.now:%G%V}")


async def _room(tx: Tx, context: Body) -> StaffRoom | None:
    """The room an answer is about, unless the cohort has another by now."""
    room = await staff_rooms.load(tx, int(context["cohort_id"]))
    return room if room is not None and room.chatid == context["chatid"] else None
