"""What went out lately, whichever process sent it: WeCom counts the corp, not the process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, func, select, type_coerce

from storage.columns import from_micros
from storage.database import Tx
from storage.statement import insert_into
from storage.tables_loop import lane_closings as closings
from storage.tables_loop import outbox

_SECOND = 1_000_000


@dataclass(frozen=True)
class Sent:
    """So many calls at (or a little before) this moment; with a payload it was one."""

    call: str
    at: datetime
    number: int = 1
    payload: dict[str, Any] | None = None


async def sent_since(tx: Tx, lane: str, since: datetime) -> list[Sent]:
    """What the lane sent, second by second, oldest first: an hour at WeCom's limits is 150,000 calls."""
    second = type_coerce(outbox.c.tried_at, BigInteger) // _SECOND
    query = select(outbox.c.call, second.label("second"), func.count().label("number")).where(_sent(lane, since))
    rows = await tx.conn.execute(query.group_by(outbox.c.call, second).order_by(second))
    return [Sent(row.call, min(from_micros((row.second + 1) * _SECOND), tx.now), row.number) for row in rows]


async def sent_one_by_one(tx: Tx, lane: str, since: datetime) -> list[Sent]:
    """The same with what was sent: for the limits that count each receiver."""
    query = select(outbox.c.call, outbox.c.tried_at, outbox.c.payload).where(_sent(lane, since)).order_by(outbox.c.tried_at)
    return [Sent(row.call, row.tried_at, 1, row.payload) for row in await tx.conn.execute(query)]


async def close(tx: Tx, lane: str, until: datetime) -> None:
    """WeCom closed the lane until then; an earlier closing that lasts longer stands."""
    row = insert_into(tx.dialect, closings).values(lane=lane, until=until)
    later = row.on_conflict_do_update(
        index_elements=["lane"], set_={"until": row.excluded.until}, where=closings.c.until < row.excluded.until
    )
    await tx.conn.execute(later)


async def closed_until(tx: Tx, lane: str) -> datetime | None:
    """Until when WeCom closed the lane, perhaps a moment that is over; None when it never did."""
    return (await tx.conn.execute(select(closings.c.until).where(closings.c.lane == lane))).scalar_one_or_none()


def _sent(lane: str, since: datetime) -> ColumnElement[bool]:
    return and_(outbox.c.lane == lane, outbox.c.tried_at >= since)
