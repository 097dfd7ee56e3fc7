"""Progress: what a learner has done so far, lesson by lesson, and how much we may still say to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from camp.attendance import Heard
from camp.lesson_choice import window_of
from camp.rules.attendance import attendance_due, completion_due
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
    REPLAYED = "replayed"  # the same, and finished on a replay


@dataclass(frozen=True)
class Tally:
    """`到课 attended/to_attend · 完课 completed/to_complete`: the lessons of the cohort that are due for this learner."""

    attended: int
    to_attend: int
    completed: int
    to_complete: int


@dataclass(frozen=True)
class ReachLeft:
    """What WeCom lets us say after the answer now being written (doc 94677)."""

    messages: int
    until: datetime


def seat_after(seat: Seat, lesson: Lesson, heard: Heard) -> Seat:
    """The seat with what was heard of the lesson since it was read."""
    enrolment = replace(seat.enrolment, attended=heard.attended, completed=heard.completed)
    return replace(seat, enrolment=enrolment, witnesses={**seat.witnesses, lesson.id: heard.after})


def tally(seat: Seat) -> Tally:
    return Tally(
        seat.enrolment.attended,
        sum(_to_attend(seat, lesson) for lesson in seat.lessons),
        seat.enrolment.completed,
        sum(_to_complete(seat, lesson) for lesson in seat.lessons),
    )


def lesson_state(seat: Seat, lesson: Lesson, now: datetime) -> LessonState:
    seen = seat.seen(lesson)
    if not _to_attend(seat, lesson):
        return LessonState.REPLAYED if seen.completed else LessonState.NOT_COUNTED
    if not seen.attended and seen.checked_in_at is None and window_of(lesson).open_at(now):
        return LessonState.OPEN
    return LessonState.UPCOMING if lesson.starts_at > now and not seen.attended else LessonState.HELD


async def reach_left(tx: Tx, learner_id: int) -> ReachLeft | None:
    """How many messages are left after this answer, or None when the window is shut (a learner who only tapped a link)."""
    window = await kf.window(tx, learner_id)
    if window is None or window.until is None:
        return None
    return ReachLeft(max(0, window.left - 1), window.until)


def _to_attend(seat: Seat, lesson: Lesson) -> bool:
    return attendance_due(lesson.ends_at, seat.enrolment.enrolled_at, attended=seat.seen(lesson).attended)


def _to_complete(seat: Seat, lesson: Lesson) -> bool:
    seen = seat.seen(lesson)
    return completion_due(lesson.ends_at, seat.enrolment.enrolled_at, attended=seen.attended, completed=seen.completed)
