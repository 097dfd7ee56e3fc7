"""Channels (渠道) that nobody declared but learners come by."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.cohorts import Channel, find_channel
from storage.database import Tx
from storage.tables_camp import channels


async def ensure(tx: Tx, code: str, name: str) -> Channel:
    """The channel of this code, made when it is new; a declared one stays as it is."""
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    await tx.conn.execute(make(channels).values(code=code, name=name).on_conflict_do_nothing(index_elements=["code"]))
    channel = await find_channel(tx, code)
    assert channel is not None
    return channel
