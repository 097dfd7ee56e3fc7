"""In a group the robot hears only lines that mention it, and the mention is part of the line: here it is taken out. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

# A client ends a mention it made itself with this blank; a typed one ends like any word.
_SEAL = "\u2005"
_SEALED = re.compile(f"@[^@{_SEAL}\n]{{1,64}}{_SEAL}")
_TYPED = re.compile(r"(?:^|(?<=\s))@\S*")
_GLUED = re.compile(r"@\S+")
# What people type behind a name.
_BEHIND = " \t\n:：,，"
_BREAK = re.compile(rf"[\s{_BEHIND}]+")
# The blanks a robot's name may hold.
_MOST_WORDS = 4


def without_mention(line: str, is_command: Callable[[str], bool], name: str = "") -> str:
    """The line without the mention, wherever it stands; `name`: what the robot is called, if that is known.

    Without it a name with blanks is found where it stands in front: it ends where a command begins.
    """
    line = line.replace("＠", "@").strip(" \t\n")
    named = re.compile("@" + r"\s*".join(map(re.escape, name.split())), re.IGNORECASE) if name else None
    if named is not None and named.search(line):
        return _cut(line, named)
    if _SEALED.search(line):
        return re.sub(" {2,}", " ", _SEALED.sub(" ", line)).strip()
    if line.startswith("@"):
        return _after_name(line, is_command)
    return _cut(line, _TYPED if _TYPED.search(line) else _GLUED)


def _after_name(line: str, is_command: Callable[[str], bool]) -> str:
    rest = [tail for count in range(1, _MOST_WORDS + 1) if (tail := _without_words(line, count)) is not None]
    return next((tail for tail in rest if is_command(tail)), rest[0] if rest else "")


def _without_words(line: str, count: int) -> str | None:
    """What follows the first words; None where nothing does."""
    pieces = _BREAK.split(line, maxsplit=count)
    return pieces[count] if len(pieces) > count else None


def _cut(line: str, mention: re.Pattern[str]) -> str:
    before, _, after = line.partition(found[0]) if (found := mention.search(line)) else (line, "", "")
    if not before.strip():
        return after.lstrip(_BEHIND).rstrip()
    return f"{before.rstrip()} {after.lstrip()}".strip()
