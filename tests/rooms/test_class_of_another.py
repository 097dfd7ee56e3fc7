"""A group bound to a class, and a class teacher of another one who asks there; a class that did not fit in one chat."""

from __future__ import annotations

from typing import Any

import pytest

from storage import cohorts, join_ways
from tests.rooms.conftest import Staff
from tests.teacher.conftest import Enrol, at

NONE = "本群绑定的是 阅读营一期 A班，里面没有你的学员。看你自己的请写明期次：read7-01。"


@pytest.mark.parametrize("words", ["名单", "缺勤 1", "未完课 1", "未进群", "我的班"])
async def test_an_empty_answer_speaks_of_the_class_and_not_of_all_who_are_theirs(staff: Staff, enrol: Enrol, words: str) -> None:
    await enrol("周小雨")
    theirs = await enrol("李小明", "zhou")
    async with staff.house.tx() as tx:
        await tx.conn.exec_driver_sql("UPDATE enrolments SET in_group_at = NULL")
    await staff.says("chen", "@营长 绑定 read7-01 A")
    staff.house.now = at("12-01 20:30")
    assert (await staff.says("zhou", f"@营长 {words}")).text == NONE
    if words != "我的班":
        assert f"#{theirs} " in (await staff.says("zhou", f"@营长 {words} read7-01")).text


async def test_a_class_in_which_nobody_is_missing_is_told_as_before(staff: Staff, enrol: Enrol) -> None:
    await enrol("周小雨")
    await staff.says("chen", "@营长 绑定 read7-01 A")
    assert "都进群了" in (await staff.says("lin", "@营长 未进群")).text


@pytest.mark.parametrize(
    ("words", "bound"),
    [
        ("read7-01A", "阅读营一期 A班"),
        ("READ7-01 a班", "阅读营一期 A班"),
        ("阅读营一期A班", "阅读营一期 A班"),
        ("阅读营二期", "阅读营二期"),
    ],
)
async def test_the_class_may_be_glued_to_its_cohort(staff: Staff, words: str, bound: str) -> None:
    assert f"本群已绑定：{bound}。" in (await staff.says("chen", f"@营长 绑定 {words}")).text


@pytest.mark.parametrize("words", ["read7-012", "read7-01x7", "read"])
async def test_a_longer_number_is_another_cohort(staff: Staff, words: str) -> None:
    assert "本群已绑定" not in (await staff.says("chen", f"@营长 绑定 {words}")).text


async def test_what_opened_behind_a_full_class_is_that_class(staff: Staff) -> None:
    async with staff.house.tx() as tx:
        cohort: Any = await cohorts.find_cohort(tx, "read7-01")
        (root,) = [group for group in await cohorts.class_groups_of(tx, cohort.id) if group.code == "A"]
        await join_ways.add_overflow(tx, root, code="A-2", chat_id="wrA2", chat_name="A 2", owner="lin")
    assert "本群已绑定：阅读营一期 A班。" in (await staff.says("lin", "@营长 绑定 read7-01")).text
    assert "没有变化" in (await staff.says("lin", "@营长 绑定 read7-01 A-2")).text


@pytest.mark.parametrize("words", ["名单。", "我的班。", "缺勤1。"])
async def test_a_full_stop_at_the_end_names_no_cohort(staff: Staff, enrol: Enrol, words: str) -> None:
    await enrol("周小雨")
    staff.house.now = at("12-01 20:30")
    told = (await staff.says("lin", words, "")).alone["lin"][0]
    assert told == (await staff.says("lin", words.strip("。"), "")).alone["lin"][0]
    assert "名下" not in told
