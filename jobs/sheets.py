"""Every hour: sheets that nobody confirmed in time are over, and their rows go."""

from __future__ import annotations

from datetime import timedelta

from camp import sheet
from jobs.core.job import Job

JOB = Job("sheets", sheet.forget, every=timedelta(hours=1))
