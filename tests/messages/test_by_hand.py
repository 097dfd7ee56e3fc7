"""停发, 恢复, 现在发: a manager's hand on the schedule, within the quiet hours and the allowance."""

from __future__ import annotations

from datetime import timedelta

from camp.rules.allowance import Allowance
from tests.messages.conftest import NOTICE, OFFER, ONE, Stage, declared


async def test_a_manager_stops_one_message_and_lets_it_go_on(ready: Stage) -> None:
    (words,) = await ready.house.member_says("chen", "停发 read7-01 notice")
    assert words == "阅读营一期 不再发 notice。1 个等点发送的任务正在撤销。恢复请发“恢复 read7-01 notice”。"
    assert await ready.house.sent("contact.mass_cancel") == [{"msgid": "msg1"}]
    await ready.house.answer("contact.mass_cancel")
    await ready.look("12-01 18:36", tapped=False, status=0)
    assert await ready.states() == [("A", "notice", 1, "cancelled", "stopped")]
    assert await ready.house.member_says("chen", "停发 read7-01 notice") == ["阅读营一期 的 notice 已经停发了。"]
    await ready.house.apply(declared(NOTICE))
    assert await ready.pass_time("12-02 18:30") == []
    (plan,) = await ready.house.member_says("chen", "预演 read7-01")
    assert "notice（第3课）：2 个群不发：已手动停发（“恢复”可再开）" in plan
    assert await ready.house.member_says("chen", "恢复 read7-01 notice") == ["阅读营一期 恢复发 notice。下一次：18:30。"]
    assert len(await ready.pass_time("12-02 18:31")) == 2


async def test_only_managers_may_and_wrong_names_are_told(ready: Stage) -> None:
    (refused,) = await ready.house.member_says("lin", "停发 read7-01 notice")
    assert "不再发" not in refused
    (code,) = await ready.house.member_says("chen", "停发 read7-01 xx")
    assert "没有群发“xx”，有：notice" in code
    (group,) = await ready.house.member_says("chen", "现在发 read7-01 notice Z")
    assert "没有班“Z”，有：A、B" in group


async def test_posting_now_takes_the_place_of_the_next_turn(stage: Stage) -> None:
    await stage.house.apply(declared(OFFER))
    stage.house.now = stage.house.now.replace(month=12, day=5, hour=4)
    (words,) = await stage.house.member_says("chen", "现在发 read7-01 offer A")
    assert words == "offer：\nA班：正在备，建好告诉群主（发完本月还剩 30 条）"
    (waiting,) = await stage.house.member_says("chen", "现在发 read7-01 offer A")
    assert "上一个任务还在等点发送" in waiting
    await stage.answer_owners()
    await stage.house.answer("contact.mass_send", {"msgid": "m0", "failed": []})
    assert [task["chat_ids"] for task in await stage.pass_time("12-06 20:00")] == [["wrB"]]
    assert sorted(code for code, *_ in await stage.states()) == ["A", "B"]


async def test_posting_now_repeats_what_is_on_and_leaves_the_schedule_alone(ready: Stage) -> None:
    ready.house.now += timedelta(minutes=1)
    await ready.house.apply(declared(NOTICE))
    await ready.look("12-01 18:36", tapped=True)
    (words,) = await ready.house.member_says("chen", "现在发 read7-01 notice A")
    assert words.startswith("notice（第1课）：\nA班：正在备")
    await ready.answer_owners()
    assert (await ready.tasks())[-1]["text"] == "第1课 19:00 开始，点下面签到。"
    await ready.house.answer("contact.mass_send", {"msgid": "again", "failed": []})
    await ready.look("12-01 18:42", tapped=True)
    assert [row[3] for row in await ready.states() if row[0] == "A"] == ["sent", "sent"]
    assert len(await ready.pass_time("12-02 18:30")) == 2


async def test_posting_now_keeps_to_the_quiet_hours_and_the_allowance(stage: Stage) -> None:
    stage.house.configure(allowance=Allowance(per_month=1))
    await stage.house.apply(declared(ONE, OFFER))
    stage.house.now = stage.house.now.replace(hour=15)  # 23:00
    (quiet,) = await stage.house.member_says("chen", "现在发 read7-01 offer")
    assert "免打扰时间（22:00–08:00）" in quiet
    await stage.pass_time("12-01 18:30")
    stage.house.now = stage.house.now.replace(hour=11)
    (words,) = await stage.house.member_says("chen", "现在发 read7-01 offer")
    made, refused = words.splitlines()[1:]
    assert made.startswith("A班：正在备")  # the notice was dropped for the offer, so one is left
    assert refused.startswith("B班：正在备")
    await stage.answer_owners()
    for n in (7, 8):
        await stage.house.answer("contact.mass_send", {"msgid": f"m{n}", "failed": []})
    await stage.look("12-01 19:40", tapped=True)
    (none,) = await stage.house.member_says("chen", "现在发 read7-01 offer A")
    assert none == "offer：\nA班：没备：本月还剩 0 条，今天不能再发（每天、每周、每月上限见配置 [group_messages]）"


async def test_the_preview_names_the_stop_before_the_calendar(ready: Stage) -> None:
    await ready.house.apply(declared(NOTICE, camp="skip_dates = [2026-12-02]"))
    await ready.house.member_says("chen", "停发 read7-01 notice")
    (plan,) = await ready.house.member_says("chen", "预演 read7-01")
    assert "notice（第2课）：2 个群不发：已手动停发" in plan
    assert "停发日" not in plan
