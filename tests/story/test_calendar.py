"""The calendar and the camp.toml it becomes."""

import tomllib
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from sandbox.story.calendar import Calendar, camp_toml, live, planned
from sandbox.story.cast import LESSONS, PASSPHRASE, PASSPHRASE_LESSON, STAFF

NOW = datetime(2026, 12, 1, 10, 30, 15, 500, tzinfo=UTC)
BOTH = [planned(NOW), live(NOW, timedelta(seconds=3))]


def declared(calendar: Calendar) -> dict[str, Any]:
    return tomllib.loads(camp_toml(calendar))


@pytest.mark.parametrize("calendar", BOTH, ids=["planned", "live"])
def test_the_file_declares_the_whole_camp(calendar: Calendar) -> None:
    tables = declared(calendar)
    first, second = tables["cohorts"]
    assert first["next"] == second["code"]
    assert first["starts_at"] < first["closes_at"] < second["starts_at"]
    assert [lesson["seq"] for lesson in first["lessons"]] == list(range(1, LESSONS + 1))
    assert all(first["starts_at"] <= lesson["starts_at"] < first["closes_at"] for lesson in first["lessons"])
    assert [lesson.get("passphrase") for lesson in first["lessons"]].count(PASSPHRASE) == 1
    assert first["lessons"][PASSPHRASE_LESSON - 1]["passphrase"] == PASSPHRASE
    assert {group["class_teacher"] for group in first["class_groups"]} == {"lin", "he"}
    assert len({group["chat_id"] for cohort in (first, second) for group in cohort["class_groups"]}) == 4
    assert [one["userid"] for one in tables["staff"]] == [one.userid for one in STAFF]


def test_live_lessons_overlap_and_have_windows_of_their_own() -> None:
    lessons = declared(live(NOW, timedelta(seconds=3)))["cohorts"][0]["lessons"]
    for lesson, following in pairwise(lessons):
        assert lesson["minutes"] == 1
        assert lesson["starts_at"] < following["starts_at"] < lesson["starts_at"] + timedelta(minutes=1)
        assert lesson["checkin_opens_at"] < lesson["starts_at"] < lesson["checkin_closes_at"]


def test_the_first_window_shuts_while_the_lesson_runs() -> None:
    calendar = live(NOW, timedelta(seconds=3))
    assert calendar.closes(1) < calendar.ends(1)
    assert calendar.closes(2) == calendar.ends(2)
    assert calendar.starts(1) >= NOW + timedelta(seconds=3)
    assert calendar.over_at == calendar.ends(LESSONS)


def test_planned_lessons_leave_the_windows_to_the_defaults() -> None:
    lessons = declared(planned(NOW))["cohorts"][0]["lessons"]
    assert not any("checkin_opens_at" in lesson for lesson in lessons)
    assert lessons[0]["starts_at"] > NOW
