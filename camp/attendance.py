"""Attendance: the one door for every witness of a lesson. Each call keeps the witness, weighs anew and recounts the enrolment.

`before`: what is known of the lesson, where the caller has just read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from camp.lesson_choice import window_of
from camp.policy import Policy
from camp.rules.attendance import Seen, weigh
from camp.rules.checkin import Outcome, decide_check_in
from camp.rules.place import Place
from storage import attendance, enrolments, journal
from storage.attendance import Seat, Witnesses
from storage.cohorts import Lesson
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.members import Member


@dataclass(frozen=True)
class Heard:
    """What a witness changed: `before` is what was known, `after` what is known now; the enrolment's counts stand beside."""

    before: Witnesses
    after: Witnesses
    attended: int
    completed: int

    @property
    def newly_attended(self) -> bool:
        return self.after.attended and not self.before.attended

    @property
    def newly_completed(self) -> bool:
        return self.after.completed and not self.before.completed


@dataclass(frozen=True)
class CheckIn:
    """`heard` is empty when nothing was kept; `checked_in_at` is set for DONE and ALREADY."""

    outcome: Outcome
    checked_in_at: datetime | None = None
    heard: Heard | None = None


async def check_in(tx: Tx, policy: Policy, seat: Seat, lesson: Lesson, *, at: datetime, by: str, said: str = "") -> CheckIn:
    """A learner checks in at `at` by `tap`, `text` or `menu`, saying `said` where the lesson asks for a passphrase."""
    before, enrolment = seat.seen(lesson), seat.enrolment
    outcome = decide_check_in(window_of(lesson), at=at, said=said, checked_in_at=before.checked_in_at)
    if outcome is not Outcome.DONE:
        return CheckIn(outcome, before.checked_in_at)
    heard = await _keep(tx, policy, enrolment, lesson, before, checked_in_at=at, checked_in_by=by)
    if enrolment.place == Place.LEFT:
        # Who comes to a lesson has not left: back on the class teacher's lists.
        await enrolments.move(tx, enrolment.id, Place.CLASS)
    await _tell(tx, enrolment, "checked_in", "learner", lesson, at, way=by)
    return CheckIn(outcome, at, heard)


async def finish(
    tx: Tx,
    policy: Policy,
    enrolment: Enrolment,
    lesson: Lesson,
    *,
    at: datetime,
    source: str = "learner",
    before: Witnesses | None = None,
) -> Heard:
    """The learner, or an event of `source`, says that the lesson is finished; saying it again keeps the first time."""
    before = before or await attendance.load(tx, enrolment.id, lesson.id)
    if before.finished_at is not None:
        return Heard(before, before, enrolment.attended, enrolment.completed)
    heard = await _keep(tx, policy, enrolment, lesson, before, finished_at=at)
    await _tell(tx, enrolment, "finished", source, lesson, at)
    return heard


async def mark_by_teacher(tx: Tx, policy: Policy, enrolment: Enrolment, lesson: Lesson, *, member: Member, reason: str) -> Heard:
    """补签: a member vouches that the learner attended; the reason is kept with the name."""
    before = await attendance.load(tx, enrolment.id, lesson.id)
    heard = await _keep(
        tx,
        policy,
        enrolment,
        lesson,
        before,
        teacher_mark_at=tx.now,
        teacher_mark_by=member.id,
        teacher_mark_reason=reason,
    )
    await _tell(tx, enrolment, "marked", f"member:{member.userid}", lesson, tx.now, reason=reason)
    return heard


async def watched(
    tx: Tx,
    policy: Policy,
    enrolment: Enrolment,
    lesson: Lesson,
    seconds: int,
    *,
    source: str,
    at: datetime | None = None,
    before: Witnesses | None = None,
) -> Heard:
    """Seconds watched as one poll saw them; polls may overlap or come late, so the largest counts."""
    before = before or await attendance.load(tx, enrolment.id, lesson.id)
    if seconds <= (before.watched_seconds or 0):
        return Heard(before, before, enrolment.attended, enrolment.completed)
    heard = await _keep(tx, policy, enrolment, lesson, before, watched_seconds=seconds)
    if heard.newly_attended or heard.newly_completed:
        # Only what it changed belongs into the story; a poll every minute does not.
        await _tell(tx, enrolment, "watched", source, lesson, at or tx.now, seconds=seconds)
    return heard


async def homework(tx: Tx, policy: Policy, enrolment: Enrolment, lesson: Lesson, words: str, *, at: datetime) -> Heard:
    """Homework handed in; a later one takes its place; the story keeps both."""
    before = await attendance.load(tx, enrolment.id, lesson.id)
    heard = await _keep(tx, policy, enrolment, lesson, before, homework=words, homework_at=at)
    await _tell(tx, enrolment, "homework", "learner", lesson, at, text=words)
    return heard


async def grade(
    tx: Tx,
    policy: Policy,
    enrolment: Enrolment,
    lesson: Lesson,
    score: int,
    comment: str | None,
    *,
    source: str,
    at: datetime | None = None,
    before: Witnesses | None = None,
) -> Heard:
    """Homework graded 0 to 100; from ACCEPTED_SCORE on the lesson is completed."""
    before = before or await attendance.load(tx, enrolment.id, lesson.id)
    heard = await _keep(tx, policy, enrolment, lesson, before, score=score, score_comment=comment)
    await _tell(tx, enrolment, "graded", source, lesson, at or tx.now, score=score, comment=comment or "")
    return heard


async def rate(tx: Tx, policy: Policy, enrolment: Enrolment, lesson: Lesson, stars: int, words: str, *, at: datetime) -> Heard:
    """The learner's rating of a lesson, 1 to 5; a later one takes its place."""
    before = await attendance.load(tx, enrolment.id, lesson.id)
    heard = await _keep(tx, policy, enrolment, lesson, before, rating=stars, rating_words=words or None)
    await _tell(tx, enrolment, "rated", "learner", lesson, at, stars=stars, text=words)
    return heard


async def _keep(tx: Tx, policy: Policy, enrolment: Enrolment, lesson: Lesson, before: Witnesses, **columns: Any) -> Heard:
    if lesson.cohort_id != enrolment.cohort_id:
        raise ValueError(f"lesson {lesson.id} is not of the cohort of enrolment {enrolment.id}")
    known = Witnesses(**{**vars(before), **columns})
    attended, completed = weigh(
        Seen(
            watched_seconds=known.watched_seconds,
            checked_in=known.checked_in_at is not None,
            teacher_marked=known.teacher_mark_at is not None,
            finished=known.finished_at is not None,
            score=known.score,
        ),
        lesson_seconds=lesson.seconds,
        attended_seconds=policy.attended_seconds,
        completed_share=policy.completed_share,
    )
    verdict = {"attended": attended, "completed": completed}
    await attendance.save(tx, enrolment.id, lesson.id, **columns, **verdict)
    counts = await attendance.recount(tx, enrolment.id)
    return Heard(before, Witnesses(**{**vars(known), **verdict}), *counts)


async def _tell(tx: Tx, enrolment: Enrolment, kind: str, by: str, lesson: Lesson, at: datetime, **detail: Any) -> None:
    await journal.record(
        tx, enrolment.learner_id, kind, by=by, enrolment_id=enrolment.id, at=at, lesson=lesson.seq, title=lesson.title, **detail
    )
