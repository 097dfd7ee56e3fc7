"""What people do: learners and members act, the world changes, and the bot hears of it by callback.

Every function takes the stage and plain values, and raises `Impossible` for what no person could do.
"""

from collections.abc import Iterable


class Impossible(Exception):
    """Nobody could have done that: unknown person, dead button, not in the group."""


def check_keys(given: Iterable[str], keys: str) -> None:
    """Impossible for what is none of these `keys` (blanks between them): a misspelt key must not pass for a missing one."""
    known = keys.split()
    unknown = "、".join(name for name in given if name not in known)
    if unknown and not known:
        raise Impossible(f"没有 {unknown} 这个键，这里什么键也不收")
    if unknown:
        raise Impossible(f"没有 {unknown} 这个键；有 {'、'.join(known)}")
