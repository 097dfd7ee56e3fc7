"""Moving learners on: their enrolments in the next cohort, made by one statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, cast, exists, func, literal, null, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.columns import UtcTime
from storage.database import Tx
from storage.placements import Stretch
from storage.tables_camp import class_groups, cohorts, enrolments, placements

# How an enrolment made by a closing says where it came from.
SOURCE = "moved"
_IDS_PER_STATEMENT = 500


async def group_loads(tx: Tx, cohort_id: int) -> dict[int, int]:
    """How many enrolments each class group of the cohort has."""
    query = (
        select(class_groups.c.id, func.count(enrolments.c.id).label("number"))
        .outerjoin(enrolments, enrolments.c.class_group_id == class_groups.c.id)
        .where(class_groups.c.cohort_id == cohort_id)
        .group_by(class_groups.c.id)
    )
    return {row.id: row.number for row in await tx.conn.execute(query)}


async def cohorts_waiting(tx: Tx, place: str) -> list[int]:
    """Closed cohorts with learners in `place` whose next cohort is declared and open now."""
    later = cohorts.alias("later")
    waiting = exists().where(enrolments.c.cohort_id == cohorts.c.id, enrolments.c.place == place)
    rows = await tx.conn.execute(
        select(cohorts.c.id)
        .join(later, later.c.code == cohorts.c.next_code)
        .where(cohorts.c.closed_at.is_not(None), later.c.closed_at.is_(None), waiting)
        .order_by(cohorts.c.id)
    )
    return [row.id for row in rows]


async def leave_list(tx: Tx, stretch: Stretch, from_place: str, to_place: str) -> int:
    """Those who stood in `from_place` are in `to_place` now, and so their placements say; returns how many."""
    placed = select(placements.c.enrolment_id).where(stretch.placed, placements.c.to_place == from_place)
    there = select(enrolments.c.id).where(enrolments.c.place == from_place, enrolments.c.id.in_(placed))
    ids = [row.id for row in await tx.conn.execute(there)]
    for start in range(0, len(ids), _IDS_PER_STATEMENT):
        part = ids[start : start + _IDS_PER_STATEMENT]
        await tx.conn.execute(
            update(placements).where(stretch.placed, placements.c.enrolment_id.in_(part)).values(to_place=to_place)
        )
        await tx.conn.execute(update(enrolments).where(enrolments.c.id.in_(part)).values(place=to_place, place_at=tx.now))
    return len(ids)


async def movers_by_teacher(tx: Tx, stretch: Stretch, to_place: str) -> dict[int | None, int]:
    """How many of the stretch move on, by their class teacher so far."""
    query = (
        select(enrolments.c.class_teacher_id, func.count().label("number"))
        .join(placements, placements.c.enrolment_id == enrolments.c.id)
        .where(stretch.placed, placements.c.to_place == to_place, enrolments.c.place == to_place)
        .group_by(enrolments.c.class_teacher_id)
    )
    return {row.class_teacher_id: row.number for row in await tx.conn.execute(query)}


async def carry_over(
    tx: Tx,
    stretch: Stretch,
    to_place: str,
    cohort_id: int,
    place: str,
    *,
    groups: Mapping[int, int],
    teachers: Mapping[int, int],
    spread: Mapping[int, int],
) -> None:
    """Enrols the stretch's movers in `cohort_id`, there in `place`; who is enrolled there already stays as they are.

    `groups`: class teacher → their group there. `teachers`: group → its class teacher. `spread`: group → how many of those
    whose teacher has no group there it takes; without any group they keep their teacher.
    """
    group_id = _group_of_mover(groups, spread)
    movers = (
        select(
            enrolments.c.learner_id,
            group_id.label("group_id"),
            enrolments.c.class_teacher_id,
            enrolments.c.channel_id,
        )
        .join(placements, placements.c.enrolment_id == enrolments.c.id)
        .where(stretch.placed, placements.c.to_place == to_place, enrolments.c.place == to_place)
        .subquery()
    )
    teacher: ColumnElement[Any] = movers.c.class_teacher_id
    if teachers:
        teacher = case(*((movers.c.group_id == g, t) for g, t in teachers.items()), else_=teacher)
    now = literal(tx.now, UtcTime())
    zeros = ["attended", "completed", "paid_count", "paid_fen"]
    row = (pg_insert if tx.dialect == "postgresql" else sqlite_insert)(enrolments).from_select(
        [
            "learner_id",
            "cohort_id",
            "class_group_id",
            "class_teacher_id",
            "channel_id",
            "source",
            "enrolled_at",
            "place",
            "place_at",
            *zeros,
        ],
        select(
            movers.c.learner_id,
            literal(cohort_id),
            movers.c.group_id,
            teacher,
            movers.c.channel_id,
            literal(SOURCE),
            now,
            literal(place),
            now,
            *(literal(0) for _ in zeros),
        ).where(movers.c.learner_id.is_not(None)),
    )
    await tx.conn.execute(row.on_conflict_do_nothing(index_elements=["learner_id", "cohort_id"]))


def _group_of_mover(groups: Mapping[int, int], spread: Mapping[int, int]) -> ColumnElement[Any]:
    """The class group a mover gets, as a column."""
    # The homeless are numbered in id order; the first n go to the first group of the spread, and so on.
    homeless = enrolments.c.class_teacher_id.is_(None) | enrolments.c.class_teacher_id.not_in(list(groups))
    number = func.sum(case((homeless, 1), else_=0)).over(order_by=enrolments.c.id)
    steps, filled = [], 0
    for group, share in spread.items():
        filled += share
        steps.append((number <= filled, group))
    given = case(*steps, else_=null()) if steps else cast(null(), BigInteger)
    return case(*((enrolments.c.class_teacher_id == t, g) for t, g in groups.items()), else_=given) if groups else given
