"""The inbox: everything that happens is one row here, stored once, applied once, kept with its error when it fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Row

from storage.database import Tx
from storage.tables_loop import inbox


class State(IntEnum):
    PENDING = 0
    DONE = 1
    FAILED = 2


@dataclass(frozen=True)
class FactDraft:
    """A fact before it is stored. `dedup_key` makes it happen once; `conversation` keeps its order among its like."""

    source: str
    kind: str
    dedup_key: str
    conversation: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Fact:
    """A stored fact, in arrival order of `id`."""

    id: int
    source: str
    kind: str
    conversation: str
    body: dict[str, Any]
    received_at: datetime
    attempts: int = 0


async def add_facts(tx: Tx, drafts: Sequence[FactDraft]) -> int:
    """Stores the drafts; those whose dedup_key is known already are left out. Returns how many were new."""
    if not drafts:
        return 0
    rows = [
        {
            "source": d.source,
            "kind": d.kind,
            "dedup_key": d.dedup_key[:200],
            "conversation": d.conversation[:160],
            "body": d.body,
            "received_at": tx.now,
            "state": State.PENDING,
            "attempts": 0,
        }
        for d in drafts
    ]
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    stored = await tx.conn.execute(make(inbox).on_conflict_do_nothing(index_elements=["dedup_key"]), rows)
    tx.facts = True
    return max(stored.rowcount, 0)


async def pending(tx: Tx, limit: int) -> list[Fact]:
    """The oldest facts that wait to be applied."""
    rows = await tx.conn.execute(select(inbox).where(inbox.c.state == State.PENDING).order_by(inbox.c.id).limit(limit))
    return [_to_fact(row) for row in rows]


async def settle(tx: Tx, fact_ids: Sequence[int]) -> None:
    """Marks facts as applied."""
    if fact_ids:
        await tx.conn.execute(update(inbox).where(inbox.c.id.in_(fact_ids)).values(state=State.DONE, done_at=tx.now, error=None))


async def fail(tx: Tx, fact_id: int, error: str) -> None:
    """Keeps a fact whose handler raised, with its error; it waits for `wecamp inbox retry`."""
    await tx.conn.execute(
        update(inbox).where(inbox.c.id == fact_id).values(state=State.FAILED, error=error[:4000], attempts=inbox.c.attempts + 1)
    )


async def retry(tx: Tx, fact_ids: Sequence[int] | None = None) -> int:
    """Puts failed facts (all, or these) back in line; returns how many."""
    wanted = inbox.c.state == State.FAILED
    if fact_ids is not None:
        wanted = and_(wanted, inbox.c.id.in_(fact_ids))
    result = await tx.conn.execute(update(inbox).where(wanted).values(state=State.PENDING))
    return result.rowcount


async def listing(tx: Tx, state: State | None, limit: int) -> list[Row[Any]]:
    """The newest rows, of one state or all, for the operator's list."""
    query = select(inbox).order_by(inbox.c.id.desc()).limit(limit)
    if state is not None:
        query = query.where(inbox.c.state == state)
    return list(await tx.conn.execute(query))


async def load(tx: Tx, fact_id: int) -> Row[Any] | None:
    """One row with all its columns, or None."""
    return (await tx.conn.execute(select(inbox).where(inbox.c.id == fact_id))).one_or_none()


async def counts(tx: Tx) -> dict[State, int]:
    """How many rows wait and how many failed (done rows are not counted: they are many and of no concern)."""
    rows = await tx.conn.execute(select(inbox.c.state, func.count()).where(inbox.c.state != State.DONE).group_by(inbox.c.state))
    return {State(state): number for state, number in rows}


async def forget_ticks(tx: Tx, older_than: timedelta) -> int:
    """Deletes applied clock ticks past their use; the story never refers to them."""
    result = await tx.conn.execute(
        delete(inbox).where(inbox.c.source == "clock", inbox.c.state == State.DONE, inbox.c.received_at < tx.now - older_than)
    )
    return result.rowcount


def _to_fact(row: Row[Any]) -> Fact:
    return Fact(
        id=row.id,
        source=row.source,
        kind=row.kind,
        conversation=row.conversation,
        body=row.body,
        received_at=row.received_at,
        attempts=row.attempts,
    )
