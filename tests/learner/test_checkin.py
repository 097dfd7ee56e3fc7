"""签到: every outcome in its own words."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from camp.phrases import PHRASES
from camp.rules.checkin import Outcome


async def test_checking_in_and_once_more(class_of_one: Any) -> None:
    assert await class_of_one.learner_says("wm_zhang", "签到") == ["第1课 签到成功 ✓\n到课 1/3"]
    class_of_one.now = class_of_one.now.replace(minute=50)
    assert await class_of_one.learner_says("wm_zhang", "打卡1") == ["第1课 你在 18:45 已经签到过了。\n到课 1/3"]
    rows = await class_of_one.rows("select attended, checked_in_by from attendance")
    assert [tuple(row) for row in rows] == [(1, "text")]
    assert (await class_of_one.rows("select attended, completed from enrolments"))[0] == (1, 0)


@pytest.mark.parametrize("words", ["第1课 签到", "１课签到", "／签到　第一课"])
async def test_however_it_is_typed(class_of_one: Any, words: str) -> None:
    (answer,) = await class_of_one.learner_says("wm_zhang", words)
    assert "✓" in answer


@pytest.mark.parametrize("words", ["签到 1.5", "签到1.5", "签到 -1", "签到－1", "签到 １．５课"])
async def test_a_number_that_is_no_lesson_is_named(class_of_one: Any, words: str) -> None:
    (answer,) = await class_of_one.learner_says("wm_zhang", words)
    number = "-1" if "1.5" not in words and "５" not in words else "1.5"
    assert answer.startswith(f"没看懂是第几课：“{number}")
    assert "用法：签到 [课] [口令]" in answer
    assert await class_of_one.rows("select 1 from attendance") == []


async def test_too_early_says_when_it_opens(class_of_one: Any) -> None:
    (answer,) = await class_of_one.learner_says("wm_zhang", "签到3")
    assert answer == "第3课 怎么做笔记 还没开放签到：12-03 18:30 开放，12-03 19:00 上课。"


async def test_too_late_says_what_still_counts(class_of_one: Any, at: Any) -> None:
    class_of_one.now = at(1, 22, 1)
    (answer,) = await class_of_one.learner_says("wm_zhang", "签到1")
    assert answer.startswith("第1课 的签到已在 22:00 关闭。看过回放请回复“完课1”")
    assert not await class_of_one.rows("select 1 from attendance")


async def test_no_check_in_open_names_the_missed_and_the_next(class_of_one: Any, at: Any) -> None:
    class_of_one.now = at(2, 9)
    (answer,) = await class_of_one.learner_says("wm_zhang", "签到")
    assert answer.split("\n") == [
        "现在没有开放签到的课。",
        "第1课 的签到已在 12-01 22:00 关闭，看过回放可回复“完课1”。",
        "下一次：第2课 怎么选书，18:30 开放签到，19:00 上课。",
    ]


async def test_the_last_moment_of_the_window_and_a_message_sent_in_it_but_read_later(class_of_one: Any, at: Any) -> None:
    sent, class_of_one.now = at(1, 21, 59), at(1, 23, 30)
    body = {
        "msgid": "late-1",
        "open_kfid": "wkTestDesk",
        "external_userid": "wm_zhang",
        "send_time": int(sent.timestamp()),
        "origin": 3,
        "msgtype": "text",
        "text": {"content": "签到1"},
    }
    await class_of_one.fact("kf.message", body, "learner:wm_zhang")
    assert "签到成功" in (await class_of_one.sent("kf.message"))[-1]["message"]["text"]
    class_of_one.now = at(3, 12)
    await class_of_one.fact("kf.message", {**body, "msgid": "late-2", "text": {"content": "签到 2 open芝麻"}}, "learner:wm_zhang")
    # Older than 48 hours by now? No: 38. But at 21:59 of day 1 lesson 2 was not open yet.
    assert "还没开放" in (await class_of_one.sent("kf.message"))[-1]["message"]["text"]


async def test_a_passphrase_is_asked_for_refused_and_taken_without_being_given_away(class_of_one: Any, at: Any) -> None:
    class_of_one.now = at(2, 19)
    (missing,) = await class_of_one.learner_says("wm_zhang", "签到")
    assert missing == "第2课 怎么选书 签到要口令，老师上课时会说。请回复“签到2 口令”。"
    (wrong,) = await class_of_one.learner_says("wm_zhang", "签到2 西瓜")
    assert wrong.startswith("口令不对，第2课 怎么选书 还没签到。")
    assert "芝麻" not in missing + wrong
    (done,) = await class_of_one.learner_says("wm_zhang", "签到 ｏｐｅｎ芝麻！")
    assert "签到成功" in done


async def test_the_passphrase_alone_is_enough(class_of_one: Any, at: Any) -> None:
    class_of_one.now = at(2, 19)
    assert "签到成功" in (await class_of_one.learner_says("wm_zhang", "open 芝麻"))[0]


async def test_no_such_lesson_says_which_there_are(class_of_one: Any) -> None:
    assert await class_of_one.learner_says("wm_zhang", "签到9") == ["没有第 9 课。现有：第1课、第2课、第3课。"]


async def test_who_is_not_enrolled_is_told_how(camp: Any) -> None:
    (answer,) = await camp.learner_says("wm_nobody", "签到")
    assert answer.split("\n") == ["你还没有报名。回复“报名”看可报的营期。", "报名", "提问"]


async def test_a_closed_cohort_takes_no_more(class_of_one: Any) -> None:
    async with class_of_one.tx() as tx:
        await tx.conn.execute(text("update cohorts set closed_at = 1 where code = 'read7-01'"))
    assert (await class_of_one.learner_says("wm_zhang", "签到1"))[0].startswith("“阅读营一期”已结营")
    assert (await class_of_one.learner_says("wm_zhang", "完课1"))[0].startswith("“阅读营一期”已结营")


async def test_two_overlapping_lessons_are_a_menu_and_a_tap_decides(two_camps: Any, at: Any) -> None:
    two_camps.now = at(1, 19, 10)
    (answer,) = await two_camps.learner_says("wm_zhang", "签到")
    head, *options = answer.split("\n")
    assert head == "现在有 2 节课可以签到，点一下你上的那节："
    assert sorted(options) == ["第1课 开头（写作营一期）", "第1课（阅读营一期）"]
    menu = (await two_camps.sent("kf.message"))[-1]["message"]["items"]
    menu_id = next(key for key, label in menu if "写作" in label)
    (done,) = await two_camps.learner_says("wm_zhang", "第1课", menu_id=menu_id)
    assert done == "第1课 开头（写作营一期） 签到成功 ✓\n到课 1/1"
    # One is left, so the next word needs no menu.
    assert "第1课（阅读营一期） 签到成功" in (await two_camps.learner_says("wm_zhang", "签到"))[0]
    assert "已经签到过了" in (await two_camps.learner_says("wm_zhang", "签到1"))[0]


async def test_a_number_means_the_open_lesson_of_that_number(two_camps: Any, at: Any) -> None:
    two_camps.now = at(1, 18, 45)  # the writing camp's lesson 1 opens at 19:00
    assert "第1课（阅读营一期） 签到成功" in (await two_camps.learner_says("wm_zhang", "签到1"))[0]


async def test_a_tap_on_another_cohorts_lesson_checks_nobody_in(class_of_one: Any) -> None:
    (lesson_id,) = (
        await class_of_one.rows("select l.id from lessons l join cohorts c on c.id = l.cohort_id where c.code = 'read7-02'")
    )[0]
    (answer,) = await class_of_one.learner_says("wm_zhang", "第1课", menu_id=f"checkin:{lesson_id}")
    assert "还没有报名" in answer
    (gone,) = await class_of_one.learner_says("wm_zhang", "第1课", menu_id="checkin:99999")
    assert "失效" in gone
    assert not await class_of_one.rows("select 1 from attendance")


async def test_who_joined_late_is_not_absent_before(camp: Any, at: Any) -> None:
    camp.now = at(2, 19)
    await camp.learner_says("wm_late", "报名")
    assert await camp.learner_says("wm_late", "签到 open芝麻") == ["第2课 怎么选书 签到成功 ✓\n到课 1/2"]
    (progress,) = await camp.learner_says("wm_late", "进度")
    assert progress.startswith("到课 1/2 · 完课 0/2\n")
    assert "第1课：不计（报名前的课）" in progress
    assert await camp.learner_says("wm_late", "完课1") == ["第1课 已记完课 ✓\n完课 1/3"]
    (progress,) = await camp.learner_says("wm_late", "进度")
    assert progress.startswith("到课 1/2 · 完课 1/3\n")
    assert "第1课：到课不计（报名前的课） 完课✓" in progress


def test_every_outcome_has_words_in_both_languages() -> None:
    assert all(all(PHRASES[f"checkin.{outcome.value}"]) for outcome in Outcome)
