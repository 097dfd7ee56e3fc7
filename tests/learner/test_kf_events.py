"""Entering a session with and without tickets, media, and what WeCom says about messages that did not arrive."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from camp.checkin_link import Ticket, token_for
from camp.messages import text
from camp.outgoing import Reach, to_learner
from storage import learners
from storage.outbox import Priority


async def enters(house: Any, who: str, scene_param: str | None = None, code: str | None = "wc") -> dict[str, Any] | None:
    """Enters a session; returns the welcome message, if one was sent."""
    enters.serial += 1  # type: ignore[attr-defined]
    before = len(await house.sent("kf.welcome"))
    event = {"event_type": "enter_session", "open_kfid": "wkTestDesk", "external_userid": who, "scene": "camp"}
    event |= {"scene_param": scene_param} if scene_param else {}
    event |= {"welcome_code": f"{code}{enters.serial}"} if code else {}  # type: ignore[attr-defined]
    body = {
        "msgid": f"e{enters.serial}",
        "send_time": int(house.now.timestamp()),
        "origin": 4,
        "msgtype": "event",
        "event": event,
    }  # type: ignore[attr-defined]
    await house.fact("kf.message", body, f"learner:{who}")
    sent = (await house.sent("kf.welcome"))[before:]
    return sent[0]["message"] if sent else None


enters.serial = 0  # type: ignore[attr-defined]


async def lesson_token(house: Any, code: str, seq: int) -> str:
    query = "select l.id from lessons l join cohorts c on c.id = l.cohort_id where c.code = :code and l.seq = :seq"
    return token_for(house.policy, Ticket("lesson", (await house.rows(query, code=code, seq=seq))[0][0]))


@pytest.fixture
async def enrolled(camp: Any) -> Any:
    """wm_zhang added the class teacher and never wrote to kf: no window is open."""
    from camp.enrolment import enrol
    from storage import cohorts

    async with camp.tx() as tx:
        learner = await learners.add(tx, external_userid="wm_zhang", name="张三")
        cohort = await cohorts.find_cohort(tx, "read7-01")
        assert cohort is not None
        await enrol(tx, camp.policy, learner, cohort, source="contact")
    return camp


async def test_the_lesson_link_is_one_tap(enrolled: Any) -> None:
    message = await enters(enrolled, "wm_zhang", await lesson_token(enrolled, "read7-01", 1))
    assert message is not None
    assert message["head"] == "第1课 签到成功 ✓\n到课 1/3"
    assert message["items"] == [["cmd:签到", "签到"], ["cmd:课表", "课表"], ["cmd:进度", "进度"], ["cmd:提问", "提问"]]
    again = await enters(enrolled, "wm_zhang", await lesson_token(enrolled, "read7-01", 1))
    assert again is not None
    assert "已经签到过了" in again["head"]
    assert (await enrolled.rows("select attended, checked_in_by from attendance"))[0] == (1, "tap")


async def test_the_personal_link_means_what_is_open(enrolled: Any, at: Any) -> None:
    token = token_for(enrolled.policy, Ticket("enrolment", 1))
    message = await enters(enrolled, "wm_zhang", token)
    assert message is not None
    assert "第1课 签到成功" in message["head"]
    enrolled.now = at(2, 9)
    message = await enters(enrolled, "wm_zhang", token)
    assert message is not None
    assert "下一节：第2课 怎么选书，18:30 开放签到，19:00 上课。" in message["head"]


async def test_who_comes_without_a_link_while_check_in_is_open_hears_of_it(enrolled: Any, at: Any) -> None:
    message = await enters(enrolled, "wm_zhang", None)
    assert message is not None
    assert "第1课" in message["head"]
    assert "正在签到，点“签到”就行。" in message["head"]
    assert ["cmd:签到", "签到"] in message["items"]
    await enrolled.learner_says("wm_zhang", "签到")
    await enters(enrolled, "wm_zhang", None)
    assert "下一节：第2课" in (await enrolled.sent("kf.message"))[-1]["message"]["head"]


async def test_somebody_elses_link_checks_nobody_else_in(enrolled: Any) -> None:
    message = await enters(enrolled, "wm_friend", token_for(enrolled.policy, Ticket("enrolment", 1)))
    assert message is not None
    assert message["head"].startswith("你还没有报名")
    assert not await enrolled.rows("select 1 from attendance")
    await enrolled.learner_says("wm_friend", "报名")
    await enters(enrolled, "wm_friend", token_for(enrolled.policy, Ticket("enrolment", 1)))
    query = """select l.external_userid from attendance a
               join enrolments e on e.id = a.enrolment_id join learners l on l.id = e.learner_id"""
    assert [row[0] for row in await enrolled.rows(query)] == ["wm_friend"]


async def test_a_class_link_for_somebody_not_enrolled_offers_to_sign_up(camp: Any) -> None:
    message = await enters(camp, "wm_new", await lesson_token(camp, "read7-01", 1))
    assert message is not None
    assert message["head"] == "这是“阅读营一期”的课，你没有报名这一期。"
    assert message["items"][0] == ["cmd:报名 read7", "报名"]


@pytest.mark.parametrize("token", ["l1.forgedforgedforg", "e1.", "x", "l1", "", "l1.é", "l999999999.x" * 9])
async def test_a_forged_or_foreign_parameter_is_a_plain_greeting(enrolled: Any, token: str) -> None:
    message = await enters(enrolled, "wm_zhang", token)
    assert message is not None
    assert message["head"].startswith("你好，这里是学习助手。")
    assert not await enrolled.rows("select 1 from attendance")


async def test_a_link_to_a_lesson_that_is_gone(enrolled: Any) -> None:
    message = await enters(enrolled, "wm_zhang", token_for(enrolled.policy, Ticket("lesson", 4711)))
    assert message is not None
    assert "已失效" in message["head"]


async def test_the_tap_counts_also_when_nothing_may_be_said(enrolled: Any) -> None:
    token = await lesson_token(enrolled, "read7-01", 1)
    assert await enters(enrolled, "wm_zhang", token, code=None) is None
    assert await enrolled.sent("kf.message") == []
    assert (await enrolled.rows("select attended from enrolments"))[0] == (1,)


async def test_inside_the_window_the_answer_is_an_ordinary_message(enrolled: Any) -> None:
    await enrolled.learner_says("wm_zhang", "帮助")
    await enters(enrolled, "wm_zhang", await lesson_token(enrolled, "read7-01", 1), code=None)
    assert (await enrolled.sent("kf.message"))[-1]["message"]["head"].startswith("第1课 签到成功")


async def test_a_lesson_with_a_passphrase_asks_for_it_after_the_tap(enrolled: Any, at: Any) -> None:
    enrolled.now = at(2, 19)
    message = await enters(enrolled, "wm_zhang", await lesson_token(enrolled, "read7-01", 2))
    assert message is not None
    assert "签到要口令" in message["head"]
    assert "签到成功" in (await enrolled.learner_says("wm_zhang", "open芝麻"))[0]


async def test_overlapping_open_lessons_are_offered(two_camps: Any, at: Any) -> None:
    two_camps.now = at(1, 19, 10)
    await enters(two_camps, "wm_zhang", token_for(two_camps.policy, Ticket("enrolment", 1)), code=None)
    message = (await two_camps.sent("kf.message"))[-1]["message"]
    assert message["head"].startswith("现在有 2 节课可以签到")
    assert all(key.startswith("checkin:") for key, _ in message["items"])


async def test_a_new_person_is_known_at_once_and_their_name_is_asked_for(camp: Any) -> None:
    await enters(camp, "wm_new")
    assert await camp.sent("kf.customers") == [{"external_userids": ["wm_new"]}]
    await camp.answer(
        "kf.customers", {"customers": [{"external_userid": "wm_new", "nickname": "小王", "unionid": "u1"}], "invalid": []}
    )
    assert (await camp.rows("select name from learners"))[0] == ("小王",)


@pytest.mark.parametrize("kind", ["image", "voice", "file"])
async def test_what_is_not_text_is_never_met_with_silence(class_of_one: Any, at: Any, kind: str) -> None:
    body = {"msgid": f"p-{kind}", "external_userid": "wm_zhang", "origin": 3, "msgtype": kind, kind: {"media_id": "m"}}
    await class_of_one.fact("kf.message", {**body, "send_time": int(class_of_one.now.timestamp())}, "learner:wm_zhang")
    assert "这里只看得懂文字" in (await class_of_one.sent("kf.message"))[-1]["message"]["text"]
    class_of_one.now = at(1, 20)
    stamp = int(class_of_one.now.timestamp())
    await class_of_one.fact("kf.message", {**body, "msgid": f"q-{kind}", "send_time": stamp}, "learner:wm_zhang")
    assert "交 第1课 的作业，请回复“作业1 内容”" in (await class_of_one.sent("kf.message"))[-1]["message"]["text"]


async def test_what_a_servicer_writes_is_not_a_command(class_of_one: Any) -> None:
    before = len(await class_of_one.sent("kf.message"))
    body = {"msgid": "s1", "external_userid": "wm_zhang", "origin": 5, "servicer_userid": "lin", "msgtype": "text"}
    await class_of_one.fact("kf.message", {**body, "send_time": 1, "text": {"content": "签到"}}, "learner:wm_zhang")
    assert len(await class_of_one.sent("kf.message")) == before


async def notice(house: Any, words: str = "提醒") -> Reach:
    """What becomes of an unasked message to wm_zhang."""
    async with house.tx() as tx:
        learner = await learners.find(tx, "external_userid", "wm_zhang")
        assert learner is not None
        return await to_learner(tx, house.policy, learner, text(words), priority=Priority.NOTICE)


async def test_five_messages_and_no_more_until_the_learner_writes(class_of_one: Any) -> None:
    await class_of_one.learner_says("wm_zhang", "进度")  # its answer is the first of five
    assert [await notice(class_of_one) for _ in range(5)] == [Reach.SENT] * 4 + [Reach.BUDGET_SPENT]
    last = [m["message"]["text"] for m in await class_of_one.sent("kf.message")][-2:]
    assert last == ["提醒", "提醒\n（我这边暂时只能再发到这里，回复任意内容可继续）"]
    (answer,) = await class_of_one.learner_says("wm_zhang", "进度")
    assert "还能给你发 4 条" in answer
    class_of_one.now += timedelta(hours=48, minutes=1)
    assert await notice(class_of_one) is Reach.NO_WINDOW


async def failure(house: Any, fail_type: int) -> None:
    event = {"event_type": "msg_send_fail", "external_userid": "wm_zhang", "fail_msgid": "x", "fail_type": fail_type}
    stamp = int(house.now.timestamp())
    body = {"msgid": f"f{fail_type}-{stamp}", "send_time": stamp, "origin": 4, "msgtype": "event", "event": event}
    await house.fact("kf.message", body, "learner:wm_zhang")


@pytest.mark.parametrize(
    ("fail_type", "after"),
    [(4, Reach.NO_WINDOW), (5, Reach.NO_WINDOW), (6, Reach.NO_WINDOW), (10, Reach.NO_WINDOW), (0, Reach.SENT)],
)
async def test_a_message_that_did_not_arrive_shuts_the_window(class_of_one: Any, fail_type: int, after: Reach) -> None:
    class_of_one.now += timedelta(minutes=1)
    await failure(class_of_one, fail_type)
    assert await notice(class_of_one) is after
    assert len(await class_of_one.rows("select 1 from journal where kind = 'not_delivered'")) == 1
    await class_of_one.learner_says("wm_zhang", "帮助")
    assert await notice(class_of_one) is Reach.SENT


async def test_a_refusal_by_code_shuts_the_window(class_of_one: Any) -> None:
    await class_of_one.answer("kf.message", ok=False, errcode=95002)
    assert await notice(class_of_one) is Reach.NO_WINDOW


async def test_where_wecom_counted_more_than_we_did_the_five_are_spent(class_of_one: Any) -> None:
    await class_of_one.answer("kf.message", ok=False, errcode=95001)
    assert await notice(class_of_one) is Reach.BUDGET_SPENT
    await class_of_one.learner_says("wm_zhang", "进度")
    assert await notice(class_of_one) is Reach.SENT


async def test_who_unsubscribed_hears_only_answers(class_of_one: Any) -> None:
    await class_of_one.learner_says("wm_zhang", "退订")
    assert await notice(class_of_one) is Reach.UNSUBSCRIBED
    assert await class_of_one.learner_says("wm_zhang", "进度") != []
