"""Raw SQL on the house's database from outside; nothing of the house is used."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

Json = dict[str, Any]
_JSON = {"body", "payload", "context", "detail", "recipients", "message", "proposed_counts"}


class Look:
    """Opens a connection for each question and holds none: a restarted house must find its file as the kill left it."""

    def __init__(self, url: str) -> None:
        self._file = url.partition(":///")[2] if url.startswith("sqlite") else ""
        self._engine = None if self._file else create_async_engine(url, poolclass=NullPool)

    async def rows(self, query: str) -> list[Json]:
        """The rows as dicts, JSON columns opened."""
        if self._engine is None:
            # Read-only: such a connection neither checkpoints nor deletes the write-ahead log.
            with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=10)) as file:
                cursor = file.execute(query)
                names = [column[0] for column in cursor.description]
                return [_opened(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
        async with self._engine.connect() as conn:
            return [_opened(dict(row._mapping)) for row in await conn.execute(text(query))]

    async def number(self, query: str) -> int:
        """The one number of the answer."""
        return int(next(iter((await self.rows(query))[0].values())) or 0)

    async def change(self, query: str) -> None:
        """Tampers with the books: only to prove that the audit sees it."""
        if self._engine is None:
            with closing(sqlite3.connect(self._file, timeout=10)) as file, file:
                file.execute(query)
            return
        async with self._engine.begin() as conn:
            await conn.execute(text(query))


def _opened(row: Json) -> Json:
    return {name: json.loads(value) if name in _JSON and isinstance(value, str) else value for name, value in row.items()}
