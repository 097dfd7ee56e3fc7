"""Progress: what a learner has done so far, lesson by lesson, and how much we may still say to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from camp.lesson_choice import window_of
from camp.rules.attendance import lesson_counts
from storage import kf
from storage.attendance import Seat
from storage.cohorts import Lesson
from storage.database import Tx


class LessonState(StrEnum):
    """One lesson as the learner's list shows it."""

    UPCOMING = "upcoming"
    OPEN = "open"  # check-in is open and they have not come yet
    HELD = "held"
    NOT_COUNTED = "not_counted"  # held before they enrolled


@dataclass(frozen=True)
class Tally:
    """`到课 attended/lessons · 完课 completed/lessons`; lessons are those of the cohort that count for this learner."""

    attended: int
    completed: int
    lessons: int


@dataclass(frozen=True)
class ReachLeft:
    """What WeCom lets us say after the answer now being written (doc 94677)."""

    messages: int
    until: datetime


def tally(seat: Seat, just_now: Lesson | None = None, *, attended: int | None = None, completed: int | None = None) -> Tally:
    """The counts of a seat; `just_now` is a lesson that counts since the seat was read, with the counts that came of it."""
    counting = sum(1 for lesson in seat.lessons if lesson == just_now or _counts(seat, lesson))
    return Tally(
        seat.enrolment.attended if attended is None else attended,
        seat.enrolment.completed if completed is None else completed,
        counting,
    )


def lesson_state(seat: Seat, lesson: Lesson, now: datetime) -> LessonState:
    if not _counts(seat, lesson):
        return LessonState.NOT_COUNTED
    seen = seat.seen(lesson)
    if not seen.attended and seen.checked_in_at is None and window_of(lesson).open_at(now):
        return LessonState.OPEN
    return LessonState.UPCOMING if lesson.starts_at > now and not seen.attended else LessonState.HELD


async def reach_left(tx: Tx, learner_id: int) -> ReachLeft | None:
    """How many messages are left after this answer, or None when the window is shut (a learner who only tapped a link)."""
    window = await kf.window(tx, learner_id)
    if window is None or window.until is None:
        return None
    return ReachLeft(max(0, window.left - 1), window.until)


def _counts(seat: Seat, lesson: Lesson) -> bool:
    seen = seat.seen(lesson)
    return lesson_counts(lesson.ends_at, seat.enrolment.enrolled_at, attended=seen.attended, completed=seen.completed)
