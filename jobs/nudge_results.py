"""At each beat: WeCom is asked how the mass-send tasks stand whose time has come."""

from __future__ import annotations

from camp.nudge_result import look_due
from jobs.core.job import BEAT, Job

JOB = Job("nudge_results", look_due, every=BEAT)
