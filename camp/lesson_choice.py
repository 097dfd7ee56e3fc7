"""Which lesson a learner means: by number, by what is open now, by what has started; pure choices over their seats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from camp.rules.checkin import Window, latest_start, same_passphrase
from camp.rules.place import Place
from storage.attendance import Seat
from storage.cohorts import Cohort, Lesson

# Somebody else, or nobody yet, teaches who is there.
GONE = (Place.NEXT_COHORT, Place.WAITING)


@dataclass(frozen=True)
class Chosen:
    seat: Seat
    lesson: Lesson


@dataclass(frozen=True)
class Several:
    """More than one fits equally: the learner taps one."""

    options: tuple[Chosen, ...]


@dataclass(frozen=True)
class NoSuchLesson:
    seq: int
    seats: tuple[Seat, ...]


@dataclass(frozen=True)
class NothingOpen:
    """No check-in is open: the one that closed last without them, and the one that opens next."""

    missed: Chosen | None
    following: Chosen | None


@dataclass(frozen=True)
class NotStarted:
    option: Chosen


class WhyNoSeat(StrEnum):
    NOT_ENROLLED = "not_enrolled"
    CLOSED = "closed"
    MOVED = "moved"
    WAITING = "waiting"


@dataclass(frozen=True)
class NoSeat:
    """The learner has no lessons to take; `cohort` is the one that is closed, or that they moved to."""

    why: WhyNoSeat
    cohort: Cohort | None = None


CheckInChoice = Chosen | Several | NoSuchLesson | NothingOpen | NoSeat
LessonChoice = Chosen | NoSuchLesson | NotStarted | NoSeat


def window_of(lesson: Lesson) -> Window:
    return Window(lesson.checkin_opens_at, lesson.checkin_closes_at, lesson.passphrase)


def live(seats: Sequence[Seat]) -> list[Seat]:
    """The seats in cohorts that run or are to come."""
    return [s for s in seats if s.cohort.closed_at is None and s.enrolment.place not in GONE]


def why_no_seat(seats: Sequence[Seat]) -> NoSeat:
    """For a learner without a live seat."""
    if not seats:
        return NoSeat(WhyNoSeat.NOT_ENROLLED)
    newest = seats[0]
    if newest.enrolment.place == Place.WAITING:
        return NoSeat(WhyNoSeat.WAITING, newest.cohort)
    return NoSeat(WhyNoSeat.CLOSED, newest.cohort)


def choose_for_check_in(seats: Sequence[Seat], seq: int | None, said: str, at: datetime) -> CheckInChoice:
    """The lesson of `签到 [课] [口令]`: the open one, the named one, or the one whose passphrase was said."""
    mine = live(seats)
    if not mine:
        return why_no_seat(seats)
    all_lessons = [Chosen(seat, lesson) for seat in mine for lesson in seat.lessons]
    named = all_lessons if seq is None else [c for c in all_lessons if c.lesson.seq == seq]
    if seq is not None and not named:
        return NoSuchLesson(seq, tuple(mine))
    opened = [c for c in named if window_of(c.lesson).open_at(at)]
    pending = [c for c in opened if c.seat.seen(c.lesson).checked_in_at is None]
    told = [c for c in pending if c.lesson.passphrase and same_passphrase(said, c.lesson.passphrase)]
    if len(told) == 1:
        return told[0]
    if len(pending) > 1:
        return Several(tuple(pending))
    if pending or opened:
        return (pending or opened)[-1]
    return named[0] if seq is not None else _nothing_open(all_lessons, at)


def choose_lesson(seats: Sequence[Seat], lesson: Lesson) -> Chosen | NoSeat:
    """The learner's own seat for a lesson named by a tap or a link, wherever the link came from."""
    own = next((s for s in seats if s.cohort.id == lesson.cohort_id), None)
    if own is None:
        return NoSeat(WhyNoSeat.NOT_ENROLLED)
    if own.cohort.closed_at is None and own.enrolment.place not in GONE:
        return Chosen(own, lesson)
    newer = live(seats)
    if own.enrolment.place == Place.NEXT_COHORT and newer:
        return NoSeat(WhyNoSeat.MOVED, newer[0].cohort)
    return NoSeat(WhyNoSeat.WAITING if own.enrolment.place == Place.WAITING else WhyNoSeat.CLOSED, own.cohort)


def choose_started(seats: Sequence[Seat], seq: int | None, at: datetime, *, also_closed: bool = False) -> LessonChoice:
    """The lesson of 完课, 作业, 评分: the named one, else the one that started last."""
    mine = live(seats) or (list(seats[:1]) if also_closed else [])
    if not mine:
        return why_no_seat(seats)
    options = [Chosen(seat, lesson) for seat in mine for lesson in seat.lessons if seq is None or lesson.seq == seq]
    if not options:
        return NoSuchLesson(seq or 1, tuple(mine))
    latest = latest_start([c.lesson.starts_at for c in options], at)
    if latest is None:
        return NotStarted(min(options, key=lambda c: c.lesson.starts_at))
    return options[latest]


def passphrase_said(seats: Sequence[Seat], words: str, at: datetime) -> Chosen | None:
    """The open lesson whose passphrase is all that was said, if it is exactly one."""
    fitting = [
        Chosen(seat, lesson)
        for seat in live(seats)
        for lesson in seat.lessons
        if lesson.passphrase and window_of(lesson).open_at(at) and same_passphrase(words, lesson.passphrase)
    ]
    return fitting[0] if len(fitting) == 1 else None


def waiting_for_check_in(seats: Sequence[Seat], at: datetime) -> Chosen | None:
    """The lesson whose check-in is open and was not used; of several the one that opened first."""
    waiting = [
        Chosen(seat, lesson)
        for seat in live(seats)
        for lesson in seat.lessons
        if window_of(lesson).open_at(at) and seat.seen(lesson).checked_in_at is None
    ]
    return min(waiting, key=lambda c: c.lesson.checkin_opens_at, default=None)


def next_opening(seats: Sequence[Seat], at: datetime) -> Chosen | None:
    """The lesson whose check-in opens next."""
    ahead = [Chosen(s, lesson) for s in live(seats) for lesson in s.lessons if lesson.checkin_opens_at > at]
    return min(ahead, key=lambda c: c.lesson.checkin_opens_at, default=None)


def _nothing_open(options: Sequence[Chosen], at: datetime) -> NothingOpen:
    past = [c for c in options if c.lesson.checkin_closes_at < at]
    last = max(past, key=lambda c: c.lesson.checkin_closes_at, default=None)
    missed = last if last is not None and not last.seat.seen(last.lesson).attended else None
    ahead = [c for c in options if c.lesson.checkin_opens_at > at]
    return NothingOpen(missed, min(ahead, key=lambda c: c.lesson.checkin_opens_at, default=None))
