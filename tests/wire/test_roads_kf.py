"""The customer service road: menus, texts, ids and the pull."""

from __future__ import annotations

import re

from bot.wecom.road import Json, RoadContext
from bot.wecom.roads import calls_by_name, load_roads

CALLS = calls_by_name(load_roads())
CTX = RoadContext(1000017)


def build(name: str, payload: Json) -> Json:
    return CALLS[name].build(payload, CTX)


KF = {"to": "wm31", "open_kfid": "wk1", "msgid": "c2031-d3-000418"}


def test_kf_menu() -> None:
    message = {"type": "menu", "head": "第3天打卡", "items": [["checkin-d3", "已完成"]] * 12, "tail": "回复 帮助"}
    body = build("kf.message", {**KF, "message": message})
    assert {key: body[key] for key in ("touser", "open_kfid", "msgid", "msgtype")} == {
        "touser": "wm31",
        "open_kfid": "wk1",
        "msgid": "c2031-d3-000418",
        "msgtype": "msgmenu",
    }
    click = {"type": "click", "click": {"id": "checkin-d3", "content": "已完成"}}
    assert body["msgmenu"] == {"head_content": "第3天打卡", "list": [click] * 10, "tail_content": "回复 帮助"}


def test_kf_text_and_the_shapes_it_does_not_know() -> None:
    assert build("kf.message", {**KF, "message": {"type": "text", "text": "hi"}})["text"] == {"content": "hi"}
    card = {"type": "card", "title": "标题", "fields": [["期", "1"]], "buttons": [["k", "好"]]}
    assert build("kf.message", {**KF, "message": card})["text"] == {"content": "标题\n期：1\n· 好"}
    long = build("kf.message", {**KF, "message": {"type": "text", "text": "营" * 2000}})["text"]["content"]
    assert len(long.encode()) <= 2048
    empty_menu = {"type": "menu", "head": "没有选项", "items": []}
    assert build("kf.message", {**KF, "message": empty_menu})["msgtype"] == "text"


def test_kf_welcome_and_msgids() -> None:
    welcome = build("kf.welcome", {"code": "wc", "msgid": "w:1/报名", "message": {"type": "text", "text": "hi"}})
    assert set(welcome) == {"code", "msgid", "msgtype", "text"}
    assert re.fullmatch(r"[0-9a-zA-Z_-]{1,32}", welcome["msgid"])
    again = build("kf.welcome", {"code": "wc", "msgid": "w:1/报名", "message": {"type": "text", "text": "hi"}})
    assert again["msgid"] == welcome["msgid"]


def test_kf_sync() -> None:
    assert build("kf.sync", {"open_kfid": "wk1", "cursor": "", "token": None}) == {
        "open_kfid": "wk1",
        "limit": 1000,
        "voice_format": 0,
    }
    item = {"msgid": "kfm-31", "origin": 3, "msgtype": "text", "text": {"content": "打卡", "menu_id": "checkin-d3"}}
    answer = {"errcode": 0, "next_cursor": "4g", "has_more": "0", "msg_list": [item]}
    assert CALLS["kf.sync"].read(answer) == {"next_cursor": "4g", "has_more": False, "msg_list": [item]}


def test_kf_link_and_customers() -> None:
    assert build("kf.link", {"open_kfid": "wk1", "scene": "camp"}) == {"open_kfid": "wk1", "scene": "camp"}
    assert CALLS["kf.link"].read({"url": "https://x"}) == {"url": "https://x"}
    body = build("kf.customers", {"external_userids": ["wm1"]})
    assert body == {"external_userid_list": ["wm1"], "need_enter_session_context": 0}
    answer = {"customer_list": [{"external_userid": "wm1", "nickname": "雨", "avatar": "x"}], "invalid_external_userid": ["wm2"]}
    assert CALLS["kf.customers"].read(answer) == {
        "customers": [{"external_userid": "wm1", "nickname": "雨", "unionid": ""}],
        "invalid": ["wm2"],
    }
