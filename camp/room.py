"""Internal groups that are bound: who may bind which, what a group is bound to in words, and posts into them.

Everybody in a group reads what is posted there: words about learners are made with `say_in(language, masked=True)`.
"""

from __future__ import annotations

from camp import robot
from camp.messages import Message
from camp.phrases import Say
from camp.policy import Policy
from camp.rules.room import may_bind
from camp.when import day_and_time
from storage import cohorts, members, rooms
from storage.cohorts import ClassGroup, Cohort
from storage.database import Tx
from storage.members import Member
from storage.rooms import Room


async def rooms_of(
    tx: Tx, *, cohort_id: int | None = None, class_group_id: int | None = None, pool: str | None = None
) -> list[Room]:
    """The groups bound to this cohort as a whole, to this class, to this pool; several named: those of any of them."""
    return await rooms.bound_to(tx, cohort_id=cohort_id, class_group_id=class_group_id, pool=pool)


async def post(tx: Tx, policy: Policy, room: Room, message: Message, *, dedup_key: str) -> bool:
    """Says something in a bound group, unasked and once. False when the robot cannot: the people get it by app message.

    Should WeCom refuse it after all, whoever bound the group gets it.
    """
    binder = await members.load(tx, room.bound_by)
    otherwise = [binder.userid] if binder.active else []
    return await robot.push(tx, policy, chat_id=room.chat_id, message=message, dedup_key=dedup_key, otherwise=otherwise)


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
    """The classes of the cohort that this member teaches."""
    return [group for group in await cohorts.class_groups_of(tx, cohort.id) if group.class_teacher_id == member.id]


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
