"""Webhook robots in internal groups (doc 91770): the key is the secret, 20 messages a minute.

Our choices: a picture whose md5 does not fit is 301019, one that is no JPG or PNG 40005, one above 2 MB 45001; a card of
another kind than the two allowed is 40058; mentions of nobody are simply not shown.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import replace
from typing import Any

from sandbox.api.cards import check_card, check_card_media
from sandbox.api.media import BAD_CONTENT, PICTURE_BYTES, TOO_BIG
from sandbox.api.parts import Said, media_part, mentions, news_part, require, with_names
from sandbox.api.wire import BAD_PARAMETER, Answer, Ask, Refusal, Table, post, too_large
from sandbox.media import is_of_kind
from sandbox.phones import card_text
from sandbox.stage import Stage

MOST_BYTES = {"text": 2048, "markdown": 4096, "markdown_v2": 4096}
CARDS = ("text_notice", "news_notice")
GONE, TOO_OFTEN, WRONG_MD5 = 93000, 45009, 301019
CALLED = re.compile(r"<@([^<>\s]+)>")
EVERYBODY = "@all"


def _names(stage: Stage, userids: list[str], mobiles: list[str]) -> list[str]:
    """How the called people stand in the message."""
    if EVERYBODY in [*userids, *mobiles]:
        return ["所有人"]
    found = [stage.world.active_member(userid) for userid in userids]
    found += [stage.directory.by_mobile(mobile) for mobile in mobiles]
    return list(dict.fromkeys(member.name for member in found if member is not None))


def _text(stage: Stage, ask: Ask) -> Said:
    kind = ask.text("msgtype")
    content = ask.content(kind)
    too_large(content, MOST_BYTES[kind])
    called: dict[str, Any] = {}
    if kind == "text":
        called = mentions(ask, "mentioned_list", "mentioned_mobile_list")
        userids, mobiles = called.get("mentioned_list", []), called.get("mentioned_mobile_list", [])
    else:
        userids, mobiles = CALLED.findall(content) if kind == "markdown" else [], []
    names = _names(stage, userids, mobiles)
    return Said(kind, content, {**called, **({"mentions": names} if names else {})})


def _image(stage: Stage, ask: Ask) -> Said:
    part = ask.part("image")
    require(part, "image", "base64", "md5")
    try:
        content = base64.b64decode(part["base64"], validate=True)
    except (binascii.Error, TypeError):
        raise Refusal(BAD_PARAMETER, "image.base64 is no base64") from None
    if len(content) > PICTURE_BYTES:
        raise Refusal(TOO_BIG, f"the picture exceeds {PICTURE_BYTES} bytes")
    if not is_of_kind("image", content):
        raise Refusal(BAD_CONTENT, "the picture is neither JPG nor PNG")
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != str(part["md5"]).lower():
        raise Refusal(WRONG_MD5, "image.md5 does not fit the picture")
    media = stage.media.put("image", "图片", content, ask.query["key"])
    return Said("image", "［图片］", dict(media.shown()))


def _card(stage: Stage, ask: Ask) -> Said:
    card = ask.part("template_card")
    if card.get("card_type") not in CARDS:
        raise Refusal(BAD_PARAMETER, "a robot sends text_notice and news_notice only")
    check_card(card, robot=True)
    check_card_media(stage, card, ask.query["key"])
    return Said("template_card", card_text(card), {"card": card})


def _said(stage: Stage, ask: Ask) -> Said:
    kind = ask.text("msgtype")
    if kind in MOST_BYTES:
        return _text(stage, ask)
    if kind in ("file", "voice"):
        return media_part(stage, ask, kind, ask.query["key"])
    readers = {"image": _image, "news": news_part, "template_card": _card}
    if kind not in readers:
        raise Refusal(40008, "invalid message type")
    return readers[kind](stage, ask)


def send(stage: Stage, ask: Ask) -> Answer:
    key = ask.query.get("key", "")
    if key not in stage.phones.robot_names:
        raise Refusal(GONE, "invalid webhook url")
    if not stage.limits.passes(key, stage.limits.robot):
        raise Refusal(TOO_OFTEN, "api freq out of limit")
    said = _said(stage, ask)
    name, room = stage.phones.robot_names[key], stage.room_of_robot(key)
    bubble = stage.phones.bubble(room.chat, "robot", said.kind, with_names(said), data={"robot": name, **said.data})
    kept: dict[str, Any] = {"mentioned_list": []} if said.kind in MOST_BYTES else {}
    stage.phones.robots[key].append({"id": bubble.id, "at": bubble.at, "kind": said.kind, "text": said.text, **kept, **said.data})
    stage.phones.show_chat(bubble)
    stage.transcript.add(f"群机器人「{name}」", f"内部群「{room.name}」", said.text, "robot")
    return {}


TABLE: Table = {"webhook/send": replace(post(send), with_token=False)}
