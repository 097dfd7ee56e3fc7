"""What in a message on WeCom's wire acts on its reader: mentions, links, markup, unseen characters, fields over their limit.

Written from the documents, beside the house: it shares no code with what makes the messages harmless.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.|mailto:|tel:)\S*", re.IGNORECASE)
_TAG = re.compile(r"<\s*/?\s*[a-z@!]", re.IGNORECASE)
_TRANSLATED_ID = re.compile(r"\$(userName|departmentName)=", re.IGNORECASE)
_MARKDOWN = re.compile(r"\]\(|`|^\s*>|~~", re.MULTILINE)
_JOINERS = "\u200c\u200d"
# Bytes of UTF-8 (docs 90236, 94677, 92599, 92135, 91770) and characters of a card (doc 90236).
_BYTES = {"text.content": 2048, "markdown.content": 4096, "msgmenu.head_content": 1024, "msgmenu.tail_content": 1024}
_CARD = {"main_title.title": 36, "main_title.desc": 44, "sub_title_text": 160, "keyname": 5, "value": 30, "button_list.text": 10}
# Texts that members send to learners hold 4000 bytes.
_LONG_TEXTS = ("send_welcome_msg", "add_msg_template")


# The digest in a group calls the class teacher whose learners did not come.
CALLED_BY_US = {"lin"}


def faults_of(path: str, body: dict[str, Any]) -> list[str]:
    """Everything about this call that nobody but us may do to a reader; addresses count when they lead to `evil.example`."""
    found = []
    text = body.get("text", {})
    if {*text.get("mentioned_list", ()), *text.get("mentioned_mobile_list", ())} - CALLED_BY_US:
        found.append("somebody is mentioned")
    for where, words in _texts(body):
        found += [f"{where}: {fault}: {words[:80]!r}" for fault in _acts(where, words)]
        found += [f"{where}: {fault}" for fault in _overflows(path, where, words)]
    return found


def _acts(where: str, words: str) -> Iterator[str]:
    if _TAG.search(words):
        yield "a tag"
    if any("evil" in address.lower() or address.lower().startswith(("mailto:", "tel:")) for address in _ADDRESS.findall(words)):
        yield "a link"
    if _TRANSLATED_ID.search(words):
        yield "an id that is translated"
    if where.startswith("markdown") and _MARKDOWN.search(words):
        yield "markup"
    for character in words:
        kind = unicodedata.category(character)
        if kind in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in _JOINERS + "\n\t":
            yield f"unseen {character!r}"
            return


def _overflows(path: str, where: str, words: str) -> Iterator[str]:
    bytes_most = next((most for name, most in _BYTES.items() if where.endswith(name)), None)
    if bytes_most and path.endswith(_LONG_TEXTS):
        bytes_most = 4000
    if bytes_most and len(words.encode("utf-8", "replace")) > bytes_most:
        yield f"over {bytes_most} bytes"
    most = next((most for name, most in _CARD.items() if "card" in where and where.endswith(name)), None)
    if most and len(words) > most:
        yield f"over {most} characters"


def _texts(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every text of the body with where it stands; places in lists are left out of the way there."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, f"{where}.{name}" if where else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, where)
    elif isinstance(value, str):
        yield where, value
