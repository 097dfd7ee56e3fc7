"""The clock is one more road in: APScheduler fires on every node, the inbox's unique key decides which tick counts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError

from bot.inbox_writer import InboxFull, InboxWriter
from bot.practice_clock import PracticeClock
from jobs.core.job import BEAT, Job
from storage.database import StorageBusy, machine_now
from storage.inbox import FactDraft

log = structlog.get_logger("clock")

# A stalled process ticks late rather than not at all; the jobs ask what is due, so late is harmless.
_GRACE_SECONDS = 3600


class Clock:
    """Ticks every job at its schedule; a job that asks for the beat ticks every `beat_seconds`.

    In practice time the beats stay those of the machine, whatever the pace: a daily job is asked at each beat whether its
    hour has passed, and `tick_all` is for the moment after a jump.
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
        self._told: dict[str, str] = {}  # in practice time: the day each daily job last ticked on
        self._scheduler = AsyncIOScheduler(
            timezone=zone, job_defaults={"misfire_grace_time": _GRACE_SECONDS, "coalesce": True, "max_instances": 1}
        )
        for job in jobs.values():
            if job.daily_at is not None and practice is None:
                self._add_daily(job, job.daily_at)
            else:
                self._add_interval(job)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    async def tick_all(self) -> None:
        """Every job at once: the practice time has moved."""
        await self._tick(*self._jobs.values())

    def _add_daily(self, job: Job, daily_at: str) -> None:
        hour, minute = _clock_hour(daily_at)
        now = datetime.now(self._zone)
        # Nobody was up at the hour? Ask once now; the day's key drops it when somebody was.
        missed = {"next_run_time": now} if (now.hour, now.minute) >= (hour, minute) else {}
        trigger = CronTrigger(hour=hour, minute=minute, timezone=self._zone)
        self._scheduler.add_job(self._tick, trigger, args=[job], id=job.name, **missed)

    def _add_interval(self, job: Job) -> None:
        seconds = self._seconds(job)
        self._scheduler.add_job(
            self._tick,
            IntervalTrigger(seconds=max(1, round(seconds))),
            args=[job],
            id=job.name,
            next_run_time=machine_now() + timedelta(seconds=min(1.0, seconds)),
        )

    def _seconds(self, job: Job) -> float:
        """How often a job without an hour of its own ticks."""
        return self._beat_seconds if job.every is None or job.every <= BEAT else job.every.total_seconds()

    def _occurrence(self, job: Job) -> str | None:
        """What this tick is called, the same on all nodes, so that theirs are one fact; None when it is not its time."""
        if self._practice is None:
            if job.daily_at is not None:
                return datetime.now(self._zone).date().isoformat()
            return self._number(job)
        if job.daily_at is None:
            return f"{self._number(job)}@{self._practice.version}"
        now = self._practice.now().astimezone(self._zone)
        day = now.date().isoformat()
        due = (now.hour, now.minute) >= _clock_hour(job.daily_at) and self._told.get(job.name) != day
        return day if due else None

    def _number(self, job: Job) -> str:
        """The number of the present interval."""
        return str(int(machine_now().timestamp() // max(self._seconds(job), 1.0)))

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


def _clock_hour(daily_at: str) -> tuple[int, int]:
    hour, _, minute = daily_at.partition(":")
    return int(hour), int(minute)


def _draft(name: str, occurrence: str) -> FactDraft:
    return FactDraft("clock", f"tick.{name}", f"tick:{name}:{occurrence}", "clock", {"occurrence": occurrence})
