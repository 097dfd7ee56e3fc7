"""Cut text to WeCom's limits, which count bytes here and characters there, without breaking a character."""

from __future__ import annotations

ELLIPSIS = "…"


def clip_bytes(text: str, limit: int) -> str:
    """Return `text` in at most `limit` UTF-8 bytes; what was cut ends in `…` (3 bytes)."""
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return data.decode()
    room = limit - len(ELLIPSIS.encode())
    return data[: max(room, 0)].decode("utf-8", "ignore").rstrip() + ELLIPSIS


def clip_chars(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters; what was cut ends in `…`."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS
