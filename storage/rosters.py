"""Rosters: who is in a cohort, who was in a lesson and who was not; every read passes the reader's scope, one query each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, case, func, or_, select
from sqlalchemy import cast as sql_cast

from storage.attendance import attendance_due, completion_due, of_lesson
from storage.cohorts import Cohort, Lesson, to_lesson
from storage.database import Tx
from storage.enrolments import Enrolment, to_enrolment
from storage.learners import Learner, to_learner
from storage.scopes import (
    Scope,
    cohort_within,
    enrolment_listed,
    enrolment_within,
    group_within,
    learner_within,
    listed_cohort,
)
from storage.tables_camp import attendance, class_groups, cohorts, enrolments, learners, lessons, members

# Somebody else, or nobody yet, teaches who is there.
GONE = ("left", "next_cohort", "waiting")
_COHORT = [cohorts.c[field.name] for field in fields(Cohort)]


class RosterLine(NamedTuple):
    """One learner of a cohort. `place` is the value of camp.rules.place.Place; `group_code` is told of those not in the group."""

    cohort_code: str
    learner_id: int
    name: str | None
    place: str
    attended: int
    completed: int
    paid: bool
    in_group: bool
    unreachable: bool
    group_code: str | None = None

    @property
    def shown(self) -> str:
        return self.name or f"学员{self.learner_id}"


class LessonLine(NamedTuple):
    """One learner for whom a lesson is due: `to_attend`, or finished on a replay and no more than that.

    `left_group`: they left the class group while it ran, where that is asked for (storage.group_flow.left_during).
    """

    learner_id: int
    name: str | None
    class_teacher_id: int | None
    to_attend: bool
    attended: bool
    completed: bool
    left_group: bool = False

    @property
    def shown(self) -> str:
        return self.name or f"学员{self.learner_id}"


@dataclass(frozen=True)
class LessonCount:
    """How many learners a lesson is due for, to attend and to complete, and how many did."""

    to_attend: int = 0
    attended: int = 0
    to_complete: int = 0
    completed: int = 0


@dataclass(frozen=True)
class GroupSize:
    """A class group with its learners; `code` is empty for those in no class group at all."""

    cohort_id: int
    group_id: int | None
    code: str | None
    teacher: str | None
    learners: int
    in_group: int


async def cohorts_within(tx: Tx, scope: Scope) -> list[Cohort]:
    """The cohorts in which the scope has a learner or a class group, by start."""
    return [Cohort(*row) for row in (await tx.conn.execute(_cohorts_within(scope.shape), scope.values)).all()]


@lru_cache
def _cohorts_within(scope: Scope) -> Select[Any]:
    return select(*_COHORT).where(cohort_within(scope)).order_by(cohorts.c.starts_at, cohorts.c.id)


async def roster(tx: Tx, scope: Scope, cohort_ids: Sequence[int], *, missing_in_group: bool = False) -> list[RosterLine]:
    """All learners of these cohorts, by cohort and number; `missing_in_group`: those to come into the class group yet."""
    values = {"cohort_ids": cohort_ids, **scope.values}
    rows = await tx.conn.execute(_roster(scope.shape, missing_in_group), values)
    return [RosterLine(*row) for row in rows.all()]


@lru_cache
def _roster(scope: Scope, missing_in_group: bool) -> Select[Any]:
    wanted: Any = bindparam("cohort_ids", expanding=True)
    query = (
        select(
            cohorts.c.code,
            enrolments.c.learner_id,
            learners.c.name,
            enrolments.c.place,
            enrolments.c.attended,
            enrolments.c.completed,
            (enrolments.c.paid_count > 0).label("paid"),
            _in_group().label("in_group"),
            learners.c.unreachable_at.is_not(None).label("unreachable"),
        )
        .join(cohorts, cohorts.c.id == listed_cohort(scope))
        .join(learners, learners.c.id == enrolments.c.learner_id)
        .where(listed_cohort(scope).in_(wanted), enrolment_listed(scope, wanted))
        .order_by(cohorts.c.starts_at, cohorts.c.id, enrolments.c.learner_id)
    )
    if not missing_in_group:
        return query
    query = query.add_columns(class_groups.c.code).outerjoin(class_groups, class_groups.c.id == enrolments.c.class_group_id)
    return query.where(~_in_group(), enrolments.c.place.not_in(GONE))


def due_at(lesson_id: Any, scope: Scope | None, without: str | None) -> ColumnElement[bool]:
    """A condition on `of_lesson()`: for whom the lesson is due, as `at_lesson` lists them."""
    wanted = and_(lessons.c.id == lesson_id, _not_gone(), attendance_due() if without == "attended" else completion_due())
    if scope is not None:
        wanted = and_(wanted, enrolment_listed(scope, cohorts_of([lesson_id])))
    if without is not None:
        flag = attendance.c[without]
        wanted = and_(wanted, or_(flag.is_(None), flag.is_(False)))
    return wanted


def cohorts_of(lesson_ids: Any) -> Select[tuple[int]]:
    """The cohorts of these lessons; `lesson_ids`: what `in_` takes."""
    asked = lessons.alias("asked")
    return select(asked.c.cohort_id).where(asked.c.id.in_(lesson_ids))


async def at_lesson(tx: Tx, lesson_id: int, scope: Scope | None = None, *, without: str | None = None) -> list[LessonLine]:
    """For whom the lesson is due, by number; `without`: who was to have it `attended`, or `completed`, and has not."""
    values = {"lesson_id": lesson_id, **(scope.values if scope else {})}
    rows = await tx.conn.execute(_at_lesson(scope and scope.shape, without), values)
    return [LessonLine(*row) for row in rows.all()]


@lru_cache
def _at_lesson(scope: Scope | None, without: str | None) -> Select[Any]:
    return (
        select(
            enrolments.c.learner_id,
            learners.c.name,
            enrolments.c.class_teacher_id,
            attendance_due(),
            func.coalesce(attendance.c.attended, False),
            func.coalesce(attendance.c.completed, False),
        )
        .select_from(of_lesson(listed_cohort(scope)).join(learners, learners.c.id == enrolments.c.learner_id))
        .where(due_at(bindparam("lesson_id"), scope, without))
        .order_by(enrolments.c.learner_id)
    )


async def lesson_counts(tx: Tx, scope: Scope, lesson_ids: Sequence[int]) -> dict[int, LessonCount]:
    """Per lesson; lessons due for nobody are left out."""
    if not lesson_ids:
        return {}
    rows = await tx.conn.execute(_lesson_counts(scope.shape), {"lesson_ids": lesson_ids, **scope.values})
    return {row[0]: LessonCount(*map(int, row[1:])) for row in rows.all()}


@lru_cache
def _lesson_counts(scope: Scope) -> Select[Any]:
    wanted: Any = bindparam("lesson_ids", expanding=True)
    within = enrolment_listed(scope, cohorts_of(wanted))
    return (
        select(
            lessons.c.id,
            func.sum(case((attendance_due(), 1), else_=0)),
            func.coalesce(func.sum(sql_cast(attendance.c.attended, Integer)), 0),
            func.count(),
            func.coalesce(func.sum(sql_cast(attendance.c.completed, Integer)), 0),
        )
        .select_from(of_lesson(listed_cohort(scope)))
        .where(lessons.c.id.in_(wanted), completion_due(), _not_gone(), within)
        .group_by(lessons.c.id)
    )


async def lessons_in(tx: Tx, cohort_ids: Sequence[int]) -> list[Lesson]:
    """The lessons of these cohorts, by cohort and number."""
    if not cohort_ids:
        return []
    query = select(lessons).where(lessons.c.cohort_id.in_(cohort_ids)).order_by(lessons.c.cohort_id, lessons.c.seq)
    return [to_lesson(row) for row in await tx.conn.execute(query)]


async def group_sizes(tx: Tx, scope: Scope, cohort_ids: Sequence[int]) -> list[GroupSize]:
    """The class groups of the scope in these cohorts with their learners, empty groups too, then those without a group."""
    if not cohort_ids:
        return []
    seats: dict[tuple[int, int | None], tuple[int, int]] = {}
    count = (
        select(
            enrolments.c.cohort_id,
            enrolments.c.class_group_id,
            func.count(),
            func.sum(case((_in_group(), 1), else_=0)),
        )
        .where(listed_cohort(scope).in_(cohort_ids), enrolments.c.place.not_in(GONE), enrolment_listed(scope, cohort_ids))
        .group_by(enrolments.c.cohort_id, enrolments.c.class_group_id)
    )
    for row in await tx.conn.execute(count):
        seats[row[0], row[1]] = (row[2], int(row[3]))
    held = [group_id for _, group_id in seats if group_id is not None]
    groups = (
        select(class_groups.c.cohort_id, class_groups.c.id, class_groups.c.code, members.c.name, members.c.userid)
        .join(members, members.c.id == class_groups.c.class_teacher_id)
        .where(class_groups.c.cohort_id.in_(cohort_ids), or_(group_within(scope), class_groups.c.id.in_(held)))
        .order_by(class_groups.c.cohort_id, class_groups.c.id)
    )
    found = [_group_size(row, seats.get((row.cohort_id, row.id), (0, 0))) for row in await tx.conn.execute(groups)]
    loose = [(c, size) for (c, group_id), size in seats.items() if group_id is None]
    return found + [GroupSize(cohort_id, None, None, None, *size) for cohort_id, size in sorted(loose)]


async def find_learner(tx: Tx, scope: Scope, learner_id: int) -> Learner | None:
    row = (await tx.conn.execute(_learner(scope.shape), {"which": learner_id, **scope.values})).one_or_none()
    return None if row is None else to_learner(row)


@lru_cache
def _learner(scope: Scope) -> Select[Any]:
    return select(learners).where(learners.c.id == bindparam("which"), learner_within(scope))


async def find_enrolment(tx: Tx, scope: Scope, learner_id: int) -> Enrolment | None:
    """The newest enrolment of the learner that is in the scope."""
    row = (await tx.conn.execute(_enrolment(scope.shape), {"whose": learner_id, **scope.values})).one_or_none()
    return None if row is None else to_enrolment(row)


@lru_cache
def _enrolment(scope: Scope) -> Select[Any]:
    return (
        select(enrolments)
        .where(enrolments.c.learner_id == bindparam("whose"), enrolment_within(scope))
        .order_by(enrolments.c.enrolled_at.desc(), enrolments.c.id.desc())
        .limit(1)
    )


def _group_size(row: Any, size: tuple[int, int]) -> GroupSize:
    return GroupSize(row.cohort_id, row.id, row.code, row.name or row.userid, *size)


def _not_gone() -> ColumnElement[bool]:
    """On `of_lesson()`: they had not gone elsewhere when the lesson ended."""
    return or_(enrolments.c.place.not_in(GONE), enrolments.c.place_at >= lessons.c.ends_at)


def _in_group() -> ColumnElement[bool]:
    return and_(enrolments.c.in_group_at.is_not(None), enrolments.c.left_group_at.is_(None))
