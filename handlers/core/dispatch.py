"""From a line of text to a command: exact word, 第3课 in front, a glued alias, else a suggestion. Pure."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.core.grammar import STOPS, Rest, lesson_to_the_back, normalise
from handlers.core.router import Command


@dataclass(frozen=True)
class Call:
    """A command found in a text, with what follows it and the language of the name that was used."""

    command: Command
    rest: Rest
    language: str


def find_call(words: str, commands: Sequence[Command]) -> Call | None:
    """The command of a text, or None."""
    line = normalise(words)
    found = _by_word(line, commands) or _glued(line, commands)
    if found is None:
        turned = lesson_to_the_back(line)
        if turned is not None:
            found = _by_word(turned, commands) or _glued(turned, commands)
    return found


def suggest(words: str, commands: Sequence[Command]) -> str | None:
    """The name of the command that looks most like the text's first word."""
    head = normalise(words).split(" ")[0][:12].casefold()
    names = {folded: name for command in commands for folded, name in command.folded}
    close = difflib.get_close_matches(head, names, n=1, cutoff=0.5)
    if close:
        return names[close[0]]
    inside = [name for key, name in names.items() if len(key) >= 2 and key in normalise(words).casefold()]
    return max(inside, key=len, default=None)


def _by_word(line: str, commands: Sequence[Command]) -> Call | None:
    head, _, tail = line.partition(" ")
    first_line, newline, more = head.partition("\n")
    if newline:
        head, tail = first_line, f"{more} {tail}"
    head = unicodedata.normalize("NFKC", head).casefold()
    for command in commands:
        for folded, name in command.folded:
            if head == folded:
                return Call(command, Rest(tail), _language(name))
    return None


def _glued(line: str, commands: Sequence[Command]) -> Call | None:
    best: tuple[int, Command, str] | None = None
    line_folded = line.casefold()
    for command in commands:
        for folded, name in command.folded:
            if not line_folded.startswith(folded) or not _may_glue(line[len(name) :], name, command):
                continue
            if best is None or len(name) > best[0]:
                best = (len(name), command, name)
    if best is None:
        return None
    length, command, name = best
    return Call(command, Rest(line[length:].lstrip(" :,，：")), _language(name))


def _may_glue(tail: str, name: str, command: Command) -> bool:
    """Whether what follows a name without a space can be its arguments: never for one-character or bare commands."""
    if not tail:
        return True
    if not command.takes_arguments or len(name) < 2:
        return not tail.strip(STOPS)
    return not (name.isascii() and tail[0].isascii() and tail[0].isalpha())


def _language(name: str) -> str:
    return "en" if name.isascii() and name[0].isalpha() else "zh"
