"""One small camp for the learner's tests: two cohorts, three lessons each, lesson 2 asks for a passphrase, 林 teaches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

CHINA = timezone(timedelta(hours=8))

CAMP = """
[[camps]]
code = "read7"
name = "阅读营"
warm_lessons = 4

[[cohorts]]
code = "read7-01"
name = "阅读营一期"
camp = "read7"
starts_at = 2026-12-01T00:00:00+08:00
closes_at = 2026-12-07T23:00:00+08:00
enrol_until = 2026-12-03T00:00:00+08:00
next = "read7-02"
[[cohorts.lessons]]
seq = 1
title = "第1课"
starts_at = 2026-12-01T19:00:00+08:00
minutes = 60
[[cohorts.lessons]]
seq = 2
title = "怎么选书"
starts_at = 2026-12-02T19:00:00+08:00
minutes = 60
passphrase = "Open 芝麻"
[[cohorts.lessons]]
seq = 3
title = "怎么做笔记"
starts_at = 2026-12-03T19:00:00+08:00
minutes = 60
[[cohorts.class_groups]]
code = "A"
chat_id = "wrA"
class_teacher = "lin"

[[cohorts]]
code = "read7-02"
name = "阅读营二期"
camp = "read7"
starts_at = 2026-12-14T00:00:00+08:00
closes_at = 2026-12-20T23:00:00+08:00
[[cohorts.lessons]]
seq = 1
title = "第1课"
starts_at = 2026-12-14T19:00:00+08:00
minutes = 60
[[cohorts.class_groups]]
code = "A"
chat_id = "wrB"
class_teacher = "lin"

[[staff]]
userid = "lin"
position = "class_teacher"
[[staff]]
userid = "he"
position = "class_teacher"
[[staff]]
userid = "boss"
position = "manager"
[[staff]]
userid = "wu"
position = "sales"
"""

WRITE_CAMP = """
[[camps]]
code = "write"
name = "写作营"
warm_lessons = 2
[[cohorts]]
code = "write-01"
name = "写作营一期"
camp = "write"
starts_at = 2026-12-01T00:00:00+08:00
closes_at = 2026-12-09T23:00:00+08:00
enrol_until = 2026-12-05T00:00:00+08:00
[[cohorts.lessons]]
seq = 1
title = "开头"
starts_at = 2026-12-01T19:30:00+08:00
minutes = 60
[[cohorts.class_groups]]
code = "A"
chat_id = "wrW"
class_teacher = "he"
"""


def beijing(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of December 2026 as the camp's clock shows it."""
    return datetime(2026, 12, day, hour, minute, tzinfo=CHINA).astimezone(UTC)


@pytest.fixture
def at() -> Any:
    return beijing


@pytest.fixture
async def camp(house: Any) -> Any:
    """The house with the camp declared; it is 18:45 on the first day, check-in of lesson 1 is open."""
    house.now = beijing(1, 18, 45)
    await house.apply(CAMP)
    return house


@pytest.fixture
async def class_of_one(camp: Any) -> Any:
    """The camp with one learner, wm_zhang, who signed up in chat."""
    await camp.learner_says("wm_zhang", "报名")
    return camp


@pytest.fixture
async def two_camps(camp: Any) -> Any:
    """wm_zhang takes the reading camp and the writing camp, whose first lessons overlap."""
    await camp.apply(CAMP + WRITE_CAMP)
    await camp.learner_says("wm_zhang", "报名 read7")
    await camp.learner_says("wm_zhang", "报名 写作营")
    return camp
