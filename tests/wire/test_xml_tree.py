"""The short way through a flat document reads exactly what the long way reads, or leaves it to the long way."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.wecom.xml_tree import MAX_NODES, XmlRefused, parse_xml

# What documents are made of, whole and in pieces.
PIECES = [
    *("<a>", "</a>", "<b1>", "</b1>", "<a/>", "<a x='1'>", "<é>", "</é>", "</a >", "<xml>", "</xml>", "<![CDATA[", "]]>"),
    *("]", "<", ">", "&", "&amp;", "&#65;", "<!--", "-->", "<?p?>", " ", "\n", "\r", "\t", "\x00", "\x0b", "\ufffe"),
    *("\u3000", "￥", "中", "x", "1"),
]
WORDS = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
LEAF = st.tuples(st.sampled_from(["<a>{}</a>", "<b1><![CDATA[{}]]></b1>", "<c> {}</c>\n"]), WORDS).map(
    lambda two: two[0].format(two[1])
)
FLAT = st.lists(LEAF, max_size=5).map(lambda leaves: f"<xml>{''.join(leaves)}</xml>")


@settings(max_examples=600)
@given(st.one_of(FLAT, WORDS, st.tuples(FLAT, WORDS).map("".join)))
@example("<xml><a>1</a><a>2</a></xml>")
@example("<xml><a><![CDATA[x]]>]]></a></xml>")
@example("<xml><a>]]></a><b1><![CDATA[</b1></xml>")
def test_another_parser_reads_the_same(text: str) -> None:
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        with pytest.raises(XmlRefused):
            parse_xml(text.encode(), max_depth=9)
        return
    with suppress(XmlRefused):  # no element inside the root
        assert parse_xml(text.encode(), max_depth=9) == _children(root)


def _children(node: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in node:
        value = _children(child) if len(child) else child.text or ""
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(found[child.tag], list):
            found[child.tag].append(value)
        else:
            found[child.tag] = [found[child.tag], value]
    return found


def test_as_many_leaves_as_nodes_are_allowed() -> None:
    leaves = [f"<a{n}>{n}</a{n}>" for n in range(MAX_NODES)]
    assert len(parse_xml(f"<xml>{''.join(leaves[1:])}</xml>".encode(), max_depth=9)) == MAX_NODES - 1
    with pytest.raises(XmlRefused):
        parse_xml(f"<xml>{''.join(leaves)}</xml>".encode(), max_depth=9)
