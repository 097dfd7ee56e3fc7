"""The rules of nudges as tables: limits, quiet hours, the reasons, the looks and the life of a task."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from camp.rules.nudge import LeftOut, NudgeLimits, Spent, left_out, lives_until, next_look, spans

DAY = date(2026, 12, 2)
MADE = datetime(2026, 12, 2, 20, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 12, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("per_month", "day", "limit"),
    [(0, DAY, 31), (0, date(2027, 2, 1), 28), (0, date(2028, 2, 1), 29), (10, DAY, 10), (31, date(2026, 11, 1), 30)],
)
def test_wecoms_ceiling_is_the_days_of_the_month(per_month: int, day: date, limit: int) -> None:
    assert NudgeLimits(per_month=per_month).monthly(day) == limit


@pytest.mark.parametrize(
    ("start", "end", "quiet", "loud"),
    [
        (time(22), time(8), [time(22), time(0), time(7, 59)], [time(8), time(21, 59)]),
        (time(12), time(14), [time(12), time(13, 59)], [time(11, 59), time(14)]),
        (time(8), time(8), [], [time(8), time(0), time(23, 59)]),
    ],
)
def test_quiet_hours(start: time, end: time, quiet: list[time], loud: list[time]) -> None:
    limits = NudgeLimits(quiet_from=start, quiet_to=end)
    assert all(limits.is_quiet(moment) for moment in quiet)
    assert not any(limits.is_quiet(moment) for moment in loud)


@pytest.mark.parametrize(
    ("spent", "unsubscribed", "here", "friend", "why"),
    [
        (Spent(), False, True, True, None),
        (Spent(9, 9, 99), True, False, False, LeftOut.UNSUBSCRIBED),
        (Spent(9, 9, 99), False, False, False, LeftOut.GONE),
        (Spent(9, 9, 99), False, True, False, LeftOut.NOT_FRIEND),
        (Spent(1, 7, 31), False, True, True, LeftOut.MONTH),
        (Spent(1, 7, 30), False, True, True, LeftOut.WEEK),
        (Spent(1, 6, 30), False, True, True, LeftOut.TODAY),
        (Spent(0, 6, 30), False, True, True, None),
    ],
)
def test_the_lasting_reason_is_named(spent: Spent, unsubscribed: bool, here: bool, friend: bool, why: LeftOut | None) -> None:
    assert left_out(NudgeLimits(), DAY, spent, unsubscribed=unsubscribed, here=here, friend=friend) is why


def test_spans_begin_at_midnight_on_monday_and_on_the_first() -> None:
    starts = spans(datetime(2026, 12, 2, 20, 30, tzinfo=UTC))
    assert [f"{start:%m-%d %H:%M}" for start in starts] == ["12-02 00:00", "11-30 00:00", "12-01 00:00"]


@pytest.mark.parametrize(
    ("after", "look"),
    [(0, 2), (2, 10), (9, 10), (10, 60), (60, 120), (61, 120), (200, 240), (239, 240), (240, 300), (1439, 1440)],
)
def test_looks_come_at_2_10_and_60_minutes_and_then_hourly(after: int, look: int) -> None:
    minutes = timedelta(minutes=1)
    midnight = MIDNIGHT if after < 240 else MADE  # the taking back is behind them
    assert next_look(MADE, midnight, MADE + after * minutes) == MADE + look * minutes


def test_a_look_falls_on_the_moment_of_taking_back() -> None:
    made = MIDNIGHT - timedelta(minutes=5)
    assert next_look(made, MIDNIGHT, made + timedelta(minutes=2)) == MIDNIGHT


@pytest.mark.parametrize(
    ("asked", "ends", "until"),
    [("02 19:30", "02 20:00", "03 00:00"), ("03 09:00", "02 20:00", "04 00:00"), ("02 23:50", "03 00:30", "04 00:00")],
)
def test_a_task_lives_until_the_midnight_after_the_lesson(asked: str, ends: str, until: str) -> None:
    def at(words: str) -> datetime:
        return datetime.strptime(f"2026-12-{words}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)

    assert lives_until(at(asked), at(ends)) == at(until)
