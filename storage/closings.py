"""Closings: one run of the rules over a cohort at one moment; proposed, confirmed, swept in chunks, done, perhaps undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Row, Select, bindparam, cast, exists, or_, select, type_coerce, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.columns import to_micros
from storage.database import Tx
from storage.statement import built_once
from storage.tables_camp import camps, cohorts, enrolments
from storage.tables_closing import closings

_DAY_MICROS = 86_400_000_000
_CHANGE = update(closings).where(closings.c.id == bindparam("of"))


class State(StrEnum):
    PROPOSED = "proposed"
    HELD = "held"  # a manager said 先不: nothing happens by itself any more
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"

    @property
    def under_way(self) -> bool:
        """Something walks over its learners."""
        return self in (State.RUNNING, State.UNDOING)


@dataclass(frozen=True)
class Closing:
    """`task_id` names the run (a closing that was undone may run again) and the verdict card."""

    id: int
    cohort_id: int
    moment: str
    state: State
    proposed_at: datetime
    proposed_counts: Mapping[str, int]
    task_id: str
    confirmed_at: datetime | None
    confirmed_by: str | None
    progress_id: int
    finished_at: datetime | None


async def load(tx: Tx, closing_id: int) -> Closing | None:
    row = (await tx.conn.execute(*_load(closing_id))).one_or_none()
    return None if row is None else _to_closing(row)


@built_once
def _load(closing_id: int) -> Select[Any]:
    return select(closings).where(closings.c.id == closing_id)


async def find(tx: Tx, cohort_id: int, moment: str) -> Closing | None:
    row = (
        await tx.conn.execute(select(closings).where(closings.c.cohort_id == cohort_id, closings.c.moment == moment))
    ).one_or_none()
    return None if row is None else _to_closing(row)


async def propose(tx: Tx, cohort_id: int, moment: str, counts: Mapping[str, int]) -> Closing:
    """Proposes (again) a closing that is not running; the run's name is made of the fact that caused it."""
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    fresh = {
        "state": State.PROPOSED,
        "proposed_at": tx.now,
        "proposed_counts": dict(counts),
        "task_id": f"{moment}-{cohort_id}-{tx.cause_id or 0}",
        "confirmed_at": None,
        "confirmed_by": None,
        "progress_id": 0,
        "finished_at": None,
    }
    await tx.conn.execute(
        make(closings)
        .values(cohort_id=cohort_id, moment=moment, **fresh)
        .on_conflict_do_update(
            index_elements=["cohort_id", "moment"], set_=fresh, where=closings.c.state.not_in([State.RUNNING, State.UNDOING])
        )
    )
    found = await find(tx, cohort_id, moment)
    assert found is not None
    return found


async def start(tx: Tx, closing_id: int, by: str) -> bool:
    """From proposed to running; False when somebody was faster or it was held."""
    result = await tx.conn.execute(
        update(closings)
        .where(closings.c.id == closing_id, closings.c.state == State.PROPOSED)
        .values(state=State.RUNNING, confirmed_at=tx.now, confirmed_by=by, progress_id=0)
    )
    return result.rowcount > 0


async def change(tx: Tx, closing_id: int, **columns: Any) -> None:
    """Sets columns of `closings`."""
    await tx.conn.execute(_CHANGE, {**columns, "of": closing_id})


async def set_cohort_closed(tx: Tx, cohort_id: int, closed_at: datetime | None) -> None:
    """From `closed_at` on nobody enters the cohort; None opens it again."""
    await tx.conn.execute(update(cohorts).where(cohorts.c.id == cohort_id).values(closed_at=closed_at))


async def cohorts_to_propose(tx: Tx, moment: str, confirm_within: timedelta) -> list[int]:
    """Cohorts past their close that nobody was asked about, or whose question ran out unanswered."""
    asked = exists().where(closings.c.cohort_id == cohorts.c.id, closings.c.moment == moment)
    ran_out = exists().where(
        closings.c.cohort_id == cohorts.c.id,
        closings.c.moment == moment,
        closings.c.state == State.PROPOSED,
        closings.c.proposed_at <= tx.now - confirm_within,
    )
    rows = await tx.conn.execute(
        select(cohorts.c.id)
        .where(cohorts.c.closes_at <= tx.now, cohorts.c.closed_at.is_(None), or_(~asked, ran_out))
        .order_by(cohorts.c.id)
    )
    return [row.id for row in rows]


async def proposed_before(tx: Tx, moment: str, until: datetime) -> list[Closing]:
    """Closings still waiting for a confirm, proposed at or before `until`, of cohorts past their close."""
    rows = await tx.conn.execute(
        select(closings)
        .join(cohorts, cohorts.c.id == closings.c.cohort_id)
        .where(
            closings.c.moment == moment,
            closings.c.state == State.PROPOSED,
            closings.c.proposed_at <= until,
            cohorts.c.closes_at <= tx.now,
        )
        .order_by(closings.c.id)
    )
    return [_to_closing(row) for row in rows]


async def ended_sale_windows(tx: Tx, place: str) -> list[int]:
    """Cohorts with somebody whose sale window (a setting of the camp, in days) has run out since they came to `place`."""
    window = cast(camps.c.sale_window_days, BigInteger) * _DAY_MICROS
    ended = to_micros(tx.now) - window
    due = exists().where(
        enrolments.c.cohort_id == cohorts.c.id,
        enrolments.c.place == place,
        type_coerce(enrolments.c.place_at, BigInteger) <= ended,
    )
    # Nobody came there before the close: until its window is over, a cohort need not be looked into.
    closed = type_coerce(cohorts.c.closed_at, BigInteger) <= ended
    query = select(cohorts.c.id).join(camps, camps.c.id == cohorts.c.camp_id).where(closed, due).order_by(cohorts.c.id)
    return [row.id for row in await tx.conn.execute(query)]


async def open_cohort(tx: Tx, code: str | None) -> int | None:
    """The id of the cohort of this code when it is not closed yet."""
    if code is None:
        return None
    found: int | None = (await tx.conn.execute(*_open_cohort(code))).scalar_one_or_none()
    return found


@built_once
def _open_cohort(code: str) -> Select[Any]:
    return select(cohorts.c.id).where(cohorts.c.code == code, cohorts.c.closed_at.is_(None))


def _to_closing(r: Row[Any]) -> Closing:
    return Closing(
        r.id,
        r.cohort_id,
        r.moment,
        State(r.state),
        r.proposed_at,
        r.proposed_counts,
        r.task_id or "",
        r.confirmed_at,
        r.confirmed_by,
        r.progress_id,
        r.finished_at,
    )
