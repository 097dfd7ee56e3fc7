"""The desk by the robot: the same commands, refusals and to-do line as in the app, in its chat and in a group."""

from __future__ import annotations

from typing import Any

import pytest

from storage import members, todos
from tests.rooms.conftest import Staff
from tests.teacher.conftest import Enrol, at


async def test_in_its_chat_the_robot_answers_as_the_app_does(staff: Staff, enrol: Enrol) -> None:
    rain = await enrol("周小雨")
    staff.house.now = at("12-01 20:00")
    for words in ("名单", "我的班", f"学员 #{rain}", "缺勤", "缺勤 9", "完全不懂", "帮助 名单", "learner", "漏斗"):
        by_app = await staff.house.member_says("lin", words)
        by_robot = await staff.says("lin", words, "")
        assert by_robot.alone["lin"][-1] == by_app[-1], words
        assert by_robot.group == []
    assert await staff.house.sent("app.message") != []


async def test_the_same_people_are_refused_in_the_same_words(staff: Staff) -> None:
    for userid in ("wu", "stranger"):
        by_app = await staff.house.member_says(userid, "名单")
        assert (await staff.says(userid, "名单", "")).alone[userid] == by_app
        assert (await staff.says(userid, "@营长 名单")).group == by_app
    assert "需要岗位：" in (await staff.says("wang", "@营长 名单")).text
    assert "没看懂" in (await staff.says("lin", "@营长 名旦")).text
    assert "是不是想说“名单”" in (await staff.says("lin", "@营长 名旦")).text


async def test_the_to_do_line_stands_above_an_answer_that_one_person_reads_and_never_in_the_group(
    staff: Staff, enrol: Enrol
) -> None:
    rain = await enrol("周小雨")
    async with staff.house.tx() as tx:
        lin = await members.find(tx, "lin")
        assert lin is not None
        await todos.add(tx, lin.id, kind="manual", text="联系家长", dedup_key="t1")
    for words in ("我的班", "名旦", "缺勤 9"):
        assert "待办" not in (await staff.says("lin", f"@营长 {words}")).text
    # What goes to the speaker alone is the first answer of the day for nobody else's eyes.
    asked = await staff.says("lin", f"@营长 学员 #{rain}")
    assert asked.group == ["已私发给你，在应用消息里。"]
    assert asked.alone["lin"][0].splitlines()[0] == "待办 1 件，回复“待办”查看"
    assert "待办" not in (await staff.says("lin", "我的班", "")).alone["lin"][0]
    shown = await staff.says("lin", "@营长 待办")
    assert shown.group == ["林的待办 1 件\n[完成 1]", "已私发给你。"]
    assert "联系家长" in shown.alone["lin"][0]


async def test_alone_with_the_robot_the_to_do_line_stands_above_the_first_answer_of_the_day(staff: Staff) -> None:
    async with staff.house.tx() as tx:
        lin = await members.find(tx, "lin")
        assert lin is not None
        await todos.add(tx, lin.id, kind="manual", text="联系家长", dedup_key="t1")
    await staff.says("lin", "@营长 我的班")
    first = (await staff.says("lin", "我的班", "")).alone["lin"][0]
    assert first.splitlines()[0] == "待办 1 件，回复“待办”查看"
    assert (await staff.says("lin", "我的班", "")).alone["lin"][0].startswith("【")


@pytest.mark.parametrize("words", ["@营长", "@营长 你好", "@营长 帮助", "@营长 您好！"])
async def test_a_greeting_shows_what_this_person_can_do_here(staff: Staff, words: str) -> None:
    assert "本群还没有绑定" in (await staff.says("lin", words)).text
    await staff.says("chen", "@营长 绑定 read7-01")
    hello = (await staff.says("lin", words)).text
    assert hello.splitlines()[0] == "本群绑定：阅读营一期（陈 11-30 12:00）。"
    assert "名单" in hello
    assert "漏斗" not in hello
    assert "漏斗" in (await staff.says("chen", words)).text
    assert (await staff.says("lin", "@营长 hello")).text.startswith("This group is bound to 阅读营一期 (by 陈, 11-30 12:00).")


async def test_who_opens_the_chat_is_welcomed_and_strangers_are_left_in_peace(staff: Staff) -> None:
    (hello,) = (await staff.enters("lin")).alone["lin"]
    assert "林" in hello
    assert "名单" in hello
    async with staff.house.tx() as tx:
        chen = await members.find(tx, "chen")
        assert chen is not None
        await todos.add(tx, chen.id, kind="manual", text="联系家长", dedup_key="t1")
    assert (await staff.enters("chen")).alone["chen"][0].startswith("待办 1 件")
    assert (await staff.enters("stranger")).alone == {}
    assert (await staff.enters("wu")).alone == {}
    assert "你可以说" in (await staff.house.member_says("lin", "你好"))[0]


async def test_a_picture_is_answered_and_an_old_button_too(staff: Staff) -> None:
    body = {"userid": "lin", "chat_id": "", "msgtype": "image"}
    heard = await staff.does("aibot.media", body)
    assert "只能看文字" in heard.alone["lin"][0]
    old = await staff.taps("lin", "nothing:1", "task-old")
    assert "已经失效" in old.alone["lin"][0]
    assert old.group == []


async def test_by_url_the_group_gets_one_answer_and_the_asker_an_app_message(staff_by_url: Staff, enrol: Enrol) -> None:
    rain = await enrol("周小雨")
    heard = await staff_by_url.says("lin", f"@营长 学员 #{rain}")
    assert heard.group == ["已私发给你，在应用消息里。"]
    assert "周小雨" in heard.alone["lin"][0]
    assert f"#{rain} 周**" in (await staff_by_url.says("lin", "@营长 名单")).text


async def test_a_note_typed_in_the_group_is_kept_and_not_repeated(staff: Staff, enrol: Enrol) -> None:
    rain: Any = await enrol("周小雨")
    noted = await staff.says("lin", f"@营长 备注 #{rain} 晚上八点后才有空")
    assert noted.group == [f"已记下备注：#{rain} 周**。"]
    assert noted.alone == {}
    assert "晚上八点后才有空" in (await staff.says("lin", f"学员 #{rain}", "")).alone["lin"][0]
