"""提问 and 回答: the question goes to the class teacher, the answer comes back, at once or with the next message."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest


@pytest.fixture
async def asked(class_of_one: Any) -> Any:
    (answer,) = await class_of_one.learner_says("wm_zhang", "提问 作业交到哪里")
    assert answer == "问题已转给 lin，回复会直接发到这里。"
    return class_of_one


async def test_there_and_back(asked: Any) -> None:
    notice = (await asked.sent("app.message"))[-1]
    assert notice["to"] == ["lin"]
    assert notice["message"]["text"] == "学员1 #1 提问（问题 1）：\n作业交到哪里\n回复：回答 #1 内容"
    asked.now += timedelta(minutes=7)
    assert await asked.member_says("lin", "回答 #1 发到这里就行") == ["已回复 学员1 #1。"]
    told = (await asked.sent("kf.message"))[-1]
    assert told["to"] == "wm_zhang"
    assert told["message"]["text"] == "lin 回复你：\n发到这里就行\n（你问的是：作业交到哪里）"
    (detail,) = (await asked.rows("select detail from journal where kind = 'answered'"))[0]
    assert '"waited_seconds":420' in detail.replace(" ", "")
    # A second message of the learner brings no second copy.
    assert len(await asked.learner_says("wm_zhang", "进度")) == 1


async def test_colloquial_questions_and_the_empty_one(class_of_one: Any) -> None:
    assert "问题已转给 lin" in (await class_of_one.learner_says("wm_zhang", "请问几点上课"))[0]
    (how,) = await class_of_one.learner_says("wm_zhang", "提问")
    assert how.split("\n")[1] == "还有 1 个问题在等老师回复。"
    assert "最多 500 字" in (await class_of_one.learner_says("wm_zhang", "提问 " + "长" * 501))[0]


async def test_after_48_hours_the_teacher_is_told_and_the_answer_waits(asked: Any) -> None:
    asked.now += timedelta(hours=49)
    (told,) = await asked.member_says("lin", "回答 #1 发到这里就行")
    assert told.startswith("学员1 #1：对方 48 小时内没有说过话，请在微信里直接回复。")
    assert "发到这里就行" not in str(await asked.sent("kf.message"))
    asked.now += timedelta(hours=3)
    assert await asked.learner_says("wm_zhang", "进度") != []
    assert (await asked.sent("kf.message"))[-1]["message"]["text"].startswith("lin 回复你：\n发到这里就行")
    assert len(await asked.learner_says("wm_zhang", "进度")) == 1


async def test_when_five_messages_are_spent_the_answer_waits(asked: Any) -> None:
    for number in range(4):
        await asked.learner_says("wm_zhang", f"提问 第{number}个问题")
    for number in range(1, 5):
        assert "已回复" in (await asked.member_says("lin", f"回答 #{number} 好"))[0]
    assert (await asked.sent("kf.message"))[-1]["message"]["text"].endswith("（我这边暂时只能再发到这里，回复任意内容可继续）")
    assert "连续发 5 条，已用完" in (await asked.member_says("lin", "回答 #5 好"))[0]
    both = await asked.learner_says("wm_zhang", "进度")
    assert both[1].startswith("lin 回复你：\n好")


async def test_an_answer_wecom_refused_waits_too_and_the_teacher_is_told(asked: Any) -> None:
    await asked.answer("kf.message", ok=True)
    await asked.answer("kf.message", ok=True)
    await asked.member_says("lin", "回答 #1 好")
    await asked.answer("kf.message", ok=False, errcode=95018)
    assert "没有送达，请在微信里直接回复" in (await asked.sent("app.message"))[-1]["message"]["text"]
    assert (await asked.learner_says("wm_zhang", "进度"))[1].startswith("lin 回复你：\n好")


async def test_who_may_answer_and_what(asked: Any) -> None:
    assert "问题 1 是 学员1 #1 提给 lin 的" in (await asked.member_says("he", "回答 #1 好"))[0]
    assert await asked.member_says("lin", "回答 #99 好") == ["没有编号 99 的问题。回复“待办”看还没回答的。"]
    assert "不是" in (await asked.member_says("lin", "回答 好"))[0] or "没看懂" in (await asked.member_says("lin", "回答 好"))[0]
    assert "还缺：回答内容" in (await asked.member_says("lin", "回答 #1"))[0]
    assert "需要岗位" in (await asked.member_says("wu", "回答 #1 好"))[0]
    assert "已回复" in (await asked.member_says("boss", "回答 #1 好"))[0]
    assert "已由 boss 在 18:45 回答过" in (await asked.member_says("lin", "回答 #1 好的"))[0]


async def test_a_question_of_somebody_nobody_enrolled_goes_to_a_manager(camp: Any) -> None:
    assert "问题已转给 boss" in (await camp.learner_says("wm_new", "提问 多少钱"))[0]
