"""Leases: who of several nodes does a thing now. A lease not renewed in time is free for the next.

Measured by the clock of the database, which all nodes share: a node whose own clock is wrong can neither take a lease too
early nor keep it too long.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, delete, extract, func, literal, or_
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.database import Tx
from storage.tables_loop import leases


async def take(tx: Tx, name: str, owner: str, term: timedelta) -> bool:
    """Takes or renews the lease; False while another owner's has not run out."""
    return bool(await take_all(tx, [name], owner, term))


async def take_all(tx: Tx, names: Collection[str], owner: str, term: timedelta) -> set[str]:
    """Takes or renews these leases; returns those that are the owner's now. The others' have not run out."""
    if not names:
        return set()
    now = _now(tx)
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    # Always in the same order: two nodes that renew at once must not wait for each other.
    rows = make(leases).values([{"name": name, "owner": owner, "expires_at": now + _micros(term)} for name in sorted(set(names))])
    mine_or_free = or_(leases.c.owner == owner, leases.c.expires_at <= now)
    renewed = rows.on_conflict_do_update(
        index_elements=["name"],
        set_={"owner": rows.excluded.owner, "expires_at": rows.excluded.expires_at},
        where=mine_or_free,
    )
    return {row.name for row in await tx.conn.execute(renewed.returning(leases.c.name))}


async def give_back(tx: Tx, owner: str, name: str | None = None) -> None:
    """Frees all leases of an owner that shuts down, or the one named."""
    mine = leases.c.owner == owner
    await tx.conn.execute(delete(leases).where(mine if name is None else mine & (leases.c.name == name)))


def _now(tx: Tx) -> ColumnElement[int]:
    """Epoch microseconds of this very moment, also late in a long transaction."""
    if tx.dialect == "postgresql":
        return cast(extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger)
    return cast((func.julianday("now") - 2_440_587.5) * 86_400_000_000, BigInteger)


def _micros(term: timedelta) -> ColumnElement[Any]:
    return literal(int(term.total_seconds() * 1_000_000), BigInteger)
