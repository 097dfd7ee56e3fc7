"""Customer service: accounts, servicers, what servicers do in their client, and recommendations (sheets 9.2, 9.5, 9.6)."""

from typing import Any

import pytest

from sandbox.world import Member
from tests.sandbox.conftest import CREDENTIALS, Play
from tests.sandbox.test_kf_kinds import newest_item, say
from tests.sandbox.uploads import upload

DESK = CREDENTIALS.open_kfid


async def move(play: Play, to: int, **more: Any) -> dict[str, Any]:
    body = {"open_kfid": DESK, "external_userid": "wmMing", "service_state": to, **more}
    return await play.api("kf/service_state/trans", body)


async def event(play: Play) -> dict[str, Any]:
    return dict((await newest_item(play))["event"])


async def test_accounts_come_change_and_go(school: Play) -> None:
    face = await upload(school, "image")
    made = (await school.api("kf/account/add", {"name": "阅读营客服", "media_id": face}))["open_kfid"]
    assert made.startswith("wk")
    assert await school.code("kf/account/update", {"open_kfid": made, "name": "新名字"}) == 0
    accounts = (await school.api("kf/account/list", {"limit": 1, "offset": 1}))["account_list"]
    assert [(one["open_kfid"], one["name"], one["avatar"]) for one in accounts] == [(made, "新名字", f"/_sandbox/media/{face}")]
    await school.act("/kf/say", external_userid="wmMing", text="在吗", open_kfid=made)
    await school.bot.hear()
    assert await school.code("kf/account/del", {"open_kfid": made}) == 0
    assert len((await school.api("kf/account/list"))["account_list"]) == 1
    assert await school.code("kf/sync_msg", {"open_kfid": made}) == 95004
    await school.act("/kf/say", 400, external_userid="wmMing", text="还在吗", open_kfid=made)
    assert any(chat["chat"] == f"kf:{made}" for chat in (await school.see("/phone/wmMing"))["chats"])


@pytest.mark.parametrize(
    ("path", "body", "errcode"),
    [
        ("kf/account/add", {"name": "名" * 17, "media_id": "x"}, 40058),
        ("kf/account/add", {"name": "名"}, 40063),
        ("kf/account/add", {"name": "名", "media_id": "3Mnone"}, 40007),
        ("kf/account/update", {"open_kfid": DESK}, 40063),
        ("kf/account/del", {"open_kfid": "wkNone"}, 95004),
        ("kf/servicer/add", {"open_kfid": DESK}, 40063),
        ("kf/servicer/add", {"open_kfid": DESK, "userid_list": ["u"] * 101}, 40058),
        ("kf/servicer/add", {"open_kfid": DESK, "department_id_list": ["x"]}, 40058),
    ],
)
async def test_refused_accounts_and_servicers(school: Play, path: str, body: dict[str, Any], errcode: int) -> None:
    assert await school.code(path, body) == errcode


async def test_servicers_are_everybody_until_the_api_names_them(school: Play) -> None:
    async def listed() -> list[dict[str, Any]]:
        return list((await school.api("kf/servicer/list", open_kfid=DESK))["servicer_list"])

    assert await listed() == [{"userid": "Lin", "status": 0}, {"userid": "wu", "status": 0}]
    results = await school.api(
        "kf/servicer/add", {"open_kfid": DESK, "userid_list": ["lin", "nobody"], "department_id_list": [9]}
    )
    assert [(one.get("userid"), one.get("department_id"), one["errcode"]) for one in results["result_list"]] == [
        ("lin", None, 0),
        ("nobody", None, 60111),
        (None, 9, 60123),
    ]
    assert await listed() == [{"userid": "Lin", "status": 0}]
    await say(school)
    assert (await move(school, 3, servicer_userid="wu"))["errcode"] == 95014
    await school.api("kf/servicer/add", {"open_kfid": DESK, "department_id_list": [1]})
    assert await listed() == [{"userid": "Lin", "status": 0}, {"department_id": 1}]
    assert (await move(school, 3, servicer_userid="wu"))["errcode"] == 0
    body = {"open_kfid": DESK, "userid_list": ["Lin", "wu"], "department_id_list": [1]}
    results = await school.api("kf/servicer/del", body)
    assert [one["errcode"] for one in results["result_list"]] == [0, 60111, 0]
    assert await listed() == []


async def test_five_hundred_servicers(school: Play) -> None:
    everybody = [f"t{number}" for number in range(501)]
    for userid in everybody:
        school.stage.world.members[userid] = Member(userid, "老师", [1])
    for start in range(0, 500, 100):
        body = {"open_kfid": DESK, "userid_list": everybody[start : start + 100]}
        assert await school.code("kf/servicer/add", body) == 0
    assert await school.code("kf/servicer/add", {"open_kfid": DESK, "userid_list": everybody[500:]}) == 40058


async def test_a_servicer_who_pauses_is_95019(school: Play) -> None:
    await school.act("/kf/servicer-status", userid="Lin", status=2, stop_type=1)
    told = await event(school)
    assert (told["event_type"], told["servicer_userid"], told["status"], told["stop_type"]) == (
        "servicer_status_change",
        "Lin",
        2,
        1,
    )
    shown = (await school.api("kf/servicer/list", open_kfid=DESK))["servicer_list"][0]
    assert shown == {"userid": "Lin", "status": 1, "stop_type": 1}
    await say(school)
    assert (await move(school, 3, servicer_userid="Lin"))["errcode"] == 95019
    await school.act("/kf/servicer-status", userid="Lin", status=1)
    assert (await move(school, 3, servicer_userid="Lin"))["errcode"] == 0
    await school.act("/kf/servicer-status", 400, userid="nobody", status=1)


async def test_a_servicer_takes_hands_on_writes_and_ends(school: Play) -> None:
    await say(school)
    await move(school, 2)
    taken = await school.act("/kf/servicer-take", userid="Lin", external_userid="wmMing")
    told = await event(school)
    assert (told["event_type"], told["change_type"], told["new_servicer_userid"]) == ("session_status_change", 1, "Lin")
    assert told["msg_code"] == taken["msg_code"]
    hello = {"code": told["msg_code"], "msgtype": "text", "text": {"content": "林老师来了"}}
    assert await school.code("kf/send_msg_on_event", hello) == 0
    await school.act("/kf/servicer-hand-on", userid="Lin", external_userid="wmMing", to="wu")
    told = await event(school)
    assert (told["change_type"], told["old_servicer_userid"], told["new_servicer_userid"]) == (2, "Lin", "wu")
    assert "msg_code" not in told
    await school.act("/kf/servicer-say", 400, userid="Lin", external_userid="wmMing", text="还是我")
    msgid = (await school.act("/kf/servicer-say", userid="wu", external_userid="wmMing", text="我来帮你"))["msgid"]
    item = await newest_item(school)
    assert (item["origin"], item["servicer_userid"], item["text"], item["msgid"]) == (5, "wu", {"content": "我来帮你"}, msgid)
    bubble = (await school.phone("wmMing"))[-1]
    assert (bubble["from"], bubble["text"], bubble["data"]["servicer_name"]) == ("kf", "我来帮你", "吴销售")
    await school.act("/kf/servicer-recall", 400, userid="Lin", external_userid="wmMing", msgid=msgid)
    await school.act("/kf/servicer-recall", userid="wu", external_userid="wmMing", msgid=msgid)
    told = await event(school)
    assert (told["event_type"], told["recall_msgid"]) == ("servicer_recall_msg", msgid)
    await school.act("/kf/servicer-end", userid="wu", external_userid="wmMing")
    told = await event(school)
    assert (told["change_type"], told["old_servicer_userid"], bool(told["msg_code"])) == (3, "wu", True)
    await school.act("/kf/servicer-take", userid="Lin", external_userid="wmMing")
    assert (await event(school))["change_type"] == 4


async def test_moves_of_the_api_are_not_told(school: Play) -> None:
    await say(school)
    sent = school.stage.courier.counters.sent
    await move(school, 2)
    await move(school, 3, servicer_userid="Lin")
    await move(school, 4)
    assert school.stage.courier.counters.sent == sent
    assert (await move(school, 3, servicer_userid="Lin"))["errcode"] == 95013


async def test_nobody_takes_a_chat_that_is_not_waiting(school: Play) -> None:
    await school.act("/kf/servicer-take", 400, userid="Lin", external_userid="wmMing")
    await say(school)
    await school.act("/kf/servicer-take", 400, userid="Lin", external_userid="wmMing")
    await school.act("/kf/servicer-end", 400, userid="Lin", external_userid="wmMing")


async def test_recommending_a_teacher_or_a_group(school: Play) -> None:
    await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    await school.bot.hear()
    await say(school)
    ranges = await school.api("kf/customer/get_upgrade_service_config")
    assert (ranges["member_range"]["userid_list"], ranges["groupchat_range"]["chat_id_list"]) == (["Lin", "wu"], ["wrA"])
    base = {"open_kfid": DESK, "external_userid": "wmMing"}
    member = {**base, "type": 1, "member": {"userid": "Lin", "wording": "加班主任"}}
    group = {**base, "type": 2, "groupchat": {"chat_id": "wrA", "wording": "进群"}}
    path = "kf/customer/upgrade_service"
    assert [await school.code(path, member), await school.code(path, group)] == [0, 0]
    shown = (await school.phone("wmMing"))[1:]
    assert [(bubble["kind"], bubble["text"], bubble["data"]["type"]) for bubble in shown] == [
        ("upgrade", "加班主任\n林老师", 1),
        ("upgrade", "进群\nA班", 2),
    ]
    await school.act("/kf/upgrade-range", userids=["wu"], chat_ids=[])
    assert [await school.code(path, member), await school.code(path, group)] == [60011, 60011]
    assert (await school.api("kf/customer/get_upgrade_service_config"))["member_range"]["userid_list"] == ["wu"]
    assert await school.code(path, {**member, "type": 3}) == 40058
    await move(school, 4)
    assert await school.code(path, member) == 95013
