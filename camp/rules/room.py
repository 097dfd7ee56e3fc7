"""Who may say what a group is bound to."""

from __future__ import annotations

_EVERYWHERE = ("manager", "operator")


def may_bind(position: str | None, teaches: bool) -> bool:
    """Managers and operators bind any group to anything; a class teacher to a class they teach (`teaches`), and away from it."""
    return position in _EVERYWHERE or (position == "class_teacher" and teaches)
