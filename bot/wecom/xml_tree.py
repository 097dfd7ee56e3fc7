"""Hostile XML to nested dicts: no DTD, no entities, bounded size, depth and node count, always UTF-8."""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

MAX_BYTES = 1_048_576  # the documented callbacks are a few kB; aiohttp's own default body limit is the same number
MAX_NODES = 20_000

# One leaf of a flat document, in CDATA or plain.
_LEAF = re.compile(r"<([A-Za-z]\w*)>(?:<!\[CDATA\[([^<]*)\]\]>|([^<]*))</\1>", re.ASCII)
_ROOT = re.compile(r"<xml>[ \t\n]*</xml>[ \t\n]*")
# What XML forbids, changes (a carriage return) or begins an entity with.
_ODD = bytes([*range(0x09), *range(0x0B, 0x20), ord("&")])


class XmlRefused(ValueError):
    """The document is junk or uses a construct that no WeCom message uses."""


def parse_xml(data: bytes, *, max_depth: int) -> dict[str, Any]:
    """Return the children of the root: leaves as str (exact text), inner nodes as dict, repeated siblings as list.

    Attributes are ignored, and so is text beside child elements. Raises only `XmlRefused`.
    """
    if len(data) > MAX_BYTES:
        raise XmlRefused("too large")
    try:
        text = data.decode()  # expat would let a byte order mark switch to UTF-16, which WeCom never sends
    except UnicodeDecodeError:
        raise XmlRefused("not UTF-8") from None
    leaves = _flat(data, text)
    return _tree(data, max_depth) if leaves is None else leaves


def _flat(data: bytes, text: str) -> dict[str, Any] | None:
    """What `_tree` reads from a root with leaves only, which is nearly all that WeCom posts, in a third of the time.

    None for whatever may be anything else: inner nodes, entities, attributes, comments, odd characters, two leaves of one name.
    """
    # EF BF begins U+FFFE and U+FFFF. As many ends of CDATA as beginnings: none is left inside a text.
    odd = len(data.translate(None, _ODD)) < len(data) or (not text.isascii() and b"\xef\xbf" in data)
    if odd or data.count(b"]]>") != data.count(b"<![CDATA["):
        return None
    parts = _LEAF.split(text, MAX_NODES - 1)
    if _ROOT.fullmatch("".join(parts[::4])) is None:
        return None
    leaves = {name: quoted or bare or "" for name, quoted, bare in zip(parts[1::4], parts[2::4], parts[3::4], strict=True)}
    return leaves if leaves and 4 * len(leaves) == len(parts) - 1 else None


def _tree(data: bytes, max_depth: int) -> dict[str, Any]:
    builder = _Builder(max_depth)
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
