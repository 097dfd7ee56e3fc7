"""Odd values: what a field may hold when nobody who writes it means well."""

from __future__ import annotations

from typing import Any

from tests.fuzz.source import Source

WORDS = (
    "", " ", "\t", "\n", "0", "-1", "1", "９", "٣", "²", "1e999", "NaN", "null", "true", "[]", "{}", "#1",
    "#999999999999999999999",
    "9" * 19, "9" * 400, "9" * 5000, "-" + "9" * 30, "0x1f", "1_000", "1.5", "18446744073709551616", "9223372036854775808",
    "\x00", "a\x00b", "\x01\x02\x1b[31m", "\ud800", "x\udfffy", "\ufeff", "\u202e反", "\u200b", "\u2028", "é" * 40, "é",
    "👩‍👩‍👧‍👦", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A", "汉" * 300, "<", ">", "&", "&amp;", "]]>", "<![CDATA[", "<a>", "</xml>", "'", '"', "\\", "%s",
    "{0}", "{name}",
    "{text!r}", "$userName=lin$", "<@all>", "'; DROP TABLE inbox; --", "=cmd()", "../../etc/passwd", "http://x.example/?a=b",
    "lin", "LIN", "wu", "chen", "nobody", "wm1", "wm2", "wmOther", "read-01", "read-02", "wrA", "claim:1", "close:1", "nudge:",
    "close_hold:1", "nudge:absent:1", "claim:" + "9" * 30, "checkin:1", "checkin:" + "9" * 30, "cmd:帮助", "13800138000",
)  # fmt: skip
NUMBERS: tuple[Any, ...] = (
    0, 1, -1, 2, 3, 4, 5, 60, 100, 10**6, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63), 10**30, 10**300, 0.5, -0.0, 1.5, 1e15, 1e300,
    float("inf"), float("-inf"), float("nan"), True, False, None,
)  # fmt: skip
_LENGTHS = (64, 129, 200, 1000, 2100, 5000, 20_000)


def words(source: Source, normal: str) -> str:
    """Usually `normal`; else something odd: empty, huge, half a character, another's name, bytes as they come."""
    kind = source.byte()
    if kind < 170:
        return normal
    if kind < 215:
        return source.pick(WORDS)
    if kind < 230:
        return source.raw(48).decode("utf-8", "replace" if kind % 2 else "surrogateescape")
    if kind < 245:
        return normal + source.pick(WORDS)
    return source.pick(("x", "汉", "\U0001f600", "<", '"', "\\", " ", "\n", "9")) * source.pick(_LENGTHS)


def value(source: Source, normal: Any, depth: int = 0) -> Any:
    """Usually `normal`; else another value of JSON, of another type and shape."""
    kind = source.byte()
    if kind < 180:
        return normal
    if kind < 205:
        return words(source, normal if isinstance(normal, str) else "1")
    if kind < 215:
        return source.pick(NUMBERS)
    if kind < 225 or depth > 3:
        return words(source, "x")
    if kind < 235:
        return [value(source, normal, depth + 1) for _ in range(source.below(4))]
    if kind < 245:
        return {words(source, "a"): value(source, normal, depth + 1) for _ in range(source.below(4))}
    return nested(source.pick((3, 20, 200, 900)), kind % 2 == 0)


def nested(depth: int, in_lists: bool) -> Any:
    """A value as deep as `depth`."""
    inner: Any = "x"
    for _ in range(depth):
        inner = [inner] if in_lists else {"a": inner}
    return inner


def fields(source: Source, normal: dict[str, Any]) -> dict[str, Any]:
    """The fields as they should be; or with some missing, some odd, some strange ones beside them."""
    if source.odds(90):
        return normal
    changed = {name: value(source, given) for name, given in normal.items() if not source.odds(14)}
    if source.odds(30):
        changed[words(source, "extra")] = value(source, "x")
    return changed
