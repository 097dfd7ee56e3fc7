"""Webhook robots in internal groups: one way, the key is the secret, 20 messages a minute each [D 91770, 99110]."""

from __future__ import annotations

import base64
import hashlib

from bot.wecom.bars_picture import draw_bars
from bot.wecom.errors import NOT_CONFIGURED
from bot.wecom.message import message_of
from bot.wecom.road import ROBOT_LIMITS, Call, Json, NotConfigured, Road, RoadContext
from bot.wecom.room import to_words

TEXT_BYTES = 2048
MARKDOWN_BYTES = 4096
PICTURE_BYTES = 2 * 1024 * 1024
# The robot was removed or stopped, its group takes no pushes, the key is none: the post goes another way now.
GONE = frozenset({NOT_CONFIGURED, 40058, 93000, 93001, 93004, 93008})


def to_message(payload: Json, _ctx: RoadContext) -> Json:
    """Build webhook/send; a robot has no interactive cards, so everything but markdown and pictures is text."""
    message = message_of(payload)
    if message.get("type") == "bars":
        return to_picture(draw_bars(str(message["title"]), [(str(label), int(number)) for label, number in message["rows"]]))
    return to_words(payload, TEXT_BYTES, MARKDOWN_BYTES)


def draws(payload: Json) -> bool:
    return bool(message_of(payload).get("type") == "bars")


def to_picture(raw: bytes) -> Json:
    """A PNG or JPG of at most 2 MB, as base64; WeCom checks the md5 of its raw bytes."""
    if not 0 < len(raw) <= PICTURE_BYTES:
        raise ValueError(f"a picture of {len(raw)} bytes, at most {PICTURE_BYTES} are allowed")
    md5 = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    return {"msgtype": "image", "image": {"base64": base64.b64encode(raw).decode(), "md5": md5}}


def key_of(payload: Json, ctx: RoadContext) -> str:
    name = str(payload["robot"])
    key = ctx.robots.get(name)
    if not key:
        raise NotConfigured(f"no robot {name!r} in [wecom.robots]")
    return key


ROAD = Road(
    name="robot",
    calls=(
        Call(
            name="robot.message",
            path="/cgi-bin/webhook/send",
            build=to_message,
            auth="key",
            key=key_of,
            final=GONE,
            draws=draws,
            seen_twice=True,
        ),
    ),
    limits=ROBOT_LIMITS,
)
