"""The access token that all nodes share; sealed, because whoever reads the database must not speak in the corp's name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.database import Tx
from storage.tables_loop import tokens


@dataclass(frozen=True)
class KeptToken:
    """`version` rises with every token that was fetched."""

    version: int
    sealed: str = field(repr=False)
    expires_at: datetime


async def load(tx: Tx, app: str) -> KeptToken | None:
    """What was fetched last, dead or alive."""
    row = (await tx.conn.execute(select(tokens).where(tokens.c.app == app))).one_or_none()
    return None if row is None else KeptToken(row.version, row.sealed, row.expires_at)


async def keep(tx: Tx, app: str, sealed: str, expires_at: datetime) -> int:
    """Replaces the token; returns its version."""
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    row = make(tokens).values(app=app, version=1, sealed=sealed, expires_at=expires_at)
    kept = row.on_conflict_do_update(
        index_elements=["app"],
        set_={"version": tokens.c.version + 1, "sealed": row.excluded.sealed, "expires_at": row.excluded.expires_at},
    )
    return int((await tx.conn.execute(kept.returning(tokens.c.version))).scalar_one())
