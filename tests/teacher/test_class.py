"""我的班, 名单, 缺勤, 未完课, 未进群: what a class teacher sees of their classes."""

from __future__ import annotations

from typing import Any

import pytest

from storage.kf import change_account
from tests.teacher.conftest import DECLARED, Enrol, at


async def test_my_classes_show_counts_lessons_and_the_link_for_the_class_group(camp: Any, enrol: Enrol, attend: Any) -> None:
    rain = await enrol("小雨")
    await enrol("阿明", in_group=False)
    await enrol("别人的", "zhou")
    camp.now = at("12-01 21:00")
    await attend(rain, 1, completed=True)
    (first,) = await camp.member_says("lin", "我的班")
    assert "【阅读营一期】read7-01" in first
    assert "A班（林）：学员 2 · 在群 1 · 未进群 1" in first
    assert "B班" not in first
    assert "上节课：第1课 开课啦，到课 1/2 · 完课 1" in first
    assert "下节课：第2课，12-02 19:00" in first
    assert "发到班群：第2课 签到 https://work.weixin.qq.com/kfid/kfc1?scene_param=l2." in first
    assert "【阅读营二期】read7-02" in first

    camp.now = at("12-02 19:10")
    (running,) = await camp.member_says("lin", "my")
    assert "Running: 第2课, attended 0/2" in running
    assert "Post in the class group: 第2课 check-in https://" in running


async def test_my_classes_name_every_lesson_that_runs_and_its_own_link(camp: Any, enrol: Enrol, attend: Any) -> None:
    rain = await enrol("小雨")
    camp.now = at("12-02 19:40")
    await attend(rain, 3)
    (both,) = await camp.member_says("lin", "我的班")
    lines = [line.split("scene_param=")[0] + line.partition("scene_param=")[2][:3] for line in both.splitlines()]
    assert lines[2:7] == [
        "正在上课：第2课，到课 0/1 · 完课 0",
        "正在上课：第3课 加餐直播，到课 1/1 · 完课 0",
        "下节课：第4课 总复习，12-05 19:00",
        "发到班群：第2课 签到 https://work.weixin.qq.com/kfid/kfc1?l2.",
        "发到班群：第3课 加餐直播 签到 https://work.weixin.qq.com/kfid/kfc1?l3.",
    ]
    camp.now = at("12-02 20:10")
    (one,) = await camp.member_says("lin", "我的班")
    assert "第2课" not in one
    assert "发到班群：第3课" in one


async def test_a_cohort_without_a_name_of_its_own_is_named_once(camp: Any, enrol: Enrol) -> None:
    await camp.apply(DECLARED.replace('name = "阅读营一期"\n', ""))
    rain = await enrol("小雨")
    assert "【read7-01】\n" in (await camp.member_says("lin", "我的班"))[0]
    assert "\nread7-01 · A班\n" in (await camp.member_says("lin", f"学员 #{rain}"))[0]


async def test_my_classes_without_a_kf_link_say_what_is_missing(camp: Any) -> None:
    async with camp.tx() as tx:
        await change_account(tx, "wkTestDesk", link_url=None)
    (answer,) = await camp.member_says("lin", "我的班")
    assert "签到链接还没有" in answer


async def test_roster_is_a_line_per_learner_and_ends_with_totals(camp: Any, enrol: Enrol, attend: Any) -> None:
    rain = await enrol("小雨")
    await enrol("阿明", in_group=False)
    await enrol("老王", place="paid", paid_count=1)
    camp.now = at("12-01 20:30")
    await attend(rain, 1, completed=True)
    (roster,) = await camp.member_says("lin", "名单")
    assert roster.splitlines() == [
        "阅读营一期 名单",
        f"#{rain} 小雨 到1 完1",
        "#2 阿明 到0 完0 [未进群]",
        "#3 老王 到0 完0 [已成交]",
        "共 3 人：在班 2 · 已成交 1；未进群 1",
    ]


@pytest.mark.parametrize("words", ["名单read7-02", "名单 READ7-02", "名单 阅读营二期", "roster read7-02"])
async def test_roster_of_a_named_cohort(camp: Any, enrol: Enrol, words: str) -> None:
    await enrol("后来的", cohort="read7-02")
    await enrol("小雨")
    (roster,) = await camp.member_says("lin", words)
    assert "后来的" in roster
    assert "小雨" not in roster


async def test_unknown_cohort_names_those_there_are(camp: Any, enrol: Enrol) -> None:
    assert await camp.member_says("lin", "名单 春季") == ["没有“春季”这一期。你名下有：read7-01、read7-02。"]
    assert await camp.member_says("lin", "未进群 春季") == ["没有“春季”这一期。你名下有：read7-01、read7-02。"]
    # 周 does not learn that 林 has a second cohort.
    assert await camp.member_says("zhou", "缺勤 1 read7-02") == ["没有“read7-02”这一期。你名下有：read7-01。"]


async def test_absent_before_during_and_after_the_lesson(camp: Any, enrol: Enrol, attend: Any) -> None:
    rain, ming = await enrol("小雨"), await enrol("阿明")
    camp.now = at("12-01 18:50")
    assert await camp.member_says("lin", "缺勤 1") == ["第1课 开课啦 还没开始（12-01 19:00 开始），到时再查。"]
    camp.now = at("12-01 19:10")
    await attend(rain, 1)
    (running,) = await camp.member_says("lin", "缺勤1")
    assert running == f"第1课 开课啦：课程进行中，目前未到 1/2 人（20:00 下课）\n#{ming} 阿明"
    camp.now = at("12-01 20:30")
    (still_open,) = await camp.member_says("lin", "第1课缺勤")
    assert still_open.startswith("第1课 开课啦：已下课，签到开放到 22:00，目前未到 1/2 人")
    camp.now = at("12-01 22:30")
    assert await camp.member_says("lin", "缺勤 第一课") == [f"第1课 开课啦：缺勤 1/2 人\n#{ming} 阿明"]
    await attend(ming, 1)
    assert await camp.member_says("lin", "缺勤 1") == ["第1课 开课啦：2 人全部到课。"]


async def test_who_enrolled_after_the_lesson_was_held_is_not_absent(camp: Any, enrol: Enrol, attend: Any) -> None:
    await enrol("小雨")
    camp.now = at("12-01 19:59")
    await enrol("插班生")
    camp.now = at("12-01 20:00")
    late = await enrol("晚到的")
    camp.now = at("12-03 09:00")
    assert "未完课 2/2 人" in (await camp.member_says("lin", "未完课 1"))[0]
    await attend(late, 1, attended=False, completed=True)
    assert "未完课 2/3 人" in (await camp.member_says("lin", "未完课 1"))[0]
    (answer,) = await camp.member_says("lin", "缺勤 1")
    assert answer.splitlines()[0].endswith("缺勤 2/2 人")
    assert "插班生" in answer
    assert "晚到的" not in answer
    (later,) = await camp.member_says("lin", "缺勤 2")
    assert "晚到的" in later


async def test_who_moved_on_before_the_lesson_is_not_absent(camp: Any, enrol: Enrol) -> None:
    camp.now = at("12-01 12:00")
    await enrol("小雨")
    await enrol("换期的", place="next_cohort")
    camp.now = at("12-01 23:00")
    (answer,) = await camp.member_says("lin", "缺勤 1")
    assert answer == "第1课 开课啦：缺勤 1/1 人\n#1 小雨"


async def test_overlapping_lessons_are_listed_apart(camp: Any, enrol: Enrol, attend: Any) -> None:
    rain, ming = await enrol("小雨"), await enrol("阿明")
    camp.now = at("12-02 19:40")
    await attend(rain, 2)
    await attend(ming, 3)
    (second,) = await camp.member_says("lin", "缺勤 2")
    (third,) = await camp.member_says("lin", "缺勤 3")
    assert second.splitlines()[1:] == [f"#{ming} 阿明"]
    assert third.splitlines()[1:] == [f"#{rain} 小雨"]


async def test_unfinished_marks_who_was_there(camp: Any, enrol: Enrol, attend: Any) -> None:
    rain, ming, done = await enrol("小雨"), await enrol("阿明"), await enrol("做完了")
    camp.now = at("12-01 23:00")
    await attend(rain, 1)
    await attend(done, 1, completed=True)
    assert await camp.member_says("lin", "未完课 1") == [f"第1课 开课啦：未完课 2/3 人\n#{rain} 小雨 [已到]\n#{ming} 阿明"]
    await attend(rain, 1, completed=True)
    await attend(ming, 1, completed=True)
    assert await camp.member_says("lin", "unfinished 1") == ["Lesson 1 开课啦: all 3 finished."]


@pytest.mark.parametrize("command", ["缺勤", "未完课"])
async def test_lessons_that_are_missing_or_wrong(camp: Any, enrol: Enrol, command: str) -> None:
    await enrol("小雨")
    (bare,) = await camp.member_says("lin", command)
    assert bare.startswith("还缺：课次。")
    assert f"例如：{command} 3" in bare
    (junk,) = await camp.member_says("lin", f"{command} 甲")
    assert junk.startswith("没看懂是第几课：“甲”。")
    assert await camp.member_says("lin", f"{command} 9") == ["阅读营一期 没有第9课，一共 4 课。"]


async def test_not_in_group_lists_all_open_cohorts(camp: Any, enrol: Enrol) -> None:
    await enrol("小雨")
    await enrol("没进群", in_group=False)
    await enrol("二期没进群", cohort="read7-02", in_group=False)
    await enrol("已换走", in_group=False, place="next_cohort")
    (answer,) = await camp.member_says("lin", "未进群")
    assert answer.splitlines()[1:] == [
        "【read7-01】A班 1 人，拿码：入群码 read7-01 A",
        "#2 没进群",
        "【read7-02】A班 1 人，拿码：入群码 read7-02 A",
        "#3 二期没进群",
    ]
    (named,) = await camp.member_says("lin", "未进群 read7-01")
    assert named.splitlines()[2:] == ["#2 没进群"]
    assert await camp.member_says("zhou", "未进群") == ["你的学员都进群了。"]


async def test_three_hundred_learners_come_in_pages_that_fit_and_more_walks_them_all(camp: Any, enrol: Enrol) -> None:
    for number in range(300):
        await enrol(f"学员甲乙丙丁{number}", in_group=number % 3 > 0)
    for command in ("名单", "未进群"):
        pages = await camp.member_says("lin", command)
        while "回复“更多”" in pages[-1]:
            pages += await camp.member_says("lin", "更多")
        assert all(len(page.encode()) <= 2048 for page in pages)
        expected = range(300) if command == "名单" else range(0, 300, 3)
        seen = [line.split()[1] for page in pages for line in page.splitlines() if line.startswith("#")]
        assert seen == [f"学员甲乙丙丁{number}" for number in expected]
        assert len(pages) > 1
    assert await camp.member_says("lin", "更多") == ["没有更多了。"]


@pytest.mark.parametrize("words", ["我的班", "名单", "缺勤 1", "未完课 1", "未进群", "学员 小雨", "备注 #1 话", "补签 #1 1 理由"])
async def test_only_class_teachers_and_managers(camp: Any, enrol: Enrol, words: str) -> None:
    await enrol("小雨")
    (sales,) = await camp.member_says("wang", words)
    assert sales.startswith(f"“{words.split()[0]}”需要岗位：")
    assert await camp.member_says("wu", words) == ["该账号已离职或停用，不能操作。"]
    (stranger,) = await camp.member_says("stranger", words)
    assert stranger.startswith("你还没有岗位")
    (manager,) = await camp.member_says("chen", words)
    assert "需要岗位" not in manager
