"""完课, 作业, 评分, 课表, 进度, 我的: what a learner says and sees about lessons."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
async def second_evening(class_of_one: Any, at: Any) -> Any:
    """Day 2, 23:30: lessons 1 and 2 are over, their check-in is closed, lesson 3 is to come."""
    class_of_one.now = at(2, 23, 30)
    return class_of_one


async def test_finishing_late_is_completion_but_not_attendance(second_evening: Any) -> None:
    assert await second_evening.learner_says("wm_zhang", "完课") == ["第2课 怎么选书 已记完课 ✓\n完课 1/3"]
    assert await second_evening.learner_says("wm_zhang", "看完了1") == ["第1课 已记完课 ✓\n完课 2/3"]
    assert await second_evening.learner_says("wm_zhang", "完课1") == ["第1课 在 23:30 已经记过完课了。\n完课 2/3"]
    assert (await second_evening.rows("select attended, completed from enrolments"))[0] == (0, 2)


async def test_finishing_inside_the_window_reminds_of_the_check_in(class_of_one: Any, at: Any) -> None:
    class_of_one.now = at(1, 20)
    (answer,) = await class_of_one.learner_says("wm_zhang", "完课1")
    assert answer.endswith("（还没签到：回复“签到1”，22:00 前有效）")


async def test_finishing_what_has_not_begun_or_does_not_exist(second_evening: Any, camp: Any) -> None:
    assert await second_evening.learner_says("wm_zhang", "完课3") == ["第3课 怎么做笔记 还没开始（12-03 19:00 上课），上完再来。"]
    assert (await second_evening.learner_says("wm_zhang", "完课7"))[0].startswith("没有第 7 课")
    assert "没看懂是第几课：“很好”" in (await second_evening.learner_says("wm_zhang", "完课 很好"))[0]
    assert "还没有报名" in (await camp.learner_says("wm_nobody", "完课1"))[0]


async def test_homework_is_kept_and_may_be_handed_in_again(second_evening: Any) -> None:
    (answer,) = await second_evening.learner_says("wm_zhang", "作业1：读了第一章")
    assert answer == "收到 第1课 的作业（5 字）。批改后告诉你；再交一次会替换这次。"
    await second_evening.learner_says("wm_zhang", "作业 300字读后感")
    await second_evening.learner_says("wm_zhang", "第1课作业 读了两章")
    rows = await second_evening.rows("select homework, completed from attendance order by lesson_id")
    assert [tuple(row) for row in rows] == [("读了两章", 0), ("300字读后感", 0)]
    told = await second_evening.rows("select detail from journal where kind = 'homework' order by id")
    assert len(told) == 3


@pytest.mark.parametrize("words", ["作业", "作业3", "作业怎么交", "homework"])
async def test_homework_without_words_is_explained(second_evening: Any, words: str) -> None:
    (answer,) = await second_evening.learner_says("wm_zhang", words)
    assert "作业3 今天我读了第一章" in answer or "homework 3" in answer
    assert not await second_evening.rows("select 1 from attendance")


async def test_homework_of_strangers_and_of_lessons_to_come(second_evening: Any) -> None:
    assert "还没有报名" in (await second_evening.learner_says("wm_nobody", "作业1 读了"))[0]
    assert "还没开始" in (await second_evening.learner_says("wm_zhang", "作业3 读了"))[0]
    assert "最多 2000 字" in (await second_evening.learner_says("wm_zhang", "作业1 " + "长" * 2001))[0]


async def test_rating(second_evening: Any) -> None:
    assert await second_evening.learner_says("wm_zhang", "评分5") == ["谢谢！第2课 怎么选书 你评了 5 分。"]
    (answer,) = await second_evening.learner_says("wm_zhang", "评分 1 4 讲得很清楚")
    assert answer == "谢谢！第1课 你评了 4 分，你的话已转给老师。"
    rows = await second_evening.rows("select rating, rating_words, attended, completed from attendance order by lesson_id")
    assert [tuple(row) for row in rows] == [(4, "讲得很清楚", 0, 0), (5, None, 0, 0)]


async def test_ratings_that_are_none(second_evening: Any) -> None:
    assert "评分要 1 到 5，收到的是“6”" in (await second_evening.learner_says("wm_zhang", "评分6"))[0]
    assert "还缺：1-5" in (await second_evening.learner_says("wm_zhang", "评分"))[0]
    assert "还没开始" in (await second_evening.learner_says("wm_zhang", "评分 3 5"))[0]
    assert "还没有报名" in (await second_evening.learner_says("wm_nobody", "评分 5"))[0]


async def test_progress(class_of_one: Any, at: Any) -> None:
    await class_of_one.learner_says("wm_zhang", "签到")
    class_of_one.now = at(1, 21)
    await class_of_one.learner_says("wm_zhang", "完课")
    await class_of_one.learner_says("wm_zhang", "作业1 读完了")
    await class_of_one.learner_says("wm_zhang", "评分 5")
    class_of_one.now = at(2, 19)
    assert await class_of_one.learner_says("wm_zhang", "我的进度") == [
        "到课 1/3 · 完课 1/3\n"
        "《阅读营一期》\n"
        "第1课：到课✓ 完课✓，作业已交，你评 5 分\n"
        "第2课 怎么选书：可以签到，22:00 关闭\n"
        "第3课 怎么做笔记：未开始（12-03 19:00）\n"
        "（12-04 19:00 前我还能给你发 4 条，你回复一次就重新算）"
    ]


async def test_progress_of_two_camps_and_of_nobody(two_camps: Any) -> None:
    (answer,) = await two_camps.learner_says("wm_zhang", "进度")
    assert answer.startswith("到课 0/1 · 完课 0/1\n《写作营一期》") or answer.startswith("到课 0/3 · 完课 0/3\n《阅读营一期》")
    assert "《阅读营一期》" in answer
    assert "《写作营一期》" in answer
    assert "还没有报名" in (await two_camps.learner_says("wm_nobody", "进度"))[0]


async def test_schedule(class_of_one: Any) -> None:
    (answer,) = await class_of_one.learner_says("wm_zhang", "课表")
    assert answer.split("\n")[:2] == ["《阅读营一期》12-01 00:00 开课", "12-01 19:00 第1课（60 分钟，签到 18:30–22:00）"]
    assert "芝麻" not in answer
    assert "还没有报名" in (await class_of_one.learner_says("wm_nobody", "课程表"))[0]


async def test_me(class_of_one: Any) -> None:
    (answer,) = await class_of_one.learner_says("wm_zhang", "我的")
    assert "营期：阅读营一期（12-01 00:00 开课，进行中）" in answer
    assert "班主任：lin" in answer
    assert "手机号：未登记" in answer
    assert "还没有报名" in (await class_of_one.learner_says("wm_nobody", "我的"))[0]


async def test_a_long_schedule_comes_in_pages(house: Any, at: Any) -> None:
    lessons = "".join(
        f'[[cohorts.lessons]]\nseq = {n}\ntitle = "一个相当长的课程标题，第{n}次"\n'
        f"starts_at = 2026-12-{n:02}T19:00:00+08:00\nminutes = 60\n"
        for n in range(1, 29)
    )
    house.now = at(1, 10)
    await house.apply(
        '[[camps]]\ncode = "long"\nname = "长营"\nwarm_lessons = 4\n'
        '[[cohorts]]\ncode = "long-01"\ncamp = "long"\n'
        "starts_at = 2026-12-01T00:00:00+08:00\ncloses_at = 2026-12-30T23:00:00+08:00\n"
        + lessons
        + '[[cohorts.class_groups]]\ncode = "A"\nclass_teacher = "lin"\n'
        '[[staff]]\nuserid = "lin"\nposition = "class_teacher"\n'
    )
    await house.learner_says("wm_zhang", "报名")
    (first,) = await house.learner_says("wm_zhang", "课表")
    assert first.endswith("（第 1/2 页，回复“更多”看下一页）")
    assert len(first.encode()) <= 2048
    (second,) = await house.learner_says("wm_zhang", "更多")
    assert "12-28 19:00" in second
    assert await house.learner_says("wm_zhang", "更多") == ["没有更多了。"]
