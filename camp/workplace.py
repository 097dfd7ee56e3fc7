"""Where a member works: the group bound to a cohort in which they last did something with the robot, else the app's chat.

What came of something they did, or waits for them, is said there once; only what every reader of such a group may know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from camp import robot
from camp.harmless import Ours
from camp.messages import text
from camp.outgoing import DAY, to_members
from camp.phrases import Say, say_in
from camp.policy import Policy
from camp.room import READS_FOR, bound_in_words
from camp.talk import Talk
from storage import robot_talks, rooms
from storage.database import Tx
from storage.members import Member
from storage.outbox import Priority
from storage.robot_turns import SOCKET
from storage.rooms import Room


async def tell_each(
    tx: Tx,
    policy: Policy,
    words: Mapping[Member, str],
    *,
    cohort_id: int,
    key: str,
    once: bool = False,
    priority: Priority = Priority.NOTICE,
    expires_after: timedelta = DAY,
    not_before: datetime | None = None,
) -> None:
    """Tells each of these members their own words where they work; those of one group in one message, by name.

    `key` makes it happen once in a group, with `once` also in the app. What waits until `not_before` is an app message.
    """
    places = await _places(tx, policy, cohort_id) if not_before is None else {}
    here: dict[str, list[tuple[Member, str]]] = {}
    alone: dict[str, list[str]] = {}
    for member, said in words.items():
        place = places.get(member.userid.lower())
        if member.active and place is not None:
            here.setdefault(place.chat_id, []).append((member, said))
        elif member.active:
            alone.setdefault(said, []).append(member.userid)
    for chat_id, people in here.items():
        message, readers = text(_by_name(say_in(policy.language), people)), [member.userid for member, _ in people]
        await robot.push(
            tx, policy, chat_id=chat_id, message=message, dedup_key=f"{key}:{chat_id}", otherwise=readers, priority=priority
        )
    for number, (said, userids) in enumerate(alone.items()):
        await to_members(
            tx,
            userids,
            text(said),
            priority=priority,
            dedup_key=f"{key}:{number}" if once else None,
            expires_after=expires_after,
            not_before=not_before,
        )


async def rest_comes(tx: Tx, policy: Policy, say: Say, talk: Talk, cohort_id: int) -> str:
    """Where the robot tells what follows its answer, as a line below it; empty where that is the same chat."""
    if talk.turn is None:
        return ""
    place = (await _places(tx, policy, cohort_id)).get(talk.userid.lower())
    if place is None:
        return say("room.rest_by_app")
    return "" if place.chat_id == talk.chat_id else say("room.rest_in_group", what=bound_in_words(say, place))


async def _places(tx: Tx, policy: Policy, cohort_id: int) -> dict[str, Room]:
    """Who works in which group of the cohort, by their userid in lower case."""
    bound = {one.chat_id: one for one in await rooms.of_cohort(tx, cohort_id)} if policy.robot == SOCKET else {}
    speaking = [chat_id for chat_id in bound if await robot.may_speak_in(tx, policy, chat_id)]
    places: dict[str, Room] = {}
    for chat_id, userid in await robot_talks.readers(tx, speaking, tx.now - READS_FOR):
        places.setdefault(userid, bound[chat_id])
    return places


def _by_name(say: Say, people: Sequence[tuple[Member, str]]) -> str:
    """`林、陈：任务已建好…`, a line for each of several words."""
    names: dict[str, list[str]] = {}
    for member, said in people:
        names.setdefault(said, []).append(member.shown)
    return "\n".join(say("room.to", names="、".join(who), words=Ours(said)) for said, who in names.items())
