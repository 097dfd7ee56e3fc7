"""The clock: ticks are facts, one per occurrence, however many nodes tick."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import bot.tick_time
from bot.clock import Clock
from bot.inbox_writer import InboxWriter
from camp.policy import Policy
from jobs.core.job import Job
from storage import inbox
from storage.database import Database, Tx
from storage.inbox import Fact
from tests.loop.conftest import both

ZONE = ZoneInfo("Asia/Shanghai")


async def nothing(tx: Tx, policy: Policy) -> None:
    return None


def jobs(*found: Job) -> dict[str, Job]:
    return {job.name: job for job in found}


@asynccontextmanager
async def ticking(database: Database, found: dict[str, Job], *, nodes: int = 1, beat: float = 3600) -> AsyncIterator[None]:
    writer = InboxWriter(database)
    running = asyncio.create_task(writer.run())
    clocks = [Clock(found, writer, ZONE, beat) for _ in range(nodes)]
    for clock in clocks:
        clock.start()
    try:
        yield
    finally:
        for clock in clocks:
            clock.stop()
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])


async def ticks(database: Database, at_least: int) -> list[Fact]:
    async with asyncio.timeout(5):
        while True:
            async with database.read() as tx:
                found = await inbox.pending(tx, 100)
            if len(found) >= at_least:
                return found
            await asyncio.sleep(0.02)


@both
async def test_two_clocks_tick_once_for_each_occurrence(database: Database) -> None:
    found = jobs(Job("beat", nothing, every=timedelta(seconds=15)), Job("hourly", nothing, every=timedelta(hours=1)))
    async with ticking(database, found, nodes=2, beat=1.0):
        await ticks(database, 3)
    facts = await ticks(database, 3)
    occurrences = [(fact.kind, fact.body["occurrence"]) for fact in facts]
    assert len(occurrences) == len(set(occurrences))
    assert [kind for kind, _ in occurrences].count("tick.hourly") == 1
    assert {fact.source for fact in facts} == {"clock"}
    assert {fact.conversation for fact in facts} == {"clock"}


async def test_a_beat_job_follows_the_setting_and_others_their_own_time(database: Database) -> None:
    found = jobs(
        Job("beat", nothing, every=timedelta(minutes=1)),
        Job("slow", nothing, every=timedelta(hours=1)),
        Job("nightly", nothing, daily_at="03:30"),
    )
    clock = Clock(found, InboxWriter(database), ZONE, 15.0)
    triggers = {job.id: str(job.trigger) for job in clock._scheduler.get_jobs()}
    assert triggers == {
        "beat": "interval[0:00:15]",
        "slow": "interval[1:00:00]",
        "nightly": "cron[hour='3', minute='30']",
    }


@pytest.mark.parametrize(("now", "asked"), [("03:31", "2026-12-02"), ("00:02", "2026-12-01"), ("23:59", "2026-12-02")])
async def test_a_daily_job_whose_latest_hour_was_missed_is_asked_for_at_start_and_once(
    database: Database, monkeypatch: pytest.MonkeyPatch, now: str, asked: str
) -> None:
    moment = datetime.fromisoformat(f"2026-12-02T{now}").replace(tzinfo=ZONE)
    monkeypatch.setattr(bot.tick_time, "machine_now", lambda: moment)
    nightly = Job("nightly", nothing, daily_at="03:30")
    async with ticking(database, jobs(nightly)):
        (fact,) = await ticks(database, 1)
    async with ticking(database, jobs(nightly, Job("mark", nothing, every=timedelta(hours=1)))):  # a restart
        both_starts = await ticks(database, 2)
    assert (fact.kind, fact.body) == ("tick.nightly", {"occurrence": asked})
    assert [fact.kind for fact in both_starts] == ["tick.nightly", "tick.mark"]


async def test_stopping_in_the_middle_of_a_tick_is_no_failure(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock(jobs(Job("past", nothing, daily_at="00:00")), InboxWriter(database), ZONE, 15.0)  # nobody writes
    clock.start()
    for _ in range(20):
        await asyncio.sleep(0.005)
    clock.stop()
    await asyncio.sleep(0.01)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_storage_fault_costs_a_tick_and_not_the_clock(database: Database) -> None:
    async with database.write() as tx:
        await tx.conn.exec_driver_sql("ALTER TABLE inbox RENAME TO gone")
    found = jobs(Job("beat", nothing, every=timedelta(seconds=1)))
    async with ticking(database, found, beat=1.0):
        await asyncio.sleep(0.1)
        async with database.write() as tx:
            await tx.conn.exec_driver_sql("ALTER TABLE gone RENAME TO inbox")
        assert (await ticks(database, 1))[0].kind == "tick.beat"
