"""Column types that behave the same on SQLite and PostgreSQL."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# PostgreSQL takes no NUL in text, and neither database takes half a surrogate pair; JSON of strangers may hold both.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def to_micros(moment: datetime) -> int:
    """Epoch microseconds of an aware datetime; ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime reached the database")
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    """Aware UTC datetime of epoch microseconds."""
    return _EPOCH + timedelta(microseconds=value)


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

# JSONB on PostgreSQL so that operators and indexes stay possible; text on SQLite.
Json = JSON().with_variant(JSONB, "postgresql")


def to_storable(value: Any) -> Any:
    """The same plain value with what no database can hold replaced: bad characters by U+FFFD, NaN and infinities by None."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {to_storable(key): to_storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_storable(item) for item in value]
    return value
