"""Who missed a lesson, whether they can be reminded, and what each got of mass messages; every count is one query."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select

from storage.attendance import of_lesson
from storage.database import Tx
from storage.nudges import Got
from storage.rosters import cohorts_of, due_at
from storage.scopes import Scope, enrolment_listed, listed_cohort, member_within
from storage.tables_camp import attendance, enrolments, follows, learners
from storage.tables_nudge import nudge_learners, nudges

# The beginnings of the day, the week and the month.
Spans = tuple[datetime, datetime, datetime]
_NOTHING = (0, 0, 0)


class Missing(NamedTuple):
    """A learner who missed a lesson. `friend`: of their class teacher, now, so that a mass message can reach them; `today`,
    `week`, `month`: such messages they got or may still get."""

    learner_id: int
    name: str | None
    external_userid: str | None
    attended: bool
    class_teacher_id: int | None
    place: str
    unsubscribed: bool
    friend: bool
    today: int
    week: int
    month: int

    @property
    def shown(self) -> str:
        return self.name or f"学员{self.learner_id}"

    @property
    def spent(self) -> tuple[int, int, int]:
        return self.today, self.week, self.month

    @property
    def standing(self) -> tuple[Any, ...]:
        """All that decides whether they can be reminded; many stand alike."""
        return self[4:]


async def missing(tx: Tx, lesson_id: int, without: str, scope: Scope | None, spans: Spans) -> list[Missing]:
    """Who was to have the lesson `attended` (or `completed`) and has not, within the scope, by number."""
    values, shape = {"lesson_id": lesson_id, **(scope.values if scope else {})}, scope and scope.shape
    rows = (await tx.conn.execute(_missing(shape, without), values)).all()
    if not rows:
        return []
    # By itself, as most of them got nothing lately: to join it to every line costs as much as all the rest.
    found = await tx.conn.execute(_spent_in_cohort(shape), {**values, **_since(spans)})
    spent = {row[0]: tuple(row[1:]) for row in found.all()}
    return [Missing(*row, *spent.get(row[0], _NOTHING)) for row in rows]


async def teachers_missing(tx: Tx, lesson_id: int, without: str, scope: Scope) -> set[int]:
    """The class teachers of those whom `missing` would list."""
    values = {"lesson_id": lesson_id, **scope.values}
    return set((await tx.conn.execute(_teachers_missing(scope.shape, without), values)).scalars())


@lru_cache
def _teachers_missing(scope: Scope, without: str) -> Select[Any]:
    query = select(enrolments.c.class_teacher_id).distinct().select_from(of_lesson(listed_cohort(scope)))
    return query.where(due_at(bindparam("lesson_id"), scope, without), enrolments.c.class_teacher_id.is_not(None))


@lru_cache
def _missing(scope: Scope | None, without: str) -> Select[Any]:
    friendship = and_(
        follows.c.learner_id == enrolments.c.learner_id,
        follows.c.member_id == enrolments.c.class_teacher_id,
        follows.c.ended_at.is_(None),
        learners.c.external_userid.is_not(None),
    )
    pupils = of_lesson(listed_cohort(scope)).join(learners, learners.c.id == enrolments.c.learner_id)
    return (
        select(
            enrolments.c.learner_id,
            learners.c.name,
            learners.c.external_userid,
            func.coalesce(attendance.c.attended, False),
            enrolments.c.class_teacher_id,
            enrolments.c.place,
            learners.c.unsubscribed_at.is_not(None),
            follows.c.member_id.is_not(None),
        )
        .select_from(pupils.outerjoin(follows, friendship))
        .where(due_at(bindparam("lesson_id"), scope, without))
        .order_by(enrolments.c.learner_id)
    )


async def spent_by(tx: Tx, learner_id: int, spans: Spans) -> tuple[int, int, int]:
    """What one learner got, or may still get from a waiting task, this day, week and month."""
    row = (await tx.conn.execute(_spent_by(), {"learner_ids": [learner_id], **_since(spans)})).one_or_none()
    return _NOTHING if row is None else (int(row.today), int(row.week), int(row.month))


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


@lru_cache
def _spent_in_cohort(scope: Scope | None) -> Select[Any]:
    """Of the learners in the lesson's cohort."""
    cohort = cohorts_of([bindparam("lesson_id")])
    theirs = select(enrolments.c.learner_id).where(listed_cohort(scope).in_(cohort))
    return _spent(theirs if scope is None else theirs.where(enrolment_listed(scope, cohort)))


@lru_cache
def _spent_by() -> Select[Any]:
    return _spent(bindparam("learner_ids", expanding=True))


def _spent(learner_ids: Any) -> Select[Any]:
    """Per learner of these (what `in_` takes): what was sent since `day`, `week` and `month`, the earliest of them `since`; a
    task that waits may be sent any minute, so it counts for all three."""
    waiting = and_(nudge_learners.c.state == Got.PLANNED, nudges.c.closed_at.is_(None))
    sent = nudge_learners.c.state == Got.SENT
    day, week, month = (
        _count(or_(waiting, and_(sent, nudge_learners.c.sent_at >= bindparam(name)))) for name in ("day", "week", "month")
    )
    lately = and_(sent, nudge_learners.c.sent_at >= bindparam("since"))
    return (
        select(nudge_learners.c.learner_id, day.label("today"), week.label("week"), month.label("month"))
        .join(nudges, nudges.c.id == nudge_learners.c.nudge_id)
        .where(nudge_learners.c.learner_id.in_(learner_ids), or_(waiting, lately))
        .group_by(nudge_learners.c.learner_id)
    )


def _since(spans: Spans) -> dict[str, datetime]:
    day, week, month = spans
    return {"day": day, "week": week, "month": month, "since": min(spans)}


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
