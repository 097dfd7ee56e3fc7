"""Customers, tags, contact ways and the welcome message."""

from typing import Any

from tests.sandbox.conftest import NOW, Play

PAIR = {"userid": "Lin", "external_userid": "wmMing"}


async def test_a_new_friend_is_called_back_with_state_and_welcome_code(school: Play) -> None:
    answer = await school.act("/follow", **PAIR, state="dy01")
    event = await school.bot.hear()
    assert event["Event"] == "change_external_contact"
    assert event["ChangeType"] == "add_external_contact"
    assert (event["UserID"], event["ExternalUserID"], event["State"]) == ("Lin", "wmMing", "dy01")
    assert event["WelcomeCode"] == answer["welcome_code"]
    assert school.bot.envelopes[0]["AgentID"] is None


async def test_half_friend_and_no_welcome_code(school: Play) -> None:
    assert await school.act("/follow", **PAIR, half=True, welcome=False) == {"welcome_code": ""}
    event = await school.bot.hear()
    assert (event["ChangeType"], "WelcomeCode" in event, "State" in event) == ("add_half_external_contact", False, False)


async def test_welcome_once_within_twenty_seconds(school: Play) -> None:
    def body(code: str) -> dict[str, Any]:
        return {"welcome_code": code, "text": {"content": "欢迎"}}

    path = "externalcontact/send_welcome_msg"
    code = (await school.act("/follow", **PAIR))["welcome_code"]
    school.later(20)
    assert await school.code(path, body(code)) == 0
    assert await school.code(path, body(code)) == 41051
    assert await school.code(path, body("wc-none")) == 41050
    assert [(m["from"], m["kind"], m["text"]) for m in await school.phone("wmMing")] == [("Lin", "welcome", "欢迎")]
    late = (await school.act("/follow", userid="wu", external_userid="wmMing"))["welcome_code"]
    school.later(21)
    assert await school.code(path, body(late)) == 41050
    busy = (await school.act("/follow", userid="Lin", external_userid="wmHong", welcome="busy"))["welcome_code"]
    assert [await school.code(path, body(busy)) for _ in range(2)] == [41096, 0]


async def test_welcome_limits(school: Play) -> None:
    code = (await school.act("/follow", **PAIR))["welcome_code"]
    path = "externalcontact/send_welcome_msg"
    assert await school.code(path, {"welcome_code": code, "text": {"content": "字" * 1334}}) == 45002
    assert await school.code(path, {"welcome_code": code, "attachments": [{"msgtype": "image"}] * 10}) == 41064
    assert await school.code(path, {"welcome_code": code}) == 40063


async def test_reading_customers(school: Play) -> None:
    assert await school.code("externalcontact/list", userid="Lin") == 84061
    await school.act("/follow", **PAIR, state="dy01")
    assert (await school.api("externalcontact/get_follow_user_list"))["follow_user"] == ["Lin", "wu"]
    assert (await school.api("externalcontact/list", userid="Lin"))["external_userid"] == ["wmMing"]
    assert await school.code("externalcontact/list", userid="nobody") == 40003
    got = await school.api("externalcontact/get", external_userid="wmMing")
    assert (got["external_contact"]["name"], got["external_contact"]["type"]) == ("小明", 1)
    follow = got["follow_user"][0]
    assert (follow["userid"], follow["state"], follow["createtime"], follow["tags"]) == ("Lin", "dy01", int(NOW), [])
    assert await school.code("externalcontact/get", external_userid="wmHong") == 84061
    assert await school.code("externalcontact/get", external_userid="wmNone") == 40096


async def test_batch_by_user_pages(school: Play) -> None:
    for external_userid in ("wmMing", "wmHong"):
        await school.act("/follow", userid="Lin", external_userid=external_userid)
    path, body = "externalcontact/batch/get_by_user", {"userid_list": ["Lin", "wu"], "limit": 1}
    first = await school.api(path, body)
    second = await school.api(path, {**body, "cursor": first["next_cursor"]})
    names = [page["external_contact_list"][0]["external_contact"]["name"] for page in (first, second)]
    assert (names, second["next_cursor"]) == (["小明", "小红"], "")
    assert first["external_contact_list"][0]["follow_info"]["tag_id"] == []
    assert await school.code(path, {**body, "limit": 101}) == 40058
    assert await school.code(path, {**body, "cursor": "?"}) == 50100
    assert await school.code(path, {"userid_list": ["u"] * 101}) == 40058


async def test_deleting_friends(school: Play) -> None:
    await school.act("/follow", **PAIR)
    await school.act("/unfollow", **PAIR, by="learner")
    await school.act("/unfollow", **PAIR, by="member")
    heard = [(await school.bot.hear())["ChangeType"] for _ in range(3)]
    assert sorted(heard) == ["add_external_contact", "del_external_contact", "del_follow_user"]
    await school.act("/unfollow", 400, **PAIR, by="member")


async def test_after_the_learner_deleted_the_member_calls_still_work(school: Play) -> None:
    await school.act("/follow", **PAIR)
    await school.act("/unfollow", **PAIR, by="learner")
    assert await school.code("externalcontact/remark", {**PAIR, "remark": "小明 7天营"}) == 0
    await school.act("/unfollow", **PAIR, by="member")
    assert await school.code("externalcontact/remark", {**PAIR, "remark": "x"}) == 84061


async def test_remark_limits_and_the_edit_event(school: Play) -> None:
    await school.act("/follow", **PAIR)
    path = "externalcontact/remark"
    assert await school.code(path, {**PAIR, "remark": "长" * 21}) == 40058
    assert await school.code(path, {**PAIR, "description": "长" * 151}) == 40058
    assert await school.code(path, {**PAIR, "remark_mobiles": ["13800000000"]}) == 0
    assert await school.code(path, {**PAIR, "remark_mobiles": [""]}) == 0
    assert (await school.see("/state"))["follows"][0]["remark_mobiles"] == []
    await school.bot.hear()
    await school.act("/edit", **PAIR, remark="手改")
    assert (await school.bot.hear())["ChangeType"] == "edit_external_contact"


async def test_tags_join_groups_and_belong_to_the_pair(school: Play) -> None:
    add = "externalcontact/add_corp_tag"
    first = (await school.api(add, {"group_name": "训练营", "tag": [{"name": "未到课"}]}))["tag_group"]
    second = (await school.api(add, {"group_name": "训练营", "tag": [{"name": "意向"}]}))["tag_group"]
    assert first["group_id"] == second["group_id"]
    assert await school.code(add, {"group_name": "训练营", "tag": [{"name": "新"}, {"name": "意向"}]}) == 40071
    assert await school.code(add, {"group_name": "空"}) == 40063
    assert await school.code(add, {"group_id": "etg-none", "tag": [{"name": "x"}]}) == 40068
    assert await school.code(add, {"group_name": "长", "tag": [{"name": "长" * 31}]}) == 40058
    listed = (await school.api("externalcontact/get_corp_tag_list", {}))["tag_group"]
    assert [tag["name"] for tag in listed[0]["tag"]] == ["未到课", "意向"]
    tag_id = first["tag"][0]["id"]
    only = await school.api("externalcontact/get_corp_tag_list", {"tag_id": [tag_id]})
    assert [tag["id"] for tag in only["tag_group"][0]["tag"]] == [tag_id]

    mark = "externalcontact/mark_tag"
    assert await school.code(mark, {**PAIR, "add_tag": [tag_id]}) == 84061
    await school.act("/follow", **PAIR)
    assert await school.code(mark, {**PAIR, "add_tag": ["et-none"]}) == 40068
    assert await school.code(mark, PAIR) == 40063
    assert await school.code(mark, {**PAIR, "add_tag": [tag_id]}) == 0
    assert (await school.see("/state"))["tags"][0]["marks"] == [PAIR]
    got = await school.api("externalcontact/get", external_userid="wmMing")
    assert got["follow_user"][0]["tags"] == [{"group_name": "训练营", "tag_name": "未到课", "tag_id": tag_id, "type": 1}]
    assert await school.code(mark, {**PAIR, "remove_tag": [tag_id]}) == 0
    assert (await school.see("/state"))["tags"][0]["marks"] == []


async def test_contact_ways(school: Play) -> None:
    add, get = "externalcontact/add_contact_way", "externalcontact/get_contact_way"
    way = {"type": 2, "scene": 2, "state": "c2031.dy", "user": ["Lin", "wu"]}
    made = await school.api(add, way)
    got = (await school.api(get, {"config_id": made["config_id"]}))["contact_way"]
    assert (got["state"], got["user"], got["qr_code"]) == ("c2031.dy", ["Lin", "wu"], made["qr_code"])
    assert await school.code(get, {"config_id": "none"}) == 41044
    assert await school.code(add, {**way, "state": "x" * 31}) == 40058
    assert await school.code(add, {**way, "user": ["Lin"] * 101}) == 41041
    assert await school.code(add, {**way, "user": ["nobody"]}) == 40003
    assert await school.code(add, {**way, "type": 1}) == 40058
    assert await school.code(add, {"scene": 2}) == 40063


async def test_adding_again_keeps_the_tags_of_the_pair(school: Play) -> None:
    await school.act("/follow", **PAIR, state="dy01")
    made = await school.api("externalcontact/add_corp_tag", {"group_name": "训练营", "tag": [{"name": "意向"}]})
    tag_id = made["tag_group"]["tag"][0]["id"]
    await school.api("externalcontact/mark_tag", {**PAIR, "add_tag": [tag_id]})
    await school.act("/unfollow", **PAIR, by="learner")
    first, second = [(await school.act("/follow", **PAIR))["welcome_code"] for _ in range(2)]
    follow = (await school.see("/state"))["follows"][0]
    assert (follow["tags"], follow["state"], follow["refused"]) == (["意向"], "dy01", False)
    assert first != second
