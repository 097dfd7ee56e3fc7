"""A camp of many learners, made by a few statements of bulk SQL: made once in a run, copied for whoever changes it.

Every learner is enrolled once, in a cohort of equals, with a row of attendance for each of five lessons, a friendship, an
identity and a line of their story. A quarter never came, a third came to one to three lessons, the rest to four or five; one of
twenty has paid. Each class teacher has 500 learners and a class group in the next cohort.
"""

from __future__ import annotations

import asyncio
import atexit
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from bench.million_sql import statements
from bench.postgres import Postgres, postgres
from storage.columns import to_micros
from storage.database import machine_now
from storage.migrate import migrate

KINDS = ("sqlite", "postgres")


@dataclass(frozen=True)
class Layout:
    """`learners` in cohorts of `cohort_size`; the first `closed` of these are over long ago, the others wait for their close."""

    learners: int
    cohort_size: int
    closed: int = 0

    @property
    def cohorts(self) -> int:
        return self.learners // self.cohort_size


def crowd(learners: int) -> Layout:
    """To be swept: cohorts of up to 100,000, none closed yet."""
    return Layout(learners, min(learners, 100_000))


def years(learners: int) -> Layout:
    """To be looked into: cohorts of 1,000, all but the last five closed."""
    return Layout(learners, 1_000, learners // 1_000 - 5)


class _Store:
    """What this process has made so far; it goes when the process ends."""

    def __init__(self) -> None:
        self._ends = ExitStack()
        self._server: Postgres | None = None
        self._root = ""
        self._made: dict[tuple[str, Layout], str] = {}
        self._folder = Path(tempfile.mkdtemp(prefix="wecamp-million-"))
        self._ends.callback(shutil.rmtree, self._folder, ignore_errors=True)
        atexit.register(self._ends.close)

    def server(self) -> Postgres:
        if self._server is None:
            self._server = self._ends.enter_context(postgres())
            self._root = self._server.fresh()
        return self._server

    async def made(self, kind: str, layout: Layout) -> str:
        """The address of the untouched database, made now if it was not."""
        if (kind, layout) not in self._made:
            url = self.server().fresh() if kind == "postgres" else self._file()
            await migrate(url)
            await (_fill_postgres if kind == "postgres" else _fill_sqlite)(url, layout)
            self._made[kind, layout] = url
        return self._made[kind, layout]

    async def copy(self, kind: str, layout: Layout) -> str:
        url = await self.made(kind, layout)
        if kind == "sqlite":
            target = self._file()
            await asyncio.to_thread(shutil.copyfile, file_of(url), file_of(target))
            return target
        base, name = str(make_url(url).database), f"copy_{uuid.uuid4().hex[:12]}"
        await self._run(f"CREATE DATABASE {name} TEMPLATE {base} STRATEGY file_copy")
        return url.replace(f"/{base}?", f"/{name}?")

    async def drop(self, kind: str, url: str) -> None:
        if kind == "postgres":
            await self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")
            return
        for file in file_of(url).parent.glob(f"{file_of(url).name}*"):
            file.unlink()

    async def forget(self, layout: Layout) -> None:
        for kind in KINDS:
            url = self._made.pop((kind, layout), None)
            if url is not None:
                await self.drop(kind, url)

    def _file(self) -> str:
        return f"sqlite+aiosqlite:///{self._folder}/{uuid.uuid4().hex[:8]}.db"

    async def _run(self, statement: str) -> None:
        async with plain_postgres(self._root) as connection:
            await connection.execute(statement)


_store: _Store | None = None


def store() -> _Store:
    """The one of this process."""
    global _store
    if _store is None:
        _store = _Store()
    return _store


@asynccontextmanager
async def copied(kind: str, layout: Layout) -> AsyncIterator[str]:
    """The address of a copy of one's own, gone after the block."""
    url = await store().copy(kind, layout)
    try:
        yield url
    finally:
        await store().drop(kind, url)


def file_of(url: str) -> Path:
    """The file of a SQLite address."""
    return Path(str(make_url(url).database))


@asynccontextmanager
async def plain_postgres(url: str) -> AsyncIterator[Any]:
    """A connection without SQLAlchemy."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()


async def _fill_sqlite(url: str, layout: Layout) -> None:
    await asyncio.to_thread(_write_file, file_of(url), layout)


def _write_file(file: Path, layout: Layout) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        # Only while it is made: the copies are opened by the product, as it opens its own.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        for statement in statements("sqlite", layout, to_micros(machine_now())):
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("PRAGMA analysis_limit=1000")
        connection.execute("PRAGMA optimize=0x10002")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


async def _fill_postgres(url: str, layout: Layout) -> None:
    async with plain_postgres(url) as connection:
        # What a foreign key would check is true by the way it is made.
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("SET synchronous_commit = off")
        for statement in statements("postgres", layout, to_micros(machine_now())):
            await connection.execute(statement)
        await connection.execute("VACUUM (FREEZE, ANALYZE)")
        await connection.execute("CHECKPOINT")
