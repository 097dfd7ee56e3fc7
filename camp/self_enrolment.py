"""What a learner may do about their own enrolment in chat: sign up, and change to a later cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from camp.enrolment import enrol, open_enrolment
from camp.lesson_choice import live
from camp.messages import text
from camp.outgoing import to_members
from camp.phrases import say_in
from camp.policy import Policy
from camp.rules.place import Place
from storage import cohorts, follows, members
from storage.attendance import Seat
from storage.cohorts import Camp, Cohort
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.learners import Learner


@dataclass(frozen=True)
class Opening:
    """A camp with its earliest cohort that takes learners; `known` is the learner's enrolment in a running cohort of it."""

    camp: Camp
    cohort: Cohort | None
    known: Enrolment | None


async def opening_of(tx: Tx, learner: Learner, camp: Camp) -> Opening:
    known = await open_enrolment(tx, learner.id, camp.id)
    # Who left and comes back is not "signed up already".
    staying = known if known is not None and known.place != Place.LEFT else None
    return Opening(camp, await cohorts.open_for_enrolment(tx, camp.id), staying)


async def openings(tx: Tx, learner: Learner) -> list[Opening]:
    """One per camp, in the order they were declared."""
    return [await opening_of(tx, learner, camp) for camp in await cohorts.all_camps(tx)]


async def sign_up_here(tx: Tx, policy: Policy, learner: Learner, cohort: Cohort) -> Enrolment:
    """Enrols a learner who asked for it in kf; the class teacher is told, because no friend request told them."""
    made = await enrol(tx, policy, learner, cohort, source="kf")
    teacher = await members.load(tx, made.class_teacher_id) if made.class_teacher_id else None
    if teacher is not None and teacher.active:
        friends = [f.member_id for f in await follows.of_learners(tx, [learner.id]) if f.live]
        phrase = "learner.told_enrolled" if teacher.id in friends else "learner.told_enrolled_stranger"
        words = say_in(policy.language)(phrase, name=learner.shown, learner=learner.id, cohort=cohort.name)
        await to_members(tx, [teacher.userid], text(words), dedup_key=f"self_enrolled:{made.id}:{tx.cause_id}")
    return made


async def later_cohorts(tx: Tx, seats: Sequence[Seat]) -> list[tuple[Seat, Cohort]]:
    """The cohorts the learner may change to, each with the seat it would replace, by start."""
    found = []
    for seat in live(seats):
        for cohort in await cohorts.cohorts_of(tx, seat.cohort.camp_id):
            if is_open(tx, cohort) and cohort.starts_at > seat.cohort.starts_at:
                found.append((seat, cohort))
    return found


def is_open(tx: Tx, cohort: Cohort) -> bool:
    """Whether the cohort takes learners now."""
    return cohort.closed_at is None and cohort.enrol_until > tx.now
