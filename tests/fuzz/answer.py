"""What WeCom answers to our own questions, gone wrong: the items of a kf pull above all, as their words are a stranger's."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from handlers.core import router
from tests.fuzz.attempt import Attempt
from tests.fuzz.odd import fields, value, words
from tests.fuzz.source import Source

KF = "wkFuzzDesk"
_LEARNERS = ("wmYu", "wmMing", "wmNew")
# What was asked, beside kf.sync: (call, payload, context).
QUESTIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "kf.sync": ({"open_kfid": KF, "cursor": "", "token": ""}, {"open_kfid": KF, "cursor": "", "token": "", "dry": 0}),
    "kf.customers": ({"external_userids": ["wmYu"]}, {}),
    "kf.link": ({"open_kfid": KF, "scene": "camp"}, {}),
    "contact.get": ({"external_userid": "wmYu"}, {"external_userid": "wmYu"}),
    "group.get": ({"chat_id": "wrFuzzA"}, {"class_group_id": 1, "expect": ""}),
    "group.get_join_way": ({"config_id": "jw"}, {"join_way": 1}),
    "group.statistics": (
        {"owners": ["lin"], "start": 1795600800, "end": 1795600800},
        {"talk": ["lin", None, ""], "where": "A班", "groups": [1], "language": "zh", "start": 1795600800},
    ),
}


@cache
def learner_lines() -> tuple[str, ...]:
    """Everything learners may say: each name of each command, and each example."""
    commands = router.discover().learner_commands
    return tuple(line for command in commands for line in (*command.names, *command.example))


def hostile_answer(source: Source, now: int, tickets: tuple[str, ...]) -> Attempt:
    """The bytes of an answer to one of our questions; `tickets` are scene_params the house would sign."""
    call = "kf.sync" if not source.odds(60) else source.pick(tuple(QUESTIONS))
    if source.odds(8):
        return Attempt("answer", call=call, answer=source.rest())
    said: dict[str, Any] = {"errcode": 0, "errmsg": "ok", **_ANSWERS[call](source, now, tickets)}
    text = json.dumps(fields(source, said) if source.odds(40) else said, ensure_ascii=source.odds(40))
    return Attempt("answer", call=call, answer=text.encode("utf-8", "surrogatepass" if source.odds(10) else "replace"))


def _pull(source: Source, now: int, tickets: tuple[str, ...]) -> dict[str, Any]:
    items = [fields(source, _item(source, now, tickets, number)) for number in range(1 + source.below(3))]
    return {"next_cursor": f"c{source.name}", "has_more": 0, "msg_list": items if not source.odds(6) else value(source, "x")}


def _item(source: Source, now: int, tickets: tuple[str, ...], number: int) -> dict[str, Any]:
    item: dict[str, Any] = {
        "msgid": f"k{source.name}{number}",
        "open_kfid": KF,
        "external_userid": source.pick((*_LEARNERS, f"wm{source.name}")),
        "send_time": now - source.pick((0, 5, 300_000, -600)),
        "origin": source.pick((3, 3, 3, 4, 5)),
        "msgtype": "text",
    }
    kind = source.below(8)
    if kind < 5:
        said = source.pick(learner_lines())
        if source.odds(128):
            said += source.pick(("", " ", "1 ", " 2 ", "#")) + words(source, "")
        text: dict[str, Any] = {"content": said}
        if source.odds(40):
            text["menu_id"] = source.pick(
                ("checkin:1", "cmd:帮助", f"checkin:{'9' * 30}", f"checkin:{'9' * 5000}", words(source, "cmd:进度"))
            )
        return item | {"text": fields(source, text)}
    if kind == 5:
        media = source.pick(("image", "voice", "file", "location", "miniprogram", "channels_shop_order", "merged_msg", "note"))
        return item | {"msgtype": media, media: value(source, {"media_id": "m"})}
    return item | {"msgtype": "event", "event": fields(source, _event(source, item, tickets))}


def _event(source: Source, item: dict[str, Any], tickets: tuple[str, ...]) -> dict[str, Any]:
    given = {"open_kfid": KF, "external_userid": item["external_userid"]}
    kind = source.pick(
        ("enter_session", "msg_send_fail", "session_status_change", "user_recall_msg", "servicer_status_change", "odd")
    )
    if kind == "enter_session":
        ticket = source.pick(tickets)
        if source.odds(60):
            ticket = words(source, ticket[:-1])
        return {"event_type": kind, **given, "scene": "camp", "scene_param": ticket, "welcome_code": f"w{source.name}"}
    if kind == "msg_send_fail":
        return {"event_type": kind, **given, "fail_msgid": "m1-1-5", "fail_type": source.pick((0, 4, 10, "4", 99))}
    return {"event_type": kind, **given, "change_type": 1, "recall_msgid": "x", "new_servicer_userid": "lin"}


def _customers(source: Source, now: int, tickets: tuple[str, ...]) -> dict[str, Any]:
    person = {"external_userid": "wmYu", "nickname": words(source, "周小雨"), "unionid": words(source, "u1"), "gender": 1}
    return {"customer_list": value(source, [fields(source, person)]), "invalid_external_userid": []}


def _contact(source: Source, now: int, tickets: tuple[str, ...]) -> dict[str, Any]:
    contact = {"external_userid": "wmYu", "name": words(source, "小雨"), "type": 1, "unionid": words(source, "u1")}
    follow = {"userid": "lin", "remark": "r", "state": "dy01", "createtime": now, "remark_mobiles": ["13800138000"], "tags": []}
    return {"external_contact": fields(source, contact), "follow_user": value(source, [fields(source, follow)])}


def _group(source: Source, now: int, tickets: tuple[str, ...]) -> dict[str, Any]:
    member = {"userid": "wmYu", "type": 2, "join_time": now, "join_scene": 3, "name": words(source, "小雨"), "unionid": "u1"}
    group = {"chat_id": "wrFuzzA", "name": "A班", "owner": "lin", "member_version": "v9", "member_list": [fields(source, member)]}
    return {"group_chat": fields(source, group)}


def _join_way(source: Source, now: int, tickets: tuple[str, ...]) -> dict[str, Any]:
    way = {"qr_code": words(source, "https://wework.qpic.cn/x"), "chat_id_list": value(source, ["wrFuzzA", "wrNew"])}
    return {"join_way": fields(source, way)}


def _statistics(source: Source, now: int, tickets: tuple[str, ...]) -> dict[str, Any]:
    day = {"stat_time": now, "data": fields(source, {"msg_total": 3, "member_has_msg": 2, "chat_total": 1})}
    return {"items": value(source, [fields(source, day)])}


_ANSWERS = {
    "kf.sync": _pull,
    "kf.customers": _customers,
    "kf.link": lambda source, now, tickets: {"url": words(source, "https://work.weixin.qq.com/kfid/x")},
    "contact.get": _contact,
    "group.get": _group,
    "group.get_join_way": _join_way,
    "group.statistics": _statistics,
}
