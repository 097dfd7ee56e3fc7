"""催课, 催完课, 群发 and the card: who did not come is reminded by mass send, within each learner's budget."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from sqlalchemy import event, text

from storage import enrolments, follows, learners, members
from storage.kf import change_account
from tests.teacher.conftest import Enrol, at

Befriend = Callable[..., Awaitable[int]]
HINT = "请到「群发助手」点发送"


@pytest.fixture
def friend(camp: Any, enrol: Enrol) -> Befriend:
    """A learner who has added their class teacher."""

    async def add(name: str, teacher: str = "lin", **more: Any) -> int:
        learner_id = await enrol(name, teacher, **more)
        async with camp.tx() as tx:
            member = await members.find(tx, teacher)
            await follows.begin(tx, learner_id, member.id, None, tx.now)
        return learner_id

    return add


async def cards(camp: Any, userid: str = "lin") -> list[dict[str, Any]]:
    sent = [p["message"] for p in await camp.sent("app.message") if p["to"] == [userid]]
    return [message for message in sent if message["type"] == "card"]


async def heard(camp: Any, userid: str = "lin") -> str:
    """The newest words to a member."""
    return [p["message"]["text"] for p in await camp.sent("app.message") if userid in p["to"]][-1]


async def made(camp: Any, msgid: str = "msg1", failed: list[str] | None = None) -> None:
    await camp.answer("contact.mass_send", {"msgid": msgid, "failed": failed or []})


async def looked(camp: Any, moment: str) -> None:
    camp.now = at(moment)
    await camp.tick("nudge_results")


async def tapped(camp: Any, *sends: tuple[str, int], moment: str) -> None:
    """林 tapped send; WeCom tells, at this look, what each learner got."""
    await looked(camp, moment)
    seconds = int(camp.now.timestamp()) - 30
    await camp.answer("contact.mass_task", {"tasks": [{"userid": "Lin", "status": 2, "send_time": seconds}]})
    await results(camp, *sends)


async def results(camp: Any, *sends: tuple[str, int]) -> None:
    seconds = int(camp.now.timestamp()) - 30
    rows = [{"external_userid": f"wm-{name}", "status": s, "send_time": seconds if s == 1 else 0} for name, s in sends]
    await camp.answer("contact.mass_result", {"sends": rows})


async def unsent(camp: Any) -> None:
    await camp.answer("contact.mass_task", {"tasks": [{"userid": "lin", "status": 0, "send_time": 0}]})


# --- the offer --------------------------------------------------------------------------------------------------------


async def test_the_absent_list_comes_with_a_card_and_a_tap_makes_one_task(camp: Any, friend: Befriend, attend: Any) -> None:
    rain = await friend("小雨")
    for name in ("阿明", "阿强"):
        await friend(name)
    await friend("周的", "zhou")
    camp.now = at("12-01 20:30")
    await attend(rain, 1)
    offer, listing = await camp.member_says("lin", "缺勤1")
    assert listing.splitlines()[1:] == ["#2 阿明", "#3 阿强"]
    assert offer.splitlines() == [
        "群发提醒：第1课 开课啦",
        "2 人没到课：可群发提醒 2 人",
        "内容：你好，第1课 开课啦 已下课，还没看到你签到。签到开放到 22:00，点下面的链接就签到；"
        "没来得及上就看回放，看完回复“完课 1”。",
        "额度：本月 0/31",
        "[群发提醒]",
    ]
    (card,) = await cards(camp)
    assert card["buttons"] == [["nudge:absent:1", "群发提醒", 1]]
    assert len(card["text"]) <= 160
    (answer,) = await camp.click("lin", "nudge:absent:1", card["task_id"])
    assert answer.startswith("第1课 开课啦，2 人没到课：可群发提醒 2 人。\n内容：你好，第1课")
    (task,) = await camp.sent("contact.mass_send")
    assert (task["userid"], task["external_userids"]) == ("lin", ["wm-阿明", "wm-阿强"])
    assert task["text"] == card["text"].removeprefix("内容：")
    assert task["link"]["url"].startswith("https://work.weixin.qq.com/kfid/kfc1?scene_param=l1.")
    assert (await camp.sent("app.update_card"))[-1]["card"]["text"] == "已发起（2 人），任务建好会告诉你"
    await made(camp)
    assert await heard(camp) == f"任务已建好，{HINT} (2 人)：第1课 开课啦"


async def test_who_came_since_the_card_was_shown_is_not_reminded(camp: Any, friend: Befriend, attend: Any) -> None:
    rain = await friend("小雨")
    await friend("阿明")
    camp.now = at("12-01 19:10")
    await camp.member_says("lin", "缺勤 1")
    (card,) = await cards(camp)
    assert "正在上课（20:00 下课）" in card["text"]
    await attend(rain, 1)
    await camp.click("lin", "nudge:absent:1", card["task_id"])
    assert (await camp.sent("contact.mass_send"))[0]["external_userids"] == ["wm-阿明"]


async def test_the_digest_ends_with_the_card_for_each_teacher_with_somebody_to_remind(
    camp: Any, friend: Befriend, enrol: Enrol, attend: Any
) -> None:
    await attend(await friend("小雨"), 1)
    await friend("阿明")
    await enrol("没加好友")
    await enrol("周的", "zhou")
    camp.now = at("12-01 20:00")
    await camp.tick("lesson_digest")
    await camp.tick("lesson_digest")
    (card,) = await cards(camp)
    assert card["desc"] == "2 人没到课：可群发提醒 1 人，1 人不是班主任好友"
    assert await cards(camp, "zhou") == []


async def test_the_offer_says_who_is_left_out_and_why(camp: Any, friend: Befriend, enrol: Enrol) -> None:
    camp.now = at("12-01 12:00")
    for name in ("一", "二", "三", "四", "五"):
        await friend(name)
    camp.now = at("12-01 20:30")
    async with camp.tx() as tx:
        await learners.change(tx, 1, unsubscribed_at=tx.now)
        lin = await members.find(tx, "lin")
        await follows.end(tx, 2, lin.id, "learner")
        await enrolments.move(tx, (await enrolments.current(tx, 3)).id, "conversion")
    _, answer = await camp.member_says("lin", "缺勤 1")
    assert "5/5" in answer
    (card,) = await cards(camp)
    assert card["desc"] == "5 人没到课：可群发提醒 2 人，1 人已退订，1 人已不在班，1 人不是班主任好友"
    # What is longer than the 44 characters a card has there stands above the text.
    await camp.member_says("lin", "absent 1")
    card = (await cards(camp))[1]
    assert card["desc"] == "5 absent, 2 can be reminded"
    assert card["text"].startswith("5 absent, 2 can be reminded, 1 unsubscribed, 1 not in class any more, 1 no friend of")
    assert "你好，第1课" in card["text"]
    (said,) = await camp.member_says("lin", "催课 1")
    assert "2 人，1 人已退订，1 人已不在班，1 人不是班主任好友。" in said
    assert (await camp.sent("contact.mass_send"))[0]["external_userids"] == ["wm-四", "wm-五"]


async def test_no_card_where_nobody_can_be_reached(camp: Any, enrol: Enrol) -> None:
    await enrol("小雨")
    camp.now = at("12-01 20:30")
    assert len(await camp.member_says("lin", "缺勤 1")) == 1
    assert await camp.member_says("lin", "催课 1") == [
        "第1课 开课啦，1 人没到课：可群发提醒 0 人，1 人不是班主任好友。现在谁都不能群发，请在班群里喊一声。"
    ]
    assert await camp.sent("contact.mass_send") == []


async def test_a_new_card_replaces_the_older(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    camp.now = at("12-01 20:30")
    await camp.member_says("lin", "缺勤 1")
    first = (await cards(camp))[0]["task_id"]
    await camp.answer("app.message", {"response_code": "code-1"})
    await camp.member_says("lin", "缺勤 1")
    (update,) = await camp.sent("app.update_card")
    assert (update["response_code"], update["card"]["text"]) == ("code-1", "有新的一张，请看下面")
    assert first != (await cards(camp))[1]["task_id"]


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["催课 1", "催课1", "催课１", "提醒 第一课", "催 1", "第1课催课", "催课 1 read7-01", "nudge 1"])
async def test_the_command_makes_the_task_at_once(camp: Any, friend: Befriend, words: str) -> None:
    await friend("小雨")
    camp.now = at("12-01 20:30")
    (answer,) = await camp.member_says("lin", words)
    assert "内容：" in answer or "Text:" in answer
    assert len(await camp.sent("contact.mass_send")) == 1


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("催课", "还缺：课次。\n用法：催课 课 [期]\n例如：催课 3"),
        ("催课 甲", "没看懂是第几课：“甲”。\n用法：催课 课 [期]\n例如：催课 3"),
        ("催课 9", "阅读营一期 没有第9课，一共 4 课。"),
        ("催课 4", "第4课 总复习 还没开始（12-05 19:00 开始），到时再查。"),
        ("催完课 1 春季", "没有“春季”这一期。你名下有：read7-01、read7-02。"),
    ],
)
async def test_what_the_command_cannot_do(camp: Any, friend: Befriend, words: str, answer: str) -> None:
    await friend("小雨")
    camp.now = at("12-01 20:30")
    assert await camp.member_says("lin", words) == [answer]
    assert await camp.sent("contact.mass_send") == []


@pytest.mark.parametrize("words", ["催课 1", "催完课 1", "群发"])
async def test_only_class_teachers_and_managers(camp: Any, friend: Befriend, words: str) -> None:
    await friend("小雨")
    camp.now = at("12-01 20:30")
    assert (await camp.member_says("wang", words))[0].startswith(f"“{words.split()[0]}”需要岗位：")
    assert await camp.member_says("wu", words) == ["该账号已离职或停用，不能操作。"]
    assert (await camp.click("wang", "nudge:absent:1", "t"))[0].startswith("“这个按钮”需要岗位：")
    assert await camp.sent("contact.mass_send") == []


async def test_a_manager_makes_a_task_for_each_class_teacher(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    await friend("阿明")
    await friend("周的", "zhou")
    camp.now = at("12-01 20:30")
    (answer,) = await camp.member_says("chen", "催课 1")
    assert answer.splitlines()[2:4] == ["班主任 林：2 人", "班主任 周：1 人"]
    assert [(t["userid"], len(t["external_userids"])) for t in await camp.sent("contact.mass_send")] == [("lin", 2), ("zhou", 1)]
    await made(camp)
    assert await heard(camp) == f"任务已建好（陈 发起），{HINT} (2 人)：第1课 开课啦"
    assert await heard(camp, "chen") == "林 的任务已建好，等 Ta 到「群发助手」点发送 (2 人)：第1课 开课啦"
    # 林 taps his own card too late, and 陈 asks again.
    assert await camp.member_says("lin", "催课 1") == [
        "第1课 开课啦：20:30 建的任务还没发，在等 林 到「群发助手」点发送 (2 人)，不再另建。"
    ]
    assert "周 的群发任务正在建（1 人）" in (await camp.member_says("chen", "催课 1"))[0]
    assert len(await camp.sent("contact.mass_send")) == 2


async def test_who_did_not_finish(camp: Any, friend: Befriend, attend: Any) -> None:
    await attend(await friend("小雨"), 1)
    await attend(await friend("做完了"), 1, completed=True)
    camp.now = at("12-01 23:30")
    camp.configure(nudge=replace(camp.policy.nudge, quiet_to=time(22)))
    offer, _ = await camp.member_says("lin", "未完课 1")
    assert "1 人没完课：可群发提醒 1 人" in offer
    await camp.member_says("lin", "催完课1")
    (task,) = await camp.sent("contact.mass_send")
    assert task["external_userids"] == ["wm-小雨"]
    assert "回复“完课 1”" in task["text"]
    # Check-in has closed: the link only leads to the chat where 完课 is said.
    assert task["link"]["url"] == "https://work.weixin.qq.com/kfid/kfc1"


async def test_after_check_in_the_words_are_those_of_making_up(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    camp.now = at("12-02 10:00")
    await camp.member_says("lin", "催课 1")
    (task,) = await camp.sent("contact.mass_send")
    assert task["text"] == "你好，第1课 开课啦 没看到你，补课不晚：看完回放，给课程客服回复“完课 1”就记上完课。"


async def test_without_a_kf_link_the_words_name_no_link(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    async with camp.tx() as tx:
        await change_account(tx, "wkTestDesk", link_url=None)
    camp.now = at("12-01 19:30")
    await camp.member_says("lin", "催课 1")
    (task,) = await camp.sent("contact.mass_send")
    assert "链接" not in task["text"]
    assert "link" not in task


async def test_nobody_absent_and_a_closed_cohort(camp: Any, friend: Befriend, attend: Any) -> None:
    await attend(await friend("小雨"), 1, completed=True)
    camp.now = at("12-01 20:30")
    assert await camp.member_says("lin", "催课 1") == ["第1课 开课啦：没有缺勤的学员，不用催。"]
    assert await camp.member_says("lin", "催完课 1") == ["第1课 开课啦：都完课了，不用催。"]
    async with camp.tx() as tx:
        await tx.conn.execute(text("update cohorts set closed_at = 1 where code = 'read7-01'"))
    assert (await camp.member_says("lin", "催课 1 read7-01"))[0].startswith("阅读营一期 已结营，不再群发催课。")


@pytest.mark.parametrize(
    ("moment", "quiet"), [("12-01 21:59", False), ("12-01 22:00", True), ("12-02 07:59", True), ("12-02 08:00", False)]
)
async def test_quiet_hours(camp: Any, friend: Befriend, moment: str, quiet: bool) -> None:
    await friend("小雨")
    camp.now = at("12-01 21:30")
    await camp.member_says("lin", "缺勤 1")
    (card,) = await cards(camp)
    camp.now = at(moment)
    (answer,) = await camp.click("lin", "nudge:absent:1", card["task_id"])
    rule = "现在是免打扰时间（22:00–08:00），不建群发任务。08:00 以后再点一次就好。"
    assert (answer == rule, len(await camp.sent("contact.mass_send"))) == (quiet, 0 if quiet else 1)
    if quiet:  # the card lives on: the same tap does it in the morning
        camp.now = at("12-02 08:30")
        await camp.click("lin", "nudge:absent:1", card["task_id"])
        assert len(await camp.sent("contact.mass_send")) == 1


async def test_a_tap_on_nonsense(camp: Any) -> None:
    for key in ("nudge:absent:99", "nudge:absent:", "nudge:everybody:1", "nudge:"):
        (answer,) = await camp.click("lin", key, "t")
        assert "卡片" in answer


# --- the budget -------------------------------------------------------------------------------------------------------


async def test_who_was_reminded_today_is_not_reminded_again(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    await friend("阿明")
    camp.now = at("12-02 20:00")
    await camp.member_says("lin", "催课 2")
    await made(camp)
    await tapped(camp, ("小雨", 1), ("阿明", 3), moment="12-02 20:02")
    assert await heard(camp) == "第2课 群发提醒：已发 1，1 达到上限"
    camp.now = at("12-02 20:40")
    offer, _ = await camp.member_says("lin", "缺勤 3")
    assert "2 人没到课：可群发提醒 1 人，1 人今天额度已用完" in offer
    camp.now = at("12-03 09:00")
    offer, _ = await camp.member_says("lin", "缺勤 3")
    assert "可群发提醒 2 人" in offer
    assert "额度：本月 1/31" in offer


async def test_a_waiting_task_is_counted_as_if_it_were_sent(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    camp.now = at("12-02 21:00")
    await camp.member_says("lin", "催课 2")
    assert "1 人今天额度已用完" in (await camp.member_says("lin", "催课 3"))[0]
    await made(camp)
    assert "1 人今天额度已用完" in (await camp.member_says("lin", "催课 3"))[0]


async def test_month_and_week_are_narrowed_by_settings(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    camp.configure(nudge=replace(camp.policy.nudge, per_day=5, per_week=2, per_month=3))
    for number, seq in enumerate((1, 2, 3)):
        camp.now = at("12-02 20:30")
        (answer,) = await camp.member_says("lin", f"催课 {seq}")
        if number == 2:
            assert "1 人本周额度已用完" in answer
            break
        await made(camp, f"msg{seq}")
        await tapped(camp, ("小雨", 1), moment="12-02 20:40")
    camp.now = at("12-07 10:00")  # a Monday
    await camp.member_says("lin", "催课 3")
    await made(camp, "msg3")
    await tapped(camp, ("小雨", 1), moment="12-07 10:10")
    assert "1 人本月额度已用完" in (await camp.member_says("lin", "催课 4"))[0]


# --- the task ---------------------------------------------------------------------------------------------------------


async def test_a_second_tap_makes_no_second_task(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    camp.now = at("12-01 20:30")
    await camp.member_says("lin", "催课 1")
    assert await camp.member_says("lin", "催课 1") == ["第1课 开课啦：林 的群发任务正在建（1 人），建好会告诉你，不用再点。"]
    await made(camp)
    assert await camp.member_says("lin", "催课 1") == [
        "第1课 开课啦：20:30 建的任务还没发，在等 林 到「群发助手」点发送 (1 人)，不再另建。"
    ]
    assert len(await camp.sent("contact.mass_send")) == 1


async def test_a_second_tap_does_not_ask_who_can_be_reminded(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    camp.now = at("12-01 20:30")
    await camp.member_says("lin", "催课 1")
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    engine = camp.database._writer.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    assert "不用再点" in (await camp.member_says("lin", "催课 1"))[0]
    event.remove(engine, "before_cursor_execute", note)
    assert asked
    assert not [statement for statement in asked if "follows" in statement]


async def test_a_task_that_waits_hides_nobody_else(camp: Any, friend: Befriend, attend: Any) -> None:
    learner_id = await friend("小雨")
    await friend("阿明", "zhou")
    camp.now = at("12-01 20:30")
    await camp.member_says("lin", "催课 1")
    await camp.member_says("chen", "催课 1")
    assert [p["userid"] for p in await camp.sent("contact.mass_send")] == ["lin", "zhou"]
    await attend(learner_id, 1)
    assert (await camp.member_says("lin", "催课 1"))[0].startswith("第1课 开课啦：没有缺勤的学员")


async def test_whom_wecom_does_not_take_is_named_and_keeps_the_budget(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    await friend("阿明")
    camp.now = at("12-02 20:30")
    await camp.member_says("lin", "催课 2")
    await made(camp, failed=["wm-阿明"])
    assert await heard(camp) == f"任务已建好，{HINT} (1 人)：第2课。另有 1 人企业微信不收（不是好友或已达上限）"
    await camp.member_says("lin", "催课 3")
    assert (await camp.sent("contact.mass_send"))[-1]["external_userids"] == ["wm-阿明"]


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ({"ok": True, "errcode": 41048}, "企业微信说这 1 人现在都收不到群发"),
        ({"ok": False, "errcode": 41064}, "群发任务没建成（企业微信错误码 41064）。稍后再发一次“催课 1”"),
        ({"ok": False, "expired": True}, "半小时没连上企业微信，群发任务没建。请再发一次“催课 1”"),
    ],
)
async def test_a_task_that_was_not_made(camp: Any, friend: Befriend, end: dict[str, Any], words: str) -> None:
    await friend("小雨")
    camp.now = at("12-01 20:30")
    await camp.member_says("lin", "催课 1")
    await camp.answer("contact.mass_send", **end)
    assert words in await heard(camp)
    await camp.member_says("lin", "催课 1")  # nothing waits and no budget is gone
    assert len(await camp.sent("contact.mass_send")) == 2


async def uncertain(camp: Any) -> str:
    """The call broke off: nobody knows whether it counted. Returns the task's words."""
    await camp.answer("contact.mass_send", ok=False, errcode=-10)
    assert "正在建" in (await camp.member_says("lin", "催课 1"))[0]
    return str((await camp.sent("contact.mass_send"))[-1]["text"])


async def test_after_an_uncertain_call_wecoms_list_is_asked_and_the_task_taken_up(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    camp.now = at("12-01 20:30")
    await camp.member_says("lin", "催课 1")
    words = await uncertain(camp)
    (question,) = await camp.sent("contact.mass_list")
    assert question == {"chat_type": "single", "start": int(camp.now.timestamp()) - 60, "end": int(camp.now.timestamp()) + 60}
    rows = [{"msgid": "other", "create_time": 1, "text": "别的"}, {"msgid": "mine", "create_time": 2, "text": words}]
    await camp.answer("contact.mass_list", {"messages": rows})
    assert await heard(camp) == f"任务已建好，{HINT} (1 人)：第1课 开课啦"
    assert [tuple(r) for r in await camp.rows("select state, msgid from nudges")] == [("waiting", "mine")]
    assert len(await camp.sent("contact.mass_send")) == 1


async def test_an_uncertain_call_that_did_not_count_is_made_again_a_few_times(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    camp.now = at("12-01 20:30")
    await camp.member_says("lin", "催课 1")
    for tries in (1, 2, 3):
        await uncertain(camp)
        assert len(await camp.sent("contact.mass_send")) == tries
        await camp.answer("contact.mass_list", {"messages": []})
    first, second, third = await camp.sent("contact.mass_send")
    assert first == second == third
    assert "查过了，群发任务没有建成。请再发一次“催课 1”" in await heard(camp)
    await camp.member_says("lin", "催课 1")
    assert len(await camp.sent("contact.mass_send")) == 4


async def test_in_the_quiet_hours_an_uncertain_call_is_not_made_again(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    camp.now = at("12-01 21:59")
    await camp.member_says("lin", "催课 1")
    await uncertain(camp)
    camp.now = at("12-01 22:00")
    await camp.answer("contact.mass_list", {"messages": []})
    assert "群发任务没有建成" in await heard(camp)
    assert len(await camp.sent("contact.mass_send")) == 1


@pytest.mark.parametrize("twice", [True, False])
async def test_what_cannot_be_told_apart_is_left_to_the_teachers_eyes(camp: Any, friend: Befriend, twice: bool) -> None:
    await friend("小雨")
    camp.now = at("12-01 20:30")
    await camp.member_says("lin", "催课 1")
    words = await uncertain(camp)
    if twice:
        rows = [{"msgid": f"m{n}", "create_time": n, "text": words} for n in range(2)]
        await camp.answer("contact.mass_list", {"messages": rows})
    else:
        await camp.answer("contact.mass_list", ok=False, errcode=48002)
    assert "请打开「群发助手」看一眼" in await heard(camp)


# --- the result -------------------------------------------------------------------------------------------------------


async def test_the_result_is_told_once_and_stands_in_the_story(camp: Any, friend: Befriend) -> None:
    for name in ("小雨", "阿明", "阿强", "老王"):
        await friend(name)
    camp.now = at("12-01 20:30")
    await camp.member_says("lin", "催课 1")
    await made(camp)
    await looked(camp, "12-01 20:31")
    assert await camp.sent("contact.mass_task") == []
    await looked(camp, "12-01 20:32")
    await unsent(camp)
    await tapped(camp, ("小雨", 1), ("阿明", 1), ("阿强", 1), ("老王", 3), moment="12-01 20:40")
    assert await heard(camp) == "第1课 开课啦 群发提醒：已发 3，1 达到上限"
    told = len(await camp.sent("app.message"))
    await looked(camp, "12-02 20:40")
    assert len(await camp.sent("app.message")) == told
    assert len(await camp.sent("contact.mass_result")) == 1
    (story,) = await camp.member_says("lin", "学员 #1")
    assert "12-01 20:39 第1课 群发提醒过（林）" in story
    assert "群发本月 1/31" in story
    assert "群发提醒过" not in (await camp.member_says("lin", "学员 #4"))[0]
    (why,) = await camp.member_says("lin", "为什么 #1")
    assert "12-01 20:39 第1课 林 群发提醒过" in why


async def test_a_large_task_is_served_over_minutes(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    await friend("阿明")
    camp.now = at("12-01 20:30")
    await camp.member_says("lin", "催课 1")
    await made(camp)
    before = len(await camp.sent("app.message"))
    await tapped(camp, ("小雨", 1), ("阿明", 0), moment="12-01 20:32")
    assert len(await camp.sent("app.message")) == before
    await looked(camp, "12-01 20:50")
    await results(camp, ("小雨", 1), ("阿明", 0))
    assert await heard(camp) == "第1课 开课啦 群发提醒：已发 1，1 没发出"
    assert "已发 1，1 没发出" in (await camp.member_says("lin", "群发"))[0]
    # After a day what was not sent is given back to the budget.
    await looked(camp, "12-02 20:40")
    await results(camp, ("小雨", 1), ("阿明", 0))
    assert [r.closed_at is not None for r in await camp.rows("select closed_at from nudges")] == [True]
    assert len(await camp.rows("select 1 from journal where kind = 'nudged'")) == 1


async def test_who_is_no_friend_any_more_is_not_offered_again(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    camp.now = at("12-02 20:30")
    await camp.member_says("lin", "催课 2")
    await made(camp)
    await tapped(camp, ("小雨", 2), moment="12-02 20:32")
    assert await heard(camp) == "第2课 群发提醒：已发 0，1 已不是好友"
    assert "1 人不是班主任好友" in (await camp.member_says("lin", "催课 3"))[0]


async def test_an_unsent_task_is_reminded_of_once_and_taken_back_at_midnight(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    camp.now = at("12-01 19:10")
    await camp.member_says("lin", "催课 1")
    await made(camp)
    for moment, reminders in (("12-01 20:10", 0), ("12-01 21:10", 1), ("12-01 23:10", 1)):
        await looked(camp, moment)
        await unsent(camp)
        assert len(await camp.sent("contact.mass_remind")) == reminders
    assert await camp.sent("contact.mass_cancel") == []
    await looked(camp, "12-02 00:00")
    await unsent(camp)
    assert await camp.sent("contact.mass_cancel") == [{"msgid": "msg1"}]
    await camp.answer("contact.mass_cancel")
    await results(camp, ("小雨", 0))
    assert await heard(camp) == "第1课 开课啦 的群发任务（1 人）当天没有点发送，已撤销，没占额度。还要提醒请发“催课 1”。"
    (row,) = await camp.rows("select not_before from outbox order by id desc limit 1")
    assert row.not_before == int(at("12-02 08:00").timestamp()) * 1_000_000
    camp.now = at("12-02 09:00")
    assert "可群发提醒 1 人" in (await camp.member_says("lin", "催课 1"))[0]


async def test_reminders_are_a_setting_and_keep_the_quiet_hours(camp: Any, friend: Befriend) -> None:
    camp.configure(nudge=replace(camp.policy.nudge, reminders=3, quiet_from=time(12), quiet_to=time(14)))
    await friend("小雨")
    camp.now = at("12-02 09:00")
    await camp.member_says("lin", "催课 1")
    await made(camp)
    counts = []
    for hour in range(11, 19):
        await looked(camp, f"12-02 {hour}:00")
        await unsent(camp)
        counts.append(len(await camp.sent("contact.mass_remind")))
    assert counts == [1, 1, 1, 2, 3, 3, 3, 3]


async def test_sent_in_the_last_moment_counts_as_sent(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    camp.now = at("12-01 20:30")
    await camp.member_says("lin", "催课 1")
    await made(camp)
    await looked(camp, "12-02 00:01")
    await unsent(camp)
    await camp.answer("contact.mass_cancel")
    await results(camp, ("小雨", 1))
    assert await heard(camp) == "第1课 开课啦 群发提醒：已发 1"
    assert len(await camp.rows("select 1 from journal where kind = 'nudged'")) == 1


async def test_a_task_that_cannot_be_taken_back_or_found_is_told(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    camp.now = at("12-02 10:00")
    await camp.member_says("lin", "催课 1")
    await made(camp)
    await looked(camp, "12-03 00:00")
    await unsent(camp)
    await camp.answer("contact.mass_cancel", ok=False, errcode=40058)
    assert "没能自动撤销" in await heard(camp)
    camp.now = at("12-03 10:00")
    await camp.member_says("lin", "催课 1")
    await made(camp, "msg2")
    await looked(camp, "12-03 10:02")
    await camp.answer("contact.mass_task", ok=False, errcode=41047)
    assert "找不到了" in await heard(camp)


# --- 群发 -------------------------------------------------------------------------------------------------------------


async def test_mass_sends_lists_what_waits_and_what_was_sent(camp: Any, friend: Befriend) -> None:
    camp.now = at("12-01 12:00")
    await friend("小雨")
    await friend("周的", "zhou")
    assert await camp.member_says("lin", "群发") == [
        "群发：今天已发 0 人，本月 0 人次\n"
        "没有等你点发送的任务。催课请发“催课 课”。\n"
        "每位学员每天最多 1 条、每周 7 条、本月 31 条；22:00–08:00 不发。"
    ]
    camp.now = at("12-01 20:30")
    await camp.member_says("chen", "催课 1")
    await made(camp)
    assert (await camp.member_says("lin", "群发"))[0].splitlines()[1:-1] == [
        "20:30 第1课 开课啦 没到课 1 人：等点发送，在「群发助手」"
    ]
    await tapped(camp, ("小雨", 1), moment="12-01 20:32")
    assert (await camp.member_says("lin", "群发"))[0].splitlines()[:2] == [
        "群发：今天已发 1 人，本月 1 人次",
        "20:31 第1课 开课啦 没到课 1 人：已发 1",
    ]
    assert (await camp.member_says("chen", "群发"))[0].splitlines()[1:3] == [
        "20:31 第1课 开课啦 没到课 1 人：已发 1（林）",
        "20:30 第1课 开课啦 没到课 1 人：正在建（周）",
    ]
    camp.now = at("12-02 09:00")
    assert (await camp.member_says("lin", "nudges"))[0].splitlines()[0] == "Mass sends: 0 today, 1 this month"


async def test_two_thousand_absentees_are_one_task(camp: Any, friend: Befriend) -> None:
    await friend("小雨")
    async with camp.tx() as tx:
        numbers = [{"n": n, "wm": f"wm{n}"} for n in range(100, 2100)]
        now = int(tx.now.timestamp()) * 1_000_000
        for query in (
            f"insert into learners (id, external_userid, name, created_at) values (:n, :wm, :wm, {now})",
            "insert into identities (kind, value, learner_id) values ('external_userid', :wm, :n)",
            f"insert into follows (learner_id, member_id, added_at) select :n, member_id, {now} from follows"
            " where learner_id = 1",
            "insert into enrolments (learner_id, cohort_id, class_teacher_id, source, enrolled_at, place, place_at, attended,"
            f" completed, paid_count, paid_fen) select :n, cohort_id, class_teacher_id, 'contact', {now}, 'class', {now}, 0, 0,"
            " 0, 0 from enrolments where learner_id = 1",
        ):
            await tx.conn.execute(text(query), numbers)
    camp.now = at("12-01 20:30")
    assert "可群发提醒 2001 人" in (await camp.member_says("lin", "催课 1"))[0]
    (task,) = await camp.sent("contact.mass_send")
    assert len(set(task["external_userids"])) == 2001
    await made(camp)
    await looked(camp, "12-01 20:32")
    await camp.answer("contact.mass_task", {"tasks": [{"userid": "lin", "status": 1, "send_time": 0}]})
    await camp.answer(
        "contact.mass_result",
        {"sends": [{"external_userid": wm, "status": 1, "send_time": 0} for wm in task["external_userids"]]},
    )
    assert await heard(camp) == "第1课 开课啦 群发提醒：已发 2001"
    assert len(await camp.rows("select 1 from journal where kind = 'nudged' and enrolment_id is not null")) == 2001
