"""What a camp declares to say to its class groups, its quiet hours, and what was stopped by hand for one cohort."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, delete, select
from sqlalchemy.engine import Row

from storage.database import Tx
from storage.declared import read_once
from storage.statement import insert_into
from storage.tables_group_message import camp_messages, camp_rhythms, message_stops


@dataclass(frozen=True)
class CampMessage:
    """`plan`: camp.rules.group_message.GroupMessage as plain values."""

    id: int
    camp_id: int
    code: str
    plan: dict[str, Any]
    disabled: bool
    changed_at: datetime


@dataclass(frozen=True)
class CampRhythm:
    """The hours as `21:30`, None for the config's."""

    quiet_from: str | None
    quiet_to: str | None
    skip_dates: frozenset[date]


@read_once(camp_messages)
async def of_camps(tx: Tx, camp_ids: Collection[int]) -> dict[int, list[CampMessage]]:
    """By camp, in the order of their first declaration."""
    query = select(camp_messages).where(camp_messages.c.camp_id.in_(camp_ids)).order_by(camp_messages.c.id)
    found: dict[int, list[CampMessage]] = {}
    for row in await tx.conn.execute(query):
        found.setdefault(row.camp_id, []).append(_to_message(row))
    return found


@read_once(camp_messages)
async def speaking_camps(tx: Tx) -> list[int]:
    """The camps that declare messages which are not disabled."""
    query = select(camp_messages.c.camp_id).where(camp_messages.c.disabled.is_(False)).distinct()
    return sorted((await tx.conn.execute(query)).scalars())


@read_once(camp_messages)
async def load_many(tx: Tx, message_ids: Collection[int]) -> dict[int, CampMessage]:
    rows = await tx.conn.execute(select(camp_messages).where(camp_messages.c.id.in_(message_ids)))
    return {row.id: _to_message(row) for row in rows}


@read_once(camp_rhythms)
async def rhythm_of(tx: Tx, camp_id: int) -> CampRhythm:
    row = (await tx.conn.execute(select(camp_rhythms).where(camp_rhythms.c.camp_id == camp_id))).one_or_none()
    if row is None:
        return CampRhythm(None, None, frozenset())
    return CampRhythm(row.quiet_from, row.quiet_to, frozenset(map(date.fromisoformat, row.skip_dates)))


async def stopped(tx: Tx, cohort_id: int) -> dict[int, int]:
    """The messages stopped for this cohort, and who stopped each."""
    rows = await tx.conn.execute(select(message_stops).where(message_stops.c.cohort_id == cohort_id))
    return {row.message_id: row.stopped_by for row in rows}


async def stop(tx: Tx, cohort_id: int, message_id: int, by: int) -> bool:
    """False when it was stopped before."""
    row = {"cohort_id": cohort_id, "message_id": message_id, "stopped_by": by, "stopped_at": tx.now}
    keys = ["cohort_id", "message_id"]
    made = insert_into(tx.dialect, message_stops).on_conflict_do_nothing(index_elements=keys)
    return (await tx.conn.execute(made, row)).rowcount > 0


async def resume(tx: Tx, cohort_id: int, message_id: int) -> bool:
    """False when it was not stopped."""
    this = and_(message_stops.c.cohort_id == cohort_id, message_stops.c.message_id == message_id)
    return (await tx.conn.execute(delete(message_stops).where(this))).rowcount > 0


def _to_message(r: Row[Any]) -> CampMessage:
    return CampMessage(r.id, r.camp_id, r.code, r.plan, r.disabled, r.changed_at)
