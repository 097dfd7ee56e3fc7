"""Webhook robots WeCom does not take posts for any more (removed, stopped, key changed)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select

from storage.database import Tx
from storage.statement import insert_into
from storage.tables_staff_rooms import silent_robots


async def silence(tx: Tx, name: str, errcode: int) -> None:
    """From now on its posts go another way; the first refusal counts."""
    row = insert_into(tx.dialect, silent_robots).values(name=name, errcode=errcode, since=tx.now)
    await tx.conn.execute(row.on_conflict_do_nothing(index_elements=["name"]))


async def all_silent(tx: Tx) -> dict[str, int]:
    """Their names, with the errcode of the refusal."""
    return {row.name: row.errcode for row in await tx.conn.execute(select(silent_robots.c.name, silent_robots.c.errcode))}


async def forget(tx: Tx, names: Collection[str] | None = None) -> None:
    """They (or all) are tried again."""
    gone = delete(silent_robots)
    await tx.conn.execute(gone if names is None else gone.where(silent_robots.c.name.in_(names)))
