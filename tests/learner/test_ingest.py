"""Witnesses that come from outside: watched seconds, completion, graded homework."""

from __future__ import annotations

from typing import Any

import pytest


async def event(house: Any, kind: str, number: int = 1, **fields: Any) -> None:
    body = {
        "event_id": f"{kind}-{number}",
        "type": kind,
        "source": "live",
        "occurred_at": "2026-12-01T20:30:00+08:00",
        "subject": {"external_userid": "wm_zhang"},
        "cohort": "read7-01",
        "lesson": 1,
        **fields,
    }
    await house.fact(f"ingest.{kind}", body, "ingest:live")


@pytest.fixture
async def evening(class_of_one: Any, at: Any) -> Any:
    class_of_one.now = at(1, 21)
    return class_of_one


async def counts(house: Any) -> tuple[Any, ...]:
    return tuple((await house.rows("select attended, completed from enrolments"))[0])


async def test_the_largest_of_all_polls_counts(evening: Any) -> None:
    await event(evening, "attendance.summary", 1, watched_seconds=59)
    assert await counts(evening) == (0, 0)
    await event(evening, "attendance.summary", 2, watched_seconds=2160.4)
    await event(evening, "attendance.summary", 3, watched_seconds=120)
    assert await counts(evening) == (1, 1)
    assert (await evening.rows("select watched_seconds from attendance"))[0] == (2160,)
    assert len(await evening.rows("select 1 from journal where kind = 'watched'")) == 1


async def test_completion(evening: Any) -> None:
    await event(evening, "completion.finished")
    assert await counts(evening) == (0, 1)


async def test_graded_homework_counts_from_60_and_the_learner_hears_it(evening: Any) -> None:
    await evening.learner_says("wm_zhang", "作业1 读完了")
    await event(evening, "homework.graded", 1, score=59, comment="再想想<b>")
    assert await counts(evening) == (0, 0)
    told = (await evening.sent("kf.message"))[-1]["message"]["text"]
    assert told == "第1课 的作业批改好了：59 分。60 分算完课，改一改再交：作业1 内容\n老师的话：再想想＜b＞"
    await event(evening, "homework.graded", 2, score=60)
    assert await counts(evening) == (0, 1)
    assert (await evening.sent("kf.message"))[-1]["message"]["text"] == "第1课 的作业批改好了：60 分。已记完课 ✓"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"subject": {"unionid": "nobody"}}, "unknown_subject"),
        ({"subject": None}, "unknown_subject"),
        ({"cohort": "read9-01"}, "unknown_cohort"),
        ({"cohort": 7}, "unknown_cohort"),
        ({"lesson": 9}, "unknown_lesson"),
        ({"lesson": "1"}, "unknown_lesson"),
        ({"lesson": 10**30}, "unknown_lesson"),
        ({"lesson": 10**30, "subject": {"unionid": "nobody"}}, "unknown_subject"),
        ({"cohort": "read7-02"}, "not_enrolled"),
        ({"watched_seconds": -1}, "bad_watched_seconds"),
        ({"watched_seconds": "60"}, "bad_watched_seconds"),
        ({"watched_seconds": True}, "bad_watched_seconds"),
    ],
)
async def test_what_cannot_be_placed_waits(evening: Any, fields: dict[str, Any], reason: str) -> None:
    await event(evening, "attendance.summary", **{"watched_seconds": 100, **fields})
    assert [row[0] for row in await evening.rows("select reason from unmatched_events")] == [reason]
    assert await counts(evening) == (0, 0)


async def test_an_event_that_waited_for_its_learner_is_applied(evening: Any) -> None:
    await event(evening, "attendance.summary", subject={"phone": "13800138000"}, watched_seconds=100)
    await evening.learner_says("wm_zhang", "报名 13800138000")
    assert await counts(evening) == (1, 0)


async def test_scores_that_are_none(evening: Any) -> None:
    for number, score in enumerate((101, -1, "90", None)):
        await event(evening, "homework.graded", number, score=score)
    assert len(await evening.rows("select 1 from unmatched_events where reason = 'bad_score'")) == 4
