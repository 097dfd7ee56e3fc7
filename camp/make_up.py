"""Making up (补签): a class teacher vouches for a learner, with a reason; the learner hears of it where they can be reached."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from camp.attendance import mark_by_teacher
from camp.messages import text
from camp.outgoing import Reach, to_learner
from camp.phrases import say_in
from camp.policy import Policy
from camp.roster import lesson_name
from storage import attendance
from storage.cohorts import Lesson
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.learners import Learner
from storage.members import Member
from storage.outbox import Priority


class Outcome(StrEnum):
    """What became of 补签; each has its wording `make_up.<value>`."""

    DONE = "done"
    ATTENDED = "attended"  # nothing to make up: the learner was there
    NOT_BEGUN = "not_begun"


@dataclass(frozen=True)
class MadeUp:
    """`attended` is the enrolment's count of lessons now; `told` whether the learner gets a message."""

    outcome: Outcome
    attended: int
    told: bool = False


async def make_up(
    tx: Tx, policy: Policy, learner: Learner, enrolment: Enrolment, lesson: Lesson, *, member: Member, reason: str
) -> MadeUp:
    if lesson.starts_at > tx.now:
        return MadeUp(Outcome.NOT_BEGUN, enrolment.attended)
    if (await attendance.load(tx, enrolment.id, lesson.id)).attended:
        return MadeUp(Outcome.ATTENDED, enrolment.attended)
    heard = await mark_by_teacher(tx, policy, enrolment, lesson, member=member, reason=reason)
    say = say_in(policy.language)
    words = say("make_up.to_learner", teacher=member.shown, lesson=lesson_name(say, lesson), attended=heard.attended)
    reach = await to_learner(tx, policy, learner, text(words), priority=Priority.NOTICE)
    return MadeUp(Outcome.DONE, heard.attended, reach is Reach.SENT)
