"""App messages: limits, invalid recipients, duplicates, cards and their updates, recall."""

from typing import Any

import pytest

from tests.sandbox.conftest import CREDENTIALS, Play

AGENT = CREDENTIALS.agent_id
DAY = 86400


def text(content: str = "好", touser: str = "lin", **more: Any) -> dict[str, Any]:
    return {"touser": touser, "msgtype": "text", "agentid": AGENT, "text": {"content": content}, **more}


def card(**more: Any) -> dict[str, Any]:
    return {
        "card_type": "button_interaction",
        "main_title": {"title": "公海学员待认领"},
        "horizontal_content_list": [{"keyname": "出勤", "value": "3/7"}],
        "task_id": "pool-1",
        "button_list": [{"text": "认领", "key": "claim:1"}, {"text": "跳过", "key": "skip:1"}],
        **more,
    }


def send_card(wanted: dict[str, Any], touser: str = "lin") -> dict[str, Any]:
    return {"touser": touser, "msgtype": "template_card", "agentid": AGENT, "template_card": wanted}


async def test_text_is_cut_at_2048_bytes(school: Play) -> None:
    answer = await school.api("message/send", text("字" * 700))
    assert answer["errcode"] == 0
    assert (await school.phone("Lin"))[0]["text"] == "字" * 682


async def test_invalid_users_come_back_lower_cased_and_joined(school: Play) -> None:
    await school.act("/members/wu/leave")
    answer = await school.api("message/send", text(touser="LIN|Nobody|WU"))
    assert (answer["errcode"], answer["invaliduser"]) == (0, "nobody|wu")
    assert await school.code("message/send", text(touser="Nobody|wu")) == 81013
    assert await school.code("message/send", text(touser="")) == 40063
    assert await school.code("message/send", text(touser="|".join(f"u{n}" for n in range(1001)))) == 40032
    for name in ("toparty", "totag"):
        assert await school.code("message/send", text(**{name: "|".join(map(str, range(101)))})) == 40032


async def test_all_and_party(school: Play) -> None:
    await school.api("message/send", text(touser="@all"))
    await school.api("message/send", text(touser="", toparty="1|77"))
    assert [len(await school.phone(userid)) for userid in ("Lin", "wu")] == [2, 2]


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"agentid": 1}, 301002),
        ({"agentid": None}, 40056),
        ({"msgtype": "poster"}, 40008),
        ({"msgtype": "news"}, 40063),
        ({"safe": 2}, 40058),
        ({"text": {"content": ""}}, 44004),
        ({"text": "好"}, 40058),
        ({"msgtype": "markdown", "markdown": {"content": "字" * 683}}, 45002),
        ({"msgtype": "textcard", "textcard": {"title": "无"}}, 40063),
    ],
)
async def test_refused_messages(school: Play, body: dict[str, Any], errcode: int) -> None:
    assert await school.code("message/send", {**text(), **body}) == errcode
    assert await school.phone("Lin") == []


async def test_markdown_and_textcard_are_shown(school: Play) -> None:
    await school.api("message/send", {**text(), "msgtype": "markdown", "markdown": {"content": "**好**"}})
    parts = {"title": "标题", "description": "描述", "url": "https://x.example", "btntxt": "去认领吧吧"}
    await school.api("message/send", {**text(), "msgtype": "textcard", "textcard": parts})
    assert [(m["kind"], m["text"]) for m in await school.phone("Lin")] == [
        ("markdown", "**好**"),
        ("textcard", "标题\n描述"),
    ]


async def test_duplicate_check_compares_with_any_earlier_message_inside_the_interval(school: Play) -> None:
    first = await school.api("message/send", text())
    again = text(enable_duplicate_check=1, duplicate_check_interval=60)
    school.later(60)
    assert (await school.api("message/send", again))["msgid"] == first["msgid"]
    assert len(await school.phone("Lin")) == 1
    school.later(1)
    await school.api("message/send", again)
    await school.api("message/send", text())
    assert len(await school.phone("Lin")) == 3
    assert await school.code("message/send", text(duplicate_check_interval=14401)) == 40058


async def test_the_duplicate_check_lasts_half_an_hour_unless_said_otherwise(school: Play) -> None:
    checked = text(enable_duplicate_check=1)
    await school.api("message/send", checked)
    school.later(1800)
    await school.api("message/send", checked)
    assert len(await school.phone("Lin")) == 1
    school.later(1)
    await school.api("message/send", checked)
    assert len(await school.phone("Lin")) == 2


async def test_thirty_a_minute_per_member_then_silence(school: Play) -> None:
    codes = [await school.code("message/send", text(str(n), "lin|wu" if n else "lin")) for n in range(31)]
    assert codes == [0] * 31
    assert [len(await school.phone(userid)) for userid in ("Lin", "wu")] == [30, 30]
    assert (await school.see("/state"))["counters"]["dropped_app_messages"] == 1
    school.later(60)
    await school.api("message/send", text("later"))
    assert len(await school.phone("Lin")) == 31


async def test_a_thousand_an_hour_per_member(school: Play) -> None:
    for _ in range(1000):
        school.stage.limits.member_hour.admit("Lin", school.clock.now())
    await school.api("message/send", text())
    assert await school.phone("Lin") == []


@pytest.mark.parametrize(
    ("wanted", "errcode"),
    [
        (card(task_id="no spaces"), 42014),
        (card(task_id="x" * 129), 42014),
        (card(task_id=""), 42014),
        (card(card_type="poster"), 42031),
        (card(main_title={}), 42033),
        (card(button_list=[]), 42038),
        (card(button_list=[{"text": "认", "key": "k"}] * 7), 42038),
        (card(button_list=[{"text": "认领" * 6, "key": "k"}]), 42038),
        (card(button_list=[{"text": "认领", "key": "k" * 1025}]), 42039),
        (card(button_list=[{"text": "看", "type": 1}]), 42028),
        (card(horizontal_content_list=[{"keyname": "出勤"}] * 7), 42035),
        (card(horizontal_content_list=[{"keyname": "出勤出勤出勤"}]), 42027),
        (card(horizontal_content_list=[{"keyname": "出勤", "value": "很" * 31}]), 42035),
        (card(horizontal_content_list=[{"keyname": "人", "type": 3}]), 42050),
        (card(jump_list=[{"title": "x"}] * 4), 42042),
        (card(action_menu={"action_list": [{"text": "a", "key": "k"}] * 2}), 42051),
        (card(card_type="text_notice"), 42045),
        (card(card_type="news_notice", card_action={"type": 0}), 42044),
        (card(card_type="vote_interaction"), 42043),
        (card(card_type="multiple_interaction"), 42047),
        (card(card_type="vote_interaction", checkbox={"question_key": "q", "option_list": [{"id": "1", "text": "好"}]}), 42046),
        (
            card(
                card_type="multiple_interaction",
                select_list=[{"question_key": "q", "option_list": [{"id": "1", "text": "好"}]}],
                submit_button={"text": "提" * 11, "key": "k"},
            ),
            42049,
        ),
    ],
)
async def test_card_field_faults(school: Play, wanted: dict[str, Any], errcode: int) -> None:
    assert await school.code("message/send", send_card(wanted)) == errcode


async def test_interactive_cards_need_a_callback_url(school: Play) -> None:
    await school.act("/callback-url", url="")
    assert await school.code("message/send", send_card(card())) == 43012


async def test_only_cards_that_call_back_get_a_response_code(school: Play) -> None:
    notice = {"card_type": "text_notice", "main_title": {"title": "好"}, "card_action": {"type": 0}}
    assert "response_code" not in await school.api("message/send", send_card(notice))
    menu = {**notice, "action_menu": {"action_list": [{"text": "不再提醒", "key": "off"}]}, "task_id": "menu-1"}
    assert "response_code" in await school.api("message/send", send_card(menu))
    await school.act("/app/click", userid="Lin", task_id="menu-1", key="off")
    assert (await school.bot.hear())["Event"] == "template_card_menu_event"


async def test_a_task_id_is_not_reusable(school: Play) -> None:
    assert await school.code("message/send", send_card(card())) == 0
    assert await school.code("message/send", send_card(card(main_title={"title": "另一张"}))) == 42014


async def test_click_and_update_for_every_named_recipient(school: Play) -> None:
    sent = await school.api("message/send", send_card(card(), "lin|wu"))
    await school.act("/app/click", userid="wu", task_id="pool-1", key="claim:1")
    event = await school.bot.hear()
    assert (event["FromUserName"], event["EventKey"], event["TaskId"], event["CardType"]) == (
        "wu",
        "claim:1",
        "pool-1",
        "button_interaction",
    )
    assert event["ResponseCode"] != sent["response_code"]
    update = {"userids": ["LIN", "he"], "agentid": AGENT, "button": {"replace_name": "已认领"}}
    answer = await school.api("message/update_template_card", {**update, "response_code": event["ResponseCode"]})
    assert answer["invaliduser"] == ["he"]
    dead, alive = (await school.phone("Lin"))[0], (await school.phone("wu"))[0]
    assert (dead["label"], dead["buttons"]) == ("已认领", [])
    assert [button["key"] for button in alive["buttons"]] == ["claim:1", "skip:1"]
    await school.act("/app/click", 400, userid="Lin", task_id="pool-1", key="claim:1")
    again = {**update, "response_code": event["ResponseCode"]}
    assert await school.code("message/update_template_card", again) == 60140


@pytest.mark.parametrize(("later", "errcode"), [(3 * DAY, 0), (3 * DAY + 1, 60140)])
async def test_response_codes_live_72_hours(school: Play, later: int, errcode: int) -> None:
    sent = await school.api("message/send", send_card(card()))
    await school.act("/app/click", userid="Lin", task_id="pool-1", key="skip:1")
    of_the_click = (await school.bot.hear())["ResponseCode"]
    school.later(later)
    school.token = ""
    for code in (sent["response_code"], of_the_click):
        body = {"atall": 1, "agentid": AGENT, "response_code": code, "button": {"replace_name": "过期"}}
        assert await school.code("message/update_template_card", body) == errcode


async def test_a_refused_update_does_not_use_up_the_code(school: Play) -> None:
    sent = await school.api("message/send", send_card(card()))
    update = {"agentid": AGENT, "response_code": sent["response_code"], "button": {"replace_name": "已认领"}}
    path = "message/update_template_card"
    assert await school.code(path, update) == 40063
    assert await school.code(path, {**update, "userids": [f"u{n}" for n in range(101)]}) == 40058
    assert [await school.code(path, {**update, "atall": 1}) for _ in range(2)] == [0, 60140]


async def test_update_with_a_whole_card(school: Play) -> None:
    sent = await school.api("message/send", send_card(card(), "lin|wu"))
    new = {"card_type": "text_notice", "main_title": {"title": "已被吴销售领取"}, "card_action": {"type": 0}}
    body = {"atall": 1, "agentid": AGENT, "response_code": sent["response_code"], "template_card": new}
    assert (await school.api("message/update_template_card", body))["invaliduser"] == []
    assert [(m["text"], m["buttons"]) for m in await school.phone("Lin")] == [("已被吴销售领取", [])]


async def test_answers_of_a_multiple_choice_card(school: Play) -> None:
    options = [{"id": "price", "text": "价格"}, {"id": "time", "text": "时间"}]
    wanted = {
        "card_type": "multiple_interaction",
        "main_title": {"title": "为什么"},
        "select_list": [{"question_key": "why", "title": "原因", "option_list": options}],
        "submit_button": {"text": "提交", "key": "submit"},
        "task_id": "why-1",
    }
    await school.api("message/send", send_card(wanted))
    await school.act("/app/click", 400, userid="Lin", task_id="why-1", key="submit", selected={"why": ["none"]})
    await school.act("/app/click", userid="Lin", task_id="why-1", key="submit", selected={"why": ["price"]})
    selected = (await school.bot.hear())["SelectedItems"]
    assert selected == {"SelectedItem": {"QuestionKey": "why", "OptionIds": {"OptionId": "price"}}}


async def test_clicks_nobody_could_make(school: Play) -> None:
    await school.api("message/send", send_card(card()))
    await school.act("/app/click", 400, userid="wu", task_id="pool-1", key="claim:1")
    await school.act("/app/click", 400, userid="Lin", task_id="pool-1", key="other")
    await school.act("/app/click", 400, userid="Lin", task_id="pool-2", key="claim:1")


async def test_recall_within_a_day(school: Play) -> None:
    sent = await school.api("message/send", text())
    assert await school.code("message/recall", {"msgid": sent["msgid"]}) == 0
    assert await school.phone("Lin") == []
    assert await school.code("message/recall", {"msgid": "msg-none"}) == 40058
    old = await school.api("message/send", text())
    school.later(DAY)
    school.token = ""
    newer = await school.api("message/send", text("二"))
    assert await school.code("message/recall", {"msgid": old["msgid"]}) == 0
    old = newer
    school.later(DAY + 1)
    school.token = ""
    assert await school.code("message/recall", {"msgid": old["msgid"]}) == 42052
