"""Nudges: how many mass messages a learner may get, at what hours, how long a task lives and when it is looked at. Pure."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache

_FIRST_LOOKS = (timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=60))
_LATER_LOOKS = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class NudgeLimits:
    """The administrator's limits for each learner; `per_month` 0 means WeCom's own, the days of the month (doc 92135).

    Nobody is reminded between `quiet_from` and `quiet_to` of the camp's zone; the same time twice means no quiet hours.
    `reminders`: how often WeCom reminds a class teacher of a task they have not sent (WeCom allows 3 in 24 h).
    """

    per_day: int = 1
    per_week: int = 7
    per_month: int = 0
    quiet_from: time = time(22)
    quiet_to: time = time(8)
    reminders: int = 1
    remind_after: timedelta = timedelta(hours=2)

    def monthly(self, day: date) -> int:
        """How many a learner may get in the month of this day."""
        days = _days_of(day.year, day.month)
        return min(self.per_month or days, days)

    def is_quiet(self, local: time) -> bool:
        """Whether nobody is to be reminded at this time of the camp's zone."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= local < self.quiet_to
        return local >= self.quiet_from or local < self.quiet_to


@cache
def _days_of(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


@dataclass(frozen=True)
class Spent:
    """What one learner got or may still get from a waiting task: this day, this week (from Monday) and this month."""

    today: int = 0
    week: int = 0
    month: int = 0


class LeftOut(StrEnum):
    """Why a learner is not reminded; each has its wording `nudge.left_<value>`."""

    UNSUBSCRIBED = "unsubscribed"
    GONE = "gone"  # somebody else, or nobody, teaches them now
    NOT_FRIEND = "not_friend"  # of their class teacher, in whose name a task is sent
    TODAY = "today"
    WEEK = "week"
    MONTH = "month"


def left_out(limits: NudgeLimits, day: date, spent: Spent, *, unsubscribed: bool, here: bool, friend: bool) -> LeftOut | None:
    """Why this learner is not reminded on this day of the camp's zone, the lasting reasons first; None when they may be."""
    if unsubscribed:
        return LeftOut.UNSUBSCRIBED
    if not here:
        return LeftOut.GONE
    if not friend:
        return LeftOut.NOT_FRIEND
    if spent.month >= limits.monthly(day):
        return LeftOut.MONTH
    if spent.week >= limits.per_week:
        return LeftOut.WEEK
    return LeftOut.TODAY if spent.today >= limits.per_day else None


def spans(local: datetime) -> tuple[datetime, datetime, datetime]:
    """The beginnings of the day, the week (Monday) and the month around a moment in the camp's zone."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight, midnight - timedelta(days=midnight.weekday()), midnight.replace(day=1)


def lives_until(asked: datetime, lesson_ends: datetime) -> datetime:
    """When an unsent task is taken back: at the midnight after the lesson, or after the day it was asked for. Local moments."""
    latest = max(asked, lesson_ends)
    return latest.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY


def next_look(made_at: datetime, until: datetime, now: datetime) -> datetime:
    """When to ask WeCom again: 2, 10 and 60 minutes after the task was made, then hourly, and when it is to be taken back."""
    looks = [made_at + after for after in _FIRST_LOOKS]
    coming = next((look for look in looks if look > now), None)
    if coming is None:
        coming = looks[-1] + ((now - looks[-1]) // _LATER_LOOKS + 1) * _LATER_LOOKS
    return min(coming, until) if until > now else coming
