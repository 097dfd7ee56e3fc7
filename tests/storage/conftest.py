"""One suite, two databases: every test below runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.inbox import FactDraft

NOON = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def noon() -> datetime:
    return NOON


def draft(key: str, **body: Any) -> FactDraft:
    return FactDraft("test", "app.text", key, "member:lin", {"userid": "lin", "text": key, **body})


async def rows(database: Database, query: str, **values: Any) -> list[Any]:
    async with database.read() as tx:
        return list((await tx.conn.execute(text(query), values)).all())
