"""The clock is one more road in: APScheduler fires on every node, the inbox's unique key decides which tick counts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError

from bot.inbox_writer import InboxFull, InboxWriter
from bot.practice_clock import PracticeClock
from bot.tick_time import TickTime
from jobs.core.job import BEAT, Job
from storage.database import machine_now
from storage.faults import StorageBusy
from storage.inbox import FactDraft

log = structlog.get_logger("clock")

# A stalled process ticks late rather than not at all; the jobs ask what is due, so late is harmless.
_GRACE_SECONDS = 3600
# APScheduler waits for moments of the machine's clock. So often it is compared with the one that cannot be set, and a difference
# of so much is a step; an hour set back would else be an hour without ticks.
_LOOK_SECONDS = 5.0
_STEP_SECONDS = 2.0


class Clock:
    """Ticks every job at its schedule; a job that asks for the beat ticks every `beat_seconds`.

    In practice time the beats stay those of the machine, whatever the pace: a daily job is asked at each beat for its
    latest hour, and `tick_all` is for the moment after a jump.
    """

    def __init__(
        self,
        jobs: Mapping[str, Job],
        writer: InboxWriter,
        zone: ZoneInfo,
        beat_seconds: float,
        practice: PracticeClock | None = None,
    ) -> None:
        self._jobs = jobs
        self._writer = writer
        self._zone = zone
        self._beat_seconds = beat_seconds
        self._practice = practice
        self._time = TickTime()
        self._watching: asyncio.Task[None] | None = None
        self._told: dict[str, str] = {}  # the day each daily job last ticked for
        self._scheduler = AsyncIOScheduler(
            timezone=zone, job_defaults={"misfire_grace_time": _GRACE_SECONDS, "coalesce": True, "max_instances": 1}
        )
        self._plan()

    def go_on_after(self, seconds: float) -> None:
        """The latest tick that is stored is of this moment (unix seconds); the machine's clock may have been set back since."""
        self._time.go_on_after(seconds)

    def start(self) -> None:
        self._scheduler.start()
        self._watching = asyncio.create_task(self._watch())

    def stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        self._scheduler.shutdown(wait=False)

    async def tick_all(self) -> None:
        """Every job at once: the practice time has moved."""
        await self._tick(*self._jobs.values())

    async def _watch(self) -> None:
        """Plans anew whenever the machine's clock was set."""
        lead = _lead()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            step = _lead() - lead
            if abs(step) >= _STEP_SECONDS:
                log.warning("the machine's clock was set", seconds=round(step))
                lead += step
                self._plan()

    def _plan(self) -> None:
        """When each job ticks next, by the machine's clock as it is now."""
        for job in self._jobs.values():
            if job.daily_at is not None and self._practice is None:
                self._add_daily(job, job.daily_at)
            else:
                self._add_interval(job)

    def _add_daily(self, job: Job, daily_at: str) -> None:
        hour, minute = _clock_hour(daily_at)
        # Nobody was up at the latest hour? Ask once now; the day's key drops it when somebody was.
        self._scheduler.add_job(
            self._tick,
            CronTrigger(hour=hour, minute=minute, timezone=self._zone),
            args=[job],
            id=job.name,
            replace_existing=True,
            next_run_time=machine_now(),
        )

    def _add_interval(self, job: Job) -> None:
        seconds = self._seconds(job)
        self._scheduler.add_job(
            self._tick,
            IntervalTrigger(seconds=max(1, round(seconds))),
            args=[job],
            id=job.name,
            replace_existing=True,
            next_run_time=machine_now() + timedelta(seconds=min(1.0, seconds)),
        )

    def _seconds(self, job: Job) -> float:
        """How often a job without an hour of its own ticks."""
        return self._beat_seconds if job.every is None or job.every <= BEAT else job.every.total_seconds()

    def _occurrence(self, job: Job) -> str | None:
        """What this tick is called, the same on all nodes, so that theirs are one fact; None when it was asked for already.

        A daily job's tick bears the day of the latest hour that has passed: before today's hour that is yesterday.
        """
        if job.daily_at is None:
            practice = "" if self._practice is None else f"@{self._practice.version}"
            return f"{self._interval(job)}{practice}"
        now = self._time.at(self._zone) if self._practice is None else self._practice.now().astimezone(self._zone)
        hour, minute = _clock_hour(job.daily_at)
        day = (now - timedelta(hours=hour, minutes=minute)).date().isoformat()
        return day if self._told.get(job.name) != day else None

    def _interval(self, job: Job) -> int:
        return self._time.interval(self._seconds(job))

    async def _tick(self, *jobs: Job) -> None:
        due = {job.name: occurrence for job in jobs if (occurrence := self._occurrence(job)) is not None}
        if not await self._insert([_draft(name, occurrence) for name, occurrence in due.items()]):
            return
        self._told.update({name: day for name, day in due.items() if self._jobs[name].daily_at is not None})

    async def _insert(self, drafts: Sequence[FactDraft]) -> bool:
        try:
            if drafts:
                await self._writer.submit(drafts)
        except asyncio.CancelledError:  # leaving; APScheduler would log it as a failure
            return False
        except (InboxFull, StorageBusy, SQLAlchemyError) as error:  # the next tick asks again what is due
            log.warning("tick not stored", jobs=[draft.kind for draft in drafts], error=type(error).__name__)
            return False
        return True


def _lead() -> float:
    """Seconds by which the machine's clock leads the one that cannot be set; it changes when that clock is set."""
    return machine_now().timestamp() - time.monotonic()


def _clock_hour(daily_at: str) -> tuple[int, int]:
    hour, _, minute = daily_at.partition(":")
    return int(hour), int(minute)


def _draft(name: str, occurrence: str) -> FactDraft:
    return FactDraft("clock", f"tick.{name}", f"tick:{name}:{occurrence}", "clock", {"occurrence": occurrence})
