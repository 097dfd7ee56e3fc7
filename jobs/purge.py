"""Every night, before the reconciliation asks for everything anew: what is older than `[retention] raw_days` is forgotten."""

from __future__ import annotations

from camp.purge import start
from jobs.core.job import Job

JOB = Job("purge", start, daily_at="03:10")
