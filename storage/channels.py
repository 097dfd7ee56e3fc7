"""Channels (渠道) that nobody declared but learners come by."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.cohorts import Channel, find_channel
from storage.database import Tx
from storage.declared import read_once
from storage.tables_camp import channels

# The channel of whoever brought no state, or one that nobody declared.
OTHER = "other"


async def ensure(tx: Tx, code: str, name: str) -> Channel:
    """The channel of this code, made when it is new; a declared one stays as it is."""
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    await tx.conn.execute(make(channels).values(code=code, name=name).on_conflict_do_nothing(index_elements=["code"]))
    channel = await find_channel(tx, code)
    assert channel is not None
    return channel


@read_once(channels)
async def all_channels(tx: Tx) -> list[Channel]:
    """All channels, declared or not, by code."""
    rows = await tx.conn.execute(select(channels).order_by(channels.c.code))
    return [Channel(row.id, row.code, row.name, row.camp_id, row.department) for row in rows]
