"""Every road builds the bodies of the fact sheet's samples and reads its answers into the contract's shapes."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.wecom.clip import clip_bytes, clip_chars
from bot.wecom.road import Json, NotConfigured, RoadContext
from bot.wecom.roads import BadRoad, calls_by_name, load_roads

CALLS = calls_by_name(load_roads())
CTX = RoadContext(1000017, {"sales": "k1"}, card_url="https://camp.example.cn")
# The table of the contract, with the paths of the fact sheet.
PATHS = {
    "app.message": "/cgi-bin/message/send",
    "app.update_card": "/cgi-bin/message/update_template_card",
    "kf.message": "/cgi-bin/kf/send_msg",
    "kf.welcome": "/cgi-bin/kf/send_msg_on_event",
    "kf.sync": "/cgi-bin/kf/sync_msg",
    "kf.link": "/cgi-bin/kf/add_contact_way",
    "kf.customers": "/cgi-bin/kf/customer/batchget",
    "contact.welcome": "/cgi-bin/externalcontact/send_welcome_msg",
    "contact.get": "/cgi-bin/externalcontact/get",
    "contact.tags": "/cgi-bin/externalcontact/get_corp_tag_list",
    "contact.add_tag": "/cgi-bin/externalcontact/add_corp_tag",
    "contact.mark_tag": "/cgi-bin/externalcontact/mark_tag",
    "contact.follow_users": "/cgi-bin/externalcontact/get_follow_user_list",
    "contact.by_user": "/cgi-bin/externalcontact/batch/get_by_user",
    "contact.mass_send": "/cgi-bin/externalcontact/add_msg_template",
    "contact.mass_owner": "/cgi-bin/externalcontact/groupchat/get",
    "contact.mass_list": "/cgi-bin/externalcontact/get_groupmsg_list_v2",
    "contact.mass_task": "/cgi-bin/externalcontact/get_groupmsg_task",
    "contact.mass_result": "/cgi-bin/externalcontact/get_groupmsg_send_result",
    "contact.mass_remind": "/cgi-bin/externalcontact/remind_groupmsg_send",
    "contact.mass_cancel": "/cgi-bin/externalcontact/cancel_groupmsg_send",
    "group.list": "/cgi-bin/externalcontact/groupchat/list",
    "group.get": "/cgi-bin/externalcontact/groupchat/get",
    "group.add_join_way": "/cgi-bin/externalcontact/groupchat/add_join_way",
    "group.update_join_way": "/cgi-bin/externalcontact/groupchat/update_join_way",
    "group.get_join_way": "/cgi-bin/externalcontact/groupchat/get_join_way",
    "group.statistics": "/cgi-bin/externalcontact/groupchat/statistic_group_by_day",
    "media.join_code": "/cgi-bin/media/upload",
    "directory.departments": "/cgi-bin/department/list",
    "directory.members": "/cgi-bin/user/simplelist",
    "directory.open_userids": "/cgi-bin/batch/openuserid_to_userid",
    "aibot.say": "",
    "aibot.sheet": "",
    "aibot.response": "",
    "robot.message": "/cgi-bin/webhook/send",
    "appchat.create": "/cgi-bin/appchat/create",
    "appchat.update": "/cgi-bin/appchat/update",
    "appchat.get": "/cgi-bin/appchat/get",
    "appchat.send": "/cgi-bin/appchat/send",
}


def build(name: str, payload: Json) -> Json:
    return CALLS[name].build(payload, CTX)


def app(message: Json, **more: object) -> Json:
    return build("app.message", {"to": ["lin"], "message": message, **more})


def test_the_calls_are_those_of_the_contract() -> None:
    assert {name: call.path for name, call in CALLS.items()} == PATHS
    gets = {name for name, call in CALLS.items() if call.method == "GET"}
    assert gets == {
        *("contact.get", "contact.follow_users", "directory.departments", "directory.members", "appchat.get"),
        "aibot.sheet",
    }
    assert [name for name, call in CALLS.items() if call.auth == "key"] == ["robot.message"]
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", name) for name in CALLS)


def write_package(folder: Path, name: str, modules: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    (folder / name).mkdir()
    for module, text in {"__init__": "", **modules}.items():
        (folder / name / f"{module}.py").write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    __import__(name)
    return sys.modules[name]


A_ROAD = "from bot.wecom.road import *\nROAD = Road('{0}', (Call(name='{1}', path='/', build=lambda p, c: p),), ())\n"


def test_a_dropped_file_is_found_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"beta": A_ROAD.format("b", "b.x"), "alpha": A_ROAD.format("a", "a.x")}
    assert [road.name for road in load_roads(write_package(tmp_path, "roads_found", files, monkeypatch))] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("roads_none", {"alpha": "x = 1"}),
        ("roads_same_call", {"a": A_ROAD.format("a", "a.x"), "b": A_ROAD.format("b", "a.x")}),
        ("roads_same_road", {"a": A_ROAD.format("a", "a.x"), "b": A_ROAD.format("a", "b.x")}),
    ],
)
def test_clashes_are_fatal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, files: dict[str, str]) -> None:
    with pytest.raises(BadRoad):
        load_roads(write_package(tmp_path, name, files, monkeypatch))


def test_app_text_with_duplicate_check() -> None:
    body = build(
        "app.message",
        {"to": ["lin", "wu"], "message": {"type": "text", "text": "出勤 41/60"}, "duplicate_check": True},
    )
    assert body == {
        "touser": "lin|wu",
        "agentid": 1000017,
        "msgtype": "text",
        "text": {"content": "出勤 41/60"},
        "enable_duplicate_check": 1,
        "duplicate_check_interval": 1800,
    }
    long = app({"type": "text", "text": "x"}, duplicate_check=True, duplicate_interval_s=99_999)
    assert long["duplicate_check_interval"] == 14_400


def test_app_card_with_buttons() -> None:
    message = {
        "type": "card",
        "task_id": "pool-2031-000418",
        "source": "训练营助手",
        "title": "公海学员待认领",
        "desc": "期次 2031 · 阅读营",
        "fields": [["出勤", "3/7"], ["班主任", "林"]],
        "buttons": [["claim:000418", "认领", 1], ["skip:000418", "跳过", 2]],
    }
    assert app(message)["template_card"] == {
        "card_type": "button_interaction",
        "source": {"desc": "训练营助手", "desc_color": 0},
        "main_title": {"title": "公海学员待认领", "desc": "期次 2031 · 阅读营"},
        "horizontal_content_list": [{"keyname": "出勤", "value": "3/7"}, {"keyname": "班主任", "value": "林"}],
        "task_id": "pool-2031-000418",
        "button_list": [
            {"text": "认领", "style": 1, "key": "claim:000418"},
            {"text": "跳过", "style": 2, "key": "skip:000418"},
        ],
    }


def test_app_card_without_buttons_is_a_notice() -> None:
    card = app({"type": "card", "title": "漏斗", "text": "共 312 人", "fields": [], "buttons": []})["template_card"]
    assert card == {
        "card_type": "text_notice",
        "main_title": {"title": "漏斗"},
        "sub_title_text": "共 312 人",
        "card_action": {"type": 1, "url": "https://camp.example.cn"},
    }


def test_everything_too_long_on_a_card_is_clipped() -> None:
    long = "长" * 300
    message = {
        "type": "card",
        "title": long,
        "desc": long,
        "text": long,
        "source": long,
        "fields": [[long, long]] * 9,
        "buttons": [["k", long]] * 9,
    }
    card = app(message)["template_card"]
    assert len(card["main_title"]["title"]) == 36
    assert len(card["main_title"]["desc"]) == 44
    assert len(card["sub_title_text"]) == 160
    assert [(len(f["keyname"]), len(f["value"])) for f in card["horizontal_content_list"]] == [(5, 30)] * 6
    assert [(len(b["text"]), b["style"]) for b in card["button_list"]] == [(10, 1)] * 6
    assert card["main_title"]["title"].endswith("…")


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60), st.integers(3, 80))
def test_clipping_keeps_the_limit_and_whole_characters(text: str, limit: int) -> None:
    clipped = clip_bytes(text, limit)
    assert len(clipped.encode()) <= limit
    assert clipped == text or (clipped.endswith("…") and text.startswith(clipped[:-1]))
    assert len(clip_chars(text, limit)) <= limit


@pytest.mark.parametrize("kind", ["text", "markdown"])
def test_app_text_never_exceeds_2048_bytes(kind: str) -> None:
    content = app({"type": kind, "text": "a" + "营" * 2000})[kind]["content"]
    assert 2044 <= len(content.encode()) <= 2048
    assert content.endswith("营…")


def test_app_recipients() -> None:
    assert CALLS["app.message"].recipients({"to": ["Lin", "lin", "WU"]}) == ("lin", "wu")
    assert CALLS["app.update_card"].recipients({"userids": ["Lin"]}) == ()
    with pytest.raises(ValueError, match="to"):
        build("app.message", {"to": [str(n) for n in range(1001)], "message": {"text": "x"}})


def test_app_update_card() -> None:
    base = {"userids": ["lin", "wu"], "response_code": "rc"}
    assert build("app.update_card", {**base, "label": "已认领"}) == {
        **base,
        "agentid": 1000017,
        "button": {"replace_name": "已认领"},
    }
    card = build("app.update_card", {**base, "card": {"type": "card", "title": "x"}})["template_card"]
    assert card["card_type"] == "text_notice"
    with pytest.raises(ValueError, match="neither"):
        build("app.update_card", base)
    assert CALLS["app.update_card"].read({"invaliduser": ["Lin"]}) == {"invalid": ["lin"]}


def test_robot() -> None:
    payload = {"robot": "sales", "message": {"type": "text", "text": "今日出勤 41/60"}, "mentions": ["lin"]}
    assert build("robot.message", payload) == {
        "msgtype": "text",
        "text": {"content": "今日出勤 41/60", "mentioned_list": ["lin"]},
    }
    payload["message"] = {"type": "markdown", "text": "**" + "营" * 3000}
    content = build("robot.message", payload)["markdown"]["content"]
    assert len(content.encode()) <= 4096
    assert content.endswith("…\n<@lin>")
    key = CALLS["robot.message"].key
    assert key is not None
    assert key(payload, CTX) == "k1"
    with pytest.raises(NotConfigured):
        key({"robot": "nobody"}, CTX)
    assert "k1" not in repr(CTX)
