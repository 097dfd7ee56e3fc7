"""Customers and groups change hands: 24 h, refusal, the 90-day rule, and those whose member has left."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.clock import DAY, HOUR
from tests.sandbox.conftest import NOW, Play

ASK, RESULT = "externalcontact/transfer_customer", "externalcontact/transfer_result"
GONE_ASK, GONE_RESULT = "externalcontact/resigned/transfer_customer", "externalcontact/resigned/transfer_result"
UNASSIGNED = "externalcontact/get_unassigned_list"
GROUPS, GROUPS_ON_JOB = "externalcontact/groupchat/transfer", "externalcontact/groupchat/onjob_transfer"
PAIR = {"handover_userid": "Lin", "takeover_userid": "wu"}
MOVE = {**PAIR, "external_userid": ["wmMing"]}


@pytest.fixture
async def friends(school: Play) -> Play:
    """Both learners are Lin's customers, and the bot has heard of it."""
    for external_userid in ("wmMing", "wmHong"):
        await school.act("/follow", userid="Lin", external_userid=external_userid)
        await school.bot.hear()
    return school


def later(play: Play, seconds: float) -> None:
    """So much later that the access token has expired."""
    play.later(seconds)
    play.token = ""


async def ask(play: Play, path: str = ASK, **fields: Any) -> list[int]:
    return [one["errcode"] for one in (await play.api(path, {**MOVE, **fields}))["customer"]]


async def statuses(play: Play, path: str = RESULT, **fields: Any) -> dict[str, int]:
    found = await play.api(path, {**PAIR, **fields})
    return {one["external_userid"]: one["status"] for one in found["customer"]}


async def followers(play: Play, external_userid: str = "wmMing") -> list[str]:
    got = await play.api("externalcontact/get", external_userid=external_userid)
    return [follow["userid"] for follow in got["follow_user"]]


async def test_it_takes_effect_after_a_day_and_the_bot_hears_it_from_the_clock_alone(friends: Play) -> None:
    assert await ask(friends, transfer_success_msg="我是吴老师") == [0]
    assert await statuses(friends) == {"wmMing": 2}
    (notice,) = await friends.phone("wmMing")
    assert (notice["chat"], notice["from"], notice["data"]["transfer"]["state"]) == ("contact:Lin", "system", "waiting")
    later(friends, 24 * HOUR)
    heard = sorted([await friends.bot.hear() for _ in range(2)], key=lambda event: event["ChangeType"], reverse=True)
    gone, new = heard
    assert (gone["ChangeType"], gone["UserID"], gone["Source"]) == ("del_external_contact", "Lin", "DELETE_BY_TRANSFER")
    assert (new["ChangeType"], new["UserID"], new["ExternalUserID"]) == ("add_external_contact", "wu", "wmMing")
    assert "WelcomeCode" not in new
    assert await followers(friends) == ["wu"]
    done = (await friends.api(RESULT, PAIR))["customer"]
    assert done == [{"external_userid": "wmMing", "status": 1, "takeover_time": int(NOW) + DAY}]
    words = [(bubble["chat"], bubble["text"]) for bubble in await friends.phone("wmMing")]
    assert words[-1] == ("contact:wu", "我是吴老师")


async def test_a_minute_before_nothing_has_happened(friends: Play) -> None:
    await ask(friends)
    later(friends, 24 * HOUR - 60)
    assert (await statuses(friends), await followers(friends)) == ({"wmMing": 2}, ["Lin"])


async def test_the_learner_refuses(friends: Play) -> None:
    await ask(friends)
    await friends.act("/transfers/refuse", external_userid="wmMing")
    event = await friends.bot.hear()
    assert (event["ChangeType"], event["UserID"], event["FailReason"]) == ("transfer_fail", "wu", "customer_refused")
    later(friends, 25 * HOUR)
    assert (await statuses(friends), await followers(friends)) == ({"wmMing": 3}, ["Lin"])
    await friends.act("/transfers/refuse", 400, external_userid="wmMing")


async def test_no_new_friendship_for_a_taker_who_had_the_customer(friends: Play) -> None:
    await friends.act("/follow", userid="wu", external_userid="wmMing", state="dy")
    await friends.bot.hear()
    await ask(friends)
    later(friends, DAY)
    assert (await friends.bot.hear())["ChangeType"] == "del_external_contact"
    assert await followers(friends) == ["wu"]
    assert friends.bot.heard.empty()
    assert (await friends.see("/state"))["follows"][-1]["state"] == "dy"


async def test_why_a_customer_cannot_move(friends: Play) -> None:
    await friends.act("/learners", external_userid="wmLan", name="小兰")
    assert await ask(friends, external_userid=["wmNone", "wmLan", "wmHong"]) == [40096, 40131, 0]
    assert await ask(friends, external_userid=["wmHong"]) == [40100]
    assert await friends.code(ASK, {**MOVE, "takeover_userid": "Lin"}) == 40130
    assert await friends.code(ASK, {**MOVE, "takeover_userid": "nobody"}) == 40003
    assert await friends.code(ASK, {**MOVE, "external_userid": []}) == 40063
    assert await friends.code(ASK, {**MOVE, "external_userid": ["wmMing"] * 101}) == 40058
    assert await friends.code(ASK, {**MOVE, "transfer_success_msg": "字" * 201}) == 40058
    assert await friends.code(GONE_ASK, MOVE) == 40097


async def test_twice_in_ninety_days(friends: Play) -> None:
    back = {"handover_userid": "wu", "takeover_userid": "Lin"}
    assert await ask(friends) == [0]
    later(friends, DAY)
    assert await ask(friends, **back) == [0]
    later(friends, DAY)
    assert await ask(friends) == [40128]
    later(friends, 88 * DAY - 1)
    assert await ask(friends) == [40128]
    later(friends, 1)
    assert await ask(friends) == [0]


async def test_a_full_taker(friends: Play) -> None:
    friends.stage.config = replace(friends.stage.config, customers_per_member=1)
    assert await ask(friends, external_userid=["wmMing", "wmHong"]) == [0, 40099]
    await friends.act("/learners", external_userid="wmLan", name="小兰")
    await friends.act("/follow", userid="wu", external_userid="wmLan")
    await friends.bot.hear()
    later(friends, DAY)
    event = await friends.bot.hear()
    assert (event["ChangeType"], event["FailReason"]) == ("transfer_fail", "customer_limit_exceed")
    assert (await statuses(friends), await followers(friends)) == ({"wmMing": 4}, ["Lin"])


async def test_a_friendship_that_ended_meanwhile_cannot_move(friends: Play) -> None:
    await ask(friends)
    await friends.act("/unfollow", userid="Lin", external_userid="wmMing", by="member")
    later(friends, DAY)
    assert await statuses(friends) == {"wmMing": 5}


async def test_tags_travel_with_the_customer(friends: Play) -> None:
    made = await friends.api("externalcontact/add_corp_tag", {"group_name": "营", "tag": [{"name": "会员"}]})
    tag_id = made["tag_group"]["tag"][0]["id"]
    await friends.api("externalcontact/mark_tag", {"userid": "Lin", "external_userid": "wmMing", "add_tag": [tag_id]})
    await ask(friends)
    later(friends, DAY)
    got = await friends.api("externalcontact/get", external_userid="wmMing")
    assert (got["follow_user"][0]["add_way"], got["follow_user"][0]["tags"][0]["tag_name"]) == (202, "会员")


async def test_customers_of_a_member_who_left(friends: Play) -> None:
    assert (await friends.api(UNASSIGNED, {}))["info"] == []
    await friends.act("/members/Lin/leave")
    first = await friends.api(UNASSIGNED, {"page_size": 1})
    second = await friends.api(UNASSIGNED, {"page_size": 1, "cursor": first["next_cursor"]})
    assert (first["is_last"], second["is_last"], second["next_cursor"]) == (False, True, "")
    assert first["info"] == [{"handover_userid": "Lin", "external_userid": "wmMing", "dimission_time": int(NOW)}]
    assert (await friends.api(UNASSIGNED, {"page_size": 1, "page_id": 1}))["info"] == second["info"]
    assert await friends.code(UNASSIGNED, {"page_size": 1001}) == 40058

    assert await friends.code(ASK, MOVE) == 40003
    assert await ask(friends, GONE_ASK) == [0]
    assert [one["external_userid"] for one in (await friends.api(UNASSIGNED, {}))["info"]] == ["wmHong"]
    assert await statuses(friends, GONE_RESULT) == {"wmMing": 2}
    later(friends, DAY)
    assert await statuses(friends, GONE_RESULT) == {"wmMing": 1}
    assert await followers(friends) == ["wu"]


async def test_results_come_in_pages_of_a_thousand(friends: Play) -> None:
    ids = [f"wm{number:04d}" for number in range(1001)]
    for external_userid in ids:
        friends.stage.world.learners[external_userid] = replace(friends.stage.world.learners["wmMing"])
        friends.stage.world.add_follow("Lin", external_userid, "", half=False)
    for start in range(0, 1001, 100):
        await ask(friends, external_userid=ids[start : start + 100])
    first = await friends.api(RESULT, PAIR)
    second = await friends.api(RESULT, {**PAIR, "cursor": first["next_cursor"]})
    assert (len(first["customer"]), len(second["customer"]), second["next_cursor"]) == (1000, 1, "")


@pytest.fixture
async def group(friends: Play) -> Play:
    await friends.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    await friends.bot.hear()
    return friends


async def hand(play: Play, path: str, new_owner: str, *chat_ids: str) -> list[int]:
    failed = await play.api(path, {"chat_id_list": list(chat_ids or ("wrA",)), "new_owner": new_owner})
    return [one["errcode"] for one in failed["failed_chat_list"]]


async def test_a_group_on_the_job(group: Play) -> None:
    assert await hand(group, GROUPS_ON_JOB, "wu", "wrA", "wrNone") == [90501]
    heard = {event["UpdateDetail"]: event for event in [await group.bot.hear() for _ in range(2)]}
    assert heard.keys() == {"add_member", "change_owner"}
    assert "MemChangeList" not in heard["change_owner"]
    got = (await group.api("externalcontact/groupchat/get", {"chat_id": "wrA"}))["group_chat"]
    assert (got["owner"], [one["userid"] for one in got["member_list"]]) == ("wu", ["Lin", "wu"])
    assert await hand(group, GROUPS_ON_JOB, "wu") == [90504]
    assert await hand(group, GROUPS, "Lin") == [90500]
    assert await group.code(GROUPS_ON_JOB, {"chat_id_list": ["wrA"] * 101, "new_owner": "wu"}) == 40058
    assert await group.code(GROUPS_ON_JOB, {"chat_id_list": [], "new_owner": "wu"}) == 40063
    assert await group.code(GROUPS_ON_JOB, {"chat_id_list": ["wrA"], "new_owner": "nobody"}) == 40003


async def test_a_group_twice_in_ninety_days(group: Play) -> None:
    assert [await hand(group, GROUPS_ON_JOB, owner) for owner in ("wu", "Lin", "wu")] == [[], [], [40128]]
    later(group, 90 * DAY)
    assert await hand(group, GROUPS_ON_JOB, "wu") == []


async def test_a_group_whose_owner_left(group: Play) -> None:
    listed = "externalcontact/groupchat/list"
    await group.act("/members/Lin/leave")
    assert (await group.api(listed, {"limit": 1}))["group_chat_list"] == [{"chat_id": "wrA", "status": 1}]
    assert await hand(group, GROUPS_ON_JOB, "wu") == [90502]
    assert await hand(group, GROUPS, "wu") == []
    assert (await group.api(listed, {"limit": 1, "status_filter": 3}))["group_chat_list"] == [{"chat_id": "wrA", "status": 3}]
    assert await hand(group, GROUPS, "wu") == [90508]
    got = (await group.api("externalcontact/groupchat/get", {"chat_id": "wrA"}))["group_chat"]
    assert [one["userid"] for one in got["member_list"]] == ["wu"]


async def test_a_full_group_and_three_hundred_a_day(group: Play) -> None:
    group.stage.config = replace(group.stage.config, group_size=1)
    assert await hand(group, GROUPS_ON_JOB, "wu") == [90503]
    group.stage.config = replace(group.stage.config, group_size=200)
    chat_ids = [f"wr{number:03d}" for number in range(301)]
    for chat_id in chat_ids:
        group.stage.world.add_group(chat_id, chat_id, "Lin")
    failed: list[int] = []
    for start in range(0, 301, 100):
        failed += await hand(group, GROUPS_ON_JOB, "wu", *chat_ids[start : start + 100])
    assert failed == [45009]
    later(group, DAY)
    assert await hand(group, GROUPS_ON_JOB, "wu", chat_ids[-1]) == []
