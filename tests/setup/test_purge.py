"""`wecamp purge`: counts first, then forgets; the last days stay whatever is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from storage import inbox
from storage.database import Database
from storage.inbox import FactDraft

Wecamp = Callable[..., Result]
OLD = datetime.now(UTC) - timedelta(days=40)


@pytest.fixture
def database(wecamp: Wecamp, config: Path) -> Database:
    """Two applied facts, one 40 days old and one of 10 days ago."""
    assert wecamp("migrate").exit_code == 0
    made = Database(f"sqlite+aiosqlite:///{config.parent}/wecamp.db")

    async def fill() -> None:
        for moment in (OLD, OLD + timedelta(days=30)):
            async with made.write(moment) as tx:
                await inbox.add_facts(tx, [FactDraft("test", "app.text", f"k{moment}", "member:lin", {"text": "悄悄话"})])
                await inbox.settle(tx, [fact.id for fact in await inbox.pending(tx, 10)])
        await made.close()

    asyncio.run(fill())
    return made


def bodies(database: Database) -> list[Any]:
    async def read() -> list[Any]:
        async with database.read() as tx:
            found = [row.body for row in await inbox.listing(tx, None, 10)]
        await database.close()
        return found

    return asyncio.run(read())


def counted(result: Result) -> list[int]:
    return [int(line.split()[-1]) for line in result.stdout.splitlines() if line.startswith("  ")]


def test_the_retention_time_by_default_and_a_rehearsal_first(wecamp: Wecamp, database: Database) -> None:
    rehearsed = wecamp("purge", "--dry-run")
    assert rehearsed.exit_code == 0
    assert "只数没删" in rehearsed.stdout
    assert counted(rehearsed) == [1, 0, 0, 0, 0]
    assert {} not in bodies(database)
    done = wecamp("purge")
    assert (done.exit_code, counted(done)) == (0, [1, 0, 0, 0, 0])
    assert bodies(database) == [{"text": "悄悄话"}, {}]
    assert counted(wecamp("purge")) == [0, 0, 0, 0, 0]


def test_a_day_of_ones_own(wecamp: Wecamp, database: Database) -> None:
    day = (OLD + timedelta(days=33)).date().isoformat()
    result = wecamp("purge", "--before", day)
    assert counted(result) == [2, 0, 0, 0, 0]
    assert f"{day} 00:00" in result.stdout
    assert bodies(database) == [{}, {}]


def test_the_last_days_stay(wecamp: Wecamp, database: Database) -> None:
    result = wecamp("purge", "--before", datetime.now(UTC).date().isoformat())
    assert result.exit_code == 2
    assert "4 天" in result.stderr
    assert wecamp("purge", "--before", "yesterday").exit_code == 2
    assert {} not in bodies(database)


@pytest.mark.parametrize(("days", "code"), [(3, 2), (4, 0), (3650, 0), (3651, 2)])
def test_the_setting_has_a_least(wecamp: Wecamp, config: Path, days: int, code: int) -> None:
    config.write_text(f"{config.read_text()}[retention]\nraw_days = {days}\n")
    result = wecamp("check-config")
    assert result.exit_code == code
    assert not code or "[retention] raw_days" in result.stderr
