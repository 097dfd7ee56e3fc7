"""Which lanes of the outbox have something to send, and when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import Select, func, select, update

from storage.database import Tx
from storage.outbox import State
from storage.tables_loop import outbox


async def lanes_in_use(tx: Tx) -> list[str]:
    """The lanes that hold rows to send, now or later."""
    return [row.lane for row in await tx.conn.execute(_lanes_in_use())]


@lru_cache
def _lanes_in_use() -> Select[tuple[str]]:
    # From lane to lane along the index: DISTINCT would walk all that waits, every second.
    waiting = outbox.c.state == State.PENDING
    found = select(func.min(outbox.c.lane).label("lane")).where(waiting).cte("found", recursive=True)
    after = select(func.min(outbox.c.lane)).where(waiting, outbox.c.lane > found.c.lane).scalar_subquery()
    found = found.union_all(select(after).where(found.c.lane.is_not(None)))
    return select(found.c.lane).where(found.c.lane.is_not(None))


async def hasten(tx: Tx, lane: str, errcodes: Collection[int]) -> None:
    """What was put off for one of these refusals is due now."""
    waiting = (outbox.c.lane == lane, outbox.c.state == State.PENDING, outbox.c.not_before > tx.now)
    await tx.conn.execute(update(outbox).where(*waiting, outbox.c.errcode.in_(errcodes)).values(not_before=tx.now))


async def next_due_at(tx: Tx, lane: str) -> datetime | None:
    """When the next row of the lane becomes due, or None when it is empty."""
    query = select(func.min(outbox.c.not_before)).where(outbox.c.lane == lane, outbox.c.state == State.PENDING)
    moment: datetime | None = (await tx.conn.execute(query)).scalar_one()
    return moment


async def backlog(tx: Tx) -> list[tuple[str, int, timedelta]]:
    """Per lane: rows waiting and the age of the oldest that is due."""
    rows = await tx.conn.execute(
        select(outbox.c.lane, func.count(), func.min(outbox.c.not_before))
        .where(outbox.c.state == State.PENDING)
        .group_by(outbox.c.lane)
    )
    return [(lane, number, max(tx.now - oldest, timedelta(0))) for lane, number, oldest in rows]
