"""Customers, tags, contact ways, the welcome message and the counts of members."""

from dataclasses import replace
from typing import Any

from sandbox.clock import DAY
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
    assert await school.code(path, {"text": {"content": "欢迎"}}) == 41049
    assert await school.code(path, {"welcome_code": code, "attachments": [{"msgtype": "voice"}]}) == 41065
    assert await school.code(path, {"welcome_code": code, "attachments": [{"msgtype": "image", "image": {}}]}) == 41006


async def test_welcome_with_attachments(school: Play) -> None:
    code = (await school.act("/follow", **PAIR))["welcome_code"]
    link = {"msgtype": "link", "link": {"title": "课表", "url": "https://example.com"}}
    picture = {"msgtype": "image", "image": {"pic_url": "https://example.com/1.png"}}
    body = {"welcome_code": code, "text": {"content": "欢迎"}, "attachments": [link, picture]}
    assert await school.code("externalcontact/send_welcome_msg", body) == 0
    seen = await school.phone("wmMing")
    assert [(bubble["kind"], bubble["from"]) for bubble in seen] == [("welcome", "Lin"), ("link", "Lin"), ("image", "Lin")]


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
    for wrong, errcode in (("type", 41037), ("scene", 41038)):
        assert await school.code(add, {**way, wrong: None}) == errcode
    for wrong, errcode in (("type", 41039), ("scene", 41040)):
        assert await school.code(add, {**way, wrong: 3}) == errcode
    assert await school.code(add, {**way, "scene": 1, "style": 9}) == 41042
    assert await school.code(add, {**way, "remark": "x" * 31}) == 40058
    assert await school.code(add, {**way, "party": [99]}) == 60123
    assert "qr_code" not in await school.api(add, {**way, "scene": 1})
    school.stage.config = replace(school.stage.config, ways_ceiling=2)
    assert await school.code(add, way) == 41045


async def test_a_contact_way_of_a_department_counts_everybody_in_it(school: Play) -> None:
    add, way = "externalcontact/add_contact_way", {"type": 2, "scene": 2, "party": [7]}
    await school.act("/departments", id=7, name="班主任")
    for number in range(100):
        await school.act("/members", userid=f"t{number}", name=f"老师{number}", department_ids=[7])
    assert await school.code(add, way) == 0
    await school.act("/members", userid="t100", name="老师100", department_ids=[7])
    assert await school.code(add, way) == 41041


async def test_contact_ways_are_listed_changed_and_removed(school: Play) -> None:
    ways = "externalcontact/{}_contact_way"
    made = [
        (await school.api(ways.format("add"), {"type": 1, "scene": 2, "user": [userid]}))["config_id"]
        for userid in ("Lin", "wu", "wu")
    ]
    first = await school.api(ways.format("list"), {"limit": 2})
    second = await school.api(ways.format("list"), {"limit": 2, "cursor": first["next_cursor"]})
    assert [way["config_id"] for page in (first, second) for way in page["contact_way"]] == made
    assert (await school.api(ways.format("list"), {"end_time": int(NOW) - 1}))["contact_way"] == []
    assert await school.code(ways.format("list"), {"limit": 1001}) == 40058
    update = ways.format("update")
    assert await school.code(update, {"config_id": made[0], "state": "neu", "user": ["wu"]}) == 0
    way = (await school.api(ways.format("get"), {"config_id": made[0]}))["contact_way"]
    assert (way["state"], way["user"], way["type"]) == ("neu", ["wu"], 1)
    assert await school.code(update, {"config_id": made[0], "user": ["wu", "Lin"]}) == 40058
    assert await school.code(ways.format("del"), {"config_id": made[0]}) == 0
    for verb in ("get", "update", "del"):
        assert await school.code(ways.format(verb), {"config_id": made[0]}) == 41044
    await school.act("/scan", 400, external_userid="wmMing", config_id=made[0])


async def test_scanning_a_contact_way_goes_round_its_members(school: Play) -> None:
    add, way = "externalcontact/add_contact_way", {"type": 2, "scene": 2, "state": "dy01", "user": ["Lin", "wu"]}
    made = await school.api(add, way)
    for who, userid in (("wmMing", "Lin"), ("wmHong", "wu"), ("wmMing", "Lin")):
        went = await school.act("/scan", external_userid=who, url=made["qr_code"])
        event = await school.bot.hear()
        assert (went["userid"], event["UserID"], event["State"]) == (userid, userid, "dy01")
        assert event["WelcomeCode"] == went["welcome_code"]
    exclusive = await school.api(add, {**way, "is_exclusive": True})
    assert (await school.act("/scan", external_userid="wmHong", config_id=exclusive["config_id"]))["userid"] == "wu"


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


async def test_changing_and_removing_tags_of_ones_own(school: Play) -> None:
    add, edit, remove = (f"externalcontact/{verb}_corp_tag" for verb in ("add", "edit", "del"))
    made = (await school.api(add, {"group_name": "营", "tag": [{"name": "未到课"}, {"name": "意向"}]}))["tag_group"]
    absent, keen = [tag["id"] for tag in made["tag"]]
    await school.act("/follow", **PAIR)
    await school.api("externalcontact/mark_tag", {**PAIR, "add_tag": [absent, keen]})
    assert await school.code(edit, {"id": absent, "name": "意向"}) == 40071
    assert await school.code(edit, {"id": absent, "name": "缺课", "order": 3}) == 0
    assert await school.code(edit, {"id": made["group_id"], "name": "七天营"}) == 0
    (group,) = (await school.api("externalcontact/get_corp_tag_list", {}))["tag_group"]
    assert (group["group_name"], group["tag"][0]["name"], group["tag"][0]["order"]) == ("七天营", "缺课", 3)
    assert await school.code(edit, {"id": "et-none"}) == 40068
    assert await school.code(remove, {"tag_id": ["et-none"]}) == 40068
    assert await school.code(remove, {}) == 40063
    assert await school.code(remove, {"tag_id": [absent]}) == 0
    assert (await school.see("/state"))["follows"][0]["tags"] == ["意向"]
    assert await school.code(remove, {"tag_id": [keen]}) == 0
    assert (await school.api("externalcontact/get_corp_tag_list", {}))["tag_group"] == []


async def test_tag_events_name_the_tag_or_its_group(school: Play) -> None:
    async def heard(count: int) -> set[tuple[str, ...]]:
        events = [await school.bot.hear() for _ in range(count)]
        assert {event["Event"] for event in events} == {"change_external_tag"}
        return {(event["ChangeType"], event["TagType"], event["Id"]) for event in events}

    made = await school.act("/tags", group="来源", name="抖音")
    group_id, tag_id = made["group_id"], made["tag_id"]
    assert await heard(2) == {("create", "tag_group", group_id), ("create", "tag", tag_id)}
    other = (await school.act("/tags", group="来源", name="视频号"))["tag_id"]
    assert await heard(1) == {("create", "tag", other)}
    await school.act(f"/tags/{tag_id}", name="抖音直播")
    assert await heard(1) == {("update", "tag", tag_id)}
    await school.act(f"/tags/{group_id}/shuffle", order=[other, tag_id])
    assert await heard(1) == {("shuffle", "tag_group", group_id)}
    (group,) = (await school.api("externalcontact/get_corp_tag_list", {}))["tag_group"]
    assert [tag["name"] for tag in group["tag"]] == ["视频号", "抖音直播"]
    await school.client.delete(f"/_sandbox/tags/{group_id}")
    assert await heard(1) == {("delete", "tag_group", group_id)}


async def test_tags_of_the_console_can_be_marked_but_not_changed(school: Play) -> None:
    made = await school.act("/tags", group="来源", name="抖音")
    await school.act("/follow", **PAIR)
    assert await school.code("externalcontact/mark_tag", {**PAIR, "add_tag": [made["tag_id"]]}) == 0
    for one_id in made.values():
        assert await school.code("externalcontact/edit_corp_tag", {"id": one_id, "name": "x"}) == 301002
    assert await school.code("externalcontact/del_corp_tag", {"tag_id": [made["tag_id"]]}) == 301002
    assert await school.code("externalcontact/del_corp_tag", {"group_id": [made["group_id"]]}) == 301002


async def test_ceilings_of_tags(school: Play) -> None:
    school.stage.config = replace(school.stage.config, corp_tags=2)
    body = {"group_name": "营", "tag": [{"name": "a"}, {"name": "b"}]}
    assert await school.code("externalcontact/add_corp_tag", {**body, "tag": [{"name": name} for name in "abc"]}) == 40126
    assert await school.code("externalcontact/add_corp_tag", body) == 0
    mark = {**PAIR, "add_tag": ["et"] * 3001}
    assert await school.code("externalcontact/mark_tag", mark) == 40058


async def test_a_tag_set_in_the_client_is_called_back(school: Play) -> None:
    made = await school.act("/tags", group="来源", name="抖音")
    await school.act("/follow", **PAIR)
    for _ in range(3):
        await school.bot.hear()
    await school.act("/mark", **PAIR, add_tag=[made["tag_id"]])
    assert (await school.bot.hear())["ChangeType"] == "edit_external_contact"
    assert (await school.see("/state"))["follows"][0]["tags"] == ["抖音"]
    await school.act("/mark", 400, **PAIR, add_tag=["et-none"])


async def test_wecom_users_of_another_corp(school: Play) -> None:
    await school.act("/learners", external_userid="woLi", name="李老师")
    await school.act("/follow", userid="Lin", external_userid="woLi")
    await school.act("/follow", **PAIR)
    for external_userid in ("woLi", "wmMing"):
        body = {"userid": "Lin", "external_userid": external_userid, "remark_company": "星星小学"}
        assert await school.code("externalcontact/remark", body) == 0
    outside, learner = [await school.api("externalcontact/get", external_userid=who) for who in ("woLi", "wmMing")]
    assert (outside["external_contact"]["type"], learner["external_contact"]["type"]) == (2, 1)
    assert ("corp_name" in outside["external_contact"], "corp_name" in learner["external_contact"]) == (True, False)
    assert [got["follow_user"][0]["remark_corp_name"] for got in (outside, learner)] == ["", "星星小学"]


async def test_everybody_served_is_listed_customers_or_not(school: Play) -> None:
    await school.act("/follow", **PAIR)
    await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    for external_userid in ("wmMing", "wmHong"):
        await school.act("/groups/wrA/join", external_userid=external_userid)
    path = "externalcontact/contact_list"
    first = await school.api(path, {"limit": 1})
    second = await school.api(path, {"limit": 1, "cursor": first["next_cursor"]})
    (friend,), (stranger,) = first["info_list"], second["info_list"]
    assert (friend["is_customer"], friend["external_userid"], friend["follow_userid"]) == (True, "wmMing", "Lin")
    assert (stranger["is_customer"], stranger["name"], stranger["chat_id"]) == (False, "小*", "wrA")
    assert "external_userid" not in stranger
    school.later(4 * 3600)
    school.token = ""
    assert (await school.api(path, {"limit": 1}))["info_list"][0]["tmp_openid"] != friend["tmp_openid"]


async def test_what_members_have_done(school: Play) -> None:
    await school.act("/follow", **PAIR)
    await school.act("/contact/say", **{"from": "wmMing", "to": "Lin", "text": "老师在吗"})
    school.later(120)
    await school.act("/contact/say", **{"from": "Lin", "to": "wmMing", "text": "在的"})
    await school.act("/unfollow", **PAIR, by="learner")
    path, body = "externalcontact/get_user_behavior_data", {"userid": ["Lin"], "start_time": int(NOW)}
    (day,) = (await school.api(path, body))["behavior_data"]
    del day["stat_time"]
    assert day == {
        "chat_cnt": 1,
        "message_cnt": 1,
        "reply_percentage": 100,
        "avg_reply_time": 2,
        "negative_feedback_cnt": 1,
        "new_apply_cnt": 1,
        "new_contact_cnt": 1,
    }
    assert await school.code(path, {**body, "end_time": int(NOW) + 30 * DAY}) == 600018
    assert await school.code(path, {**body, "userid": ["nobody"]}) == 40003
    assert await school.code(path, {**body, "userid": ["u"] * 101}) == 40058
    assert await school.code(path, {"start_time": int(NOW)}) == 40063
