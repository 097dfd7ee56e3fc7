"""What the robot people talk to says: over its long connection [D 101463], or by a response_url of URL mode [D 101138]."""

from __future__ import annotations

from bot.wecom.bucket import Limit
from bot.wecom.card import template_card
from bot.wecom.clip import clip_bytes
from bot.wecom.fields import names_of
from bot.wecom.message import message_of, plain_text
from bot.wecom.road import Call, Json, Road, RoadContext

CONTENT_BYTES = 20_480
SINGLE, GROUP = 1, 2
INVALID_REQ_ID, STREAM_OVER, RESPONSE_OVER = 846605, 846608, 60140
NEVER_SPOKEN = 93006  # in no table of WeCom; integrators report it for a push into such a conversation
# One conversation: 30 replies and pushes a minute, 1,000 an hour.
CHAT_LIMITS = (Limit("recipient", 30, 60.0, exact=True), Limit("recipient", 1_000, 3600.0, exact=True))


def to_content(message: Json, ctx: RoadContext) -> Json:
    """The body of a message of its own: markdown, which plain words are sent as (text is 40008), a card, or an image that the
    connection took."""
    if message.get("type") == "card":
        return {"msgtype": "template_card", "template_card": template_card(message, ctx.card_url)}
    if message.get("type") == "image":
        return {"msgtype": "image", "image": {"media_id": message["media_id"]}}
    return {"msgtype": "markdown", "markdown": {"content": clip_bytes(plain_text(message), CONTENT_BYTES)}}


def to_stream(stream_id: str, content: str, *, finish: bool) -> Json:
    """One frame of a stream; each carries the whole text, and the name by which people may judge the answer [D 101031]."""
    words = clip_bytes(content, CONTENT_BYTES)
    return {"msgtype": "stream", "stream": {"id": stream_id, "finish": finish, "content": words, "feedback": {"id": stream_id}}}


def to_welcome(message: Json, ctx: RoadContext) -> Json:
    """The answer to enter_chat: text or a card [D 101031]."""
    if message.get("type") == "card":
        return {"msgtype": "template_card", "template_card": template_card(message, ctx.card_url)}
    return {"msgtype": "text", "text": {"content": clip_bytes(plain_text(message), CONTENT_BYTES)}}


def to_update(card: Json, userids: list[str], ctx: RoadContext) -> Json:
    """The answer to a click: a new face, for everybody without userids [D 101031]."""
    people = {"userids": userids} if userids else {}
    return {"response_type": "update_template_card", **people, "template_card": template_card(card, ctx.card_url)}


def to_frame(payload: Json, ctx: RoadContext) -> Json:
    """Build `cmd`, `req_id` (empty: the connection makes one) and `body` of a frame; `how` is what it answers, if anything."""
    message, how = message_of(payload), payload["how"]
    if how == "push":
        kind = GROUP if payload.get("group") else SINGLE
        body = {"chatid": payload["chat_id"], "chat_type": kind, **to_content(message, ctx)}
        return {"cmd": "aibot_send_msg", "req_id": "", "body": body}
    if how == "reply" and message.get("type") != "card":
        return _frame("aibot_respond_msg", payload, to_stream(payload["stream"], plain_text(message), finish=True))
    if how == "reply":
        return _frame("aibot_respond_msg", payload, to_content(message, ctx))
    if how == "welcome":
        return _frame("aibot_respond_welcome_msg", payload, to_welcome(message, ctx))
    if how == "update":
        return _frame("aibot_respond_update_msg", payload, to_update(message, names_of(payload.get("userids")), ctx))
    raise ValueError(f"how: {how}")


def _frame(cmd: str, payload: Json, body: Json) -> Json:
    return {"cmd": cmd, "req_id": payload["req_id"], "body": body}


def to_response(payload: Json, ctx: RoadContext) -> Json:
    return to_content(message_of(payload), ctx)


def address_of(payload: Json, ctx: RoadContext) -> str:
    """The response_url, which is stored sealed: whoever has it may speak once."""
    address = ctx.unseal(payload["response_url"])
    if not address:
        raise ValueError("the response_url was sealed with another key")
    return address


def conversation(payload: Json) -> tuple[str, ...]:
    return tuple(names_of(payload.get("to")))


ROAD = Road(
    name="aibot",
    calls=(
        # A frame whose acknowledgement is lost is not sent again: what it said may stand there already.
        Call(name="aibot.say", path="", build=to_frame, auth="socket", recipients=conversation, repeatable=False),
        Call(
            name="aibot.response",
            path="",
            build=to_response,
            auth="address",
            key=address_of,
            recipients=conversation,
            used_codes=frozenset({RESPONSE_OVER}),  # it works once
        ),
    ),
    limits=CHAT_LIMITS,
)
