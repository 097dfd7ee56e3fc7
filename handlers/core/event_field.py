"""A field of a WeCom event as text: what came nested or twice, as WeCom never sends it, is no text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def text_of(body: Mapping[str, Any], name: str) -> str:
    """The field without blanks around it; empty when it is missing or no text."""
    value = body.get(name)
    return value.strip() if isinstance(value, str) else ""
