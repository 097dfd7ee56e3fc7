"""What a salesperson wants to know of learners in a pool before talking to them; three queries, however many learners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select

from storage.attendance import attendance_due, completion_due, of_lesson
from storage.database import Tx
from storage.pools import Entry
from storage.tables_camp import attendance, enrolments, lessons, questions


@dataclass(frozen=True)
class Due:
    """How many lessons of the cohort the learner was, or is, to attend and to complete."""

    to_attend: int = 0
    to_complete: int = 0


@dataclass(frozen=True)
class Lead:
    """The lessons due, the sum and number of the learner's lesson ratings, and how often they asked something."""

    due: Due
    rating_sum: int
    ratings: int
    questions: int


async def of_entries(tx: Tx, entries: Sequence[Entry]) -> dict[int, Lead]:
    """By entry id."""
    due = await lessons_due(tx, entries)
    ratings = {
        row.enrolment_id: (int(row.total), int(row.number))
        for row in await tx.conn.execute(
            select(
                attendance.c.enrolment_id,
                func.sum(attendance.c.rating).label("total"),
                func.count(attendance.c.rating).label("number"),
            )
            .where(attendance.c.enrolment_id.in_([e.enrolment_id for e in entries]), attendance.c.rating.is_not(None))
            .group_by(attendance.c.enrolment_id)
        )
    }
    asked = {
        row.learner_id: int(row.number)
        for row in await tx.conn.execute(
            select(questions.c.learner_id, func.count().label("number"))
            .where(questions.c.learner_id.in_([e.learner_id for e in entries]))
            .group_by(questions.c.learner_id)
        )
    }
    return {e.id: Lead(due[e.id], *ratings.get(e.enrolment_id, (0, 0)), asked.get(e.learner_id, 0)) for e in entries}


async def lessons_due(tx: Tx, entries: Sequence[Entry]) -> dict[int, Due]:
    """By entry id."""
    query = (
        select(
            enrolments.c.id,
            func.sum(case((attendance_due(), 1), else_=0)),
            func.sum(case((completion_due(), 1), else_=0)),
        )
        .select_from(of_lesson())
        .where(enrolments.c.id.in_([e.enrolment_id for e in entries]))
        .group_by(enrolments.c.id)
    )
    found = {row[0]: Due(int(row[1]), int(row[2])) for row in await tx.conn.execute(query)}
    return {e.id: found.get(e.enrolment_id, Due()) for e in entries}


async def ratings_of(tx: Tx, enrolment_id: int) -> list[tuple[int, int, str | None]]:
    """(lesson number, 1-5, words) the learner gave."""
    rows = await tx.conn.execute(
        select(lessons.c.seq, attendance.c.rating, attendance.c.rating_words)
        .join(lessons, lessons.c.id == attendance.c.lesson_id)
        .where(attendance.c.enrolment_id == enrolment_id, attendance.c.rating.is_not(None))
        .order_by(lessons.c.seq)
    )
    return [(row.seq, row.rating, row.rating_words) for row in rows]


async def questions_of(tx: Tx, learner_id: int, limit: int) -> list[str]:
    """What the learner asked, the newest first."""
    query = select(questions.c.text).where(questions.c.learner_id == learner_id).order_by(questions.c.id.desc()).limit(limit)
    return [row.text for row in await tx.conn.execute(query)]
