"""Rosters: who is in a cohort, who was in a lesson and who was not; every read passes the reader's scope, one query each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, func, or_, select
from sqlalchemy import cast as sql_cast

from storage.attendance import attendance_due, completion_due, of_lesson
from storage.cohorts import Cohort, Lesson, to_lesson
from storage.database import Tx
from storage.enrolments import Enrolment, to_enrolment
from storage.learners import Learner, to_learner
from storage.scopes import Range, Scope, enrolment_within, group_within, learner_within
from storage.tables_camp import attendance, class_groups, cohorts, enrolments, learners, lessons, members

# A search inside names looks at so many learners where there is no smaller circle.
_NEWEST = 20_000
# Somebody else, or nobody yet, teaches who is there.
GONE = ("left", "next_cohort", "waiting")
_COHORT = [cohorts.c[field.name] for field in fields(Cohort)]


@dataclass(frozen=True)
class RosterLine:
    """One learner of a cohort. `place` is the value of camp.rules.place.Place."""

    cohort_code: str
    learner_id: int
    name: str | None
    place: str
    attended: int
    completed: int
    paid: bool
    in_group: bool
    unreachable: bool

    @property
    def shown(self) -> str:
        return self.name or f"学员{self.learner_id}"


@dataclass(frozen=True)
class NamedLearner:
    """A learner found by name, `exact` when it is the whole name; `cohort_code` is that of the newest enrolment."""

    learner_id: int
    name: str
    exact: bool
    cohort_code: str | None


@dataclass(frozen=True)
class LessonLine:
    """One learner for whom a lesson is due: `to_attend`, or finished on a replay and no more than that."""

    learner_id: int
    name: str | None
    class_teacher_id: int | None
    to_attend: bool
    attended: bool
    completed: bool

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
    query = select(*_COHORT).order_by(cohorts.c.starts_at, cohorts.c.id)
    if scope.range is not Range.ALL:
        taught = select(enrolments.c.cohort_id).where(enrolment_within(scope))
        run = select(class_groups.c.cohort_id).where(group_within(scope))
        query = query.where(or_(cohorts.c.id.in_(taught), cohorts.c.id.in_(run)))
    return [Cohort(*row) for row in await tx.conn.execute(query)]


async def roster(tx: Tx, scope: Scope, cohort_ids: Sequence[int], *, missing_in_group: bool = False) -> list[RosterLine]:
    """All learners of these cohorts, by cohort and number; `missing_in_group`: those to come into the class group yet."""
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
        .join(cohorts, cohorts.c.id == enrolments.c.cohort_id)
        .join(learners, learners.c.id == enrolments.c.learner_id)
        .where(enrolments.c.cohort_id.in_(cohort_ids), enrolment_within(scope))
        .order_by(cohorts.c.starts_at, cohorts.c.id, enrolments.c.learner_id)
    )
    if missing_in_group:
        query = query.where(~_in_group(), enrolments.c.place.not_in(GONE))
    return [RosterLine(*row) for row in await tx.conn.execute(query)]


def due_at(lesson_id: int, scope: Scope | None, without: str | None) -> ColumnElement[bool]:
    """A condition on `of_lesson()`: for whom the lesson is due, as `at_lesson` lists them."""
    wanted = and_(lessons.c.id == lesson_id, _not_gone(), attendance_due() if without == "attended" else completion_due())
    if scope is not None:
        wanted = and_(wanted, enrolment_within(scope))
    if without is not None:
        flag = attendance.c[without]
        wanted = and_(wanted, or_(flag.is_(None), flag.is_(False)))
    return wanted


async def at_lesson(tx: Tx, lesson_id: int, scope: Scope | None = None, *, without: str | None = None) -> list[LessonLine]:
    """For whom the lesson is due, by number; `without`: who was to have it `attended`, or `completed`, and has not."""
    query = (
        select(
            enrolments.c.learner_id,
            learners.c.name,
            enrolments.c.class_teacher_id,
            attendance_due(),
            func.coalesce(attendance.c.attended, False),
            func.coalesce(attendance.c.completed, False),
        )
        .select_from(of_lesson().join(learners, learners.c.id == enrolments.c.learner_id))
        .where(due_at(lesson_id, scope, without))
        .order_by(enrolments.c.learner_id)
    )
    return [LessonLine(*row) for row in await tx.conn.execute(query)]


async def lesson_counts(tx: Tx, scope: Scope, lesson_ids: Sequence[int]) -> dict[int, LessonCount]:
    """Per lesson; lessons due for nobody are left out."""
    if not lesson_ids:
        return {}
    query = (
        select(
            lessons.c.id,
            func.sum(case((attendance_due(), 1), else_=0)),
            func.coalesce(func.sum(sql_cast(attendance.c.attended, Integer)), 0),
            func.count(),
            func.coalesce(func.sum(sql_cast(attendance.c.completed, Integer)), 0),
        )
        .select_from(of_lesson())
        .where(lessons.c.id.in_(lesson_ids), completion_due(), _not_gone(), enrolment_within(scope))
        .group_by(lessons.c.id)
    )
    return {row[0]: LessonCount(*map(int, row[1:])) for row in await tx.conn.execute(query)}


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
        .where(enrolments.c.cohort_id.in_(cohort_ids), enrolments.c.place.not_in(GONE), enrolment_within(scope))
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
    row = (await tx.conn.execute(select(learners).where(learners.c.id == learner_id, learner_within(scope)))).one_or_none()
    return None if row is None else to_learner(row)


async def find_enrolment(tx: Tx, scope: Scope, learner_id: int) -> Enrolment | None:
    """The newest enrolment of the learner that is in the scope."""
    query = (
        select(enrolments)
        .where(enrolments.c.learner_id == learner_id, enrolment_within(scope))
        .order_by(enrolments.c.enrolled_at.desc(), enrolments.c.id.desc())
        .limit(1)
    )
    row = (await tx.conn.execute(query)).one_or_none()
    return None if row is None else to_enrolment(row)


async def named(tx: Tx, scope: Scope, words: str, limit: int) -> list[NamedLearner]:
    """The learners whose name holds these words, whole names first; case does not matter.

    Who sees all learners finds whole names and beginnings among all of them, and words inside a name among the newest: such
    words have no index that serves two characters, on neither database.
    """
    name, wanted = func.lower(learners.c.name), words.lower()
    if scope.range is not Range.ALL:
        searches = [and_(name.contains(wanted, autoescape=True), learner_within(scope))]
    else:
        newest = select(func.max(learners.c.id)).correlate(None).scalar_subquery() - _NEWEST
        inside = and_(learners.c.id > newest, name.contains(wanted, autoescape=True))
        # The index knows names as they are written; who has a case writes it in one of these ways.
        spellings = dict.fromkeys((words, wanted, words.upper(), words.title()))
        searches = [*(learners.c.name == one for one in spellings), *(_begins(tx, one) for one in spellings), inside]
    found: dict[int, NamedLearner] = {}
    for search in searches:
        for row in await tx.conn.execute(_named(search, name == wanted, limit)):
            found[row.id] = NamedLearner(row.id, row.name, bool(row.exact), row.code)
    return sorted(found.values(), key=lambda one: (not one.exact, one.learner_id))[:limit]


def _named(search: ColumnElement[bool], exact: ColumnElement[bool], limit: int) -> Select[Any]:
    some = select(learners.c.id, learners.c.name, exact.label("exact")).where(search)
    some = some.order_by(exact.desc(), learners.c.id).limit(limit)
    first = some.subquery()
    one = enrolments.alias("one")
    newest = (
        select(one.c.id)
        .where(one.c.learner_id == first.c.id)
        .order_by(one.c.enrolled_at.desc(), one.c.id.desc())
        .limit(1)
        .correlate(first)
        .scalar_subquery()
    )
    return (
        select(first, cohorts.c.code)
        .select_from(first)
        .outerjoin(enrolments, enrolments.c.id == newest)
        .outerjoin(cohorts, cohorts.c.id == enrolments.c.cohort_id)
    )


def _begins(tx: Tx, words: str) -> ColumnElement[bool]:
    """By the index: PostgreSQL's compares by characters only with these operators, SQLite's always does."""
    name, after = learners.c.name, words + chr(0x10FFFF)
    if tx.dialect == "postgresql":
        return and_(name.op("~>=~", is_comparison=True)(words), name.op("~<~", is_comparison=True)(after))
    return and_(name >= words, name < after)


def _group_size(row: Any, size: tuple[int, int]) -> GroupSize:
    return GroupSize(row.cohort_id, row.id, row.code, row.name or row.userid, *size)


def _not_gone() -> ColumnElement[bool]:
    """On `of_lesson()`: they had not gone elsewhere when the lesson ended."""
    return or_(enrolments.c.place.not_in(GONE), enrolments.c.place_at >= lessons.c.ends_at)


def _in_group() -> ColumnElement[bool]:
    return and_(enrolments.c.in_group_at.is_not(None), enrolments.c.left_group_at.is_(None))
