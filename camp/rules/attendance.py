"""Attendance: what the witnesses of one lesson add up to, and which lessons count for a learner at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil

# Homework graded from here on is accepted work (DESIGN section 5: "finished work accepted").
ACCEPTED_SCORE = 60


@dataclass(frozen=True)
class Seen:
    """What the witnesses of one learner in one lesson say; a witness that is silent says nothing against."""

    watched_seconds: int | None = None
    checked_in: bool = False
    teacher_marked: bool = False
    finished: bool = False
    score: int | None = None


def weigh(seen: Seen, *, lesson_seconds: int, attended_seconds: int, completed_share: float) -> tuple[bool, bool]:
    """(attended, completed). Saying 完课 or accepted homework is completion, never attendance."""
    watched = seen.watched_seconds or 0
    attended = watched >= max(1, attended_seconds) or seen.checked_in or seen.teacher_marked
    # Rounded up so that 60 % of 61 s is 37 s; the tiny margin keeps 0.6 * 3600 from becoming 2161.
    enough = max(1, ceil(completed_share * lesson_seconds - 1e-6))
    completed = watched >= enough or seen.finished or (seen.score is not None and seen.score >= ACCEPTED_SCORE)
    return attended, completed


def attendance_due(ends_at: datetime, enrolled_at: datetime, *, attended: bool) -> bool:
    """A lesson held before the learner enrolled is no absence, whatever they finish of it later; who attended it was due."""
    return ends_at > enrolled_at or attended


def completion_due(ends_at: datetime, enrolled_at: datetime, *, attended: bool, completed: bool) -> bool:
    """What is to be attended is to be completed; an earlier lesson joins that once its replay is."""
    return completed or attendance_due(ends_at, enrolled_at, attended=attended)
