"""The machine's clock is set back or forward while the house runs: nothing is lost, nothing waits for the old time to return."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import apscheduler.executors.base
import apscheduler.schedulers.base
import pytest

import bot.clock
import bot.tick_time
from bot.clock import Clock
from bot.inbox_writer import InboxWriter
from bot.tick_time import TickTime
from camp.policy import Policy
from jobs.core.job import Job
from storage import inbox
from storage.database import Database, Tx, machine_now
from storage.inbox import FactDraft
from tests.conftest import fresh_database
from tests.loop.conftest import FakeWecom, Rig, eventually, rigged, to_member

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


class SetClock:
    """The machine's clock as this process sees it."""

    def __init__(self) -> None:
        self.off = timedelta(0)

    def now(self) -> datetime:
        return machine_now() + self.off


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(params=["sqlite", "postgres"])
async def rig(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> AsyncIterator[Rig]:
    async with fresh_database(request, request.param, tmp_path) as url:
        database = Database(url, clock.now)
        async with rigged(database, FakeWecom()) as rig:
            yield rig
        await database.close()


@pytest.mark.parametrize("off", [-HOUR, HOUR], ids=["back", "forward"])
async def test_what_was_to_go_at_once_goes_at_once(rig: Rig, clock: SetClock, off: timedelta) -> None:
    await rig.add(*(to_member(f"before {number}", f"m{number}") for number in range(20)))
    clock.off = off
    await rig.start()
    await rig.add(*(to_member(f"after {number}", f"m{number}") for number in range(20)))
    await rig.drained(20)
    wanted = [f"{when} {number}" for number in range(20) for when in ("before", "after")]
    assert sorted(rig.wecom.said()) == sorted(wanted)
    for number in range(20):  # and each person's in their order
        assert [said for said in rig.wecom.said() if said.endswith(f" {number}")] == [f"before {number}", f"after {number}"]


async def test_what_waits_for_its_moment_goes_by_the_clock_as_it_is(rig: Rig, clock: SetClock) -> None:
    moment = clock.now() + 2 * HOUR
    await rig.add(to_member("later", "m1", not_before=moment), to_member("too late", "m2", expires_at=moment - HOUR))
    clock.off = 3 * HOUR
    await rig.start()
    await rig.drained(20)
    assert (rig.wecom.said(), await rig.states()) == (["later"], [1, 3])


@pytest.mark.parametrize("off", [-HOUR, HOUR], ids=["back", "forward"])
async def test_facts_keep_their_order_and_are_known_again(rig: Rig, clock: SetClock, off: timedelta) -> None:
    async def arrive(*keys: str) -> None:
        async with rig.database.write() as tx:
            await inbox.add_facts(tx, [FactDraft("t", "t.note", key, "member:m1", {}) for key in keys])

    await arrive("a", "b")
    clock.off = off
    await arrive("b", "c")
    async with rig.database.read() as tx:
        waiting = [fact.id for fact in await inbox.pending(tx, 10, urgent_for=timedelta(seconds=14))]
    keys = dict(await rig.rows("SELECT id, dedup_key FROM inbox"))
    assert [keys[fact_id] for fact_id in waiting] == ["a", "b", "c"]


async def nothing(tx: Tx, policy: Policy) -> None:
    return None


@pytest.fixture
def set_clock(clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """The machine's clock as the house's clock and APScheduler see it."""

    class Moment(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain one will do
            return clock.now().astimezone(tz)

    for module in (bot.clock, bot.tick_time):
        monkeypatch.setattr(module, "machine_now", clock.now)
    for library in (apscheduler.schedulers.base, apscheduler.executors.base):
        monkeypatch.setattr(library, "datetime", Moment)
    monkeypatch.setattr(bot.clock, "_LOOK_SECONDS", 0.05)
    return clock


@asynccontextmanager
async def ticking(rig: Rig, *jobs: Job) -> AsyncIterator[None]:
    """A process whose clock ticks these; the beat is a second."""
    writer = InboxWriter(rig.database)
    writing = asyncio.create_task(writer.run())
    clock = Clock({job.name: job for job in jobs}, writer, ZONE, 1.0)
    async with rig.database.read() as tx:
        clock.go_on_after(await inbox.latest_tick(tx))
    clock.start()
    try:
        yield
    finally:
        clock.stop()
        writing.cancel()
        await asyncio.wait([writing])


async def ticks(rig: Rig) -> Counter[str]:
    return Counter([kind for (kind,) in await rig.rows("SELECT kind FROM inbox WHERE source = 'clock' ORDER BY id")])


async def ticked(rig: Rig, kind: str, times: int) -> None:
    """Waits until there are so many more than now."""
    wanted = (await ticks(rig))[kind] + times

    async def come() -> bool:
        return (await ticks(rig))[kind] >= wanted

    await eventually(come, 30)


BEAT = Job("beat", nothing, every=timedelta(seconds=1))


@pytest.mark.parametrize("off", [-HOUR, HOUR], ids=["back", "forward"])
async def test_the_jobs_go_on_when_the_clock_is_set(rig: Rig, set_clock: SetClock, off: timedelta) -> None:
    async with ticking(rig, BEAT):
        await ticked(rig, "tick.beat", 1)
        set_clock.off = off
        await ticked(rig, "tick.beat", 2)
        set_clock.off = off / 2  # and once more
        await ticked(rig, "tick.beat", 2)


async def test_a_process_that_starts_after_the_clock_was_set_back_ticks_too(rig: Rig, set_clock: SetClock) -> None:
    async with ticking(rig, BEAT):
        await ticked(rig, "tick.beat", 2)
    set_clock.off = -HOUR
    async with ticking(rig, BEAT):
        await ticked(rig, "tick.beat", 2)


def nightly(clock: SetClock, ahead: timedelta) -> Job:
    """A daily job whose hour is so far ahead of noon, which it is now."""
    now = machine_now().astimezone(ZONE)
    clock.off = now.replace(hour=12, minute=0, second=0, microsecond=0) - now
    return Job("nightly", nothing, daily_at=(clock.now().astimezone(ZONE) + ahead).strftime("%H:%M"))


async def test_a_daily_job_whose_hour_is_jumped_over_ticks_once_and_not_again_when_the_hour_comes_back(
    rig: Rig, set_clock: SetClock
) -> None:
    job = nightly(set_clock, 2 * HOUR)
    noon = set_clock.off
    async with ticking(rig, job, BEAT):
        await ticked(rig, "tick.beat", 2)
        assert (await ticks(rig))["tick.nightly"] == 1  # the night before: nobody was up
        set_clock.off = noon + 5 * HOUR  # longer past than APScheduler would forgive
        await ticked(rig, "tick.nightly", 1)
        set_clock.off = noon
        await ticked(rig, "tick.beat", 2)
        set_clock.off = noon + 3 * HOUR
        await ticked(rig, "tick.beat", 2)
    assert (await ticks(rig))["tick.nightly"] == 2


def test_days_are_counted_on_when_the_clock_was_set_back_by_days(set_clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daily tick bears the day's name; in days that are lived twice it must not bear one that is used up."""
    passed = 0.0
    monkeypatch.setattr(bot.tick_time, "time", SimpleNamespace(monotonic=lambda: passed))
    monkeypatch.setattr(bot.tick_time, "machine_now", lambda: NOON + set_clock.off + timedelta(seconds=passed))
    time = TickTime()
    days = [time.at(ZONE).date().isoformat()]
    set_clock.off = -3 * DAY
    for _ in range(4):
        passed += DAY.total_seconds()
        days.append(time.at(ZONE).date().isoformat())
    set_clock.off = DAY
    days.append(time.at(ZONE).date().isoformat())
    assert days == [f"2026-12-{day:02}" for day in (1, 2, 3, 4, 5, 6)]


async def test_the_latest_tick_is_found_among_ticks_of_days_and_other_facts(rig: Rig) -> None:
    moment = NOON.timestamp()
    keys = [f"tick:beat:{moment:.0f}", f"tick:slow:{moment - 900:.0f}@7", "tick:purge:2026-12-01"]
    async with rig.database.write() as tx:
        assert await inbox.latest_tick(tx) == 0
        await inbox.add_facts(tx, [FactDraft("clock", "tick.x", key, "clock", {}) for key in keys])
        await inbox.add_facts(tx, [FactDraft("t", "t.note", "a:9999999999", "member:m1", {})])
        assert await inbox.latest_tick(tx) == moment
