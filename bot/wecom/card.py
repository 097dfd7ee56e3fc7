"""The neutral card to WeCom's template card: with buttons an interactive one, without them a notice [D 90236]."""

from __future__ import annotations

from typing import Any

from bot.wecom.clip import clip_chars
from bot.wecom.message import pairs_of
from bot.wecom.road import Json

TITLE, DESC, SUB_TITLE, SOURCE = 36, 44, 160, 20
FIELDS, FIELD_NAME, FIELD_VALUE = 6, 5, 30
BUTTONS, BUTTON_TEXT = 6, 10


def template_card(message: Json, card_url: str) -> Json:
    """Return the `template_card` object; too long texts are clipped, surplus fields and buttons left out.

    A text_notice must have a `card_action`, which is why every card without buttons opens `card_url`.
    """
    buttons = [_button(row) for row in pairs_of(message, "buttons")[:BUTTONS]]
    card: Json = {"card_type": "button_interaction" if buttons else "text_notice"}
    if message.get("source"):
        card["source"] = {"desc": clip_chars(str(message["source"]), SOURCE), "desc_color": 0}
    card["main_title"] = {"title": clip_chars(str(message.get("title") or ""), TITLE)}
    if message.get("desc"):
        card["main_title"]["desc"] = clip_chars(str(message["desc"]), DESC)
    if message.get("text"):
        card["sub_title_text"] = clip_chars(str(message["text"]), SUB_TITLE)
    fields = [_field(name, value) for name, value, *_ in pairs_of(message, "fields")[:FIELDS]]
    if fields:
        card["horizontal_content_list"] = fields
    if message.get("task_id"):
        card["task_id"] = str(message["task_id"])
    if buttons:
        card["button_list"] = buttons
    else:
        card["card_action"] = {"type": 1, "url": card_url}
    return card


def _field(name: str, value: str) -> dict[str, str]:
    return {"keyname": clip_chars(name, FIELD_NAME), "value": clip_chars(value, FIELD_VALUE)}


def _button(row: tuple[str, ...]) -> dict[str, Any]:
    key, label, *rest = row
    style = int(rest[0]) if rest and rest[0].isdecimal() else 1
    return {"text": clip_chars(label, BUTTON_TEXT), "style": style if 1 <= style <= 4 else 1, "key": key}
