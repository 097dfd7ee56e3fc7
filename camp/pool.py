"""Pools: the one door in, giving a learner up, giving one back."""

from __future__ import annotations

from enum import StrEnum

from camp import card
from camp.group_post import Post, tell
from camp.handoff import CARD, hand_off
from camp.messages import text
from camp.outgoing import to_members
from camp.phrases import say_in
from camp.policy import Policy
from camp.quota import rooms_of_sales
from camp.rules.mask import mask_name
from camp.rules.place import Place
from storage import enrolments, journal, members, pools
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.members import Member
from storage.pools import Arrived, Entry

_GIVEN_UP = "given-up"
_GIVEN_UP_GRADE = "C"


class GiveUp(StrEnum):
    """What became of 放弃; each has its wording `pool.give_up_<value>`."""

    DONE = "done"
    PAID = "paid"
    IN_POOL = "in_pool"
    MOVED_ON = "moved_on"


async def enter(tx: Tx, policy: Policy, enrolment: Enrolment, pool: Place, *, grade: str | None, rule: str, by: str) -> Entry:
    """Puts one enrolment into a pool and its learner into that place; who is there already stays."""
    entry_id = await pools.enter(
        tx, enrolment_id=enrolment.id, learner_id=enrolment.learner_id, pool=pool, grade=grade, rule=rule
    )
    await enrolments.move(tx, enrolment.id, pool, grade=grade)
    await journal.record(tx, enrolment.learner_id, "pooled", by=by, enrolment_id=enrolment.id, pool=pool, rule=rule)
    entry = await pools.load(tx, entry_id)
    assert entry is not None
    return entry


async def give_up(tx: Tx, policy: Policy, enrolment: Enrolment, *, member: Member, reason: str) -> GiveUp:
    """A class teacher's 放弃: into the conversion pool and to sales. Who paid, or is looked after elsewhere, is not given up."""
    if enrolment.paid_count > 0 or enrolment.place == Place.PAID:
        return GiveUp.PAID
    if enrolment.place in (Place.CONVERSION, Place.RENEWAL):
        return GiveUp.IN_POOL
    if enrolment.place in (Place.NEXT_COHORT, Place.LEFT):
        return GiveUp.MOVED_ON
    by = f"member:{member.userid}"
    entry = await enter(tx, policy, enrolment, Place.CONVERSION, grade=_GIVEN_UP_GRADE, rule=_GIVEN_UP, by=by)
    await journal.record(tx, enrolment.learner_id, "given_up", by=by, enrolment_id=enrolment.id, reason=reason)
    arrived = Arrived({entry.grade or "-": 1}, entry.attended)
    key = f"given-up:{entry.id}:{tx.cause_id}"
    await hand_off(tx, policy, [entry], arrived, entry.cohort_name, cohort_id=entry.cohort_id, key=key)
    return GiveUp.DONE


async def give_back(tx: Tx, policy: Policy, entry: Entry, *, member: Member, reason: str) -> bool:
    """退回: open to the others again; False when the member does not hold this entry."""
    if not await pools.give_back(tx, entry.id, member.id, reason):
        return False
    by = f"member:{member.userid}"
    await journal.record(tx, entry.learner_id, "returned", by=by, enrolment_id=entry.enrolment_id, reason=reason)
    say = say_in(policy.language)
    who = mask_name(entry.name or "")
    line = say("pool.robot_returned", number=entry.learner_id, name=who, cohort=entry.cohort_name, grade=entry.grade or "-")
    free = [room.member for room in await rooms_of_sales(tx, policy) if room.free > 0 and room.member.id != member.id]
    key = f"returned:{entry.id}:{tx.cause_id}"
    await tell(tx, policy, Post("sales", text(line), key, entry.cohort_id, entry.pool, concerned=free, each=True))
    words = say(
        "pool.teacher_returned",
        name=entry.name or "",
        number=entry.learner_id,
        member=member.shown,
        reason=reason,
    )
    await tell_teacher(tx, entry, words, key=f"{key}:teacher")
    return True


async def withdraw_cards(tx: Tx, policy: Policy, entry_id: int, verdict: str) -> None:
    """The claim cards of an entry that nobody can claim any more."""
    await card.bury(tx, policy, CARD, str(entry_id), verdict)


async def tell_teacher(tx: Tx, entry: Entry, words: str, *, key: str) -> None:
    """A notice to the class teacher of the entry's learner, while they are with the corp."""
    if entry.class_teacher_id is None:
        return
    teacher = await members.load(tx, entry.class_teacher_id)
    if teacher.active:
        await to_members(tx, [teacher.userid], text(words), dedup_key=key)
