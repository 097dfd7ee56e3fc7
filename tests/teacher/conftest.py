"""A cohort for the class teacher's tests: 林 and 周 teach, 王 sells, 陈 manages, 何 operates, 吴 has left; four lessons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from storage import attendance, cohorts, enrolments, kf, learners, members
from storage.kf import change_account

KF = "wkTestDesk"
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
[[cohorts.lessons]]
seq = 1
title = "开课啦"
starts_at = 2026-12-01T19:00:00+08:00
minutes = 60
[[cohorts.lessons]]
seq = 2
title = "第2课"
starts_at = 2026-12-02T19:00:00+08:00
minutes = 60
[[cohorts.lessons]]
seq = 3
title = "加餐直播"
starts_at = 2026-12-02T19:30:00+08:00
minutes = 60
[[cohorts.lessons]]
seq = 4
title = "总复习"
starts_at = 2026-12-05T19:00:00+08:00
minutes = 60
[[cohorts.class_groups]]
code = "A"
chat_id = "wrA"
class_teacher = "lin"
[[cohorts.class_groups]]
code = "B"
chat_id = "wrB"
class_teacher = "zhou"

[[cohorts]]
code = "read7-02"
name = "阅读营二期"
camp = "read7"
starts_at = 2026-12-14T00:00:00+08:00
closes_at = 2026-12-20T23:00:00+08:00
[[cohorts.lessons]]
seq = 1
title = "开课啦"
starts_at = 2026-12-14T19:00:00+08:00
minutes = 60
[[cohorts.class_groups]]
code = "A"
chat_id = "wrC"
class_teacher = "lin"

[[channels]]
code = "dy01"
name = "抖音投放"
"""

STAFF = {
    "lin": ("林", "class_teacher"),
    "zhou": ("周", "class_teacher"),
    "wang": ("王", "sales"),
    "chen": ("陈", "manager"),
    "he": ("何", "operator"),
    "wu": ("吴", "class_teacher"),
}

DECLARED = CAMP + "".join(f'[[staff]]\nuserid = "{userid}"\nposition = "{position}"\n' for userid, (_, position) in STAFF.items())

Enrol = Callable[..., Awaitable[int]]


def at(text: str) -> datetime:
    """`12-01 19:00` in China, as the aware UTC moment."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=CHINA).astimezone(UTC)


@pytest.fixture
async def camp(house: Any) -> Any:
    """The house with this camp, the day before it starts."""
    house.now = at("11-30 12:00")
    await house.apply(DECLARED)
    async with house.tx() as tx:
        for userid, (name, _) in STAFF.items():
            await members.ensure(tx, userid, name=name)
        left = await members.find(tx, "wu")
        await members.change(tx, left.id, left_at=house.now)
        await kf.account(tx, KF)
        await change_account(tx, KF, link_url="https://work.weixin.qq.com/kfid/kfc1")
    return house


@pytest.fixture
def enrol(camp: Any) -> Enrol:
    """Puts a learner into a cohort now; returns their number."""

    async def add(name: str, teacher: str = "lin", *, cohort: str = "read7-01", in_group: bool = True, **columns: Any) -> int:
        async with camp.tx() as tx:
            learner = await learners.add(tx, external_userid=f"wm-{name}", name=name)
            member = await members.find(tx, teacher)
            found = await cohorts.find_cohort(tx, cohort)
            groups = [g for g in await cohorts.class_groups_of(tx, found.id) if g.class_teacher_id == member.id]
            await enrolments.add(
                tx,
                learner_id=learner.id,
                cohort_id=found.id,
                class_group_id=groups[0].id if groups else None,
                class_teacher_id=member.id,
                source="contact",
                in_group_at=tx.now if in_group else None,
                **{"place": "class", **columns},
            )
        return learner.id

    return add


@pytest.fixture
def attend(camp: Any) -> Callable[..., Awaitable[None]]:
    """A learner was in a lesson (and finished it)."""

    async def mark(learner_id: int, seq: int, *, completed: bool = False, attended: bool = True) -> None:
        async with camp.tx() as tx:
            mine = await enrolments.current(tx, learner_id)
            lesson = await cohorts.find_lesson(tx, mine.cohort_id, seq)
            await attendance.save(tx, mine.id, lesson.id, attended=attended, completed=completed, checked_in_at=tx.now)
            await attendance.recount(tx, mine.id)

    return mark


@pytest.fixture
def speak(camp: Any) -> Callable[..., Awaitable[None]]:
    """The learner wrote to kf now; `spent` messages of the five were sent since."""

    async def open_window(learner_id: int, spent: int = 0) -> None:
        async with camp.tx() as tx:
            await kf.learner_spoke(tx, learner_id, KF, tx.now)
            await kf.spend(tx, learner_id, spent)

    return open_window
