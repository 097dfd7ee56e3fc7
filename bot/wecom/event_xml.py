"""Decrypted event or message XML to a dict with the keys of the wire."""

from __future__ import annotations

import re
from typing import Any

from bot.wecom.envelope import BadEnvelope
from bot.wecom.xml_tree import XmlRefused, parse_xml

EVENT_DEPTH = 16  # the deepest documented node is 5 (SelectedItems/SelectedItem/OptionIds/OptionId) [D 90240]

# The text of a chat message may hold control characters, which XML forbids even inside CDATA. The event is authentic by
# now, so we drop the characters and keep the message.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def parse_event(xml: str) -> dict[str, Any]:
    """Return leaves as str (numbers too), inner nodes as dict, repeated siblings as list; `BadEnvelope` 400 on junk.

    `MemChangeList` of change_external_chat is always a list of ids, empty when the event has none [D 92130].
    """
    try:
        event = _parse(xml)
    except UnicodeEncodeError:
        raise BadEnvelope("event: not UTF-8") from None
    except XmlRefused as refused:
        raise BadEnvelope(f"event: {refused}") from None
    if "MemChangeList" in event or event.get("Event") == "change_external_chat":
        event["MemChangeList"] = _changed_ids(event.get("MemChangeList"))
    return event


def _parse(xml: str) -> dict[str, Any]:
    try:
        return parse_xml(xml.encode(), max_depth=EVENT_DEPTH)
    except XmlRefused:  # as every forbidden character is; to look for them beforehand takes a third of the whole
        if (clean := _FORBIDDEN.sub("", xml)) == xml:
            raise
        return parse_xml(clean.encode(), max_depth=EVENT_DEPTH)


def _changed_ids(value: Any) -> list[str]:
    """Accept both forms on record: nested `<Item>` elements, and one string with commas (WxJava#3572)."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, list):
        return [name for part in value for name in _changed_ids(part)]
    if isinstance(value, dict):
        return _changed_ids(value.get("Item"))
    return []
