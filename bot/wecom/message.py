"""Read the neutral message shapes of intents, and say any of them in plain words where a road knows no better."""

from __future__ import annotations

from typing import Any

from bot.wecom.road import Json


def message_of(payload: Json) -> Json:
    """Return the message of an intent, or raise KeyError or ValueError for one that has none."""
    message = payload["message"]
    if not isinstance(message, dict):
        raise ValueError("message is no object")
    return message


def pairs_of(message: Json, key: str) -> list[tuple[str, ...]]:
    """Return a list of [id, label] or [key, label, style] as tuples of text; shorter entries are left out."""
    rows: Any = message.get(key) or []
    return [tuple(str(part) for part in row) for row in rows if isinstance(row, list | tuple) and len(row) >= 2]


def plain_text(message: Json) -> str:
    """Return the whole message as lines of text; raises ValueError when it says nothing at all."""
    lines = [str(message.get(part) or "") for part in ("head", "title", "desc", "text")]
    lines += [f"{key}：{value}" for key, value, *_ in pairs_of(message, "fields")]
    lines += [f"· {label}" for _, label, *_ in pairs_of(message, "items") + pairs_of(message, "buttons")]
    lines.append(str(message.get("tail") or ""))
    text = "\n".join(line for line in lines if line)
    if not text:
        raise ValueError("the message is empty")
    return text
