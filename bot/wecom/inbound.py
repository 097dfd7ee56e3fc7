"""One decrypted callback to one fact: which kind it is, what makes it unique, and whose conversation it belongs to."""

from __future__ import annotations

import hashlib
from typing import Any

from storage.inbox import FactDraft

SOURCE = "callback"
_PRIVATE = frozenset({"Mobile", "Telephone", "Email", "BizMail", "Address", "Gender", "Avatar"})


def to_fact(event: dict[str, Any], raw_xml: str) -> FactDraft:
    """Map a parsed callback to a `FactDraft`; unknown events become `wecom.event` of the whole corp and never raise.

    `raw_xml` is the decrypted text: same-second twins differ in it, so its hash is the key where no MsgId is given.
    """
    message_type = _text(event, "MsgType").lower()
    name = _text(event, "Event").lower()
    userid = _text(event, "FromUserName")
    kind, body, conversation = "wecom.event", _without_private(event), _conversation(event)
    if userid and message_type == "text":
        kind, body = "app.text", {"userid": userid, "text": _text(event, "Content"), "msg_id": _text(event, "MsgId")}
    elif userid and message_type == "event" and name == "enter_agent":
        kind, body = "app.enter", {"userid": userid}
    elif userid and message_type == "event" and name == "template_card_event":
        kind, body = "app.click", _click(userid, event)
    elif userid and message_type and message_type != "event":
        kind, body = "app.media", {"userid": userid, "msg_type": message_type}
    if kind.startswith("app."):
        # WeCom lower-cases userids in some places, so one member must not become two conversations.
        conversation = f"member:{userid.lower()}"
    return FactDraft(kind=kind, dedup_key=_dedup_key(event, raw_xml), conversation=conversation, body=body, source=SOURCE)


def _without_private(event: dict[str, Any]) -> dict[str, Any]:
    """A member's phone and mail come with change_contact in some corps [D 90970]; nothing here needs them, so none is kept."""
    return {name: value for name, value in event.items() if name not in _PRIVATE}


def _dedup_key(event: dict[str, Any], raw_xml: str) -> str:
    """MsgId is unique per corp; FromUserName + CreateTime is too weak for customer events (always `sys`) [D 90238]."""
    msg_id = _text(event, "MsgId")
    if msg_id.strip("0"):
        return f"msg:{msg_id}"
    return f"evt:{hashlib.sha256(raw_xml.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _conversation(event: dict[str, Any]) -> str:
    name = _text(event, "Event").lower()
    prefix, key = {
        "change_external_contact": ("learner", "ExternalUserID"),
        "change_external_chat": ("group", "ChatId"),
        "kf_msg_or_event": ("kf", "OpenKfId"),
    }.get(name, ("corp", ""))
    identity = _text(event, key) if key else ""
    return f"{prefix}:{identity}" if identity else "corp"


def _click(userid: str, event: dict[str, Any]) -> dict[str, Any]:
    return {
        "userid": userid,
        "key": _text(event, "EventKey"),
        "task_id": _text(event, "TaskId"),
        "response_code": _text(event, "ResponseCode"),
        "card_type": _text(event, "CardType"),
        "selected": _selected(event.get("SelectedItems")),
    }


def _selected(items: Any) -> dict[str, list[str]]:
    """`SelectedItems/SelectedItem/{QuestionKey, OptionIds/OptionId}` to {question_key: [option ids]} [D 90240]."""
    selected: dict[str, list[str]] = {}
    for item in _rows(items.get("SelectedItem") if isinstance(items, dict) else None):
        if isinstance(item, dict):
            options = item.get("OptionIds")
            ids = _rows(options.get("OptionId") if isinstance(options, dict) else None)
            selected[_text(item, "QuestionKey")] = [one for one in ids if isinstance(one, str) and one]
    return selected


def _rows(value: Any) -> list[Any]:
    """A node that may repeat arrives as nothing, as itself, or as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(event: dict[str, Any], key: str) -> str:
    value = event.get(key)
    return value if isinstance(value, str) else ""
