"""A camp's messages to its class groups: what is declared, and when that falls due in a cohort. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from string import Formatter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_LATE = timedelta(hours=2)
# Of many tasks that become due at one moment the important ones come first, and go last when the allowance runs out.
_IMPORTANCE = ("offer", "lesson_notice", "material")
KINDS = _IMPORTANCE


class Skip(StrEnum):
    """Why a message that was declared is not prepared; each has its wording `group_message.skip_<value>`."""

    DATE = "date"
    QUIET = "quiet"
    STOPPED = "stopped"
    DISABLED = "disabled"
    CHANGED = "changed"  # declared, or declared otherwise, after its moment
    GOAL = "goal"
    BUDGET = "budget"
    LATE = "late"  # nobody was there to prepare it
    NO_CHAT = "no_chat"
    CLOSED = "closed"  # the cohort was closed before


@dataclass(frozen=True)
class Goal:
    """When there is nothing left to say: `share` percent of the class, or `number` orders of the cohort."""

    what: str  # attended, completed, paid, orders
    number: int
    lesson: int | None = None  # None: the message's own lesson


@dataclass(frozen=True)
class GroupMessage:
    """One `[[camps.messages]]`. Exactly one of `day` (1 is the cohort's first), `lesson` (0: every one) and `close` (days after
    the closing day) is given; `before`, `after`: minutes around that lesson, else `at`, a time of that day.

    `attach`: mappings with `type` checkin, link or picture. `only`: class codes, all when empty.
    """

    code: str
    kind: str
    text: str
    must: bool = False
    day: int | None = None
    lesson: int | None = None
    close: int | None = None
    at: str | None = None
    before: int | None = None
    after: int | None = None
    attach: tuple[Mapping[str, Any], ...] = ()
    only: tuple[str, ...] = ()
    goal: Goal | None = None

    @property
    def importance(self) -> int:
        """The smaller is dropped later."""
        return 0 if self.must else 1 + _IMPORTANCE.index(self.kind)

    @property
    def carries_link(self) -> bool:
        """Whether who reads it can check in to its lesson by a tap."""
        named = any(name == "checkin_link" for _, name, _, _ in Formatter().parse(self.text))
        return self.lesson is not None and (named or any(part["type"] == "checkin" for part in self.attach))

    def to_plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        # 0 says something here (every lesson, the day before the first), and equals False.
        plain = {name: value for name, value in asdict(self).items() if value is not None and value is not False and value != ()}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def from_plain(plain: Mapping[str, Any]) -> GroupMessage:
    """What `to_plain` gave."""
    goal = plain.get("goal")
    lists = {name: tuple(plain.get(name, ())) for name in ("attach", "only")}
    return GroupMessage(**{**plain, **lists, "goal": None if goal is None else Goal(**{"lesson": None, **goal})})


@dataclass(frozen=True)
class Rhythm:
    """The camp's quiet hours (the same time twice: none) and the days on which nothing is sent."""

    quiet_from: time
    quiet_to: time
    skip_dates: frozenset[date] = frozenset()

    def is_quiet(self, local: time) -> bool:
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= local < self.quiet_to
        return local >= self.quiet_from or local < self.quiet_to

    def awake(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The moment itself, or the end of the quiet hours it falls into."""
        local = moment.astimezone(zone)
        if not self.is_quiet(local.time()):
            return moment
        end = _on(local.date(), self.quiet_to, zone)
        return end if end > moment else _on(local.date() + _DAY, self.quiet_to, zone)


class Sitting(NamedTuple):
    """A lesson, as far as a schedule has to know it."""

    seq: int
    starts_at: datetime
    ends_at: datetime


class Term(NamedTuple):
    """A cohort's time."""

    starts_at: datetime
    closes_at: datetime
    lessons: Sequence[Sitting]


@dataclass(frozen=True)
class Occurrence:
    """One message at one moment. `anchor`: what it hangs on, which tells it from the same message of a lesson put off; `until`:
    from then on it would be pointless; `seq`: the lesson, 0 for none.
    """

    message: GroupMessage
    seq: int
    anchor: datetime
    due_at: datetime
    until: datetime
    skip: Skip | None = None

    @property
    def latest(self) -> datetime:
        """Until when it is still prepared if nobody was there at its moment."""
        return min(self.due_at + _LATE, self.until)


def occurrences(message: GroupMessage, term: Term, rhythm: Rhythm, zone: ZoneInfo) -> list[Occurrence]:
    """Every moment of the message in the cohort, those that fall on skipped days or into quiet hours marked."""
    found = [_placed(message, *moment, rhythm, zone) for moment in _moments(message, term, zone)]
    return sorted(found, key=lambda one: (one.due_at, one.seq))


def next_look(made_at: datetime, until: datetime, now: datetime) -> datetime:
    """When WeCom is asked again how a task stands: every five minutes in its first half hour, every ten in its first three hours,
    then hourly, and when it is to be taken back."""
    age = now - made_at
    pace = timedelta(minutes=5 if age < timedelta(minutes=30) else 10 if age < timedelta(hours=3) else 60)
    coming = now + pace
    return min(coming, until) if until > now else coming


def _moments(message: GroupMessage, term: Term, zone: ZoneInfo) -> list[tuple[int, datetime, datetime, datetime]]:
    """(lesson, anchor, due, pointless from) of each."""
    if message.lesson is not None:
        sat = [one for one in term.lessons if message.lesson in (0, one.seq)]
        return [(one.seq, one.starts_at, *_around(message, one, zone)) for one in sat]
    at = time.fromisoformat(message.at or "12:00")
    first, last = term.starts_at.astimezone(zone).date(), term.closes_at.astimezone(zone).date()
    anchor, offset = (first, (message.day or 0) - 1) if message.day is not None else (last, message.close or 0)
    on = anchor + offset * _DAY
    return [(0, _on(anchor, time(0), zone), _on(on, at, zone), _on(on + _DAY, time(0), zone))]


def _around(message: GroupMessage, lesson: Sitting, zone: ZoneInfo) -> tuple[datetime, datetime]:
    if message.before is not None:
        return lesson.starts_at - timedelta(minutes=message.before), lesson.ends_at
    if message.after is not None:
        due = lesson.ends_at + timedelta(minutes=message.after)
    else:
        due = _on(lesson.starts_at.astimezone(zone).date(), time.fromisoformat(message.at or "12:00"), zone)
        if due < lesson.starts_at:
            return due, lesson.ends_at
    # What is said after a lesson has the rest of the day, and at least some hours.
    return due, max(_on(due.astimezone(zone).date() + _DAY, time(0), zone), due + _LATE)


def _placed(
    message: GroupMessage, seq: int, anchor: datetime, due: datetime, until: datetime, rhythm: Rhythm, zone: ZoneInfo
) -> Occurrence:
    awake = rhythm.awake(due, zone)
    skip = None
    if awake.astimezone(zone).date() in rhythm.skip_dates or due.astimezone(zone).date() in rhythm.skip_dates:
        skip = Skip.DATE
    elif awake >= until:
        skip = Skip.QUIET
    return Occurrence(message, seq, anchor, due if skip else awake, until, skip)


def _on(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A time of the camp's own clock; one that a change of the clocks leaves out is as much later."""
    return datetime.combine(day, at, zone).astimezone(ZoneInfo("UTC"))
