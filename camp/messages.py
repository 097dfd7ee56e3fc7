"""Messages as neutral values; the roads turn them into WeCom's forms and clip what exceeds a field's limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from camp.harmless import harmless

Message = dict[str, Any]

# App and kf texts hold 2048 bytes (docs 90236, 94677); a little room is left for a page hint.
TEXT_BYTES = 1900


def text(words: str) -> Message:
    return {"type": "text", "text": words}


def markdown(words: str) -> Message:
    return {"type": "markdown", "text": words}


def image(media_id: str) -> Message:
    """A picture that was uploaded (doc 90253), for app messages only."""
    return {"type": "image", "media_id": media_id}


def bars(title: str, rows: Sequence[tuple[str, int]], words: str) -> Message:
    """Numbers as a picture, for webhook robots only; `words` say the same where no picture goes."""
    return {"type": "bars", "title": title, "rows": [list(row) for row in rows], "text": words}


def join_code(qr_code: str, title: str, lines: Sequence[str], foot: str, words: str) -> Message:
    """The code at `qr_code` as a picture with its caption, for the robot's long connection only; `words` as with bars."""
    return {
        "type": "join_code",
        "picture": {"qr_code": qr_code, "title": title, "lines": list(lines), "foot": foot},
        "text": words,
    }


def menu(head: str, items: Sequence[tuple[str, str]], tail: str = "") -> Message:
    """A kf menu of (id, label); a tap comes back as text with `menu_id`. At most 10 items (95008)."""
    return {"type": "menu", "head": head, "items": [list(item) for item in items], "tail": tail}


def card(
    task_id: str,
    title: str,
    *,
    desc: str = "",
    words: str = "",
    fields: Sequence[tuple[str, str]] = (),
    buttons: Sequence[tuple[str, str, int]] = (),
) -> Message:
    """An app card. `fields` (key, value) at most 6, of a value nothing acts; `buttons` (key, label, style 1-4) at most 6, a tap
    sends the key back."""
    return {
        "type": "card",
        "task_id": task_id,
        "title": title,
        "desc": desc,
        "text": words,
        "fields": [[key, harmless(value)] for key, value in fields],
        "buttons": [list(item) for item in buttons],
    }


def split_pages(lines: Sequence[str], *, head: str = "", limit: int = TEXT_BYTES) -> list[str]:
    """Packs lines into pages of at most `limit` UTF-8 bytes, each under `head`; a line too long is cut on a character."""
    above = len(head.encode())
    most = limit - above - 1
    start = [head] if head else []  # without a head no page begins with an empty line
    pages, page, size = [], start.copy(), above
    for line in lines:
        length = len(line.encode())
        if length > most:
            line = cut(line, most)
            length = len(line.encode())
        if size + 1 + length > limit and len(page) > len(start):
            pages.append(page)
            page, size = start.copy(), above
        if page or line:
            size += length + 1 if page else length
            page.append(line)
    return ["\n".join(page) for page in [*pages, page] if page]


def cut(words: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, never half a character."""
    raw = words.encode()
    if len(raw) <= limit:
        return words
    return raw[: max(0, limit - 3)].decode(errors="ignore") + "…"
