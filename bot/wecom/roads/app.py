"""Messages and cards of our own app to members of the corp [D 90236, 94888]."""

from __future__ import annotations

from bot.wecom.card import template_card
from bot.wecom.clip import clip_bytes
from bot.wecom.fields import at_most, names_of, text_of
from bot.wecom.message import message_of, plain_text
from bot.wecom.road import API_LIMITS, MEMBER_LIMITS, Call, Json, Road, RoadContext

TEXT_BYTES = 2048  # longer text is cut by WeCom, in the middle of a character; longer markdown is refused
MAX_TOUSER = 1000
MAX_UPDATED = 100
LONGEST_DUPLICATE_CHECK_S = 14_400


def to_message(payload: Json, ctx: RoadContext) -> Json:
    """Build the body of message/send; `duplicate_check` makes WeCom drop an equal message within the interval."""
    message = message_of(payload)
    body: Json = {"touser": "|".join(at_most(names_of(payload["to"]), MAX_TOUSER, "to")), "agentid": ctx.agent_id}
    kind = message.get("type")
    if kind == "card":
        body |= {"msgtype": "template_card", "template_card": template_card(message, ctx.card_url)}
    elif kind == "image":
        body |= {"msgtype": "image", "image": {"media_id": str(message["media_id"])}}
    elif kind == "markdown":
        body |= {"msgtype": "markdown", "markdown": {"content": clip_bytes(plain_text(message), TEXT_BYTES)}}
    else:
        body |= {"msgtype": "text", "text": {"content": clip_bytes(plain_text(message), TEXT_BYTES)}}
    if payload.get("duplicate_check"):
        interval_s = int(payload.get("duplicate_interval_s") or 1800)
        body |= {"enable_duplicate_check": 1, "duplicate_check_interval": min(interval_s, LONGEST_DUPLICATE_CHECK_S)}
    return body


def read_message(answer: Json) -> Json:
    return {
        "msgid": text_of(answer, "msgid"),
        "response_code": text_of(answer, "response_code"),
        "invalid": invalid_members(answer),
    }


def invalid_members(answer: Json) -> list[str]:
    """Return the refused userids in lower case: joined by bars after a send, an array after an update."""
    return [userid.lower() for userid in names_of(answer.get("invaliduser"))]


def members(payload: Json) -> tuple[str, ...]:
    return tuple(dict.fromkeys(userid.lower() for userid in names_of(payload.get("to"))))


def nobody_reached(payload: Json, answer: Json) -> bool:
    """errcode is 0 even when some recipients are invalid; when all of them are, nothing was sent."""
    return bool(members(payload)) and set(members(payload)) <= set(invalid_members(answer))


def to_card_update(payload: Json, ctx: RoadContext) -> Json:
    """Build the body of update_template_card: a whole new card, or one dead label in place of the buttons."""
    body: Json = {
        "userids": at_most(names_of(payload["userids"]), MAX_UPDATED, "userids"),
        "agentid": ctx.agent_id,
        "response_code": payload["response_code"],
    }
    if payload.get("card"):
        return body | {"template_card": template_card(payload["card"], ctx.card_url)}
    if payload.get("label"):
        return body | {"button": {"replace_name": str(payload["label"])}}
    raise ValueError("neither card nor label")


ROAD = Road(
    name="app",
    calls=(
        Call(
            name="app.message",
            path="/cgi-bin/message/send",
            build=to_message,
            read=read_message,
            recipients=members,
            refused=nobody_reached,
        ),
        Call(
            name="app.update_card",
            path="/cgi-bin/message/update_template_card",
            build=to_card_update,
            used_codes=frozenset({60140}),  # a response_code works once [D 94888]
            read=lambda answer: {"invalid": invalid_members(answer)},
        ),
    ),
    limits=(*API_LIMITS, *MEMBER_LIMITS),
)
