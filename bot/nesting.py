"""How deep JSON of strangers is nested: what walks it later does so by recursion."""

from __future__ import annotations

from typing import Any

MOST_DEPTH = 32  # WeCom's answers and the events of other systems stay below 8


def too_deep(data: Any, raw: bytes) -> bool:
    """Whether `data`, parsed from `raw`, has containers inside each other more than MOST_DEPTH deep; never recurses."""
    if raw.count(b"[") + raw.count(b"{") <= MOST_DEPTH:
        return False
    level = [data]
    for _ in range(MOST_DEPTH):
        containers = [part.values() if isinstance(part, dict) else part for part in level if isinstance(part, dict | list)]
        level = [inner for container in containers for inner in container]
    return any(isinstance(part, dict | list) for part in level)
