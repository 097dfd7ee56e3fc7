"""What time asks of lessons: whose reminder or digest is due and not sent, and who is to be reminded; each is claimed once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select, update

from storage.cohorts import Lesson, to_lesson
from storage.database import Tx
from storage.kf import MESSAGES, WINDOW
from storage.rosters import GONE
from storage.tables_camp import attendance, cohorts, enrolments, learners, lessons
from storage.tables_loop import kf_windows


@dataclass(frozen=True)
class Pupil:
    """A learner of a lesson to come. `left` kf messages may be sent until `until`; 0 and None when the window is shut."""

    learner_id: int
    class_teacher_id: int | None
    external_userid: str | None
    open_kfid: str | None
    unsubscribed: bool
    left: int
    until: datetime | None


async def to_remind(tx: Tx, before: timedelta) -> list[Lesson]:
    """Lessons of open cohorts that begin within `before` or run now, and were not reminded of since that moment came."""
    query = (
        select(lessons)
        .join(cohorts, cohorts.c.id == lessons.c.cohort_id)
        .where(
            lessons.c.ends_at > tx.now,
            lessons.c.starts_at <= tx.now + before,
            # The other half of the question, "since its moment came", needs the lesson's own start: claim_reminder asks it.
            cohorts.c.closed_at.is_(None),
        )
        .order_by(lessons.c.starts_at, lessons.c.id)
    )
    return [to_lesson(row) for row in await tx.conn.execute(query)]


async def claim_reminder(tx: Tx, lesson_id: int, moment: datetime) -> bool:
    """Takes the reminder that was due at `moment`; False when it was taken before."""
    result = await tx.conn.execute(
        update(lessons)
        .where(lessons.c.id == lesson_id, or_(lessons.c.reminded_at.is_(None), lessons.c.reminded_at < moment))
        .values(reminded_at=tx.now)
    )
    return result.rowcount > 0


async def to_digest(tx: Tx, after: timedelta) -> list[Lesson]:
    """Lessons that ended `after` ago or earlier and have no digest, the earliest first."""
    query = (
        select(lessons)
        .where(lessons.c.digested_at.is_(None), lessons.c.ends_at <= tx.now - after)
        .order_by(lessons.c.ends_at, lessons.c.id)
    )
    return [to_lesson(row) for row in await tx.conn.execute(query)]


async def claim_digest(tx: Tx, lesson_id: int) -> bool:
    """Takes the lesson's digest; False when it was taken before."""
    result = await tx.conn.execute(
        update(lessons).where(lessons.c.id == lesson_id, lessons.c.digested_at.is_(None)).values(digested_at=tx.now)
    )
    return result.rowcount > 0


async def pupils(tx: Tx, lesson: Lesson) -> list[Pupil]:
    """The learners of the lesson's cohort who have not come to it yet, each with the kf window they may be reached through."""
    came = exists().where(
        attendance.c.enrolment_id == enrolments.c.id, attendance.c.lesson_id == lesson.id, attendance.c.attended.is_(True)
    )
    query = (
        select(
            enrolments.c.learner_id,
            enrolments.c.class_teacher_id,
            learners.c.external_userid,
            learners.c.unsubscribed_at,
            kf_windows.c.open_kfid,
            kf_windows.c.learner_spoke_at,
            kf_windows.c.sent_since,
            kf_windows.c.closed_at,
        )
        .join(learners, learners.c.id == enrolments.c.learner_id)
        .outerjoin(kf_windows, kf_windows.c.learner_id == enrolments.c.learner_id)
        .where(enrolments.c.cohort_id == lesson.cohort_id, enrolments.c.place.not_in(GONE), ~came)
        .order_by(enrolments.c.learner_id)
    )
    found = []
    for r in await tx.conn.execute(query):
        until = r.learner_spoke_at + WINDOW if r.learner_spoke_at and r.closed_at is None else None
        if until is not None and until <= tx.now:
            until = None
        left = max(0, MESSAGES - r.sent_since) if until else 0
        found.append(
            Pupil(r.learner_id, r.class_teacher_id, r.external_userid, r.open_kfid, r.unsubscribed_at is not None, left, until)
        )
    return found
