"""What came of something is said where a member works: in the cohort's group in which they last spoke to the robot."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rooms.conftest import GROUP, Staff
from tests.rooms.test_once import shown, told
from tests.teacher.conftest import Enrol, at


@pytest.fixture
async def absent(staff: Staff, enrol: Enrol, befriend: Any) -> Staff:
    """The group is bound by 陈; 欧阳晓燕, a friend of 林, did not come to the lesson that is just over."""
    await staff.says("chen", "@营长 绑定 read7-01")
    await befriend(await enrol("欧阳晓燕"))
    staff.house.now = at("12-01 20:40")
    return staff


async def test_a_nudge_asked_for_in_the_group_is_followed_there(absent: Staff) -> None:
    house = absent.house
    asked = await absent.says("lin", "@营长 催课 1")
    assert "建好马上告诉你" in asked.text
    assert "应用消息" not in asked.text
    await house.answer("contact.mass_send", {"msgid": "M1", "failed": []})
    (stands,) = await shown(absent, "任务已建好")
    assert stands.startswith("林：任务已建好，请到「群发助手」点发送 (1 人)")
    house.now = at("12-01 20:50")
    await house.tick("nudge_results")
    await house.answer("contact.mass_task", {"tasks": [{"userid": "lin", "status": 2, "send_time": int(house.now.timestamp())}]})
    sent = {"external_userid": "wm-欧阳晓燕", "status": 1, "send_time": int(house.now.timestamp())}
    await house.answer("contact.mass_result", {"sends": [sent]})
    (result,) = await shown(absent, "群发提醒：已发")
    assert result.startswith("林：")
    assert await told(absent, "lin", "任务已建好") == await told(absent, "lin", "群发提醒：已发") == []
    assert "欧阳" not in "".join(await shown(absent, ""))


async def test_who_asks_for_a_colleague_reads_both_in_one_message(absent: Staff) -> None:
    await absent.says("lin", "@营长 名单")
    await absent.says("chen", "@营长 催课 1")
    await absent.house.answer("contact.mass_send", {"msgid": "M1", "failed": []})
    (stands,) = await shown(absent, "任务已建好")
    first, second = stands.splitlines()
    assert first.startswith("林：任务已建好（陈 发起）")
    assert second.startswith("陈：林 的任务已建好")


async def test_a_teacher_who_does_not_work_there_hears_it_in_the_app(absent: Staff) -> None:
    await absent.says("chen", "@营长 催课 1")
    await absent.house.answer("contact.mass_send", {"msgid": "M1", "failed": []})
    assert len(await told(absent, "lin", "任务已建好（陈 发起）")) == 1
    (stands,) = await shown(absent, "任务已建好")
    assert stands.startswith("陈：林 的任务已建好")


async def test_what_the_group_refuses_reaches_the_teacher(absent: Staff) -> None:
    await absent.says("lin", "@营长 催课 1")
    await absent.said_all()
    await absent.house.answer("contact.mass_send", {"msgid": "M1", "failed": []})
    await absent.house.answer("aibot.say", ok=False, errcode=93006)
    assert len(await told(absent, "lin", "任务已建好")) == 1


async def test_in_a_group_of_something_else_the_answer_says_where_the_rest_comes(absent: Staff) -> None:
    away = await absent.says("zhou", "@营长 催课 1 read7-01", "chatOther")
    assert "没有缺勤" in away.text
    away = await absent.says("chen", "@营长 催课 1 read7-01", "chatOther")
    assert "结果会发到绑定 阅读营一期 的群里" in away.text
    await absent.house.answer("contact.mass_send", {"msgid": "M1", "failed": []})
    assert len(await shown(absent, "任务已建好")) == 1
    assert await shown(absent, "任务已建好", "chatOther") == []


async def test_by_url_the_answer_says_that_the_rest_comes_by_app(staff_by_url: Staff, enrol: Enrol, befriend: Any) -> None:
    house = staff_by_url.house
    await staff_by_url.says("chen", "@营长 绑定 read7-01")
    await befriend(await enrol("欧阳晓燕"))
    house.now = at("12-01 20:40")
    asked = await staff_by_url.says("lin", "@营长 催课 1")
    assert "结果会发到你的应用消息" in asked.text
    await house.answer("contact.mass_send", {"msgid": "M1", "failed": []})
    assert len(await told(staff_by_url, "lin", "任务已建好")) == 1


async def test_in_the_app_nothing_is_said_about_it(absent: Staff) -> None:
    (asked,) = await absent.house.member_says("lin", "催课 1 read7-01")
    assert "结果会发" not in asked


async def test_a_result_in_the_quiet_hours_waits_for_the_morning_in_the_app(absent: Staff) -> None:
    house = absent.house
    await absent.says("lin", "@营长 催课 1")
    await house.answer("contact.mass_send", {"msgid": "M1", "failed": []})
    house.now = at("12-02 00:10")
    await house.tick("nudge_results")
    await house.answer("contact.mass_task", {"tasks": [{"userid": "lin", "status": 0, "send_time": 0}]})
    await house.answer("contact.mass_cancel", {})
    await house.answer("contact.mass_result", {"sends": []})
    assert len(await told(absent, "lin", "已撤销")) == 1
    assert await shown(absent, "已撤销", GROUP) == []
