"""Where in a TOML text a key stands: enough to point at it, by a look at headers and `key =` at the start of lines."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ARRAY = re.compile(r"\s*\[\[\s*([^\[\]]+?)\s*\]\]")
_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+|\"[^\"]+\")\s*=")
_ERROR = re.compile(r"(?s)(.*?) \(at (?:line (\d+), column \d+|end of document)\)")


def lines_of(text: str) -> dict[str, int]:
    """Path → line (from 1), paths as in `cohorts[0].lessons[2].minutes`; inline tables are known by their own key only."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        if array := _ARRAY.match(line):
            owner, _, name = array[1].rpartition(".")
            plain = _join(_latest(owner, counts), name)
            counts[plain] = counts.get(plain, -1) + 1
            current = f"{plain}[{counts[plain]}]"
            lines[current] = number
        elif table := _TABLE.match(line):
            current = _latest(table[1], counts)
            lines.setdefault(current, number)
        elif key := _KEY.match(line):
            lines.setdefault(_join(current, key[1].strip('"')), number)
    return lines


def line_of(path: str, lines: Mapping[str, int]) -> int | None:
    """The line of a path, else of the nearest table around it."""
    while path and path not in lines:
        path = path.rpartition(".")[0]
    return lines.get(path)


def syntax_fault(message: str) -> tuple[str, int | None]:
    """The reason and the line in the message of a TOMLDecodeError."""
    match = _ERROR.fullmatch(message)
    if match is None:
        return message, None
    return match[1], int(match[2]) if match[2] else None


def _latest(dotted: str, counts: Mapping[str, int]) -> str:
    """`cohorts.lessons` → the path of the table those words mean at this place of the file."""
    path = ""
    for name in dotted.split(".") if dotted else ():
        path = _join(path, name.strip())
        if path in counts:
            path = f"{path}[{counts[path]}]"
    return path


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
