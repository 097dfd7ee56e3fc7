"""The allowance of a class group: how many mass messages it may receive, and which go first when there are too few. Pure."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from camp.rules.group_message import Occurrence


@dataclass(frozen=True)
class Allowance:
    """WeCom's own limit is the days of the month (doc 92135); what the administrator narrowed it to is given here, 0 for not."""

    per_day: int = 0
    per_week: int = 0
    per_month: int = 0

    def limits(self, day: date) -> list[tuple[date, date, int]]:
        """The periods around a day: first day, the first day after it, how many."""
        month = day.replace(day=1)
        days = calendar.monthrange(day.year, day.month)[1]
        found = [(month, month + timedelta(days=days), min(self.per_month or days, days))]
        if self.per_week:
            monday = day - timedelta(days=day.weekday())
            found.append((monday, monday + timedelta(days=7), self.per_week))
        if self.per_day:
            found.append((day, day + timedelta(days=1), self.per_day))
        return found

    def monthly(self, day: date) -> int:
        return self.limits(day)[0][2]


@dataclass(frozen=True)
class Spent:
    """What one group received, by day of the camp's zone (what waits for a tap counts for today), and the days on which WeCom
    refused one because its ceiling was reached."""

    days: Mapping[date, int]
    full: frozenset[date] = frozenset()

    def within(self, first: date, after: date) -> int:
        return sum(number for day, number in self.days.items() if first <= day < after)


def left(allowance: Allowance, spent: Spent, day: date) -> int:
    """How many the group may still receive on this day."""
    return 0 if day in spent.full else _least(allowance.limits(day), spent)


def left_over(allowance: Allowance, spent: Spent, day: date) -> int:
    """The same for the month of this day (or its week, where that is less), whatever the day itself allows."""
    return _least([period for period in allowance.limits(day) if period[1] - period[0] > timedelta(days=1)], spent)


def _least(periods: Sequence[tuple[date, date, int]], spent: Spent) -> int:
    return max(0, min(most - spent.within(first, after) for first, after, most in periods))


def share_out(allowance: Allowance, spent: Spent, coming: Sequence[Occurrence], zone: ZoneInfo) -> tuple[set[int], list[int]]:
    """Places in `coming` (which is in order of time) that get nothing, and what is left after each of them.

    The important get theirs first, of equally important ones the earlier; so what is later and less important goes without.
    """
    days = [one.due_at.astimezone(zone).date() for one in coming]
    kept: Counter[date] = Counter()
    dropped: set[int] = set()
    for place in sorted(range(len(coming)), key=lambda n: (coming[n].message.importance, coming[n].due_at, n)):
        together = Spent(Counter(spent.days) + kept, spent.full)
        if left(allowance, together, days[place]) > 0:
            kept[days[place]] += 1
        else:
            dropped.add(place)
    after: list[int] = []
    so_far = Counter(spent.days)
    for place, day in enumerate(days):
        so_far[day] += place not in dropped
        after.append(left_over(allowance, Spent(so_far, spent.full), day))
    return dropped, after
