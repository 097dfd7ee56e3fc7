"""Where the learners of a cohort are and by which rule: the forecast, the counts, the rosters of a close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, case, exists, func, select

from storage.database import Tx
from storage.sweeps import Sweep, placed_by
from storage.tables_camp import cohorts, enrolments, learners, members
from storage.tables_closing import closings, placements


async def forecast(tx: Tx, sweep: Sweep, paid_place: str) -> dict[str, int]:
    """How many of the cohort would be where after the run: every enrolment counts once, and who paid is where those are."""
    shape = sweep.shape
    decided = case((enrolments.c.paid_count > 0, paid_place), else_=func.coalesce(shape.place, enrolments.c.place))
    after = case((shape.source, decided), else_=enrolments.c.place).label("place")
    query = select(after, func.count().label("number")).where(enrolments.c.cohort_id == sweep.cohort_id)
    return {row.place: row.number for row in await tx.conn.execute(query.group_by(after), sweep.values)}


async def count_by_place(tx: Tx, cohort_id: int) -> dict[str, int]:
    """How many enrolments of the cohort are where."""
    query = select(enrolments.c.place, func.count().label("number")).where(enrolments.c.cohort_id == cohort_id)
    return {row.place: row.number for row in await tx.conn.execute(query.group_by(enrolments.c.place))}


async def teachers_after(tx: Tx, cohort_id: int, after: int, limit: int) -> list[int]:
    """The next class teachers who have learners in the cohort, by member id."""
    taught = exists().where(enrolments.c.class_teacher_id == members.c.id, enrolments.c.cohort_id == cohort_id)
    query = select(members.c.id).where(members.c.id > after, taught).order_by(members.c.id).limit(limit)
    return [row.id for row in await tx.conn.execute(query)]


async def roster_by_teacher(
    tx: Tx, cohort_id: int, teachers: Sequence[int], names: int, run: tuple[int, datetime] | None = None
) -> list[Row[Any]]:
    """(member_id, place, number, learner_id, name): for each of these class teachers and each place how many, and the first
    `names` of them.

    Of the whole cohort, or of those a run (closing id, its confirm) placed.
    """
    own: list[ColumnElement[Any]] = [enrolments.c.class_teacher_id, enrolments.c.place]
    ranked = select(
        enrolments.c.class_teacher_id.label("member_id"),
        enrolments.c.place,
        enrolments.c.learner_id,
        func.count().over(partition_by=own).label("number"),
        func.row_number().over(partition_by=own, order_by=enrolments.c.learner_id).label("rank"),
    ).where(enrolments.c.cohort_id == cohort_id, enrolments.c.class_teacher_id.in_(teachers))
    if run is not None:
        ranked = ranked.where(placed_by(*run))
    first = ranked.subquery()
    query = (
        select(first.c.member_id, first.c.place, first.c.number, first.c.learner_id, learners.c.name)
        .join(learners, learners.c.id == first.c.learner_id)
        .where(first.c.rank <= names)
        .order_by(first.c.member_id, first.c.place, first.c.learner_id)
    )
    return list(await tx.conn.execute(query))


async def newest(tx: Tx, learner_id: int) -> Row[Any] | None:
    """The last placement of a learner with its closing's confirm and its cohort."""
    query = (
        select(
            placements,
            closings.c.moment,
            closings.c.confirmed_by,
            closings.c.confirmed_at,
            closings.c.state.label("closing_state"),
            cohorts.c.name.label("cohort_name"),
            cohorts.c.camp_id,
        )
        .join(enrolments, enrolments.c.id == placements.c.enrolment_id)
        .join(closings, closings.c.id == placements.c.closing_id)
        .join(cohorts, cohorts.c.id == enrolments.c.cohort_id)
        .where(enrolments.c.learner_id == learner_id)
        .order_by(placements.c.at.desc(), placements.c.enrolment_id.desc())
        .limit(1)
    )
    return (await tx.conn.execute(query)).one_or_none()
