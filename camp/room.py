"""Internal groups that are bound: who may bind which, what a group is bound to in words, and who reads there.

Everybody in a group reads what is posted there: words about learners are made with `say_in(language, masked=True)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from camp.messages import text
from camp.outgoing import alert_operators, to_members
from camp.phrases import Say, say_in
from camp.policy import Policy
from camp.rules.room import may_bind
from camp.when import day_and_time
from storage import cohorts, members, robot_talks, rooms
from storage.cohorts import ClassGroup, Cohort
from storage.columns import to_dict
from storage.database import Tx
from storage.members import Member
from storage.outbox import load
from storage.rooms import Room

# WeCom shows nobody who is in a group. Who was heard there is believed to read there for so long.
READS_FOR = timedelta(days=30)


async def rooms_of(
    tx: Tx, *, cohort_id: int | None = None, class_group_id: int | None = None, pool: str | None = None
) -> list[Room]:
    """The groups bound to this cohort as a whole, to this class, to this pool; several named: those of any of them."""
    return await rooms.bound_to(tx, cohort_id=cohort_id, class_group_id=class_group_id, pool=pool)


async def readers_of(tx: Tx, found: Sequence[Room]) -> frozenset[str]:
    """The userids of the active staff known to read in these groups: who did something with the robot there of late."""
    seen = await robot_talks.readers(tx, [one.chat_id for one in found], tx.now - READS_FOR)
    people = [await members.find(tx, userid) for userid in dict.fromkeys(userid for _, userid in seen)]
    return frozenset(one.userid for one in people if one is not None and one.active)


async def note_refusal(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """WeCom refused the robot's words in a bound group: whoever bound it hears so, once a week, and what helps."""
    sent = await load(tx, int(answer["outbox_id"]))
    payload = to_dict(sent.payload) if sent is not None else {}
    bound = await rooms.find(tx, payload["chat_id"]) if payload.get("how") == "push" and payload.get("group") else None
    if bound is None or answer["expired"] or answer["errcode"] <= 0:
        return
    say = say_in(policy.language)
    words = text(say("room.cannot_speak", what=bound_in_words(say, bound), errcode=answer["errcode"]))
    binder, key = await members.load(tx, bound.bound_by), f"room-silent:{bound.chat_id}:{tx.now:%G%V}"
    if binder.active:
        await to_members(tx, [binder.userid], words, dedup_key=key)
    else:
        await alert_operators(tx, words, dedup_key=key)


async def bind(
    tx: Tx,
    chat_id: str,
    member: Member,
    *,
    cohort: Cohort | None = None,
    group: ClassGroup | None = None,
    pool: str | None = None,
) -> bool:
    """Binds the group to a cohort, a class of it, or a pool; False when the member may not, or may not undo what it is now."""
    now = await rooms.find(tx, chat_id)
    teaches = group is not None and group.class_teacher_id == member.id
    if not may_bind(member.position, teaches) or not (now is None or may_unbind(member, now)):
        return False
    cohort_id, group_id = cohort.id if cohort else None, group.id if group else None
    if now is None or not now.is_about(cohort_id, group_id, pool):
        await rooms.bind(tx, chat_id, member.id, cohort_id=cohort_id, class_group_id=group_id, pool=pool)
    return True


def may_unbind(member: Member, room: Room) -> bool:
    return may_bind(member.position, room.class_teacher_id == member.id)


async def classes_of(tx: Tx, cohort: Cohort, member: Member) -> list[ClassGroup]:
    """The classes of the cohort that this member teaches, without what opened behind them."""
    every = await cohorts.class_groups_of(tx, cohort.id)
    return [group for group in every if group.class_teacher_id == member.id and group.overflow_of is None]


def bound_in_words(say: Say, room: Room) -> str:
    """What a group is bound to: `阅读营一期 A班`, `转化公海`."""
    if room.pool is not None:
        return say(f"pool.{room.pool}")
    return target_in_words(say, room.cohort_name or "", room.class_code)


def target_in_words(say: Say, cohort_name: str, class_code: str | None) -> str:
    return say("room.class", cohort=cohort_name, group=class_code) if class_code else cohort_name


async def binding_line(tx: Tx, policy: Policy, say: Say, room: Room, phrase: str = "room.is_bound") -> str:
    """The same with who bound it and when."""
    member = await members.load(tx, room.bound_by)
    at = day_and_time(policy, room.bound_at)
    return say(phrase, what=bound_in_words(say, room), member=member.shown, at=at)
