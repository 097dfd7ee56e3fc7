"""After each lesson: who came, who did not, who finished."""

from __future__ import annotations

from datetime import timedelta

from camp.digest import digest_due
from jobs.core.job import Job

JOB = Job("lesson_digest", digest_due, every=timedelta(seconds=15))
