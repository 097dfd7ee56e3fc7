"""Mass sends: the bodies of the fact sheet (6.7), and what the answers become."""

from __future__ import annotations

import pytest

from bot.wecom.errors import Outcome, classify
from bot.wecom.road import Json, RoadContext
from bot.wecom.roads import calls_by_name, load_roads

CALLS = calls_by_name(load_roads())
CTX = RoadContext(1000017)


def build(name: str, payload: Json) -> Json:
    return CALLS[name].build(payload, CTX)


def test_send() -> None:
    payload = {"userid": "lin", "external_userids": ["wm1", "wm2"], "text": "第3课没看到你"}
    body = {
        "chat_type": "single",
        "external_userid": ["wm1", "wm2"],
        "sender": "lin",
        "text": {"content": "第3课没看到你"},
    }
    assert build("contact.mass_send", payload) == body
    link = {"title": "签到", "url": "https://work.weixin.qq.com/kfid/x?scene_param=l3.s", "desc": "点开就签到"}
    assert build("contact.mass_send", {**payload, "link": link}) == {
        **body,
        "attachments": [{"msgtype": "link", "link": link}],
    }
    long = build("contact.mass_send", {**payload, "text": "营" * 4000, "link": {"title": "签" * 99, "url": link["url"]}})
    assert len(long["text"]["content"].encode()) <= 4000
    assert len(long["attachments"][0]["link"]["title"].encode()) <= 128


def test_send_to_groups() -> None:
    link = {"type": "link", "title": "签到", "url": "https://work.weixin.qq.com/kfid/x", "desc": "", "picture": "https://p/1.png"}
    picture = {"type": "picture", "url": "https://wework.qpic.cn/1"}
    payload = {"userid": "lin", "chat_ids": ["wrA"], "text": "第1课", "attached": [link, picture]}
    assert build("contact.mass_send", payload) == {
        "chat_type": "group",
        "chat_id_list": ["wrA"],
        "sender": "lin",
        "text": {"content": "第1课"},
        "attachments": [
            {"msgtype": "link", "link": {"title": "签到", "url": link["url"], "picurl": "https://p/1.png"}},
            {"msgtype": "image", "image": {"pic_url": picture["url"]}},
        ],
    }
    with pytest.raises(ValueError, match="chat_ids"):
        build("contact.mass_send", {**payload, "chat_ids": []})
    assert build("contact.mass_list", {"chat_type": "group", "start": 1, "end": 2})["chat_type"] == "group"
    assert build("contact.mass_owner", {"chat_id": "wrA"}) == {"chat_id": "wrA", "need_name": 0}
    assert CALLS["contact.mass_owner"].read({"group_chat": {"chat_id": "wrA", "owner": "lin"}}) == {"owner": "lin"}
    assert CALLS["contact.mass_owner"].read({}) == {"owner": ""}


def test_nobody_and_too_many_are_refused_before_the_wire() -> None:
    for number in (0, 10_001):
        with pytest.raises(ValueError, match="external_userids"):
            build("contact.mass_send", {"userid": "lin", "external_userids": [f"wm{n}" for n in range(number)], "text": "x"})
    assert len(build("contact.mass_send", {"userid": "l", "external_userids": ["w"] * 10_000, "text": "x"})["external_userid"])


def test_send_answers() -> None:
    read = CALLS["contact.mass_send"].read
    assert read({"msgid": "msgGCAAAX", "fail_list": ["wm2"]}) == {"msgid": "msgGCAAAX", "failed": ["wm2"]}
    assert read({}) == {"msgid": "", "failed": []}  # 41048: nobody can receive it
    assert classify(41048) is Outcome.SUCCESS
    once = [name for name in CALLS if name.startswith("contact.") and not CALLS[name].repeatable]
    assert once == ["contact.mass_send", "contact.mass_remind"]


def test_questions() -> None:
    assert build("contact.mass_task", {"msgid": "m"}) == {"msgid": "m", "limit": 1000}
    assert build("contact.mass_result", {"msgid": "m", "userid": "lin"}) == {"msgid": "m", "userid": "lin", "limit": 1000}
    assert build("contact.mass_remind", {"msgid": "m"}) == {"msgid": "m"}
    assert build("contact.mass_cancel", {"msgid": "m"}) == {"msgid": "m"}
    assert build("contact.mass_list", {"start": 1, "end": 2}) == {
        "chat_type": "single",
        "start_time": 1,
        "end_time": 2,
        "filter_type": 2,
        "limit": 100,
    }


@pytest.mark.parametrize(
    ("name", "answer", "result"),
    [
        (
            "contact.mass_task",
            {"task_list": [{"userid": "lin", "status": "2", "send_time": 1791000000}, {"userid": "wu", "status": 0}]},
            {
                "tasks": [
                    {"userid": "lin", "status": 2, "send_time": 1791000000},
                    {"userid": "wu", "status": 0, "send_time": 0},
                ]
            },
        ),
        (
            "contact.mass_result",
            {"send_list": [{"external_userid": "wm1", "userid": "lin", "status": 1, "send_time": 1791000000}]},
            {"sends": [{"external_userid": "wm1", "chat_id": "", "status": 1, "send_time": 1791000000}]},
        ),
        (
            "contact.mass_list",
            {"group_msg_list": [{"msgid": "m", "create_time": 5, "create_type": 0, "text": {"content": "你好"}}, {"msgid": "n"}]},
            {
                "messages": [
                    {"msgid": "m", "create_time": 5, "text": "你好"},
                    {"msgid": "n", "create_time": 0, "text": ""},
                ]
            },
        ),
    ],
)
def test_answers(name: str, answer: Json, result: Json) -> None:
    assert CALLS[name].read(answer) == result


@pytest.mark.parametrize("name", ["contact.mass_task", "contact.mass_result", "contact.mass_list"])
def test_pages_are_joined(name: str) -> None:
    call = CALLS[name]
    assert call.next_page is not None
    assert call.next_page({"msgid": "m"}, {"next_cursor": "c"}) == {"msgid": "m", "cursor": "c"}
    assert call.next_page({"msgid": "m"}, {"next_cursor": ""}) is None
    (key,) = call.read({})
    assert call.merge([{key: [1, 2]}, {key: []}, {key: [3]}]) == {key: [1, 2, 3]}
