"""Moving learners on: their enrolments in the next cohort, made by one statement for those whose class teacher is there too.

`movers` is always a condition on `enrolments` with its values: whose enrolments are followed by one in the next cohort.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Row,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.sql import Executable

from storage.columns import UtcTime
from storage.database import Tx
from storage.kf import WINDOW
from storage.statement import insert_into
from storage.sweeps import Who, placed_by
from storage.tables_camp import class_groups, cohorts, enrolments, learners
from storage.tables_closing import placements
from storage.tables_loop import kf_windows

# How an enrolment made by a closing says where it came from.
SOURCE = "moved"
_ZEROS = ("attended", "completed", "paid_count", "paid_fen")


async def group_loads(tx: Tx, cohort_id: int) -> dict[int, int]:
    """How many enrolments each class group of the cohort has."""
    seats = select(enrolments.c.class_group_id, func.count()).where(enrolments.c.cohort_id == cohort_id)
    taken = {row[0]: row[1] for row in await tx.conn.execute(seats.group_by(enrolments.c.class_group_id))}
    own = and_(class_groups.c.cohort_id == cohort_id, class_groups.c.overflow_of.is_(None))
    groups = await tx.conn.execute(select(class_groups.c.id).where(own))
    return {row.id: taken.get(row.id, 0) for row in groups}


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


def standing(cohort_id: int, place: str, closing_id: int, since: datetime, after: int, upto: int = 2**62) -> Who:
    """Who of a cohort a run put into `place` and who is there still, after an enrolment id and up to another."""
    there = and_(enrolments.c.cohort_id == cohort_id, enrolments.c.place == place)
    part = and_(there, enrolments.c.id > after, enrolments.c.id <= upto)
    return Who(and_(part, placed_by(closing_id, since)), {})


async def last_of(tx: Tx, movers: Who, size: int) -> int | None:
    """The last enrolment id of the next `size`; None when there is nobody."""
    ids = select(enrolments.c.id).where(movers.condition).order_by(enrolments.c.id).limit(size).subquery()
    upto: int | None = (await tx.conn.execute(select(func.max(ids.c.id)), movers.values)).scalar_one()
    return upto


async def leave_list(tx: Tx, movers: Who, closing_id: int, to_place: str) -> int:
    """They are in `to_place` now, and so their placements say; returns how many."""
    there = select(enrolments.c.id).where(movers.condition)
    own = and_(placements.c.closing_id == closing_id, placements.c.enrolment_id.in_(there))
    await tx.conn.execute(update(placements).where(own).values(to_place=to_place), movers.values)
    moved = update(enrolments).where(movers.condition).values(place=to_place, place_at=tx.now)
    return (await tx.conn.execute(moved, movers.values)).rowcount


async def carry_with_teacher(tx: Tx, movers: Who, cohort_id: int, place: str) -> int:
    """Enrols those whose class teacher has a group in the cohort, there in `place`; who is enrolled there stays as they are.

    Returns how many of the others there are.
    """
    enrol, others = _with_teacher(tx.dialect, movers.condition)
    values = {**movers.values, "s_next": cohort_id, "s_place": place, "s_now": tx.now}
    await tx.conn.execute(enrol, values)
    return int((await tx.conn.execute(others, values)).scalar_one())


@lru_cache(maxsize=64)
def _with_teacher(dialect: str, movers: ColumnElement[bool]) -> tuple[Executable, Select[Any]]:
    group = _first_groups()
    taught = enrolments.join(group, group.c.class_teacher_id == enrolments.c.class_teacher_id)
    columns = (enrolments.c.learner_id, group.c.group_id, enrolments.c.class_teacher_id, enrolments.c.channel_id)
    enrol = _enrol(dialect, select(*columns, *_FACTS).select_from(taught).where(movers))
    return enrol, select(func.count()).select_from(_beside(group)).where(movers, group.c.group_id.is_(None))


async def carry_others(
    tx: Tx, movers: Who, cohort_id: int, place: str, spread: Mapping[int, int], teachers: Mapping[int, int]
) -> None:
    """The same for those whose class teacher has no group there: in id order the first n go to the first group, and so on.

    `spread`: group → how many it takes. `teachers`: group → its class teacher. Without any group they keep their teacher.
    """
    group = _first_groups()
    number = func.row_number().over(order_by=enrolments.c.id).label("number")
    columns = (enrolments.c.learner_id, enrolments.c.class_teacher_id, enrolments.c.channel_id, number)
    homeless = select(*columns).select_from(_beside(group)).where(movers.condition, group.c.group_id.is_(None)).subquery()
    given: ColumnElement[Any] = cast(null(), BigInteger)
    teacher: ColumnElement[Any] = homeless.c.class_teacher_id
    steps, filled = [], 0
    for group_id, share in spread.items():
        filled += share
        if share:
            steps.append((homeless.c.number <= filled, group_id))
    if steps:
        given = case(*steps, else_=null())
        teacher = case(*((test, teachers[group_id]) for test, group_id in steps), else_=teacher)
    chosen = select(homeless.c.learner_id, given, teacher, homeless.c.channel_id, *_FACTS)
    values = {**movers.values, "s_next": cohort_id, "s_place": place, "s_now": tx.now}
    await tx.conn.execute(_enrol(tx.dialect, chosen.where(homeless.c.learner_id.is_not(None))), values)


async def within_reach(tx: Tx, movers: Who, upto: int, limit: int) -> list[Row[Any]]:
    """Those up to an enrolment id to whom customer service may write now: columns of `learners`, and `enrolment_id`."""
    may_write = or_(kf_windows.c.learner_spoke_at > tx.now - WINDOW, kf_windows.c.welcome_until > tx.now)
    query = (
        select(learners, enrolments.c.id.label("enrolment_id"))
        .select_from(enrolments)
        .join(kf_windows, kf_windows.c.learner_id == enrolments.c.learner_id)
        .join(learners, learners.c.id == enrolments.c.learner_id)
        .where(movers.condition, enrolments.c.id <= upto, kf_windows.c.closed_at.is_(None), may_write)
        .order_by(enrolments.c.id)
        .limit(limit)
    )
    return list(await tx.conn.execute(query, movers.values))


_NEXT: BindParameter[int] = bindparam("s_next", type_=BigInteger())
_PLACE: BindParameter[str] = bindparam("s_place", type_=String())
_NOW: BindParameter[datetime] = bindparam("s_now", type_=UtcTime())
_FACTS = (_NEXT, literal(SOURCE), _NOW, _PLACE, _NOW, *(literal(0) for _ in _ZEROS))


def _first_groups() -> Subquery:
    """Of each class teacher the first group in the next cohort."""
    groups = select(class_groups.c.class_teacher_id, func.min(class_groups.c.id).label("group_id"))
    return groups.where(class_groups.c.cohort_id == _NEXT).group_by(class_groups.c.class_teacher_id).subquery()


def _beside(group: Subquery) -> Any:
    return enrolments.outerjoin(group, group.c.class_teacher_id == enrolments.c.class_teacher_id)


def _enrol(dialect: str, chosen: Select[Any]) -> Executable:
    who = ["learner_id", "class_group_id", "class_teacher_id", "channel_id"]
    columns = [*who, "cohort_id", "source", "enrolled_at", "place", "place_at", *_ZEROS]
    row = insert_into(dialect, enrolments).from_select(columns, chosen)
    return row.on_conflict_do_nothing(index_elements=["learner_id", "cohort_id"])
