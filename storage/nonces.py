"""Nonces of signed ingest requests: each signs one body once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.database import Tx
from storage.tables_loop import nonces


@dataclass(frozen=True)
class Nonce:
    """`body_hash` is the hex SHA-256 of the request's body."""

    source: str
    value: str
    body_hash: str


class NonceUse(Enum):
    NEW = "new"
    REPEATED = "repeated"  # the identical request again
    CONFLICT = "conflict"  # the same nonce with another body


async def use(tx: Tx, nonce: Nonce) -> NonceUse:
    """Uses the nonce up, or says how it was used before."""
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    stored = await tx.conn.execute(
        make(nonces)
        .values(source=nonce.source, nonce=nonce.value, body_hash=nonce.body_hash, seen_at=tx.now)
        .on_conflict_do_nothing(index_elements=["source", "nonce"])
    )
    if stored.rowcount > 0:
        return NonceUse.NEW
    seen = await tx.conn.execute(select(nonces.c.body_hash).where(nonces.c.source == nonce.source, nonces.c.nonce == nonce.value))
    return NonceUse.REPEATED if seen.scalar_one() == nonce.body_hash else NonceUse.CONFLICT


async def forget(tx: Tx, older_than: timedelta) -> int:
    """Deletes nonces whose timestamp would be refused by now."""
    return (await tx.conn.execute(delete(nonces).where(nonces.c.seen_at < tx.now - older_than))).rowcount
