"""Who missed a lesson, whether they can be reminded, and what each got of mass messages; every count is one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from storage.attendance import of_lesson
from storage.database import Tx
from storage.nudges import Got
from storage.rosters import due_at
from storage.scopes import Scope, enrolment_within, member_within
from storage.tables_camp import enrolments, follows, learners, lessons
from storage.tables_nudge import nudge_learners, nudges

# The beginnings of the day, the week and the month.
Spans = tuple[datetime, datetime, datetime]


@dataclass(frozen=True)
class Missing:
    """A learner who missed a lesson. `friend`: of their class teacher, now. `spent`: messages this day, week and month."""

    learner_id: int
    external_userid: str | None
    class_teacher_id: int | None
    place: str
    unsubscribed: bool
    friend: bool
    spent: tuple[int, int, int]


async def missing(tx: Tx, lesson_id: int, without: str, scope: Scope | None, spans: Spans) -> list[Missing]:
    """Who was to have the lesson `attended` (or `completed`) and has not, within the scope, by number."""
    cohort = select(lessons.c.cohort_id).where(lessons.c.id == lesson_id).scalar_subquery()
    theirs = select(enrolments.c.learner_id).where(enrolments.c.cohort_id == cohort)
    spent = _spent(spans, theirs if scope is None else theirs.where(enrolment_within(scope))).subquery()
    friendship = and_(
        follows.c.learner_id == enrolments.c.learner_id,
        follows.c.member_id == enrolments.c.class_teacher_id,
        follows.c.ended_at.is_(None),
    )
    source = of_lesson().join(learners, learners.c.id == enrolments.c.learner_id).outerjoin(follows, friendship)
    query = (
        select(
            enrolments.c.learner_id,
            learners.c.external_userid,
            enrolments.c.class_teacher_id,
            enrolments.c.place,
            learners.c.unsubscribed_at.is_not(None).label("unsubscribed"),
            follows.c.member_id.is_not(None).label("friend"),
            func.coalesce(spent.c.today, 0),
            func.coalesce(spent.c.week, 0),
            func.coalesce(spent.c.month, 0),
        )
        .select_from(source.outerjoin(spent, spent.c.learner_id == enrolments.c.learner_id))
        .where(due_at(lesson_id, scope, without))
        .order_by(enrolments.c.learner_id)
    )
    return [
        Missing(r[0], r[1], r[2], r[3], bool(r[4]), bool(r[5]), (int(r[6]), int(r[7]), int(r[8])))
        for r in await tx.conn.execute(query)
    ]


async def spent_by(tx: Tx, learner_id: int, spans: Spans) -> tuple[int, int, int]:
    """What one learner got, or may still get from a waiting task, this day, week and month."""
    row = (await tx.conn.execute(_spent(spans, [learner_id]))).one_or_none()
    return (0, 0, 0) if row is None else (int(row.today), int(row.week), int(row.month))


async def sent_within(tx: Tx, scope: Scope, spans: Spans) -> tuple[int, int]:
    """How many mass messages the class teachers of the scope sent today and this month."""
    day, _, month = spans
    query = (
        select(func.coalesce(func.sum(case((nudge_learners.c.sent_at >= day, 1), else_=0)), 0), func.count())
        .select_from(nudge_learners.join(nudges, nudges.c.id == nudge_learners.c.nudge_id))
        .where(
            nudge_learners.c.state == Got.SENT,
            nudge_learners.c.sent_at >= month,
            member_within(scope, nudges.c.teacher_id),
        )
    )
    row = (await tx.conn.execute(query)).one()
    return int(row[0]), int(row[1])


def _spent(spans: Spans, learner_ids: Select[Any] | Sequence[int]) -> Select[Any]:
    """Per learner: what was sent since each beginning; a task that waits may be sent any minute, so it counts for all three."""
    waiting = and_(nudge_learners.c.state == Got.PLANNED, nudges.c.closed_at.is_(None))
    day, week, month = (
        _count(or_(waiting, and_(nudge_learners.c.state == Got.SENT, nudge_learners.c.sent_at >= s))) for s in spans
    )
    since = nudge_learners.c.sent_at >= min(spans)
    return (
        select(nudge_learners.c.learner_id, day.label("today"), week.label("week"), month.label("month"))
        .join(nudges, nudges.c.id == nudge_learners.c.nudge_id)
        .where(nudge_learners.c.learner_id.in_(learner_ids), or_(waiting, and_(nudge_learners.c.state == Got.SENT, since)))
        .group_by(nudge_learners.c.learner_id)
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
