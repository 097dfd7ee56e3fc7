"""Before each lesson: reminders to learners and class teachers."""

from __future__ import annotations

from datetime import timedelta

from camp.reminder import remind_due
from jobs.core.job import Job

JOB = Job("lesson_reminder", remind_due, every=timedelta(seconds=15))
