"""A job: its name, when it ticks, and what it asks at each tick."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import jobs
from camp.policy import Policy
from storage.database import Tx

# A job that runs at least this often ticks with the clock's beat (setting `tick_seconds`).
BEAT = timedelta(minutes=1)


@dataclass(frozen=True)
class Job:
    """`every` (a minute or less means: at each beat of the clock) or `daily_at` ("03:30" in the camp's zone); exactly one is set.

    `run(tx, policy)` is called inside the worker's transaction at each tick; `tx.now` is the moment.
    """

    name: str
    run: Callable[[Tx, Policy], Awaitable[None]]
    every: timedelta | None = None
    daily_at: str | None = None


def discover() -> dict[str, Job]:
    """All jobs by name; RuntimeError on a clash or a job without exactly one schedule."""
    found: dict[str, Job] = {}
    for module in sorted(pkgutil.iter_modules(jobs.__path__), key=lambda m: m.name):
        if module.ispkg:
            continue
        job: Job = importlib.import_module(f"jobs.{module.name}").JOB
        if job.name in found or (job.every is None) == (job.daily_at is None):
            raise RuntimeError(f"job {job.name} in jobs/{module.name}.py: defined twice, or not exactly one schedule")
        found[job.name] = job
    return found
