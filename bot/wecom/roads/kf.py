"""WeChat customer service: the one-to-one road to learners [D 94670, 94677, 95122, 94665, 95159]."""

from __future__ import annotations

import hashlib
import re

from bot.wecom.clip import clip_bytes
from bot.wecom.errors import KF_TOKEN_INVALID
from bot.wecom.fields import at_most, names_of, number_of, rows_of, text_of
from bot.wecom.message import message_of, pairs_of, plain_text
from bot.wecom.road import API_LIMITS, Call, Json, Road, RoadContext

TEXT_BYTES = 2048
MENU_ITEMS = 10
MENU_HEAD_BYTES = 1024  # head, tail and item lengths are those of the official page as remembered, UNCONFIRMED in our sheet
MENU_ITEM_BYTES = 128
SYNC_LIMIT = 1000
MAX_CUSTOMERS = 100
_MSGID = re.compile(r"[0-9a-zA-Z_-]{1,32}")
_USED_MSGID = re.compile(r"repeat|duplicat|already|\bused\b|重复|已使用|已存在", re.IGNORECASE)


def to_body(message: Json) -> Json:
    """Return msgtype and content: a menu of at most ten items, or text; shapes kf does not know become text."""
    items = pairs_of(message, "items")[:MENU_ITEMS] if message.get("type") == "menu" else []
    if not items:
        return {"msgtype": "text", "text": {"content": clip_bytes(plain_text(message), TEXT_BYTES)}}
    menu: Json = {
        "list": [
            {"type": "click", "click": {"id": key, "content": clip_bytes(label or key, MENU_ITEM_BYTES)}}
            for key, label, *_ in items
        ]
    }
    for part in ("head", "tail"):
        if message.get(part):
            menu[f"{part}_content"] = clip_bytes(str(message[part]), MENU_HEAD_BYTES)
    return {"msgtype": "msgmenu", "msgmenu": menu}


def wire_msgid(msgid: str) -> str:
    """Return an id of at most 32 allowed characters, always the same for the same intent: it is our idempotency key."""
    return msgid if _MSGID.fullmatch(msgid) else hashlib.sha256(msgid.encode("utf-8", "replace")).hexdigest()[:32]


def to_message(payload: Json, _ctx: RoadContext) -> Json:
    return {
        "touser": payload["to"],
        "open_kfid": payload["open_kfid"],
        "msgid": wire_msgid(str(payload["msgid"])),
        **to_body(message_of(payload)),
    }


def to_welcome(payload: Json, _ctx: RoadContext) -> Json:
    return {"code": payload["code"], "msgid": wire_msgid(str(payload["msgid"])), **to_body(message_of(payload))}


def sent_before(_errcode: int, errmsg: str) -> bool:
    """A msgid used twice is refused [D 94677] with a code that is UNCONFIRMED, so the words decide until it is known.

    Put the code into `RoadContext.settled_codes` once a live tenant has shown it.
    """
    return "msgid" in errmsg.lower() and bool(_USED_MSGID.search(errmsg))


def to_sync(payload: Json, _ctx: RoadContext) -> Json:
    body: Json = {"open_kfid": payload["open_kfid"], "limit": SYNC_LIMIT, "voice_format": 0}
    return body | {name: payload[name] for name in ("cursor", "token") if payload.get(name)}


def without_token(body: Json, errcode: int) -> Json | None:
    """A sync token lives ten minutes; without one the call still works, under a strict limit [D 94670]."""
    if errcode != KF_TOKEN_INVALID or "token" not in body:
        return None
    return {name: value for name, value in body.items() if name != "token"}


def read_sync(answer: Json) -> Json:
    return {
        "next_cursor": text_of(answer, "next_cursor"),
        "has_more": bool(number_of(answer, "has_more")),
        "msg_list": rows_of(answer, "msg_list"),
    }


def to_link(payload: Json, _ctx: RoadContext) -> Json:
    return {"open_kfid": payload["open_kfid"], "scene": payload.get("scene") or ""}


def to_customers(payload: Json, _ctx: RoadContext) -> Json:
    ids = at_most(names_of(payload["external_userids"]), MAX_CUSTOMERS, "external_userids")
    return {"external_userid_list": ids, "need_enter_session_context": 0}


def read_customers(answer: Json) -> Json:
    kept = ("external_userid", "nickname", "unionid")
    return {
        "customers": [{key: text_of(row, key) for key in kept} for row in rows_of(answer, "customer_list")],
        "invalid": names_of(answer.get("invalid_external_userid")),
    }


ROAD = Road(
    name="kf",
    calls=(
        Call(name="kf.message", path="/cgi-bin/kf/send_msg", build=to_message, settled=sent_before),
        Call(
            name="kf.welcome",
            path="/cgi-bin/kf/send_msg_on_event",
            build=to_welcome,
            settled=sent_before,
            used_codes=frozenset({41050}),  # a code works once [D 95122]; we do not try after its 20 s
        ),
        Call(
            name="kf.sync",
            path="/cgi-bin/kf/sync_msg",
            build=to_sync,
            read=read_sync,
            mend=without_token,
        ),
        Call(
            name="kf.link",
            path="/cgi-bin/kf/add_contact_way",
            build=to_link,
            read=lambda answer: {"url": text_of(answer, "url")},
        ),
        Call(
            name="kf.customers",
            path="/cgi-bin/kf/customer/batchget",
            build=to_customers,
            read=read_customers,
        ),
    ),
    limits=API_LIMITS,
)
