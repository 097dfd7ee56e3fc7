"""Leases: who of several nodes does a thing now. A lease not renewed in time is free for the next."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.database import Tx
from storage.tables_loop import leases


async def take(tx: Tx, name: str, owner: str, term: timedelta) -> bool:
    """Takes or renews the lease; False while another owner's has not run out."""
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    row = make(leases).values(name=name, owner=owner, expires_at=tx.now + term)
    result = await tx.conn.execute(
        row.on_conflict_do_update(
            index_elements=["name"],
            set_={"owner": row.excluded.owner, "expires_at": row.excluded.expires_at},
            where=or_(leases.c.owner == owner, leases.c.expires_at <= tx.now),
        )
    )
    return result.rowcount > 0


async def give_back(tx: Tx, owner: str) -> None:
    """Frees all leases of an owner that shuts down."""
    await tx.conn.execute(delete(leases).where(leases.c.owner == owner))
