"""WeChat customer service: links, the pull protocol, the windows, session states."""

from typing import Any

import pytest

from tests.sandbox.conftest import CREDENTIALS, Play

DESK = CREDENTIALS.open_kfid
HOUR = 3600


def message(content: str = "好", **more: Any) -> dict[str, Any]:
    return {"touser": "wmMing", "open_kfid": DESK, "msgtype": "text", "text": {"content": content}, **more}


async def pull(play: Play, **more: Any) -> dict[str, Any]:
    return await play.api("kf/sync_msg", {"open_kfid": DESK, **more})


async def say(play: Play, text: str = "签到", **more: Any) -> str:
    """A learner's line; the token of its callback."""
    await play.act("/kf/say", external_userid="wmMing", text=text, **more)
    event = await play.bot.hear()
    assert (event["Event"], event["OpenKfId"], "Content" in event) == ("kf_msg_or_event", DESK, False)
    return str(event["Token"])


async def state(play: Play) -> int:
    answer = await play.api("kf/service_state/get", {"open_kfid": DESK, "external_userid": "wmMing"})
    return int(answer["service_state"])


async def move(play: Play, to: int, **more: Any) -> dict[str, Any]:
    body = {"open_kfid": DESK, "external_userid": "wmMing", "service_state": to, **more}
    return await play.api("kf/service_state/trans", body)


async def test_a_line_is_pulled_with_the_callbacks_token(school: Play) -> None:
    token = await say(school, "打卡")
    page = await pull(school, token=token)
    item = page["msg_list"][0]
    assert (item["external_userid"], item["open_kfid"], item["origin"], item["msgtype"], item["text"]) == (
        "wmMing",
        DESK,
        3,
        "text",
        {"content": "打卡"},
    )
    assert (page["has_more"], len(page["next_cursor"]) <= 64) == (0, True)
    assert (await pull(school, token=token, cursor=page["next_cursor"]))["msg_list"] == []


async def test_cursor_paging_with_an_empty_page_in_between(school: Play) -> None:
    for n in range(6):
        token = await say(school, str(n))
    heard, cursor, empty, more = [], "", 0, 1
    while more:
        page = await pull(school, token=token, cursor=cursor, limit=1)
        heard += [item["text"]["content"] for item in page["msg_list"]]
        empty += not page["msg_list"]
        cursor, more = page["next_cursor"], page["has_more"]
    assert (heard, empty) == (["0", "1", "2", "3", "4", "5"], 1)


async def test_cursors_and_limits(school: Play) -> None:
    assert (await pull(school, cursor="nonsense"))["errcode"] == 50100
    assert (await pull(school, cursor="4g!!!"))["errcode"] == 50100
    assert (await pull(school, limit=1001))["errcode"] == 40058
    assert await school.code("kf/sync_msg", {}) == 40063
    assert (await pull(school, open_kfid="wkOther"))["errcode"] == 95004
    assert (await pull(school, open_kfid="x"))["errcode"] == 95000


async def test_three_days_of_history(school: Play) -> None:
    await say(school, "旧")
    school.later(3 * 24 * HOUR + 1)
    school.token = ""
    token = await say(school, "新")
    page = await pull(school, token=token)
    assert [item["text"]["content"] for item in page["msg_list"]] == ["新"]


async def test_tokens_live_ten_minutes_and_calls_without_are_few(school: Play) -> None:
    token = await say(school)
    assert (await pull(school, token="made-up"))["errcode"] == 95007
    school.later(601)
    assert (await pull(school, token=token))["errcode"] == 95007
    assert [(await pull(school))["errcode"] for _ in range(11)] == [0] * 10 + [45009]


async def test_links_and_scene_param(school: Play) -> None:
    path = "kf/add_contact_way"
    url = (await school.api(path, {"open_kfid": DESK, "scene": "camp"}))["url"]
    assert url.startswith("https://work.weixin.qq.com/kfid/kfc")
    assert "?enc_scene=" in url
    assert await school.code(path, {"open_kfid": DESK, "scene": "x" * 33}) == 40058
    assert await school.code(path, {"open_kfid": DESK, "scene": "营"}) == 40058
    await school.act("/kf/enter", external_userid="wmMing", url=f"{url}&scene_param=a%2Bb%20c")
    await school.bot.hear()
    item = (await pull(school))["msg_list"][0]
    assert (item["origin"], item["msgtype"], "external_userid" in item) == (4, "event", False)
    event = item["event"]
    assert (event["event_type"], event["external_userid"], event["scene"], event["scene_param"]) == (
        "enter_session",
        "wmMing",
        "camp",
        "a+b c",
    )
    await school.act("/kf/enter", 400, external_userid="wmMing", url=url.replace("enc_scene", "encScene"))


async def test_no_scene_no_param(school: Play) -> None:
    plain = (await school.api("kf/add_contact_way", {"open_kfid": DESK}))["url"]
    await school.act("/kf/enter", external_userid="wmMing", url=f"{plain}?scene_param=lost")
    await school.act("/kf/enter", external_userid="wmMing", scene="camp", scene_param="x" * 129)
    params = [item["event"]["scene_param"] for item in (await pull(school))["msg_list"]]
    assert params == ["", ""]


async def test_welcome_on_entering_once_within_twenty_seconds(school: Play) -> None:
    def body(code: str, **more: Any) -> dict[str, Any]:
        return {"code": code, "msgtype": "text", "text": {"content": "你好"}, **more}

    path = "kf/send_msg_on_event"
    late = (await school.act("/kf/enter", external_userid="wmHong"))["welcome_code"]
    school.later(21)
    assert await school.code(path, body(late)) == 41050
    code = (await school.act("/kf/enter", external_userid="wmMing"))["welcome_code"]
    assert await school.code(path, body(code, msgtype="link")) == 40008
    school.later(20)
    assert [await school.code(path, body(code)) for _ in range(2)] == [0, 41050]
    assert [m["text"] for m in await school.phone("wmMing")] == ["你好"]
    assert (await school.act("/kf/enter", external_userid="wmMing"))["welcome_code"] == ""
    school.later(48 * HOUR + 1)
    assert (await school.act("/kf/enter", external_userid="wmMing"))["welcome_code"]
    await school.act("/kf/say", external_userid="wmMing", text="在吗")
    assert (await school.act("/kf/enter", external_userid="wmMing"))["welcome_code"] == ""


async def test_five_messages_until_the_learner_writes_again(school: Play) -> None:
    await say(school)
    assert [await school.code("kf/send_msg", message(str(n))) for n in range(6)] == [0] * 5 + [95001]
    await say(school)
    assert await school.code("kf/send_msg", message()) == 0
    window = (await school.see("/state"))["kf"]["windows"][0]
    assert (window["open"], window["sent"], window["left"]) == (True, 1, 4)


async def test_only_words_of_the_learner_count_anew(school: Play) -> None:
    await say(school)
    for number in range(5):
        await school.api("kf/send_msg", message(str(number)))
    await school.act("/kf/enter", external_userid="wmMing")
    assert await school.code("kf/send_msg", message()) == 95001
    school.later(48 * HOUR + 1)
    school.token = ""
    await school.act("/kf/enter", external_userid="wmMing")
    assert await school.code("kf/send_msg", message()) == 95002
    await school.act("/kf/say", external_userid="wmMing", text="在吗")
    assert [await school.code("kf/send_msg", message(str(n))) for n in range(6)] == [0] * 5 + [95001]


async def test_an_ended_session_takes_no_message_although_the_window_is_open(school: Play) -> None:
    await say(school)
    await move(school, 4)
    assert await school.code("kf/send_msg", message()) == 95018


async def test_the_windows_of_two_learners_and_two_accounts_are_their_own(school: Play) -> None:
    other = school.stage.desk.add_account("wkOther", "另一个").open_kfid
    await say(school)
    for number in range(5):
        await school.api("kf/send_msg", message(str(number)))
    await school.act("/kf/say", external_userid="wmHong", text="在吗")
    await school.act("/kf/say", external_userid="wmMing", open_kfid=other, text="在吗")
    assert await school.code("kf/send_msg", message()) == 95001
    assert await school.code("kf/send_msg", message(touser="wmHong")) == 0
    assert await school.code("kf/send_msg", message(open_kfid=other)) == 0


async def test_48_hours_and_never_written(school: Play) -> None:
    assert await school.code("kf/send_msg", message()) == 95002
    await school.act("/kf/enter", external_userid="wmMing")
    assert await school.code("kf/send_msg", message()) == 95002
    await school.act("/kf/say", external_userid="wmMing", text="在吗")
    school.later(48 * HOUR)
    school.token = ""
    assert await school.code("kf/send_msg", message()) == 0
    school.later(1)
    assert await school.code("kf/send_msg", message()) == 95002


async def test_sent_messages_are_shown_and_never_pulled(school: Play) -> None:
    token = await say(school)
    await school.api("kf/send_msg", message("已签到"))
    assert [(m["from"], m["text"]) for m in await school.phone("wmMing")] == [("me", "签到"), ("kf", "已签到")]
    assert len((await pull(school, token=token))["msg_list"]) == 1


async def test_a_msgid_is_refused_the_second_time(school: Play) -> None:
    await say(school)
    assert (await school.api("kf/send_msg", message(msgid="c1-d3")))["msgid"] == "c1-d3"
    assert await school.code("kf/send_msg", message(msgid="c1-d3")) == 40058
    assert await school.code("kf/send_msg", message(msgid="x" * 33)) == 40058
    assert len(await school.phone("wmMing")) == 2


@pytest.mark.parametrize(
    ("more", "errcode"),
    [
        ({"text": {"content": "字" * 683}}, 45002),
        ({"text": {}}, 40063),
        ({"touser": "wmNone"}, 40096),
        ({"open_kfid": "wkNone"}, 95004),
        ({"msgtype": "poster"}, 40008),
        ({"msgtype": "msgmenu", "msgmenu": {"list": [{"type": "click", "click": {"content": "x"}}] * 11}}, 95008),
        ({"msgtype": "msgmenu", "msgmenu": {"list": [{"type": "poke"}]}}, 95009),
        ({"msgtype": "msgmenu", "msgmenu": {"tail_content": "x"}}, 40063),
    ],
)
async def test_refused_kf_messages(school: Play, more: dict[str, Any], errcode: int) -> None:
    await say(school)
    assert await school.code("kf/send_msg", message(**more)) == errcode


async def test_menu_clicks_come_back_as_text_with_menu_id(school: Play) -> None:
    await say(school)
    menu = {"head_content": "打卡", "list": [{"type": "click", "click": {"id": "checkin-3", "content": "已完成"}}]}
    await school.api("kf/send_msg", {**message(), "msgtype": "msgmenu", "msgmenu": menu})
    shown = (await school.phone("wmMing"))[-1]
    assert (shown["kind"], shown["text"]) == ("menu", "打卡")
    assert shown["items"] == [{"type": "click", "id": "checkin-3", "content": "已完成"}]
    await school.act("/kf/say", 400, external_userid="wmMing", menu_id="checkin-9")
    token = await say(school, "", menu_id="checkin-3")
    item = (await pull(school, token=token))["msg_list"][-1]
    assert item["text"] == {"content": "已完成", "menu_id": "checkin-3"}


async def test_accounts_by_get_and_post(school: Play) -> None:
    listed = await school.api("kf/account/list")
    assert listed == await school.api("kf/account/list", {"limit": 100, "offset": 0})
    assert [(a["open_kfid"], a["manage_privilege"]) for a in listed["account_list"]] == [(DESK, True)]


async def test_customer_batchget(school: Play) -> None:
    await school.act("/kf/enter", external_userid="wmMing", scene="camp", scene_param="u1")
    body = {"external_userid_list": ["wmMing", "wmHong", "wmNone"], "need_enter_session_context": 1}
    answer = await school.api("kf/customer/batchget", body)
    assert answer["invalid_external_userid"] == ["wmHong", "wmNone"]
    customer = answer["customer_list"][0]
    assert (customer["nickname"], customer["enter_session_context"]) == ("小明", {"scene": "camp", "scene_param": "u1"})
    assert await school.code("kf/customer/batchget", {"external_userid_list": ["w"] * 101}) == 40058
