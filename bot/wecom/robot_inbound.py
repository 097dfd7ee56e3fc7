"""One callback of the robot, in either mode, to what it means: a fact's kind and body, and what kind of turn it opens."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from bot.nesting import MOST_DEPTH, too_deep
from bot.wecom.envelope import BadEnvelope
from bot.wecom.fields import names_of, number_of, object_of, rows_of, text_of
from bot.wecom.road import Json
from storage.columns import to_dict, to_storable
from storage.robot_turns import Kind

MOST_WORDS = 20_000  # no person types so much, and a fact keeps it


@dataclass(frozen=True)
class Heard:
    """`kind` of the fact (`aibot.text` …) and what it says beside turn and userid; `turn` is None where nothing is answered.

    `media` of an `aibot.file` is `url` and `aeskey`, secrets that are sealed before anything is stored. `event` is the eventtype
    of an event nobody knows or that is the connection's own business.
    """

    msgid: str
    userid: str
    chat_id: str = ""
    kind: str = ""
    said: Json = field(default_factory=dict)
    turn: Kind | None = None
    media: Json = field(default_factory=dict, repr=False)
    response_url: str = field(default="", repr=False)
    event: str = ""
    stream_id: str = ""  # a question for the rest of an answer


def read_json(text: str | bytes) -> Json:
    """A JSON object within the bounds of nesting; BadEnvelope for anything else."""
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadEnvelope("not JSON") from None
    if not isinstance(body, dict):
        raise BadEnvelope("no object")
    if too_deep(body, raw):
        raise BadEnvelope(f"nested deeper than {MOST_DEPTH}")
    # Only an escape can bring what no database holds: half a character, NUL.
    return to_dict(to_storable(body)) if b"\\u" in raw else body


def to_heard(body: Json) -> Heard:
    """Map the body of a callback [D 100719, 101027]; never raises for odd fields, BadEnvelope without msgid or person."""
    msgid, userid = text_of(body, "msgid"), text_of(object_of(body, "from"), "userid")
    if text_of(body, "msgtype") == "stream":
        return Heard(msgid, userid, stream_id=text_of(object_of(body, "stream"), "id"))
    event = object_of(body, "event")
    if text_of(body, "msgtype") == "event" and text_of(event, "eventtype") == "disconnected_event":
        return Heard(msgid, userid, event="disconnected_event")  # nobody's doing
    if not msgid or not userid:
        raise BadEnvelope("no msgid or userid")
    chat_id = text_of(body, "chatid") if text_of(body, "chattype") != "single" else ""
    common: dict[str, Any] = {
        "msgid": msgid,
        "userid": userid,
        "chat_id": chat_id,
        "response_url": text_of(body, "response_url"),
    }
    return Heard(**common, **(_event(event) if text_of(body, "msgtype") == "event" else _message(body)))


def _message(body: Json) -> dict[str, Any]:
    kind = text_of(body, "msgtype")
    if kind == "file":
        part = object_of(body, "file")
        media = {"url": text_of(part, "url"), "aeskey": text_of(part, "aeskey")}
        name = text_of(part, "filename") or text_of(part, "name")
        return {"kind": "aibot.file", "said": {"name": name}, "media": media, "turn": Kind.MESSAGE}
    words = _words(kind, body)
    if not words:
        return {"kind": "aibot.media", "said": {"msgtype": kind[:32]}, "turn": Kind.MESSAGE}
    said = {"text": words[:MOST_WORDS]}
    if quote := _quoted(object_of(body, "quote")):
        said["quote"] = quote[:MOST_WORDS]
    return {"kind": "aibot.text", "said": said, "turn": Kind.MESSAGE}


def _quoted(quote: Json) -> str:
    return _words(text_of(quote, "msgtype"), quote)


def _words(kind: str, body: Json) -> str:
    """What was typed; a voice arrives as its words and the full stop it was given, of text and pictures mixed the text counts."""
    if kind in ("text", "voice"):
        words = text_of(object_of(body, kind), "content")
        return words if kind == "text" else words.rstrip("。. ")
    if kind == "mixed":
        items = rows_of(object_of(body, "mixed"), "msg_item")
        return "\n".join(filter(None, (text_of(object_of(item, "text"), "content") for item in items)))
    return ""


def _event(event: Json) -> dict[str, Any]:
    name = text_of(event, "eventtype")
    if name == "enter_chat":
        return {"kind": "aibot.enter", "turn": Kind.ENTER}
    if name == "template_card_event":
        return {"kind": "aibot.click", "said": _click(object_of(event, name)), "turn": Kind.CLICK}
    if name == "feedback_event":
        part = object_of(event, name)
        said = {"id": text_of(part, "id"), "type": number_of(part, "type"), "content": text_of(part, "content")[:MOST_WORDS]}
        return {"kind": "aibot.feedback", "said": said}
    return {"event": name[:64]}


def _click(part: Json) -> Json:
    items = rows_of(object_of(part, "selected_items"), "selected_item")
    chosen = {text_of(item, "question_key"): names_of(object_of(item, "option_ids").get("option_id")) for item in items}
    return {
        "key": text_of(part, "event_key"),
        "task_id": text_of(part, "task_id"),
        "card_type": text_of(part, "card_type"),
        "selected": chosen,
    }
