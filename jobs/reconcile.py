"""Every night everything that callbacks may have lost is compared with WeCom."""

from __future__ import annotations

from camp.reconcile import start
from jobs.core.job import Job

JOB = Job("reconcile", start, daily_at="03:30")
