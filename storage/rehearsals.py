"""Rehearsals: what other rules would have done to closed cohorts, and would do to open ones; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select

from storage.database import Tx
from storage.rule_sql import LIVE, SETTINGS, THEN, RuleLike, Values, decided_place
from storage.tables_camp import camps, cohorts, enrolments
from storage.tables_closing import closings, placements


@dataclass(frozen=True)
class Shift:
    """`number` learners of a cohort who would be at `there` instead of `here`; `paid` of them bought in the meantime."""

    cohort_id: int
    cohort_name: str
    closed: bool
    here: str
    there: str
    number: int
    paid: int


async def closed_cohorts(tx: Tx, moment: str, now: Sequence[RuleLike], then: Sequence[RuleLike], settings: Values) -> list[Shift]:
    """On the facts of each closing: where the rules of today put everybody, and where the others would."""
    joined = (
        placements.join(closings, closings.c.id == placements.c.closing_id)
        .join(enrolments, enrolments.c.id == placements.c.enrolment_id)
        .join(cohorts, cohorts.c.id == closings.c.cohort_id)
        .join(camps, camps.c.id == cohorts.c.camp_id)
    )
    here = func.coalesce(decided_place(now, THEN, SETTINGS), placements.c.from_place)
    there = func.coalesce(decided_place(then, THEN, settings), placements.c.from_place)
    wanted = [closings.c.moment == moment, closings.c.state == "done"]
    return await _shifts(tx, joined, here, there, wanted, closed=True)


async def open_cohorts(tx: Tx, place: str, now: Sequence[RuleLike], then: Sequence[RuleLike], settings: Values) -> list[Shift]:
    """On the facts of this moment, for everybody in `place` in cohorts that have begun and are not closed."""
    joined = enrolments.join(cohorts, cohorts.c.id == enrolments.c.cohort_id).join(camps, camps.c.id == cohorts.c.camp_id)
    here = func.coalesce(decided_place(now, LIVE, SETTINGS), enrolments.c.place)
    there = func.coalesce(decided_place(then, LIVE, settings), enrolments.c.place)
    wanted = [enrolments.c.place == place, cohorts.c.closed_at.is_(None), cohorts.c.starts_at <= tx.now]
    return await _shifts(tx, joined, here, there, wanted, closed=False)


async def _shifts(
    tx: Tx, joined: Any, here: ColumnElement[Any], there: ColumnElement[Any], wanted: list[ColumnElement[bool]], *, closed: bool
) -> list[Shift]:
    inner = (
        select(
            cohorts.c.id.label("cohort_id"),
            cohorts.c.name.label("cohort_name"),
            cohorts.c.starts_at,
            here.label("here"),
            there.label("there"),
            case((enrolments.c.paid_count > 0, 1), else_=literal(0)).label("paid"),
        )
        .select_from(joined)
        .where(*wanted)
        .subquery()
    )
    keys = [inner.c.starts_at, inner.c.cohort_id, inner.c.cohort_name, inner.c.here, inner.c.there]
    query = select(*keys, func.count().label("number"), func.sum(inner.c.paid).label("paid")).group_by(*keys).order_by(*keys)
    return [
        Shift(r.cohort_id, r.cohort_name, closed, r.here, r.there, int(r.number), int(r.paid))
        for r in await tx.conn.execute(query)
    ]
