"""Column types that behave the same on SQLite and PostgreSQL."""

from __future__ import annotations

import hashlib
import json
import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# PostgreSQL takes no NUL in text, and neither database takes half a surrogate pair; JSON of strangers may hold both.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# The same in ASCII JSON. Characters beyond U+FFFF are written in halves too; to look at those values twice does no harm.
_UNSTORABLE_ESCAPE = re.compile(r"\\u(?:0000|d[89a-f])")
_dump = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


def to_micros(moment: datetime) -> int:
    """Epoch microseconds of an aware datetime; ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime reached the database")
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    """Aware UTC datetime of epoch microseconds."""
    return _EPOCH + timedelta(microseconds=value)


class Line(TypeDecorator[str]):
    """Text of at most so many characters, the same on both databases: what is longer is cut, where PostgreSQL would refuse it."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self._length = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None or len(value) <= self._length else self._fitted(value)

    def _fitted(self, value: str) -> str:
        return value[: self._length]


class Key(Line):
    """An id of somebody else's making: one too long keeps its beginning and is told apart by its hash."""

    cache_ok = True

    def _fitted(self, value: str) -> str:
        return f"{value[: self._length - 17]}#{hashlib.sha256(value.encode('utf-8', 'replace')).hexdigest()[:16]}"


class LearnerName(str):
    """What a learner is called, told apart from other words so that no group ever sees it whole (camp.phrases)."""

    __slots__ = ()


class NameLine(Line):
    """A line that comes back as a `LearnerName`."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> LearnerName | None:
        return None if value is None else LearnerName(value)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC datetime kept as epoch microseconds: exact, ordered and equal on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else from_micros(int(value))


# SQLite gives a table its fast rowid alias only for the exact type INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


class Unreadable(dict[str, Any]):
    """Stands for stored content that cannot be read (any more). It is empty: who needs something of it fails, and nobody else."""


def read_json(text: str | bytes) -> Any:
    """Stored JSON; a row may hold anything, and a garbled one must not stop those that are read with it."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return Unreadable()


def write_json(value: Any) -> str:
    """JSON that either database can hold; where it holds what none can, each part is looked at and replaced (`to_storable`)."""
    try:
        text = _dump(value)
    except ValueError:  # NaN or an infinity
        return _dump(to_storable(value))
    return _dump(to_storable(value)) if _UNSTORABLE_ESCAPE.search(text) else text


# JSONB on PostgreSQL so that operators and indexes stay possible; text on SQLite.
Json = JSON().with_variant(JSONB, "postgresql")


def to_dict(value: Any) -> dict[str, Any]:
    """What is stored where a dict belongs."""
    return value if isinstance(value, dict) else Unreadable()


def to_storable(value: Any) -> Any:
    """The same plain value with what no database can hold replaced: bad characters by U+FFFD, NaN and infinities by None."""
    if isinstance(value, str):
        # Nearly all there is: to look costs a third of what the pattern does.
        return value if value.isascii() and "\x00" not in value else _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {to_storable(key): to_storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_storable(item) for item in value]
    return value
