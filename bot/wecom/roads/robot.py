"""Webhook robots in internal groups: one way, the key is the secret, 20 messages a minute each [D 91770, 99110]."""

from __future__ import annotations

from bot.wecom.clip import clip_bytes
from bot.wecom.fields import names_of
from bot.wecom.message import message_of, plain_text
from bot.wecom.road import ROBOT_LIMITS, Call, Json, NotConfigured, Road, RoadContext

TEXT_BYTES = 2048
MARKDOWN_BYTES = 4096


def to_message(payload: Json, _ctx: RoadContext) -> Json:
    """Build webhook/send; a robot has no interactive cards, so everything but markdown is text.

    Mentions go into `mentioned_list` of a text, and as `<@userid>` behind a markdown, which has no such field.
    """
    message = message_of(payload)
    mentions = names_of(payload.get("mentions"))
    if message.get("type") == "markdown":
        tail = "".join(f"<@{userid}>" for userid in mentions)
        room = MARKDOWN_BYTES - len(tail.encode()) - 1
        content = clip_bytes(plain_text(message), room)
        return {"msgtype": "markdown", "markdown": {"content": f"{content}\n{tail}" if tail else content}}
    text: Json = {"content": clip_bytes(plain_text(message), TEXT_BYTES)}
    if mentions:
        text["mentioned_list"] = mentions
    return {"msgtype": "text", "text": text}


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
        ),
    ),
    limits=ROBOT_LIMITS,
)
