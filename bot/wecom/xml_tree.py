"""Hostile XML to nested dicts: no DTD, no entities, bounded size, depth and node count, always UTF-8."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

MAX_BYTES = 1_048_576  # the documented callbacks are a few kB; aiohttp's own default body limit is the same number
MAX_NODES = 20_000


class XmlRefused(ValueError):
    """The document is junk or uses a construct that no WeCom message uses."""


def parse_xml(data: bytes, *, max_depth: int) -> dict[str, Any]:
    """Return the children of the root: leaves as str (exact text), inner nodes as dict, repeated siblings as list.

    Attributes are ignored, and so is text beside child elements. Raises only `XmlRefused`.
    """
    if len(data) > MAX_BYTES:
        raise XmlRefused("too large")
    builder = _Builder(max_depth)
    try:
        data.decode()  # expat would let a byte order mark switch to UTF-16, which WeCom never sends
    except UnicodeDecodeError:
        raise XmlRefused("not UTF-8") from None
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_entity
    parser.ExternalEntityRefHandler = _refuse_external
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise XmlRefused(f"not well-formed (expat code {error.code})") from None
    if not isinstance(builder.root, dict):
        raise XmlRefused("no elements inside the root")
    return builder.root


class _Builder:
    """Collects expat events into a tree; a stack entry is [name, children, text parts]."""

    def __init__(self, max_depth: int) -> None:
        self.root: dict[str, Any] | str | None = None
        self._max_depth = max_depth
        self._nodes = 0
        self._stack: list[tuple[str, dict[str, Any], list[str]]] = []

    def start(self, name: str, _attributes: object) -> None:
        self._nodes += 1
        if len(self._stack) >= self._max_depth:
            raise XmlRefused("too deep")
        if self._nodes > MAX_NODES:
            raise XmlRefused("too many elements")
        self._stack.append((name, {}, []))

    def text(self, data: str) -> None:
        self._stack[-1][2].append(data)

    def end(self, _name: str) -> None:
        name, children, parts = self._stack.pop()
        value: dict[str, Any] | str = children if children else "".join(parts)
        if not self._stack:
            self.root = value
            return
        siblings = self._stack[-1][1]
        if name not in siblings:
            siblings[name] = value
        elif isinstance(siblings[name], list):
            siblings[name].append(value)
        else:
            siblings[name] = [siblings[name], value]


def _refuse_doctype(*_: object) -> None:
    raise XmlRefused("DTD")


def _refuse_entity(*_: object) -> None:
    raise XmlRefused("entity declaration")


def _refuse_external(*_: object) -> int:
    raise XmlRefused("external entity")
