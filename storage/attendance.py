"""Attendance rows: one per enrolment and lesson with every witness, the counters they add up to, and a learner's calendar."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, and_, func, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.dml import ReturningUpdate

from storage.cohorts import Cohort, Lesson, calendars_of, load_cohorts, to_lesson
from storage.database import Tx
from storage.declared import LEAVES_KNOWN, read_once
from storage.enrolments import NEWEST_FIRST, Enrolment
from storage.learners import Learner
from storage.statement import Upsert, built_once, insert_into
from storage.sweeps import POOLS
from storage.tables_camp import attendance, enrolments, identities, learners, lessons
from storage.tables_sales import pool_entries


@dataclass(frozen=True)
class Witnesses:
    """Everything known about one learner in one lesson; all empty when nobody said anything yet."""

    watched_seconds: int | None = None
    checked_in_at: datetime | None = None
    checked_in_by: str | None = None
    teacher_mark_at: datetime | None = None
    teacher_mark_by: int | None = None
    teacher_mark_reason: str | None = None
    finished_at: datetime | None = None
    homework_at: datetime | None = None
    homework: str | None = None
    score: int | None = None
    score_comment: str | None = None
    rating: int | None = None
    rating_words: str | None = None
    attended: bool = False
    completed: bool = False


NOTHING = Witnesses()
_NAMES = tuple(field.name for field in fields(Witnesses))
_LEARNER = [learners.c[field.name] for field in fields(Learner)]
_ENROLMENT = [enrolments.c[field.name] for field in fields(Enrolment)]
_WIDTH = len(_ENROLMENT)


@dataclass(frozen=True)
class Seat:
    """One enrolment of a learner with its cohort, the cohort's lessons by number, and the witnesses of each."""

    enrolment: Enrolment
    cohort: Cohort
    lessons: tuple[Lesson, ...]
    witnesses: dict[int, Witnesses]  # by lesson id

    def seen(self, lesson: Lesson) -> Witnesses:
        return self.witnesses.get(lesson.id, NOTHING)


def of_lesson(cohort_id: ColumnElement[int] = enrolments.c.cohort_id) -> FromClause:
    """Lessons with the enrolments of their cohort and what is known of each in the lesson."""
    here = and_(attendance.c.enrolment_id == enrolments.c.id, attendance.c.lesson_id == lessons.c.id)
    return lessons.join(enrolments, cohort_id == lessons.c.cohort_id).outerjoin(attendance, here)


def attendance_due() -> ColumnElement[bool]:
    """camp.rules.attendance.attendance_due on `of_lesson()`."""
    return or_(enrolments.c.enrolled_at < lessons.c.ends_at, attendance.c.attended.is_(True))


def completion_due() -> ColumnElement[bool]:
    """camp.rules.attendance.completion_due on `of_lesson()`."""
    return or_(attendance.c.completed.is_(True), attendance_due())


async def load(tx: Tx, enrolment_id: int, lesson_id: int) -> Witnesses:
    """The witnesses of one enrolment in one lesson (all empty when there is no row)."""
    row = (await tx.conn.execute(*_of_seat(enrolment_id, lesson_id))).one_or_none()
    return NOTHING if row is None else _to_witnesses(row)


async def place_of(
    tx: Tx, kind: str, value: str, cohort_id: int, lesson_id: int
) -> tuple[Learner, Enrolment | None, Witnesses] | None:
    """The learner of this identity, their enrolment in the cohort and what is known of them in the lesson; None for nobody."""
    row = (await tx.conn.execute(*_place_of(kind, value, cohort_id, lesson_id))).one_or_none()
    if row is None:
        return None
    learner, enrolment, known = row[: len(_LEARNER)], row[len(_LEARNER) : -len(_NAMES)], row[-len(_NAMES) :]
    return (
        Learner(*learner),
        None if enrolment[0] is None else Enrolment(*enrolment),
        NOTHING if known[-1] is None else Witnesses(*known),
    )


async def save(tx: Tx, enrolment_id: int, lesson_id: int, **columns: Any) -> None:
    """Sets columns of the row, made when it is new."""
    row = {"attended": False, "completed": False, **columns, "enrolment_id": enrolment_id, "lesson_id": lesson_id}
    await tx.conn.execute(_save(tx.dialect, tuple(columns)), row)


async def recount(tx: Tx, enrolment_id: int) -> tuple[int, int]:
    """Counts the enrolment's lessons anew and returns (attended, completed); an entry in a pool has the new count too."""
    row = (await tx.conn.execute(*_recount(enrolment_id))).one()
    if row.place in POOLS:
        await tx.conn.execute(*_in_pools(enrolment_id, row.attended))
    return row.attended, row.completed


async def seats_of(tx: Tx, learner_id: int) -> list[Seat]:
    """All enrolments of a learner with their calendars, the current one first; three queries, however many there are."""
    mine: dict[int, Enrolment] = {}
    known: dict[int, dict[int, Witnesses]] = {}
    for row in (await tx.conn.execute(*_seats_of(learner_id))).all():
        enrolment_id, lesson_id = row[0], row[_WIDTH]
        if enrolment_id not in mine:
            mine[enrolment_id], known[enrolment_id] = Enrolment(*row[:_WIDTH]), {}
        if lesson_id is not None:
            known[enrolment_id][lesson_id] = Witnesses(*row[_WIDTH + 1 :])
    wanted = {e.cohort_id for e in mine.values()}
    if not wanted:
        return []
    held, calendar = await load_cohorts(tx, wanted), await calendars_of(tx, wanted)
    return [Seat(e, held[e.cohort_id], tuple(calendar.get(e.cohort_id, ())), known[e.id]) for e in mine.values()]


@read_once(lessons)
async def find_lesson_by_id(tx: Tx, lesson_id: int) -> Lesson | None:
    """The lesson, or None: a ticket may be older than the calendar."""
    row = (await tx.conn.execute(*_lesson(lesson_id))).one_or_none()
    return None if row is None else to_lesson(row)


@built_once
def _lesson(lesson_id: int) -> Select[Any]:
    return select(lessons).where(lessons.c.id == lesson_id)


@built_once
def _of_seat(enrolment_id: int, lesson_id: int) -> Select[Any]:
    return select(attendance).where(attendance.c.enrolment_id == enrolment_id, attendance.c.lesson_id == lesson_id)


@built_once
def _place_of(kind: str, value: str, cohort_id: int, lesson_id: int) -> Select[Any]:
    known = [attendance.c[name] for name in _NAMES]
    here = and_(enrolments.c.learner_id == learners.c.id, enrolments.c.cohort_id == cohort_id)
    there = and_(attendance.c.enrolment_id == enrolments.c.id, attendance.c.lesson_id == lesson_id)
    named = identities.join(learners, learners.c.id == identities.c.learner_id)
    query = select(*_LEARNER, *_ENROLMENT, *known).select_from(named.outerjoin(enrolments, here).outerjoin(attendance, there))
    return query.where(identities.c.kind == kind, identities.c.value == value)


@built_once
def _seats_of(learner_id: int) -> Select[Any]:
    """Each enrolment with each lesson something is known of."""
    columns = [attendance.c[name] for name in ("lesson_id", *_NAMES)]
    both = enrolments.outerjoin(attendance, attendance.c.enrolment_id == enrolments.c.id)
    query = select(*_ENROLMENT, *columns).select_from(both).where(enrolments.c.learner_id == learner_id)
    return query.order_by(*NEWEST_FIRST)


@built_once
def _recount(enrolment_id: int) -> ReturningUpdate[Any]:
    mine = attendance.c.enrolment_id == enrolment_id
    attended = select(func.count()).select_from(attendance).where(mine, attendance.c.attended.is_(True)).scalar_subquery()
    completed = select(func.count()).select_from(attendance).where(mine, attendance.c.completed.is_(True)).scalar_subquery()
    return (
        update(enrolments)
        .where(enrolments.c.id == enrolment_id)
        .values(attended=attended, completed=completed)
        .returning(enrolments.c.attended, enrolments.c.completed, enrolments.c.place)
        .execution_options(**LEAVES_KNOWN)
    )


@built_once
def _in_pools(counted_for: int, counted: int) -> Update:
    return update(pool_entries).where(pool_entries.c.enrolment_id == counted_for).values(attended=counted)


@lru_cache
def _save(dialect: str, changed: tuple[str, ...]) -> Upsert:
    row = insert_into(dialect, attendance)
    return row.on_conflict_do_update(
        index_elements=["enrolment_id", "lesson_id"], set_={name: row.excluded[name] for name in changed}
    )


def _to_witnesses(row: Row[Any]) -> Witnesses:
    return Witnesses(**{name: getattr(row, name) for name in _NAMES})
