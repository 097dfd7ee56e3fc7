"""Mass-send tasks at WeCom (企业群发), in whichever table they stand: which are due to be looked at, and which are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.engine import Row

from storage.database import Tx

Task = TypeVar("Task")


class MassTasks(Generic[Task]):
    """The tasks of a table with the columns `id`, `msgid`, `next_look_at` and `closed_at`; `read` makes a task of its row."""

    def __init__(self, table: Table, read: Callable[[Row[Any]], Task]) -> None:
        self._table, self._read = table, read

    async def due(self, tx: Tx, limit: int) -> list[Task]:
        """Those WeCom is to be asked about now, the longest due first."""
        c = self._table.c
        query = select(self._table).where(c.closed_at.is_(None), c.next_look_at <= tx.now)
        rows = await tx.conn.execute(query.order_by(c.next_look_at, c.id).limit(limit))
        return [self._read(row) for row in rows]

    async def look_again(self, tx: Tx, looks: Mapping[int, datetime]) -> None:
        """When each of these, by id, is to be looked at next."""
        if looks:
            query = update(self._table).where(self._table.c.id == bindparam("which")).values(next_look_at=bindparam("look_at"))
            await tx.conn.execute(query, [{"which": row_id, "look_at": at} for row_id, at in looks.items()])

    async def known_msgids(self, tx: Tx, msgids: Sequence[str]) -> set[str]:
        """Those of WeCom's tasks that stand here already."""
        here = select(self._table.c.msgid).where(self._table.c.msgid.in_(msgids))
        return set(await tx.conn.scalars(here))
