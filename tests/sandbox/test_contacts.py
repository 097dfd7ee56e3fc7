"""Customers, the welcome message and the counts of members."""

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


async def test_a_welcome_comes_too_late_once_the_two_have_talked(school: Play) -> None:
    code = (await school.act("/follow", **PAIR))["welcome_code"]
    await school.act("/contact/say", **{"from": "wmMing", "to": "Lin", "text": "老师好"})
    body = {"welcome_code": code, "text": {"content": "欢迎"}}
    assert await school.code("externalcontact/send_welcome_msg", body) == 41051
    await school.act("/unfollow", **PAIR, by="learner")
    again = (await school.act("/follow", **PAIR))["welcome_code"]
    assert await school.code("externalcontact/send_welcome_msg", {**body, "welcome_code": again}) == 0


async def test_the_other_app_may_take_the_whole_twenty_seconds(school: Play) -> None:
    code = (await school.act("/follow", **PAIR, welcome="busy"))["welcome_code"]
    body = {"welcome_code": code, "text": {"content": "欢迎"}}
    assert await school.code("externalcontact/send_welcome_msg", body) == 41096
    school.later(21)
    assert await school.code("externalcontact/send_welcome_msg", body) == 41050


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


async def test_five_hundred_followers_a_page(school: Play) -> None:
    for number in range(501):
        school.stage.world.add_follow(f"t{number}", "wmMing", "", half=False)
    first = await school.api("externalcontact/get", external_userid="wmMing")
    second = await school.api("externalcontact/get", external_userid="wmMing", cursor=first["next_cursor"])
    assert [len(page["follow_user"]) for page in (first, second)] == [500, 1]
    assert "next_cursor" not in second


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


async def test_where_edits_of_the_api_are_told_too(school: Play) -> None:
    await school.act("/follow", **PAIR)
    await school.bot.hear()
    sent = school.stage.courier.counters.sent
    assert await school.code("externalcontact/remark", {**PAIR, "remark": "小明"}) == 0
    assert school.stage.courier.counters.sent == sent
    school.stage.config = replace(school.stage.config, api_edits_are_told=True)
    tag = (await school.act("/tags", group="来源", name="抖音"))["tag_id"]
    assert {(await school.bot.hear())["Event"] for _ in range(2)} == {"change_external_tag"}
    assert await school.code("externalcontact/remark", {**PAIR, "remark": "小明 2"}) == 0
    assert await school.code("externalcontact/mark_tag", {**PAIR, "add_tag": [tag]}) == 0
    assert {(await school.bot.hear())["ChangeType"] for _ in range(2)} == {"edit_external_contact"}


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
