"""学员, 备注, 标签, 补签, 放弃, 成交: a class teacher and one learner."""

from __future__ import annotations

from typing import Any

import pytest

from storage import questions
from tests.teacher.conftest import Enrol, at


async def test_one_card_tells_the_whole_story(camp: Any, enrol: Enrol, attend: Any, speak: Any) -> None:
    camp.now = at("12-01 12:00")
    rain = await enrol("小雨", in_group=False)
    camp.now = at("12-01 19:30")
    await attend(rain, 1, completed=True)
    await speak(rain, 2)
    await camp.member_says("lin", f"备注 #{rain} 晚上八点后才有空")
    await camp.member_says("lin", f"标签 #{rain} +意向高")
    async with camp.tx() as tx:
        await questions.add(tx, rain, None, "回放在哪里看？", tx.now)
    (card,) = await camp.member_says("lin", f"学员 #{rain}")
    assert card.splitlines() == [
        f"#{rain} 小雨",
        "阅读营一期（read7-01） · A班 · [未进群]",
        "班主任 林 · 渠道 无 · 12-01 12:00 报名",
        "到课 1/4 · 完课 1/4",
        "现在：在班，12-01 12:00 起",
        "第1课 开课啦：已到 · 已完课",
        "第2课：12-02 19:00 开始",
        "第3课 加餐直播：12-02 19:30 开始",
        "第4课 总复习：12-05 19:00 开始",
        "标签：意向高",
        "提问：回放在哪里看？ → 还没回答（问题 1）",
        "备注：晚上八点后才有空（林 12-01 19:30）",
        "联系：客服还能发 3 条，到 12-03 19:30；已联系不上：没有员工是 Ta 的好友",
        "最近动态：",
        "12-01 19:30 加减标签（林）",
        "12-01 19:30 写了备注（林）",
    ]


async def test_the_card_shows_absence_and_lessons_before_enrolment(camp: Any, enrol: Enrol, attend: Any) -> None:
    camp.now = at("12-02 09:00")
    rain = await enrol("小雨")
    camp.now = at("12-03 09:00")
    (card,) = await camp.member_says("lin", f"学员{rain}号")
    assert "到课 0/3 · 完课 0/3\n" in card
    assert "第1课 开课啦：报名前的课，不算缺勤\n" in card
    await attend(rain, 1, attended=False, completed=True)
    (card,) = await camp.member_says("lin", f"学员{rain}号")
    assert "到课 0/3 · 完课 1/4\n" in card
    assert "第1课 开课啦：报名前的课，不算缺勤 · 已完课\n" in card
    assert "第2课：缺勤" in card
    assert "联系：客服窗口已关" in card


async def test_find_by_name_one_exact_several_none(camp: Any, enrol: Enrol) -> None:
    await enrol("小雨")
    await enrol("小雨点", cohort="read7-02")
    await enrol("小雪")
    await enrol("小雨衣", "zhou")
    (exact,) = await camp.member_says("lin", "学员 小雨")
    assert exact.startswith("#1 小雨\n")
    (several,) = await camp.member_says("lin", "学员 小")
    assert several.splitlines() == [
        "叫“小”的有 3 个，回复“学员 #1”这样的编号选一个：",
        "#1 小雨 read7-01",
        "#2 小雨点 read7-02",
        "#3 小雪 read7-01",
    ]
    assert await camp.member_says("lin", "学员 100%") == ["你的学员里没有叫“100%”的。"]
    (odd,) = await camp.member_says("lin", "学员 #99999999999999999999")
    assert odd.startswith("没看懂学员编号：“#9999999999999999999”，应为 #12 这样的编号。")
    (bare,) = await camp.member_says("lin", "学员")
    assert bare.startswith("还缺：学员名字或 #编号。\n用法：学员 名字|#编号")


@pytest.mark.parametrize(
    "words",
    ["学员 #{n}", "备注 #{n} 话", "标签 #{n} +好", "补签 #{n} 1 理由", "放弃 #{n} 理由", "成交 #{n} 系统课 1999"],
)
async def test_somebody_elses_learner_is_refused_like_one_who_does_not_exist(camp: Any, enrol: Enrol, words: str) -> None:
    theirs = await enrol("别人的", "zhou")
    camp.now = at("12-01 20:00")
    for number in (theirs, 4711):
        assert await camp.member_says("lin", words.format(n=number)) == [f"#{number} 不在你的学员里。回复“名单”看你的学员。"]
    assert await camp.rows("select 1 from notes union select 1 from orders union select 1 from pool_entries") == []


async def test_a_note_is_kept_with_its_author_and_needs_words(camp: Any, enrol: Enrol) -> None:
    rain = await enrol("小雨")
    assert await camp.member_says("lin", f"备注 #{rain} 妈妈在看") == [f"已记下备注：#{rain} 小雨。"]
    assert [tuple(row) for row in await camp.rows("select kind, text from notes")] == [("note", "妈妈在看")]
    (bare,) = await camp.member_says("lin", f"备注 #{rain}")
    assert bare.startswith("还缺：备注内容。")
    (nobody,) = await camp.member_says("lin", "备注 小雨 妈妈在看")
    assert nobody.startswith("没看懂学员编号：“小雨”")
    (long,) = await camp.member_says("lin", f"备注 #{rain} {'长' * 501}")
    assert long.startswith("内容太长了（501 字），最多 500 字。")


async def test_tags_are_added_removed_and_projected(camp: Any, enrol: Enrol) -> None:
    rain = await enrol("小雨")
    assert await camp.member_says("lin", f"标签 #{rain} +意向高 ＋宝妈") == [f"#{rain} 小雨 现在的标签：宝妈、意向高"]
    assert await camp.member_says("lin", f"标签 #{rain} －宝妈") == [f"#{rain} 小雨 现在的标签：意向高"]
    marks = await camp.rows("select group_name, name, wanted, by from tag_marks order by name")
    assert [tuple(m) for m in marks] == [("老师标签", "宝妈", 0, "member:lin"), ("老师标签", "意向高", 1, "member:lin")]
    for words, problem in [
        (f"标签 #{rain}", "还缺：要加的 +标签"),
        (f"标签 #{rain} 意向高", "“意向高”前面要有 + 或 -"),
        (f"标签 #{rain} +", "“+”前面要有 + 或 -"),
        (f"标签 #{rain} +{'长' * 31}", "标签“长长长长长长长长长长…”太长，最多 30 个字。"),
    ]:
        (answer,) = await camp.member_says("lin", words)
        assert answer.startswith(problem)


async def test_make_up_needs_a_reason_counts_and_tells_the_learner(camp: Any, enrol: Enrol, speak: Any) -> None:
    rain = await enrol("小雨")
    (early,) = await camp.member_says("lin", f"补签 #{rain} 1 提前请假")
    assert early == "第1课 开课啦 还没开始（12-01 19:00），不能补签。"
    camp.now = at("12-02 09:00")
    (bare,) = await camp.member_says("lin", f"补签 #{rain} 1")
    assert bare.startswith("还缺：理由。")
    await speak(rain)
    assert await camp.member_says("lin", f"补签#{rain} 第1课 手机没电") == [
        f"已补签：#{rain} 小雨 第1课 开课啦，现在到课 1。已通知学员。"
    ]
    (told,) = await camp.sent("kf.message")
    assert told["message"]["text"] == "林老师给你补签了 第1课 开课啦，现在到课 1 次。"
    assert [tuple(r) for r in await camp.rows("select teacher_mark_reason, attended from attendance")] == [("手机没电", 1)]
    (again,) = await camp.member_says("lin", f"补签 #{rain} 1 再补一次")
    assert again == f"#{rain} 小雨 第1课 开课啦 本来就到课了，不用补签。"
    assert await camp.member_says("lin", f"补签 #{rain} 9 没有这课") == ["阅读营一期 没有第9课，一共 4 课。"]


async def test_make_up_of_an_unreachable_learner_asks_the_teacher_to_tell(camp: Any, enrol: Enrol) -> None:
    rain = await enrol("小雨")
    camp.now = at("12-02 09:00")
    (answer,) = await camp.member_says("lin", f"补签 #{rain} 1 手机没电")
    assert answer.endswith("学员现在联系不上（客服窗口已关），请你转告。")


async def test_giving_up_hands_the_learner_to_the_pool_unless_they_paid(camp: Any, enrol: Enrol) -> None:
    rain, paid = await enrol("小雨"), await enrol("老王", place="paid", paid_count=1)
    (done,) = await camp.member_says("lin", f"放弃 #{rain} 联系不上")
    assert "转化公海" in done
    assert [tuple(r) for r in await camp.rows("select place from enrolments order by id")] == [("conversion",), ("paid",)]
    (again,) = await camp.member_says("lin", f"放弃 #{rain}")
    assert "已经在转化公海了" in again
    (refused,) = await camp.member_says("lin", f"放弃 #{paid}")
    assert "已成交，不能放弃" in refused
    (bare,) = await camp.member_says("lin", "放弃")
    assert bare.startswith("还缺：学员编号。")


async def test_a_sale_is_recorded_once_and_says_who_was_told(camp: Any, enrol: Enrol) -> None:
    rain = await enrol("小雨")
    assert await camp.member_says("lin", f"成交 #{rain} 系统课 1999") == [
        f"已记成交：#{rain} 小雨 系统课 ¥1,999。已告知：没有别人需要知道。"
    ]
    camp.now = at("11-30 13:00")
    (again,) = await camp.member_says("lin", f"成交 #{rain} 系统课 1999元")
    assert again == f"这一单 11-30 12:00 已经记过：#{rain} 小雨 系统课 ¥1,999，没有重复记。"
    assert [tuple(r) for r in await camp.rows("select course, amount_fen from orders")] == [("系统课", 199900)]
    (manager,) = await camp.member_says("chen", f"成交 #{rain} 进阶课 2999.50")
    assert manager.endswith("¥2,999.50。已告知：林。")
    for words, problem in [
        (f"成交 #{rain} 系统课", "没看懂金额：“系统课”"),
        (f"成交 #{rain} 1999", "还缺：课程。"),
        (f"成交 #{rain}", "还缺：金额。"),
    ]:
        (answer,) = await camp.member_says("lin", words)
        assert answer.startswith(problem)


async def test_sales_records_a_sale_only_of_a_learner_they_claimed(camp: Any, enrol: Enrol) -> None:
    rain = await enrol("小雨")
    await camp.member_says("lin", f"放弃 #{rain}")
    (refused,) = await camp.member_says("wang", f"成交 #{rain} 系统课 1999")
    assert refused == f"#{rain} 不是你的客户。回复“我的客户”看你的，或“领取 #{rain}”先领取。"
    await camp.member_says("wang", f"领取 #{rain}")
    (sold,) = await camp.member_says("wang", f"成交 #{rain} 系统课 1999")
    assert sold.endswith("已告知：林。")
    # 何 runs the system and sells nothing.
    (operator,) = await camp.member_says("he", f"成交 #{rain} 系统课 1999")
    assert operator.startswith("“成交”需要岗位：")
