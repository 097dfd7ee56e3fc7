"""The pull protocol: one puller, the cursor kept with the messages, nothing lost when pages are empty or tokens old."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from camp.kf_pull import catch_up
from camp.start import on_start

CALLBACK = {"MsgType": "event", "OpenKfId": "wkTestDesk"}


def said(msgid: str, words: str, send_time: int, who: str = "wm_zhang") -> dict[str, Any]:
    return {
        "msgid": msgid,
        "open_kfid": "wkTestDesk",
        "external_userid": who,
        "send_time": send_time,
        "origin": 3,
        "msgtype": "text",
        "text": {"content": words},
    }


def page(cursor: str, *items: dict[str, Any], more: bool = False) -> dict[str, Any]:
    return {"next_cursor": cursor, "has_more": more, "msg_list": list(items)}


@pytest.fixture
async def called(camp: Any) -> Any:
    await camp.event("kf_msg_or_event", Token="t1", **CALLBACK)
    return camp


async def account(house: Any) -> tuple[Any, ...]:
    return tuple((await house.rows("select cursor, pulling, again from kf_accounts"))[0])


async def test_a_callback_pulls_and_the_page_becomes_answers(called: Any) -> None:
    assert await called.sent("kf.sync") == [{"open_kfid": "wkTestDesk", "cursor": "", "token": "t1"}]
    stamp = int(called.now.timestamp())
    await called.answer("kf.sync", page("c1", said("m1", "报名", stamp), said("m2", "签到", stamp)))
    assert [m["message"]["text"].split("\n")[0] for m in await called.sent("kf.message")] == [
        "报名成功：阅读营一期，12-01 00:00 开课，共 3 节课。",
        "第1课 签到成功 ✓",
    ]
    assert await account(called) == ("c1", 0, 0)


async def test_the_same_message_twice_counts_once(called: Any) -> None:
    item = said("m1", "帮助", int(called.now.timestamp()))
    await called.answer("kf.sync", page("c1", item))
    await called.event("kf_msg_or_event", Token="t2", **CALLBACK)
    await called.answer("kf.sync", page("c2", item))
    assert len(await called.sent("kf.message")) == 1


async def test_more_pages_also_after_an_empty_one(called: Any) -> None:
    await called.answer("kf.sync", page("c1", more=True))
    await called.answer("kf.sync", page("c2", said("m1", "帮助", int(called.now.timestamp())), more=True))
    await called.answer("kf.sync", page("c3"))
    assert [(p["cursor"], p["token"]) for p in await called.sent("kf.sync")] == [("", "t1"), ("c1", "t1"), ("c2", "t1")]
    assert await account(called) == ("c3", 0, 0)
    assert len(await called.sent("kf.message")) == 1


async def test_an_empty_page_that_does_not_move_the_cursor_is_asked_again(called: Any) -> None:
    await called.answer("kf.sync", page("", more=True))
    await called.answer("kf.sync", page("c1", said("m1", "帮助", int(called.now.timestamp()))))
    assert len(await called.sent("kf.message")) == 1


async def test_empty_pages_that_lead_nowhere_end_the_pull(called: Any) -> None:
    for _ in range(7):
        assert (await account(called))[1] == 1
        await called.answer("kf.sync", page("c1", more=True))
    assert await account(called) == ("c1", 0, 0)


async def test_callbacks_during_a_pull_cause_one_more_with_the_newest_token(called: Any) -> None:
    await called.event("kf_msg_or_event", Token="t2", **CALLBACK)
    await called.event("kf_msg_or_event", Token="t3", **CALLBACK)
    assert len(await called.sent("kf.sync")) == 1
    await called.answer("kf.sync", page("c1"))
    assert (await called.sent("kf.sync"))[1:] == [{"open_kfid": "wkTestDesk", "cursor": "c1", "token": "t3"}]
    await called.answer("kf.sync", page("c2"))
    assert await account(called) == ("c2", 0, 0)


async def test_a_refused_token_is_left_out_once(called: Any) -> None:
    await called.answer("kf.sync", ok=False, errcode=95007)
    assert (await called.sent("kf.sync"))[1:] == [{"open_kfid": "wkTestDesk", "cursor": "", "token": ""}]
    await called.answer("kf.sync", ok=False, errcode=95007)
    assert len(await called.sent("kf.sync")) == 2
    assert await account(called) == (None, 0, 0)


async def test_after_a_failure_the_next_callback_pulls(called: Any) -> None:
    await called.answer("kf.sync", ok=False, errcode=-1)
    assert await account(called) == (None, 0, 0)
    await called.event("kf_msg_or_event", Token="t2", **CALLBACK)
    assert len(await called.sent("kf.sync")) == 2


async def test_each_account_has_its_own_cursor(called: Any) -> None:
    await called.event("kf_msg_or_event", Token="t9", MsgType="event", OpenKfId="wkOther")
    assert [p["open_kfid"] for p in await called.sent("kf.sync")] == ["wkTestDesk", "wkOther"]


async def test_catching_up_pulls_without_a_token_and_frees_a_lost_pull(called: Any) -> None:
    async with called.tx() as tx:
        await catch_up(tx, called.policy)  # never pulled to an end: its callback is on the way
    await called.answer("kf.sync", page("c1"))
    async with called.tx() as tx:
        await catch_up(tx, called.policy)
        await catch_up(tx, called.policy)
    assert (await called.sent("kf.sync"))[1:] == [{"open_kfid": "wkTestDesk", "cursor": "c1", "token": ""}]
    called.now += timedelta(minutes=11)
    async with called.tx() as tx:
        await catch_up(tx, called.policy)
    assert len(await called.sent("kf.sync")) == 3


async def test_a_quiet_account_is_pulled_in_case_its_callback_was_lost(called: Any) -> None:
    await called.answer("kf.sync", page("c1"))
    for minutes in (1, 4):
        called.now += timedelta(minutes=minutes)
        await called.tick("kf_catch_up")
        await called.tick("kf_catch_up")
    assert (await called.sent("kf.sync"))[1:] == [{"open_kfid": "wkTestDesk", "cursor": "c1", "token": ""}]
    await called.answer("kf.sync", page("c2", said("m1", "帮助", int(called.now.timestamp()))))
    assert len(await called.sent("kf.message")) == 1


async def test_a_callback_puts_the_catching_up_off(called: Any) -> None:
    await called.answer("kf.sync", page("c1"))
    called.now += timedelta(minutes=4)
    await called.event("kf_msg_or_event", Token="t2", **CALLBACK)
    await called.answer("kf.sync", page("c2"))
    called.now += timedelta(minutes=4)
    await called.tick("kf_catch_up")
    assert len(await called.sent("kf.sync")) == 2


async def test_a_pull_under_way_is_left_alone_until_it_counts_as_lost(called: Any) -> None:
    called.now += timedelta(minutes=6)
    await called.tick("kf_catch_up")
    assert len(await called.sent("kf.sync")) == 1
    called.now += timedelta(minutes=5)
    await called.tick("kf_catch_up")
    assert len(await called.sent("kf.sync")) == 2


async def test_the_very_first_callback_may_be_the_lost_one(house: Any) -> None:
    async with house.tx() as tx:
        await on_start(tx, house.policy)  # asks for the kf link, so the account is known
    await house.tick("kf_catch_up")
    assert await house.sent("kf.sync") == [{"open_kfid": "wkTestDesk", "cursor": "", "token": ""}]


async def test_a_callback_does_not_wait_for_a_lost_pull(called: Any) -> None:
    called.now += timedelta(minutes=11)
    await called.event("kf_msg_or_event", Token="t2", **CALLBACK)
    assert len(await called.sent("kf.sync")) == 2


async def test_items_nobody_can_read_harm_nobody(called: Any) -> None:
    stamp = int(called.now.timestamp())
    junk: list[Any] = [
        {},
        {"msgid": "j1"},
        {"msgid": "j2", "msgtype": "event", "event": {"event_type": "servicer_status_change", "servicer_userid": "x"}},
        {"msgid": "j3", "external_userid": "wm_zhang", "origin": 3, "msgtype": "text", "send_time": 10**18, "text": "?"},
        {"msgid": "j4", "external_userid": "wm_zhang", "origin": "3", "msgtype": 7, "text": {"content": 5}},
        "not a mapping",
        said("m1", "帮助", stamp),
    ]
    await called.answer("kf.sync", {"next_cursor": "c1", "has_more": False, "msg_list": junk})
    assert "签到 [课]" in (await called.sent("kf.message"))[-1]["message"]["text"]
