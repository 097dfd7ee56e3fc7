"""Decision tables: when a check-in counts, what the witnesses of a lesson add up to, which lessons count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from camp.rules.attendance import Seen, attendance_due, completion_due, weigh
from camp.rules.checkin import Outcome, Window, decide_check_in, latest_start, same_passphrase

OPENS = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
CLOSES = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("at", "said", "passphrase", "before", "expected"),
    [
        (OPENS - SECOND, "", None, None, Outcome.TOO_EARLY),
        (OPENS, "", None, None, Outcome.DONE),
        (CLOSES, "", None, None, Outcome.DONE),
        (CLOSES + SECOND, "", None, None, Outcome.TOO_LATE),
        (OPENS, "whatever", None, None, Outcome.DONE),
        (OPENS, "", "芝麻", None, Outcome.PASSPHRASE_MISSING),
        (OPENS, "  ", "芝麻", None, Outcome.PASSPHRASE_MISSING),
        (OPENS, "西瓜", "芝麻", None, Outcome.PASSPHRASE_WRONG),
        (OPENS, "芝 麻！", "芝麻", None, Outcome.DONE),
        (OPENS - SECOND, "芝麻", "芝麻", None, Outcome.TOO_EARLY),
        (CLOSES + SECOND, "西瓜", "芝麻", None, Outcome.TOO_LATE),
        (CLOSES + SECOND, "", None, OPENS, Outcome.ALREADY),
        (OPENS, "西瓜", "芝麻", OPENS, Outcome.ALREADY),
    ],
)
def test_check_in(at: datetime, said: str, passphrase: str | None, before: datetime | None, expected: Outcome) -> None:
    assert decide_check_in(Window(OPENS, CLOSES, passphrase), at=at, said=said, checked_in_at=before) is expected


@pytest.mark.parametrize(
    ("said", "wanted", "expected"),
    [
        ("open sesame", "Open Sesame", True),
        ("ＯＰＥＮ　ｓｅｓａｍｅ", "Open Sesame", True),
        ("“芝麻开门！”", "芝麻开门", True),
        ("芝麻", "芝麻开门", False),
        ("", "", False),
        ("。", "！", False),
    ],
)
def test_passphrase_forgives_case_width_space_and_punctuation(said: str, wanted: str, expected: bool) -> None:
    assert same_passphrase(said, wanted) is expected


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Seen(), (False, False)),
        (Seen(watched_seconds=59), (False, False)),
        (Seen(watched_seconds=60), (True, False)),
        (Seen(watched_seconds=2159), (True, False)),
        (Seen(watched_seconds=2160), (True, True)),
        (Seen(checked_in=True), (True, False)),
        (Seen(teacher_marked=True), (True, False)),
        (Seen(finished=True), (False, True)),
        (Seen(score=59), (False, False)),
        (Seen(score=60), (False, True)),
        (Seen(score=0, checked_in=True), (True, False)),
        (Seen(watched_seconds=10, finished=True, checked_in=True), (True, True)),
    ],
)
def test_weighing_an_hour(seen: Seen, expected: tuple[bool, bool]) -> None:
    assert weigh(seen, lesson_seconds=3600, attended_seconds=60, completed_share=0.6) == expected


def test_weighing_never_takes_nothing_for_something() -> None:
    assert weigh(Seen(watched_seconds=0), lesson_seconds=60, attended_seconds=0, completed_share=0.0) == (False, False)


@pytest.mark.parametrize(
    ("enrolled", "attended", "completed", "to_attend", "to_complete"),
    [
        (OPENS, False, False, True, True),
        (CLOSES, False, False, False, False),
        (CLOSES + SECOND, True, False, True, True),
        (CLOSES + SECOND, False, True, False, True),
    ],
)
def test_a_lesson_held_before_the_sign_up_is_no_absence(
    enrolled: datetime, attended: bool, completed: bool, to_attend: bool, to_complete: bool
) -> None:
    assert attendance_due(CLOSES, enrolled, attended=attended) is to_attend
    assert completion_due(CLOSES, enrolled, attended=attended, completed=completed) is to_complete


def test_the_latest_lesson_that_started() -> None:
    hour = timedelta(hours=1)
    assert latest_start([OPENS, OPENS + hour, OPENS + 2 * hour], OPENS + hour) == 1
    assert latest_start([OPENS + hour], OPENS) is None
    assert latest_start([OPENS, OPENS], OPENS) == 0
