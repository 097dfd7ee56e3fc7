"""群发已备好 comes where the owner works: into the group bound to the cohort, to everybody else in the app."""

from __future__ import annotations

import pytest

from tests.messages.conftest import ONE, Stage, at, declared
from tests.rooms.conftest import GROUP, Staff


@pytest.fixture
async def staff(stage: Stage) -> Staff:
    """The cohort's group: 陈 bound it, 林 asks there too."""
    stage.house.configure(robot="socket")
    await stage.house.apply(declared(ONE))
    staff = Staff(stage.house, "socket")
    await staff.says("chen", "@营长 绑定 read7-01")
    await staff.says("lin", "@营长 名单")
    await staff.said_all()
    return staff


async def said(staff: Staff, words: str) -> list[str]:
    found = [p["message"]["text"] for p in await staff.house.sent("aibot.say") if p["chat_id"] == GROUP]
    return [told for told in found if words in told]


async def test_the_task_is_announced_in_the_group(stage: Stage, staff: Staff) -> None:
    await stage.pass_time("12-01 18:30")
    (ready,) = await said(staff, "群发已备好")
    first, second, *_ = ready.splitlines()
    assert first == "林：群发已备好：notice（第1课） → 阅读营一期 A班"
    assert second.startswith("到「群发助手」点一下发送（20:00 前")
    assert await stage.heard("lin") == []


async def test_the_group_refuses_it_and_the_owner_hears_it_all_the_same(stage: Stage, staff: Staff) -> None:
    await stage.pass_time("12-01 18:30")
    await stage.house.answer("aibot.say", ok=False, errcode=93006)
    (ready,) = await stage.heard("lin")
    assert "群发已备好" in ready
    (why,) = await stage.heard("chen")
    assert "说不了话" in why


async def test_who_wants_it_now_hears_in_the_group_that_it_stands(stage: Stage, staff: Staff) -> None:
    stage.house.now = at("12-01 12:00")
    answer = await staff.says("chen", "@营长 现在发 notice")
    assert "正在备" in answer.text
    assert "应用消息" not in answer.text
    await stage.pass_time("12-01 12:01")
    (ready,) = await said(staff, "群发已备好")
    assert "林：群发已备好" in ready
    assert "陈：群发已备好：notice（第1课） → 阅读营一期 A班，等群主 林" in ready


async def test_a_problem_by_day_is_told_in_the_group(stage: Stage, staff: Staff) -> None:
    stage.owners["wrA"] = ""
    await stage.tick("12-01 18:30")
    await stage.answer_owners()
    (problem,) = await said(staff, "没有群主")
    assert problem.startswith("陈、林：")
    assert await stage.heard("lin") == await stage.heard("chen") == []
