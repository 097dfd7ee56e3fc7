"""The staff desk: help, welcome, to-dos, pictures, taps, and messages that reach nobody."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.staff_desk import EVERY_DAY, all_handlers
from storage import members, todos
from tests.teacher.conftest import Enrol, at


async def todo(camp: Any, userid: str, text: str, *, learner_id: int | None = None) -> None:
    async with camp.tx() as tx:
        member = await members.find(tx, userid)
        await todos.add(tx, member.id, kind="contact", text=text, dedup_key=f"{userid}:{text}", learner_id=learner_id)


async def test_help_has_two_levels_and_shows_only_what_one_may_do(camp: Any) -> None:
    (groups,) = await camp.member_says("lin", "帮助")
    assert groups.splitlines()[1].startswith("【班级】")
    assert "我的班 名单 缺勤 未完课 未进群 学员 备注 标签 补签 放弃" in groups
    assert groups.splitlines()[-1].startswith("回复“帮助 班级”看这一组怎么用")
    assert "领取" not in groups
    assert "结营" not in groups
    (group,) = await camp.member_says("lin", "帮助 班级")
    assert "补签 #编号 课 理由　替学员补一次到课，理由留档" in group
    (one,) = await camp.member_says("lin", "帮助 名单")
    assert one == "一期的学员，到课完课一行一人\n用法：名单 [期]\n例如：名单 read7-01"
    (unknown,) = await camp.member_says("lin", "帮助 领取")
    assert unknown.startswith("没有“领取”这一组或这条指令。\n你可以这样说：")
    (english,) = await camp.member_says("lin", "help")
    assert "my roster absent unfinished notingroup" in english
    (sales,) = await camp.member_says("wang", "帮助")
    assert "领取" in sales
    assert "名单" not in sales


async def test_what_is_needed_every_day_comes_first(camp: Any) -> None:
    (words,) = await camp.member_says("lin", "你好")
    assert "我的班 名单 缺勤" in words
    assert words.index("我的班") < words.index("群数据")
    assert {command.name for command in all_handlers().staff_commands} >= set(EVERY_DAY)


async def test_unknown_words_get_the_nearest_command(camp: Any) -> None:
    (answer,) = await camp.member_says("lin", "名但")
    assert "是不是想说“名单”" in answer


async def test_the_first_answer_of_the_day_counts_the_todos(camp: Any) -> None:
    assert await camp.member_says("lin", "待办") == ["没有待办，都做完了。"]
    await todo(camp, "lin", "联系小雨")
    await todo(camp, "lin", "问阿明")
    (first,) = await camp.member_says("lin", "帮助 名单")
    assert first.splitlines()[0] == "待办 2 件，回复“待办”查看"
    (second,) = await camp.member_says("lin", "帮助 名单")
    assert "待办" not in second
    # Midnight in China is 16:00 UTC.
    camp.now = at("12-01 00:05")
    (next_day,) = await camp.member_says("lin", "名但")
    assert next_day.startswith("待办 2 件")


async def test_todos_are_listed_and_closed_by_their_number(camp: Any, enrol: Enrol) -> None:
    rain = await enrol("小雨")
    await todo(camp, "lin", "联系 Ta，约下一期", learner_id=rain)
    await todo(camp, "zhou", "周的事")
    (answer,) = await camp.member_says("lin", "待办")
    assert answer.splitlines() == [
        "待办 1 件，回复“待办”查看",
        "待办 1 件，做完回复“完成 1”这样的编号",
        "1. #1 小雨：联系 Ta，约下一期（11-30 12:00）",
    ]
    assert await camp.member_says("lin", "完成 2") == ["你没有编号 2 的待办。回复“待办”看编号。"]
    assert await camp.member_says("lin", "完成1") == ["已完成：联系 Ta，约下一期。还剩 0 件。"]
    assert await camp.member_says("lin", "done 1") == ["That one was done before: 联系 Ta，约下一期."]
    (bare,) = await camp.member_says("lin", "完成")
    assert bare.endswith("例如：完成 3")
    (refused,) = await camp.member_says("wu", "完成 1")
    assert refused == "该账号已离职或停用，不能操作。"


async def test_entering_the_app_welcomes_once_a_day(camp: Any) -> None:
    await todo(camp, "lin", "联系小雨")
    for _ in range(2):
        await camp.fact("app.enter", {"userid": "lin"}, "member:lin")
    (welcome,) = await camp.sent("app.message")
    assert welcome["message"]["text"].startswith("待办 1 件，回复“待办”查看\n林，你好，这里是营伴。你可以说：")
    assert "我的班" in welcome["message"]["text"]
    camp.now = at("12-01 09:00")
    await camp.fact("app.enter", {"userid": "lin"}, "member:lin")
    assert len(await camp.sent("app.message")) == 2
    for silent in ("wu", "stranger"):
        await camp.fact("app.enter", {"userid": silent}, f"member:{silent}")
    assert len(await camp.sent("app.message")) == 2


async def test_pictures_are_answered_not_ignored(camp: Any) -> None:
    await camp.fact("app.media", {"userid": "lin", "type": "image"}, "member:lin")
    (answer,) = await camp.sent("app.message")
    assert answer["message"]["text"].startswith("这里只能看文字")


@pytest.mark.parametrize(
    ("userid", "said"),
    [
        ("wu", "该账号已离职或停用，不能操作。"),
        ("stranger", "你还没有岗位"),
        ("lin", "这张卡片已经失效。"),
    ],
)
async def test_a_tap_keeps_its_code_before_anything_is_refused(camp: Any, userid: str, said: str) -> None:
    (answer,) = await camp.click(userid, "nosuch:1", "task-1", "code")
    assert answer.startswith(said)
    assert [row.task_id for row in await camp.rows("select task_id from card_codes")] == ["task-1"]


async def test_a_tap_needs_the_position_of_its_button(camp: Any) -> None:
    (answer,) = await camp.click("lin", "claim:1", "task-1")
    assert answer.startswith("“这个按钮”需要岗位：")


@pytest.mark.parametrize("errcode", [81013, 60111])
async def test_a_member_wecom_does_not_know_is_told_to_the_operator_once(camp: Any, errcode: int) -> None:
    await camp.member_says("zhou", "帮助 名单")
    await camp.answer("app.message", ok=False, errcode=errcode)
    await camp.answer("app.message", {"invalid": []})  # the alert itself arrives
    await camp.member_says("zhou", "帮助 名单")
    await camp.answer("app.message", ok=False, errcode=errcode)
    alerts = [m for m in await camp.sent("app.message") if m["to"] == ["he"]]
    assert len(alerts) == 1
    assert alerts[0]["message"]["text"].startswith("消息发不到成员 zhou：")


async def test_who_left_is_no_news_to_the_operator(camp: Any) -> None:
    await camp.member_says("wu", "我的班")
    await camp.answer("app.message", ok=False, errcode=81013)
    assert [m["to"] for m in await camp.sent("app.message")] == [["wu"]]


async def test_more_without_a_list_says_so(camp: Any) -> None:
    assert await camp.member_says("wang", "更多") == ["没有更多了。"]
    (stranger,) = await camp.member_says("stranger", "更多")
    assert stranger.startswith("你还没有岗位")
