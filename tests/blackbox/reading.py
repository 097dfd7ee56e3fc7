"""What a person reads of a message as it goes over the wire."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.blackbox.fake import Call

ODD = re.compile(r"\bNone\b|\bnull\b|\{\w*\}|Traceback|Exception|\bnan\b|sqlite|errcode|<class|%[sd]\b|undefined", re.IGNORECASE)


@dataclass
class Said:
    """Something a person can read: who, what text, and the raw message."""

    to: str
    text: str
    raw: dict[str, Any]
    call: "Call"


def card_text(card: dict[str, Any]) -> str:
    """All that a person reads on a card."""
    rows = [f"{row.get('keyname')} {row.get('value')}" for row in card.get("horizontal_content_list", [])]
    title = card.get("main_title", {})
    parts = [
        card.get("source", {}).get("desc", ""),
        title.get("title", ""),
        title.get("desc", ""),
        card.get("sub_title_text", ""),
    ]
    return "\n".join([*(p for p in parts if p), *rows, *(f"［{b.get('text')}］" for b in card.get("button_list", []))])


def text_of(body: dict[str, Any]) -> str:
    """All that a person reads of one message."""
    kind = body.get("msgtype")
    if kind == "template_card":
        return card_text(body["template_card"])
    if kind == "msgmenu":
        menu = body["msgmenu"]
        items = [str(item.get(item.get("type"), {}).get("content", "")) for item in menu.get("list", [])]
        return "\n".join([menu.get("head_content", ""), *items, menu.get("tail_content", "")])
    return str(body.get(str(kind), {}).get("content", ""))


def menu_ids(said: Said) -> dict[str, str]:
    """{label: menu_id} of a kf menu."""
    items = said.raw.get("msgmenu", {}).get("list", [])
    return {item["click"]["content"]: item["click"]["id"] for item in items if item.get("type") == "click"}
