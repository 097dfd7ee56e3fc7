"""Codes that lead into customer groups: whoever comes by them carries the `state`."""

from dataclasses import replace
from typing import Any

import pytest
from yarl import URL

from tests.sandbox.conftest import Play

WAY = "externalcontact/groupchat/{}_join_way"
ADD, GET, UPDATE, DEL = (WAY.format(verb) for verb in ("add", "get", "update", "del"))
GROUP = "externalcontact/groupchat/get"
CODE = {"scene": 2, "chat_id_list": ["wrA", "wrB"], "state": "c2031.dy", "remark": "抖音", "room_base_name": "7天营"}


@pytest.fixture
async def groups(school: Play) -> Play:
    for chat_id in ("wrA", "wrB"):
        await school.act("/groups", chat_id=chat_id, name=chat_id, owner="Lin")
        await school.bot.hear()
    return school


def crowded(play: Play, size: int) -> None:
    """Groups hold no more than `size` people from now on."""
    play.stage.config = replace(play.stage.config, group_size=size)


async def test_a_scan_leads_into_the_group_and_the_state_stays_with_the_person(groups: Play) -> None:
    config_id = (await groups.api(ADD, CODE))["config_id"]
    way = (await groups.api(GET, {"config_id": config_id}))["join_way"]
    assert (way["state"], way["chat_id_list"], way["auto_create_room"]) == ("c2031.dy", ["wrA", "wrB"], 1)
    picture = await groups.client.get(URL(way["qr_code"]).path)
    assert (picture.status, (await picture.read())[:8]) == (200, b"\x89PNG\r\n\x1a\n")
    assert await groups.act("/scan", external_userid="wmMing", url=way["qr_code"]) == {"chat_id": "wrA"}
    event = await groups.bot.hear()
    assert (event["UpdateDetail"], event["JoinScene"], event["MemChangeList"]) == ("add_member", "3", {"Item": "wmMing"})
    assert "State" not in event
    group = (await groups.api(GROUP, {"chat_id": "wrA"}))["group_chat"]
    assert [(one["userid"], one["join_scene"], one["state"]) for one in group["member_list"][1:]] == [("wmMing", 3, "c2031.dy")]
    await groups.act("/scan", 400, external_userid="wmMing", config_id=config_id)
    await groups.act("/scan", 400, external_userid="wmMing", url="https://example.com/other")


async def test_a_full_group_is_passed_over_and_then_a_new_one_opens(groups: Play) -> None:
    crowded(groups, 2)
    for number in range(3):
        await groups.act("/learners", external_userid=f"wm{number}", name=f"学员{number}")
    config_id = (await groups.api(ADD, {**CODE, "room_base_id": 10}))["config_id"]
    went = []
    for number in range(3):
        went.append((await groups.act("/scan", external_userid=f"wm{number}", config_id=config_id))["chat_id"])
        heard = {(event["ChangeType"], event["ChatId"]) for event in [await groups.bot.hear() for _ in range(1 + number // 2)]}
    assert went[:2] == ["wrA", "wrB"]
    assert heard == {("create", went[2]), ("update", went[2])}
    new = (await groups.api(GROUP, {"chat_id": went[2]}))["group_chat"]
    assert (new["name"], new["owner"], len(new["member_list"])) == ("7天营10", "Lin", 2)
    way = (await groups.api(GET, {"config_id": config_id}))["join_way"]
    assert (way["chat_id_list"], way["room_base_id"]) == (["wrA", "wrB", went[2]], 11)


async def test_without_auto_create_nobody_else_gets_in(groups: Play) -> None:
    crowded(groups, 1)
    config_id = (await groups.api(ADD, {**CODE, "auto_create_room": 0}))["config_id"]
    answer = await groups.act("/scan", 400, external_userid="wmMing", config_id=config_id)
    assert answer == {"error": "二维码后面的群都满了"}
    await groups.act("/groups/wrA/join", 400, external_userid="wmMing")


async def test_dismissed_groups_are_passed_over(groups: Play) -> None:
    config_id = (await groups.api(ADD, CODE))["config_id"]
    await groups.act("/groups/wrA/dismiss")
    assert (await groups.act("/scan", external_userid="wmMing", config_id=config_id))["chat_id"] == "wrB"
    await groups.act("/groups/wrB/dismiss")
    await groups.act("/scan", 400, external_userid="wmHong", config_id=config_id)


async def test_an_update_overwrites_every_field(groups: Play) -> None:
    config_id = (await groups.api(ADD, CODE))["config_id"]
    assert await groups.code(UPDATE, {"config_id": config_id, "scene": 2, "chat_id_list": ["wrB"]}) == 0
    way = (await groups.api(GET, {"config_id": config_id}))["join_way"]
    assert (way["state"], way["remark"], way["room_base_name"], way["chat_id_list"]) == ("", "", "", ["wrB"])
    assert await groups.code(DEL, {"config_id": config_id}) == 0
    assert await groups.code(GET, {"config_id": config_id}) == 41044
    assert await groups.code(UPDATE, {**CODE, "config_id": config_id}) == 41044
    assert await groups.code(DEL, {}) == 41043


@pytest.mark.parametrize(
    ("wrong", "errcode"),
    [
        ({"chat_id_list": ["wrA"] * 6}, 41091),
        ({"chat_id_list": []}, 40063),
        ({"chat_id_list": ["wrNone"]}, 40050),
        ({"state": "x" * 31}, 40058),
        ({"remark": "x" * 31}, 40058),
        ({"room_base_name": "x" * 41}, 40058),
        ({"auto_create_room": 2}, 40058),
        ({"scene": 3}, 40058),
        ({"scene": None}, 40063),
    ],
)
async def test_limits(groups: Play, wrong: dict[str, Any], errcode: int) -> None:
    assert await groups.code(ADD, {**CODE, **wrong}) == errcode


async def test_the_ceiling_is_shared_with_contact_ways(groups: Play) -> None:
    groups.stage.config = replace(groups.stage.config, ways_ceiling=2)
    contact = {"type": 1, "scene": 2, "user": ["Lin"]}
    assert await groups.code("externalcontact/add_contact_way", contact) == 0
    assert await groups.code(ADD, CODE) == 0
    assert await groups.code(ADD, CODE) == 41045
    assert await groups.code("externalcontact/add_contact_way", contact) == 41045
