"""What is observed: who left and during which lesson, owners, dismissals, versions that lag, counts per day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from camp.when import day_and_time
from tests.groups.conftest import GROUP, Groups
from tests.loopback import ZONE, Camp


@pytest.fixture
async def two_inside(camp: Camp) -> Camp:
    """Both learners are friends of 林 and sit in the class group."""
    for learner in camp.learners.values():
        await learner.adds("lin", "dy01")
        await learner.joins(GROUP, "item")
    await camp.quiet()
    return camp


async def leaves(camp: Camp, who: str, scene: int = 0) -> None:
    await camp.corp.act(f"/groups/{GROUP}/leave", external_userid=who, quit_scene=scene)
    await camp.quiet()


async def test_who_left_during_which_lesson(two_inside: Camp) -> None:
    camp, lin = two_inside, two_inside.members["lin"]
    assert "还没有人退群" in await camp.ask(lin, "退群", "退群")
    await camp.jump_to(camp.first_lesson + timedelta(minutes=32, seconds=5))
    await leaves(camp, "wmYu")
    await camp.jump_to(camp.first_lesson + timedelta(hours=3))
    await leaves(camp, "wmMing", scene=1)
    told = await camp.ask(lin, "退群 read-01 A", "退群 2 人")
    assert "阅读营第1期 A班 退群 2 人，其中上课时 1 人（第1课 1）" in told
    first, second = told.splitlines()[-2:]
    assert "李小明 A班 被移出" in first
    assert "开课" not in first
    assert "周小雨 A班 自己退的 · 第1课开课 32 分钟时" in second
    assert day_and_time(camp.policy, camp.first_lesson + timedelta(minutes=32)) in second
    assert "周小雨" in await camp.ask(camp.members["chen"], "left read-01", "2 left", "32 minutes into")


async def test_the_class_teacher_hears_after_the_lesson_who_left_during_it(two_inside: Camp) -> None:
    camp, lin = two_inside, two_inside.members["lin"]
    await camp.jump_to(camp.first_lesson + timedelta(minutes=32))
    await leaves(camp, "wmYu")
    await camp.jump_to(camp.first_lesson + timedelta(minutes=65))
    [rain] = await camp.rows("SELECT id FROM learners WHERE name = '周小雨'")
    await lin.hears("到课 0/2", "课中退群 1 人（发“退群”看几时退的）：", f"#{rain.id} 周小雨")
    await camp.members["chen"].hears("到课 0/2", f"课中退群 1 人：#{rain.id} 周\\*\\*")
    await camp.ask(lin, "未完课 1", f"#{rain.id} 周小雨 .课中退群")


async def test_who_came_back_or_sits_in_another_group_has_not_left(two_inside: Camp) -> None:
    camp = two_inside
    await leaves(camp, "wmYu")
    await camp.ask(camp.members["lin"], "退群 read-01", "退群 1 人")
    await camp.learners["周小雨"].joins(GROUP, "comma")
    await camp.quiet()
    await camp.ask(camp.members["lin"], "退群 read-01", "还没有人退群")


async def test_a_new_owner_is_kept_and_told(two_inside: Camp, groups: Groups) -> None:
    camp = two_inside
    assert await camp.count("SELECT count(*) FROM class_groups WHERE owner = 'lin' AND chat_name = '阅读营第1期 A班'") == 1
    await camp.corp.act(f"/groups/{GROUP}/owner", userid="chen")
    await groups.some_seconds()
    assert await camp.count("SELECT count(*) FROM class_groups WHERE owner = 'chen'") == 1
    await camp.members["lin"].hears("群主从 林老师 换成了 陈主管")
    await camp.members["chen"].hears("群主从 林老师 换成了 陈主管")


async def test_a_dismissed_group_is_said_once_and_has_no_code(two_inside: Camp, groups: Groups) -> None:
    camp = two_inside
    await camp.corp.act(f"/groups/{GROUP}/dismiss")
    await groups.some_seconds()
    await camp.nightly_comparison()
    await camp.nightly_comparison()
    heard = [b["text"] for b in await camp.corp.screen("member", "lin") if "找不到了" in b["text"]]
    assert len(heard) == 1
    assert "原来在群 2 人" in heard[0]
    asked = "SELECT count(*) FROM outbox WHERE call = 'group.get' AND errcode = 40050"
    assert await camp.count(asked) == 0
    await camp.ask(camp.members["lin"], "退群", "退群 2 人")
    await camp.ask(camp.members["lin"], "入群码 read-01", "还没有班群")


async def test_a_dismissal_whose_callback_was_lost_is_found_at_night(two_inside: Camp) -> None:
    camp = two_inside
    await camp.corp.act("/faults", kind="lose", chance=1)
    await camp.corp.act(f"/groups/{GROUP}/dismiss")
    await camp.quiet()
    await camp.corp.remove("/faults")
    await camp.nightly_comparison()
    await camp.members["lin"].hears("找不到了")
    assert await camp.count("SELECT count(*) FROM group_members WHERE left_at IS NULL") == 0


async def test_twins_of_one_second_leave_the_group_as_it_is(camp: Camp, groups: Groups) -> None:
    """Five come and one goes within a second, told twice and out of order: in the end the house knows who sits there."""
    people = [await groups.learner(f"wm{number}", f"学员{number}") for number in range(5)]
    for kind in ("double", "reorder", "twins"):
        await camp.corp.act("/faults", kind=kind, chance=0.5)
    for who in people:
        await camp.corp.act(f"/groups/{GROUP}/join", external_userid=who, join_scene=3)
    await camp.corp.act(f"/groups/{GROUP}/leave", external_userid="wm0")
    await camp.corp.remove("/faults")
    await camp.corp.act(f"/groups/{GROUP}/notice", notice="好好学习")
    for _ in range(3):
        await groups.some_seconds(90)
    inside = await camp.rows("SELECT external_userid FROM group_members WHERE left_at IS NULL ORDER BY external_userid")
    assert [row[0] for row in inside] == ["wm1", "wm2", "wm3", "wm4"]
    [version] = await camp.rows("SELECT member_version FROM class_groups WHERE id = 1")
    assert version[0] == camp.stage.world.groups[GROUP].version


async def test_counts_per_day(two_inside: Camp, groups: Groups) -> None:
    camp, lin = two_inside, two_inside.members["lin"]
    for words in ("老师好", "在吗"):
        await camp.corp.act(f"/groups/{GROUP}/say", who="wmYu", text=words)
    await leaves(camp, "wmMing")
    today = datetime.fromtimestamp(camp.stage.clock.now(), ZONE).strftime("%m-%d")
    told = await camp.ask(lin, "群数据 read-01 A班", "近 7 天")
    assert "在群 1 人" in told
    assert f"{today} +2/-1 · 2/1" in told
    assert len([line for line in told.splitlines() if "·" in line and line[:2].isdigit()]) == 7
    # 林 owns the group of the second cohort too, and WeCom counts all groups of an owner together.
    assert "全部 2 个群" in told


async def test_counts_that_wecom_refuses_are_our_own(two_inside: Camp) -> None:
    camp = two_inside
    await camp.corp.act("/faults", path="externalcontact/groupchat/statistic_group_by_day", errcode=81017)
    told = await camp.ask(camp.members["chen"], "groupstats read-01", "81017")
    assert "+2/-0 · not counted yet" in told
