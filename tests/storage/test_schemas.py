"""A database of each earlier schema, with rows in every table, is brought up to date: nothing is lost and the product goes on."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

import storage
from bot.settings import DEFAULT_RULES
from camp.policy import Policy
from camp.rules.rule import RuleBook
from storage import inbox
from storage.database import Database
from storage.migrate import current, migrate, newest
from storage.tables_camp import metadata
from tests.conftest import KF, House, fresh_database
from tests.nodes.cluster import CONFIG

# SQLite cannot tell of an index on an expression; PostgreSQL can, and is compared.
pytestmark = pytest.mark.filterwarnings("ignore:.*expression-based index")

SCHEMAS = Path(__file__).with_name("schemas")
# What the product of each revision wrote. A revision that changes a table needs files of its own for it.
WRITTEN = {
    "0001": ("camp", "pools", "inbox_bulk"),
    "0002": ("camp", "pools", "inbox_bulk", "nudges"),
    "0003": ("camp", "pools", "inbox_turn", "nudges"),
    "0004": ("camp", "pools", "inbox_turn", "nudges", "tokens"),
    "0005": ("camp", "pools", "inbox_turn", "nudges", "tokens"),
    "0006": ("camp", "pools", "inbox_turn", "nudges", "tokens", "lane_closings"),
    "0007": ("camp", "pools_attended", "inbox_turn", "nudges", "tokens", "lane_closings"),
    "0008": ("camp", "pools_attended", "inbox_turn", "nudges", "tokens", "lane_closings", "robot"),
    "0009": ("camp", "pools_attended", "inbox_turn", "nudges", "tokens", "lane_closings", "robot", "rooms"),
    "0010": ("camp", "pools_attended", "inbox_turn", "nudges", "tokens", "lane_closings", "robot", "rooms", "sheets"),
    "0011": (
        *("camp", "pools_attended", "inbox_turn", "nudges", "tokens", "lane_closings", "robot", "rooms", "sheets"),
        "join_ways",
    ),
    "0012": (
        *("camp", "pools_attended", "inbox_turn", "nudges", "tokens", "lane_closings", "robot", "rooms", "sheets"),
        *("join_ways", "group_messages"),
    ),
    "0013": (
        *("camp", "pools_attended", "inbox_turn", "nudges", "tokens", "lane_closings", "robot", "rooms", "sheets"),
        *("join_ways", "group_messages", "staff_rooms"),
    ),
}
Rows = dict[str, list[dict[str, Any]]]


def test_every_revision_has_its_rows() -> None:
    assert set(WRITTEN) == {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def test_there_is_no_way_back() -> None:
    """Downgrades are not offered: a backup is the way back."""
    for script in ScriptDirectory.from_config(_config()).walk_revisions():
        assert not hasattr(script.module, "downgrade")


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    async with fresh_database(request, request.param, tmp_path) as url:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(metadata.drop_all)
        await engine.dispose()
        yield url


@pytest.mark.parametrize("revision", sorted(WRITTEN))
async def test_nothing_is_lost_and_the_product_goes_on(url: str, revision: str, tmp_path: Path) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade, revision)
        await connection.run_sync(_write, WRITTEN[revision])
        before = await connection.run_sync(_rows)
    assert not [table for table, rows in before.items() if not rows], "each table needs a row in tests/storage/schemas"
    for step in [step for step in sorted(WRITTEN) if step > revision]:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, step)
            _same(before, await connection.run_sync(_rows))
    assert await migrate(url) == (newest(), newest())
    async with engine.connect() as connection:
        assert await connection.run_sync(_drift) == []
    await engine.dispose()
    await _goes_on(url)


async def test_one_leap_is_as_good_as_the_steps(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade, "0001")
        await connection.run_sync(_write, WRITTEN["0001"])
        before = await connection.run_sync(_rows)
    assert await migrate(url) == ("0001", newest())
    async with engine.connect() as connection:
        _same(before, await connection.run_sync(_rows))
        assert await connection.run_sync(_drift) == []
    await engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).with_name("migrations")))
    return config


def _upgrade(connection: Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _write(connection: Connection, files: tuple[str, ...]) -> None:
    for name in files:
        for statement in (SCHEMAS / f"{name}.sql").read_text(encoding="utf-8").split(";\n"):
            lines = [line for line in statement.splitlines() if not line.startswith("--")]
            if any(lines):
                connection.exec_driver_sql("\n".join(lines))
    if connection.dialect.name == "postgresql":
        _count_on(connection)


def _count_on(connection: Connection) -> None:
    """The rows came with their ids; the sequences have to know."""
    for table in inspect(connection).get_table_names():
        if any(column["name"] == "id" and column.get("autoincrement") for column in inspect(connection).get_columns(table)):
            sequence = connection.execute(text("SELECT pg_get_serial_sequence(:of, 'id')"), {"of": table}).scalar()
            if sequence:
                connection.exec_driver_sql(f"SELECT setval('{sequence}', (SELECT max(id) FROM {table}))")


def _rows(connection: Connection) -> Rows:
    found = MetaData()
    found.reflect(connection)
    tables = [table for table in found.sorted_tables if table.name != "alembic_version"]
    return {table.name: [dict(row._mapping) for row in connection.execute(table.select())] for table in tables}


def _same(before: Rows, after: Rows) -> None:
    """Every row is there with every value it had; new columns may have joined them, `bulk` became a turn, a pool entry counts."""
    for table, old in before.items():
        kept = [name for name in old[0] if name in after[table][0]]
        assert set(old[0]) - set(kept) <= {"bulk"}
        assert sorted(_line(row, kept) for row in after[table]) == sorted(_line(row, kept) for row in old), table
        if "bulk" in old[0] and "turn" in after[table][0]:
            turns = {row["id"]: row["turn"] for row in after[table]}
            assert turns == {row["id"]: 2 if row["bulk"] else 1 for row in old}
    if "attended" in after["pool_entries"][0]:
        counted = {row["id"]: row["attended"] for row in after["enrolments"]}
        assert all(row["attended"] == counted[row["enrolment_id"]] for row in after["pool_entries"])
        assert any(row["attended"] for row in after["pool_entries"])


def _line(row: dict[str, Any], names: list[str]) -> str:
    return repr([(name, row[name]) for name in names])


def _drift(connection: Connection) -> list[object]:
    """What `alembic check` would find."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
    return list(compare_metadata(context, metadata))


async def _goes_on(url: str) -> None:
    """What waited is applied, what failed can be tried again, a learner checks in, a cohort closes."""
    database = Database(url)
    policy = Policy(
        open_kfid=KF,
        link_key=b"test-link-key",
        privacy_key=b"0123456789abcdef0123456789abcdef",
        robots=(),
        rulebook=RuleBook(DEFAULT_RULES),
    )
    house = House(database, policy)
    async with house.tx() as tx:
        assert await inbox.retry(tx) == 1
    await house.work()
    answers = [payload for payload in await house.sent("app.message") if payload.get("to") == ["chen"]]
    assert len(answers) == 2  # 帮助 waited, 规则 had failed
    house.now = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
    said = await house.learner_says("wmYu", "签到1 春天")
    assert any("签到成功" in words for words in said), said
    house.now = datetime(2026, 12, 8, 11, 0, tzinfo=UTC)
    await house.member_says("chen", "结营 read-01")
    await house.member_says("chen", "确认结营 read-01")
    (closed,) = await house.rows("SELECT closed_at FROM cohorts WHERE code = 'read-01'")
    assert closed.closed_at is not None
    assert await house.rows("SELECT id FROM enrolments WHERE cohort_id = 2 AND place = 'class'") == []
    (old,) = await house.rows("SELECT amount_fen, refunded_fen FROM orders WHERE order_no = 'SO-1'")
    assert (old.amount_fen, old.refunded_fen) == (199900, 100)
    await database.close()


@pytest.mark.parametrize("words", ["serve", "migrate"])
async def test_a_newer_database_is_refused_in_plain_words(url: str, words: str, tmp_path: Path) -> None:
    await migrate(url)
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await engine.dispose()
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(port=0, database=url, wecom="http://127.0.0.1:9"), encoding="utf-8")
    command = [sys.executable, "-m", "bot", words, "--config", str(config)]
    told = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode not in (0, None)
    assert "9999" in told.stderr
    assert "升级" in told.stderr
    assert "Traceback" not in told.stderr
    assert await current(url) == "9999"
