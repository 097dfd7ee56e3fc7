"""The life of a task: it waits for the owner's tap, is reminded, taken back when pointless, and its result is read."""

from __future__ import annotations

from typing import Any

import pytest

from storage import attendance, cohorts, enrolments
from tests.messages.conftest import MATERIAL, NOTICE, OFFER, ONE, Stage, declared, seated

UNCERTAIN = -10


async def test_a_tap_is_seen_and_told_by_command(ready: Stage) -> None:
    (waiting,) = await ready.house.member_says("lin", "群发 read7-01")
    assert waiting.splitlines() == [
        "群发 阅读营一期：已发 0，等点发送 1，没发成 0",
        "12-01 18:30 notice（第1课） A班：等 林 点发送",
    ]
    (mine,) = await ready.house.member_says("lin", "群发")
    assert "18:30 notice（第1课） → 阅读营一期 A班：等 林 点发送" in mine
    await ready.look("12-01 18:36", tapped=True)
    assert await ready.states() == [("A", "notice", 1, "sent", None)]
    (sent,) = await ready.house.member_says("lin", "群发 read7-01")
    assert "已发 1，等点发送 0" in sent
    assert "notice（第1课） A班：18:35 已发" in sent
    (plan,) = await ready.house.member_says("chen", "预演 read7-01")
    assert "现在还剩 A班 30、B班 31" in plan
    assert "18:30 notice（第1课）：已发 1 个群" in plan


async def test_who_does_not_tap_is_reminded_as_often_as_set_and_then_it_is_taken_back(ready: Stage) -> None:
    for moment in ("18:35", "18:50", "19:00", "19:10", "19:20", "19:30", "19:40", "19:50"):
        await ready.look(f"12-01 {moment}", tapped=False)
    assert len(await ready.house.sent("contact.mass_remind")) == 2
    assert await ready.house.sent("contact.mass_cancel") == []
    await ready.look("12-01 20:00", tapped=False)
    assert await ready.house.sent("contact.mass_cancel") == [{"msgid": "msg1"}]
    await ready.house.answer("contact.mass_cancel")
    await ready.look("12-01 20:01", tapped=False, status=0)
    assert await ready.states() == [("A", "notice", 1, "cancelled", "untapped")]
    assert (await ready.heard("lin"))[-1] == "notice（第1课） → 阅读营一期 A班 没有人点发送，已过时撤销，没占额度。"
    (plan,) = await ready.house.member_says("chen", "预演 read7-01")
    assert "现在还剩 A班 31" in plan


async def test_a_tap_in_the_last_moment_counts_as_sent(ready: Stage) -> None:
    await ready.look("12-01 20:00", tapped=False)
    await ready.house.answer("contact.mass_cancel")
    await ready.look("12-01 20:01", tapped=True)
    assert await ready.states() == [("A", "notice", 1, "sent", None)]


async def test_a_task_that_cannot_be_taken_back_is_told(ready: Stage) -> None:
    await ready.look("12-01 20:00", tapped=False)
    await ready.house.answer("contact.mass_cancel", ok=False, errcode=41097)
    assert "没能自动撤销" in (await ready.heard("lin"))[-1]


async def test_nobody_is_reminded_in_the_quiet_hours(stage: Stage) -> None:
    late = OFFER.replace('"20:00"', '"21:20"').replace("day = 6", 'day = 1\nonly = ["A"]')
    await stage.house.apply(declared(late, camp='quiet_from = "21:40"\nquiet_to = "09:00"'))
    await stage.pass_time("12-01 21:20")
    for moment in ("21:35", "21:51", "22:10", "23:00"):
        await stage.look(f"12-01 {moment}", tapped=False)
    assert await stage.house.sent("contact.mass_remind") == []


async def test_the_ceiling_is_told_and_holds_for_the_day(ready: Stage) -> None:
    await ready.house.apply(declared(ONE, MATERIAL.replace('lesson = "every"', 'lesson = "every"\nonly = ["A"]')))
    await ready.look("12-01 18:36", tapped=True, status=3)
    assert await ready.states() == [("A", "notice", 1, "ceiling", None)]
    assert "已到企业微信上限" in (await ready.heard("chen"))[-1]
    (plan,) = await ready.house.member_says("chen", "预演 read7-01")
    assert "现在还剩 A班 30" in plan
    assert "20:15 material（第1课）：1 个群不发：额度不够" in plan
    assert "20:15 material（第2课）：发 1 个群，发完还剩 29" in plan
    assert await ready.pass_time("12-01 20:15") == []
    assert len(await ready.pass_time("12-02 20:15")) == 1


async def test_an_owner_who_is_none_any_more_at_the_tap(ready: Stage) -> None:
    await ready.look("12-01 18:36", tapped=True, status=2)
    assert await ready.states() == [("A", "notice", 1, "failed", "not_owner")]
    assert "备任务的人已不是群主" in (await ready.heard("chen"))[-1]


async def test_wecom_refuses_the_group_at_once(stage: Stage) -> None:
    await stage.house.apply(declared(ONE))
    await stage.tick("12-01 18:30")
    await stage.answer_owners()
    await stage.house.answer("contact.mass_send", {"msgid": "m1", "failed": ["wrA"]})
    assert await stage.states() == [("A", "notice", 1, "failed", "not_owner")]


@pytest.mark.parametrize(
    ("answer", "why", "words"),
    [
        ({"ok": False, "errcode": 48002}, "refused", "错误码 48002"),
        ({"ok": False, "errcode": 0, "expired": True}, "too_late", "一直没连上企业微信"),
        ({"result": {}}, "not_owner", "已不是群主"),
    ],
)
async def test_a_task_that_is_not_made_is_told(stage: Stage, answer: dict[str, Any], why: str, words: str) -> None:
    await stage.house.apply(declared(ONE))
    await stage.tick("12-01 18:30")
    await stage.answer_owners()
    await stage.house.answer("contact.mass_send", **answer)
    assert await stage.states() == [("A", "notice", 1, "failed", why)]
    assert words in (await stage.heard("chen"))[-1]


async def test_a_group_wecom_does_not_show_is_told(stage: Stage) -> None:
    await stage.house.apply(declared(ONE))
    await stage.tick("12-01 18:30")
    await stage.house.answer("contact.mass_owner", ok=False, errcode=40050)
    assert "请核对 camp.toml 里的 chat_id" in (await stage.heard("chen"))[-1]


# --- lost answers -------------------------------------------------------------------------------------------------------


async def lost(stage: Stage, message: str = NOTICE.replace('"every"', "1")) -> None:
    """Both groups' calls end nobody knows how; the words of the two tasks are the same."""
    await stage.house.apply(declared(message))
    await stage.tick("12-01 18:30")
    await stage.answer_owners()
    for _ in await stage.tasks():
        await stage.house.answer("contact.mass_send", ok=False, errcode=UNCERTAIN)


def listed(*msgids: str) -> dict[str, Any]:
    return {"messages": [{"msgid": one, "create_time": 1, "text": "第1课 19:00 开始，点下面签到。"} for one in msgids]}


def to_group(chat_id: str) -> dict[str, Any]:
    return {"sends": [{"chat_id": chat_id, "external_userid": "", "status": 0, "send_time": 0}]}


async def test_two_lost_answers_with_the_same_words_are_told_apart_by_their_group(stage: Stage) -> None:
    await lost(stage)
    (question, _) = await stage.house.sent("contact.mass_list")
    assert question["chat_type"] == "group"
    stage.house.now = stage.house.now.replace(minute=32)
    await stage.house.answer("contact.mass_list", listed("mB", "mA"))
    await stage.house.answer("contact.mass_list", listed("mB", "mA"))
    # Group A asks of mB first, which is not its own, then of mA; B finds its own at once.
    await stage.house.answer("contact.mass_result", to_group("wrB"))
    await stage.house.answer("contact.mass_result", to_group("wrB"))
    await stage.house.answer("contact.mass_result", to_group("wrA"))
    rows = await stage.house.rows("SELECT chat_id, msgid, state FROM group_messages ORDER BY id")
    assert [tuple(row) for row in rows] == [("wrA", "mA", "waiting"), ("wrB", "mB", "waiting")]
    assert len(await stage.tasks()) == 2


async def test_a_task_that_surely_does_not_stand_is_asked_for_again_a_few_times(stage: Stage) -> None:
    await lost(stage, ONE + "\n" + OFFER.replace("day = 6", "close = 3"))
    for _ in range(2):
        await stage.house.answer("contact.mass_list", listed())
        await stage.house.answer("contact.mass_send", ok=False, errcode=UNCERTAIN)
    await stage.house.answer("contact.mass_list", listed())
    assert len(await stage.tasks()) == 3
    assert await stage.states() == [("A", "notice", 1, "failed", "not_made")]
    assert "任务没有建成" in (await stage.heard("chen"))[-1]


async def test_a_list_nobody_answers_leaves_it_to_a_persons_look(stage: Stage) -> None:
    await lost(stage, ONE)
    await stage.house.answer("contact.mass_list", ok=False, errcode=-1)
    assert await stage.states() == [("A", "notice", 1, "failed", "unsure")]
    assert "打开「群发助手」看一眼" in (await stage.heard("lin"))[-1]


# --- goals ----------------------------------------------------------------------------------------------------------------


async def attend(stage: Stage, enrolment_ids: list[int], seq: int) -> None:
    async with stage.house.tx() as tx:
        cohort = await cohorts.find_cohort(tx, "read7-01")
        assert cohort is not None
        lesson = await cohorts.find_lesson(tx, cohort.id, seq)
        assert lesson is not None
        for enrolment_id in enrolment_ids:
            await attendance.save(tx, enrolment_id, lesson.id, attended=True, completed=False, checked_in_at=tx.now)


MAKE_UP = """
[[camps.messages]]
code = "makeup"
kind = "material"
lesson = 1
after = 30
text = "{lesson} 还没来的同学看回放"
until = { attended = 75 }
"""


async def test_when_the_goal_is_met_nothing_is_prepared(stage: Stage) -> None:
    await stage.house.apply(declared(MAKE_UP))
    four = await seated(stage, 4)
    await attend(stage, four[:3], 1)
    assert [task["chat_ids"] for task in await stage.pass_time("12-01 20:30")] == [["wrB"]]  # nobody sits in B: no goal is met
    assert await stage.states() == [("A", "makeup", 1, "skipped", "goal"), ("B", "makeup", 1, "waiting", None)]
    (plan,) = await stage.house.member_says("chen", "预演 read7-01")
    assert "1 个群等点发送；1 个群不发：目标已达到" in plan


async def test_a_goal_met_while_the_task_waits_takes_it_back(stage: Stage) -> None:
    await stage.house.apply(declared(MAKE_UP))
    four = await seated(stage, 4)
    await attend(stage, four[:2], 1)
    assert len(await stage.pass_time("12-01 20:30")) == 2
    await attend(stage, four[2:], 1)
    before = len(await stage.heard("lin"))
    await stage.look("12-01 20:36", tapped=False)
    assert await stage.house.sent("contact.mass_cancel") == [{"msgid": "msg1"}]
    await stage.house.answer("contact.mass_cancel")
    await stage.look("12-01 20:36", tapped=False, status=0)
    assert ("A", "makeup", 1, "cancelled", "goal") in await stage.states()
    assert len(await stage.heard("lin")) == before  # what the schedule meant to do is nobody's news


async def test_sold_out_is_a_goal_of_the_whole_cohort(stage: Stage) -> None:
    await stage.house.apply(declared(OFFER.replace("text", "until = { orders = 2 }\ntext")))
    two = await seated(stage, 2)
    async with stage.house.tx() as tx:
        for enrolment_id in two:
            await enrolments.change(tx, enrolment_id, paid_count=1)
    assert await stage.pass_time("12-06 20:00") == []
    assert {why for *_, why in await stage.states()} == {"goal"}
