"""The clock is one more road in: APScheduler fires on every node, the inbox's unique key decides which tick counts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError

from bot.inbox_writer import InboxFull, InboxWriter
from jobs.core.job import BEAT, Job
from storage.database import StorageBusy
from storage.inbox import FactDraft

log = structlog.get_logger("clock")

# A stalled process ticks late rather than not at all; the jobs ask what is due, so late is harmless.
_GRACE_SECONDS = 3600


class Clock:
    """Ticks every job at its schedule; a job that asks for the beat ticks every `beat_seconds`."""

    def __init__(self, jobs: Mapping[str, Job], writer: InboxWriter, zone: ZoneInfo, beat_seconds: float) -> None:
        self._writer = writer
        self._scheduler = AsyncIOScheduler(
            timezone=zone, job_defaults={"misfire_grace_time": _GRACE_SECONDS, "coalesce": True, "max_instances": 1}
        )
        for job in jobs.values():
            if job.daily_at is not None:
                hour, _, minute = job.daily_at.partition(":")
                trigger = CronTrigger(hour=int(hour), minute=int(minute), timezone=zone)
                now = datetime.now(zone)
                # Nobody was up at the hour? Ask once now; the day's key drops it when somebody was.
                missed = {"next_run_time": now} if (now.hour, now.minute) >= (int(hour), int(minute)) else {}
                self._scheduler.add_job(self._tick_daily, trigger, args=[job.name, zone], id=job.name, **missed)
            else:
                seconds = beat_seconds if job.every is None or job.every <= BEAT else job.every.total_seconds()
                self._scheduler.add_job(
                    self._tick,
                    IntervalTrigger(seconds=max(1, round(seconds))),
                    args=[job.name, seconds],
                    id=job.name,
                    next_run_time=datetime.now(UTC) + timedelta(seconds=min(1.0, seconds)),
                )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    async def _tick(self, name: str, seconds: float) -> None:
        # All nodes agree on the number of the interval, so their ticks are one fact.
        await self._insert(name, str(int(datetime.now(UTC).timestamp() // max(seconds, 1.0))))

    async def _tick_daily(self, name: str, zone: ZoneInfo) -> None:
        await self._insert(name, datetime.now(zone).date().isoformat())

    async def _insert(self, name: str, occurrence: str) -> None:
        draft = FactDraft("clock", f"tick.{name}", f"tick:{name}:{occurrence}", "clock", {"occurrence": occurrence})
        try:
            await self._writer.submit([draft])
        except asyncio.CancelledError:  # leaving; APScheduler would log it as a failure
            return
        except (InboxFull, StorageBusy, SQLAlchemyError) as error:  # the next tick asks again what is due
            log.warning("tick not stored", job=name, error=type(error).__name__)
