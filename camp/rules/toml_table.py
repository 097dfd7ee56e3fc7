"""A table of camp.toml read key by key: every fault is collected with its path, and what cannot be read becomes a placeholder."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

# What stands for a moment or a text that could not be read; the checks that follow leave it alone.
UNREAD = datetime(1970, 1, 1, tzinfo=UTC)
NO_TEXT = ""
_EARLIEST, _LATEST = 2000, 2200
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


@dataclass(frozen=True)
class Finding:
    """Something about the file: where (`cohorts[0].lessons[2].minutes`), a code for the wording, and its values."""

    path: str
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    warning: bool = False


class Table:
    """One table. Its readers report faults to `findings` and never raise; `finish` reports the keys nobody asked for."""

    def __init__(self, values: Any, path: str, findings: list[Finding], zone: ZoneInfo) -> None:
        self.path = path
        self._findings = findings
        self._zone = zone
        self._asked: set[str] = set()
        if not isinstance(values, dict):
            self.fault("", "not_table")
            values = {}
        self._values: dict[str, Any] = values

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path and key else self.path or key

    def fault(self, key: str, code: str, **values: Any) -> None:
        self._findings.append(Finding(self.at(key), code, values))

    def text(self, key: str, *, limit: int, spaces: bool = True, required: bool = True, lines: bool = False) -> str:
        """A text of one line, or of several `lines`; NO_TEXT when it is missing or not usable."""
        value = self._take(key, required)
        if value is None:
            return NO_TEXT
        if not isinstance(value, str):
            self.fault(key, "not_text")
        elif not value.strip():
            self.fault(key, "empty")
        elif len(value) > limit:
            self.fault(key, "too_long", limit=limit)
        elif _CONTROL.search(value.replace("\n", "") if lines else value):
            self.fault(key, "not_lines" if lines else "not_one_line")
        elif not spaces and re.search(r"\s", value):
            self.fault(key, "no_spaces")
        else:
            return value.strip()
        return NO_TEXT

    def text_or_number(self, key: str, *, limit: int) -> str:
        """An optional text that may also be written as a number (a department's name or id)."""
        value = self._values.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            self._asked.add(key)
            return str(value)
        return self.text(key, limit=limit, required=False)

    def choice(self, key: str, known: Sequence[str], *, required: bool = True) -> str:
        value = self.text(key, limit=64, required=required)
        if value and value not in known:
            self.fault(key, "not_one_of", name=value, known="、".join(known))
            return NO_TEXT
        return value

    def number(self, key: str, low: int, high: int, default: int | None = None, *, required: bool = True) -> int | None:
        """A whole number from low to high; the default when it is not given, None when it is not usable."""
        value = self._take(key, required and default is None)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(key, "not_whole")
        elif not low <= value <= high:
            self.fault(key, "out_of_range", low=low, high=high)
        else:
            return value
        return None

    def flag(self, key: str) -> bool:
        value = self._take(key, required=False)
        if value is not None and not isinstance(value, bool):
            self.fault(key, "not_flag")
        return value is True

    def clock(self, key: str, *, required: bool = True) -> str:
        """A time of day as `19:00`; NO_TEXT when it is missing or not usable."""
        value = self._take(key, required)
        if isinstance(value, time):
            value = value.strftime("%H:%M")
        if value is None or (isinstance(value, str) and _CLOCK.fullmatch(value)):
            return value or NO_TEXT
        self.fault(key, "not_clock")
        return NO_TEXT

    def several(self, key: str) -> list[Any]:
        """The values of an optional list."""
        value = self._take(key, required=False)
        if value is None or isinstance(value, list):
            return value or []
        self.fault(key, "not_list")
        return []

    def table(self, key: str) -> Table | None:
        """An optional table (`until = { … }`)."""
        value = self._take(key, required=False)
        return None if value is None else Table(value, self.at(key), self._findings, self._zone)

    def has(self, key: str) -> bool:
        return key in self._values

    def is_word(self, key: str, word: str) -> bool:
        """Whether the key says this word, where else it would say something of another kind."""
        if self._values.get(key) != word:
            return False
        self._asked.add(key)
        return True

    def moment(self, key: str, *, required: bool = True) -> datetime | None:
        """An aware UTC moment (without an offset it is meant in the camp's zone); UNREAD when unusable, None when not given."""
        value = self._take(key, required)
        if value is None:
            return UNREAD if required else None
        if isinstance(value, str):
            value = _from_text(value)
        if isinstance(value, datetime):
            if _EARLIEST <= value.year <= _LATEST:
                return (value if value.tzinfo else value.replace(tzinfo=self._zone)).astimezone(UTC)
            self.fault(key, "odd_year", year=value.year)
        else:
            self.fault(key, "date_only" if isinstance(value, date) else "not_moment")
        return UNREAD

    def tables(self, key: str) -> list[Table]:
        """The tables of an array of tables (`[[camps]]`)."""
        value = self._take(key, required=False)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(key, "not_tables", name=key)
            return []
        return [Table(each, f"{self.at(key)}[{n}]", self._findings, self._zone) for n, each in enumerate(value)]

    def finish(self) -> None:
        """Reports the keys that nobody asked for."""
        for key in self._values.keys() - self._asked:
            near = difflib.get_close_matches(key, self._asked, 1)
            self.fault(key, "unknown_key_near" if near else "unknown_key", name=key, near=near[0] if near else "")

    def _take(self, key: str, required: bool) -> Any:
        self._asked.add(key)
        value = self._values.get(key)
        if value is None and required:
            self.fault(key, "missing")
        return value


def _from_text(words: str) -> datetime | str:
    try:
        return datetime.fromisoformat(words.strip())
    except ValueError:
        return words
