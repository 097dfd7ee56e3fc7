"""At each beat: customer service accounts that nobody pulled for a while are pulled: their callback may have been lost."""

from __future__ import annotations

from camp.kf_pull import catch_up_overdue
from jobs.core.job import BEAT, Job

JOB = Job("kf_catch_up", catch_up_overdue, every=BEAT)
