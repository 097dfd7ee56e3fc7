"""Tolerant reading of answers: WeCom sends numbers as strings, lists as joined strings, and leaves out what is empty."""

from __future__ import annotations

from typing import Any

from bot.wecom.road import Json

_NUMBERS_END = 2**53


def text_of(row: Json, key: str) -> str:
    """Return a field as text, empty when it is missing or no scalar."""
    value = row.get(key)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def number_of(row: Json, key: str, default: int = 0) -> int:
    """Return a field as int, also when it comes as a string; what no column could hold is none."""
    value = row.get(key)
    try:
        number = int(value) if isinstance(value, int | float | str) else default
    except (ValueError, OverflowError):
        return default
    return number if abs(number) < _NUMBERS_END else default


def rows_of(row: Json, key: str) -> list[Json]:
    """Return a field as a list of objects; a single object counts as a list of one."""
    value = row.get(key)
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def object_of(row: Json, key: str) -> Json:
    """Return a field as an object, empty when it is none."""
    value = row.get(key)
    return value if isinstance(value, dict) else {}


def names_of(value: Any) -> list[str]:
    """Return ids from an array, or from one string joined by bars or commas."""
    if isinstance(value, str):
        value = value.replace(",", "|").split("|")
    if not isinstance(value, list):
        return []
    return [str(one).strip() for one in value if isinstance(one, str | int) and str(one).strip()]


def numbers_of(value: Any) -> list[int]:
    """Return department ids and the like as ints."""
    return [int(one) for one in names_of(value) if one.lstrip("-").isdecimal()]


def at_most(values: list[str], ceiling: int, what: str) -> list[str]:
    """Return the ids unchanged, or raise ValueError: cutting people off a list would lose them silently."""
    if not 1 <= len(values) <= ceiling:
        raise ValueError(f"{what}: {len(values)} given, 1 to {ceiling} allowed")
    return values
