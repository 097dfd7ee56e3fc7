"""绑定, 解绑: what a group is bound to, who may say so, and that commands in it mean that."""

from __future__ import annotations

from typing import Any

from storage import closings, cohorts
from tests.rooms.conftest import GROUP, Staff
from tests.teacher.conftest import Enrol, at


async def test_a_manager_binds_a_group_and_commands_in_it_mean_that_cohort(staff: Staff, enrol: Enrol) -> None:
    rain = await enrol("周小雨", cohort="read7-02")
    await enrol("李小明")
    assert "还没有绑定" in (await staff.says("chen", "@营长 绑定")).text
    bound = await staff.says("chen", "@营长 绑定 read7-02")
    assert "本群已绑定：阅读营二期" in bound.text
    # read7-01 comes first without a group that says otherwise.
    assert f"#{rain} 周**" in (await staff.says("chen", "@营长 名单")).text
    assert "李**" in (await staff.says("chen", "@营长 名单 read7-01")).text
    assert "李小明" in (await staff.says("chen", "名单", "")).alone["chen"][0]
    assert "本群绑定：阅读营二期（陈 11-30 12:00）" in (await staff.says("lin", "@营长 绑定")).text


async def test_said_again_it_changes_nothing_and_a_second_one_replaces_it_in_words(staff: Staff) -> None:
    await staff.says("chen", "@营长 绑定 read7-01")
    again = await staff.says("he", "@营长 绑定 阅读营一期")
    assert "本群已经绑定 阅读营一期（陈 11-30 12:00），没有变化" in again.text
    other = await staff.says("he", "@营长 绑定 read7-01 A班")
    assert other.text == "本群原来绑定 阅读营一期（陈 11-30 12:00），现在改为：阅读营一期 A班。"
    rows = await staff.house.rows("SELECT class_group_id, bound_by, ended_by, ended_at FROM rooms ORDER BY id")
    assert len(rows) == 2
    assert rows[0].ended_at is not None
    assert rows[0].ended_by == rows[1].bound_by
    assert rows[1].ended_at is None
    assert "已解绑：阅读营一期 A班" in (await staff.says("chen", "@营长 解绑")).text
    assert "还没有绑定" in (await staff.says("chen", "@营长 解绑")).text
    assert await staff.house.rows("SELECT id FROM rooms WHERE ended_at IS NULL") == []


async def test_a_class_teacher_binds_a_group_to_a_class_of_theirs_and_to_nothing_else(staff: Staff) -> None:
    assert "阅读营一期 B班 不是你的班" in (await staff.says("lin", "@营长 绑定 read7-01 B")).text
    assert "公海请主管来绑" in (await staff.says("lin", "@营长 绑定 公海")).text
    assert "需要岗位" in (await staff.says("wang", "@营长 绑定 公海")).text
    assert await staff.house.rows("SELECT id FROM rooms") == []
    # The one class they have there is meant.
    assert "本群已绑定：阅读营一期 A班" in (await staff.says("lin", "@营长 绑定 read7-01")).text
    taken = await staff.says("zhou", "@营长 绑定 read7-01 B")
    assert "本群绑定的是 阅读营一期 A班（林 11-30 12:00），不是你的班" in taken.text
    assert "不是你的班" in (await staff.says("zhou", "@营长 解绑")).text
    assert "已解绑" in (await staff.says("lin", "@营长 解绑")).text


async def test_in_a_group_of_a_class_even_a_manager_is_shown_that_class(staff: Staff, enrol: Enrol, attend: Any) -> None:
    rain = await enrol("周小雨")
    ming = await enrol("李小明", "zhou")
    await staff.says("chen", "@营长 绑定 read7-01 A")
    staff.house.now = at("12-01 20:30")
    roster = (await staff.says("chen", "@营长 名单")).text
    assert f"#{rain} " in roster
    assert f"#{ming} " not in roster
    assert "共 1 人" in roster
    absent = (await staff.says("chen", "@营长 缺勤 1")).text
    assert "1/1" in absent or "1 人" in absent
    assert f"#{ming} " not in absent
    classes = (await staff.says("chen", "@营长 我的班")).text
    assert "A班" in classes
    assert "B班" not in classes
    assert "二期" not in classes
    assert f"#{ming} 李**" in (await staff.says("chen", "@营长 名单 read7-01")).text


async def test_rights_stay_those_of_the_person_who_speaks(staff: Staff, enrol: Enrol) -> None:
    await enrol("李小明", "zhou")
    await staff.says("chen", "@营长 绑定 read7-01")
    assert "李" not in (await staff.says("lin", "@营长 名单")).text
    assert "需要岗位" in (await staff.says("wang", "@营长 名单")).text
    assert "离职" in (await staff.says("wu", "@营长 名单")).text
    assert "还没有岗位" in (await staff.says("stranger", "@营长 名单")).text


async def test_a_group_of_a_pool_lists_that_pool(staff: Staff, enrol: Enrol) -> None:
    assert "本群已绑定：续报公海" in (await staff.says("chen", "@营长 绑定 公海 续报")).text
    assert "续报公海" in (await staff.says("wang", "@营长 公海")).text
    assert "转化公海" in (await staff.says("wang", "@营长 公海 转化")).text
    assert "现在改为：转化公海" in (await staff.says("chen", "@营长 绑定 公海")).text


async def test_what_is_not_there_and_where_it_cannot_be_said(staff: Staff) -> None:
    assert "没有期次“read9”。现有：read7-01、read7-02" in (await staff.says("chen", "@营长 绑定 read9")).text
    assert "没有“C”班。现有：A、B" in (await staff.says("chen", "@营长 绑定 read7-01 C")).text
    assert "请在要绑定的群里" in (await staff.says("chen", "绑定 read7-01", "")).alone["chen"][0]
    assert "请在要绑定的群里" in (await staff.house.member_says("chen", "解绑"))[0]


async def test_two_groups_are_bound_apart(staff: Staff) -> None:
    await staff.says("chen", "@营长 绑定 read7-01")
    await staff.says("chen", "@营长 绑定 read7-02", "chatOther")
    assert "阅读营二期" in (await staff.says("chen", "@营长 漏斗", "chatOther")).alone["chen"][0]
    assert "阅读营一期" in (await staff.says("chen", "@营长 你好", GROUP)).text
    assert "阅读营二期" in (await staff.says("chen", "@营长", "chatOther")).text


async def test_in_the_pools_group_a_staff_room_is_asked_for_by_its_cohort_however_many_there_are(staff: Staff) -> None:
    rule = "班务群一期一个，本群绑定的是转化公海，不是哪一期。请写明期：“建群 期”（在开的：{}）。"
    await staff.says("chen", "@营长 绑定 公海")
    assert (await staff.says("chen", "@营长 建群")).text == rule.format("read7-01、read7-02")
    assert "正在建「阅读营一期 班务群」" in (await staff.says("chen", "@营长 建群 read7-01")).text
    assert (await staff.says("chen", "@营长 建群")).text == rule.format("read7-01、read7-02")
    async with staff.house.tx() as tx:
        second = await cohorts.find_cohort(tx, "read7-02")
        assert second is not None
        await closings.set_cohort_closed(tx, second.id, tx.now)
    # With one open cohort left nothing is guessed either.
    assert (await staff.says("chen", "@营长 建群")).text == rule.format("read7-01")
    assert len(await staff.house.sent("appchat.create")) == 1
