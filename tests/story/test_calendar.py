"""The calendar and the camp.toml it becomes."""

import tomllib
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from sandbox.calendar_file import marks_in
from sandbox.story.calendar import FIRST_NAME, ZONE, Calendar, camp_toml, planned
from sandbox.story.cast import LESSONS, PASSPHRASE, PASSPHRASE_LESSON, STAFF

NOON = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)  # 12:00 in China
MIDNIGHT, MORNING = datetime(2026, 11, 30, 16, 0, tzinfo=UTC), datetime(2026, 12, 1, 1, 59, 59, tzinfo=UTC)


def declared(calendar: Calendar) -> dict[str, Any]:
    return tomllib.loads(camp_toml(calendar))


def test_the_file_declares_the_whole_camp() -> None:
    tables = declared(planned(NOON))
    first, second = tables["cohorts"]
    assert first["next"] == second["code"]
    assert [len(cohort["lessons"]) for cohort in (first, second)] == [LESSONS, LESSONS]
    assert [lesson["seq"] for lesson in first["lessons"]] == list(range(1, LESSONS + 1))
    assert [lesson.get("passphrase") for lesson in first["lessons"]].count(PASSPHRASE) == 1
    assert first["lessons"][PASSPHRASE_LESSON - 1]["passphrase"] == PASSPHRASE
    assert {group["class_teacher"] for group in first["class_groups"]} == {"lin", "he"}
    assert len({group["chat_id"] for cohort in (first, second) for group in cohort["class_groups"]}) == 4
    assert [one["userid"] for one in tables["staff"]] == [one.userid for one in STAFF]


@pytest.mark.parametrize("now", [NOON, MIDNIGHT, MORNING], ids=["noon", "midnight", "morning"])
def test_five_evenings_from_the_day_after_sign_up_the_close_the_evening_after(now: datetime) -> None:
    first, second = declared(planned(now))["cohorts"]
    starts = [lesson["starts_at"] for lesson in first["lessons"]]
    assert planned(now).opens == datetime(2026, 12, 1, 10, 0, tzinfo=ZONE) > now
    assert starts[0] == datetime(2026, 12, 2, 19, 0, tzinfo=ZONE)
    assert {after - before for before, after in pairwise(starts)} == {timedelta(days=1)}
    assert {lesson["minutes"] for lesson in first["lessons"]} == {60}
    assert first["closes_at"] == datetime(2026, 12, 7, 20, 0, tzinfo=ZONE)
    assert second["starts_at"] - first["starts_at"] == second["closes_at"] - first["closes_at"] == timedelta(days=14)
    # The windows are the bot's defaults.
    assert not any("checkin_opens_at" in lesson for lesson in first["lessons"])


@pytest.mark.parametrize("seq", range(1, LESSONS + 1))
def test_a_lesson_day_goes_forward(seq: int) -> None:
    calendar = planned(NOON)
    day = [calendar.morning(seq), calendar.reminds(seq), calendar.starts(seq), calendar.arrives(seq)]
    day += [calendar.ends(seq), calendar.shuts(seq)]
    assert day == sorted(day)
    assert calendar.shuts(seq) < (calendar.morning(seq + 1) if seq < LESSONS else calendar.closes)


def test_the_time_bar_gets_a_mark_for_each_lesson_and_close() -> None:
    calendar = planned(NOON)
    marks = marks_in(camp_toml(calendar))
    assert [mark["kind"] for mark in marks].count("lesson") == [mark["kind"] for mark in marks].count("lesson_end") == 2 * LESSONS
    assert [mark["kind"] for mark in marks].count("close") == 2
    assert [mark["at"] for mark in marks] == sorted(mark["at"] for mark in marks)
    assert marks[0] == {"at": int(calendar.first.timestamp()), "kind": "lesson", "label": f"{FIRST_NAME} 第1课 认识阅读"}
