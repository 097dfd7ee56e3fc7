"""How a learner is shown before somebody answers for them."""

from __future__ import annotations


def mask_name(name: str) -> str:
    """The first character and `**`: 张小明 → 张**."""
    return f"{name.strip()[:1] or '学'}**"
