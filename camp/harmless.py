"""What people wrote, as it may stand in a message of ours: it looks the same and does nothing.

Active in WeCom are `<a href>` in texts, `<@userid>` and `<font>` in markdown, bare addresses everywhere (the client makes
links of them), `$userName=…$` in apps with id translation (docs 90236, 91770);
and everywhere what turns the direction of writing or cannot be seen.
"""

from __future__ import annotations

import re

_LOOKALIKES = {"<": "＜", ">": "＞"}
_MARKUP = {"*": "＊", "_": "＿", "`": "｀", "[": "［", "]": "］", "#": "＃", "~": "～", "|": "｜"}
# Line ends that are none for us; carriage returns among them.
_BLANKS = dict.fromkeys([0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029], " ")
_CONTROLS = dict.fromkeys([*range(0x09), *range(0x0E, 0x1C), 0x1F, *range(0x7F, 0x85), *range(0x86, 0xA0)], "")
# Direction marks and what has no width. The joiners (200C, 200D) stay: emoji are made with them.
_UNSEEN = dict.fromkeys(
    [0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC)],
    "",
)
_TAGS = dict.fromkeys(range(0xE0000, 0xE0080), "")
_HALVES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_HARMLESS = str.maketrans({**_LOOKALIKES, **_BLANKS, **_CONTROLS, **_UNSEEN, **_TAGS, **_HALVES})
_IN_MARKDOWN = str.maketrans(_MARKUP)
_ADDRESS = re.compile(r":(?=//)|(?<![0-9A-Za-z])(www|mailto|tel|weixin|wxwork)[.:]", re.IGNORECASE)
_TRANSLATED_ID = re.compile(r"\$(?=(?:userName|departmentName)=)", re.IGNORECASE)
_FULL_WIDTH = {":": "：", ".": "．"}


class Ours(str):
    """Words of our own side: addresses in them stay links."""

    __slots__ = ()


def harmless(words: str) -> str:
    """The words without anything that acts in a WeCom message; `Ours` keep their addresses, and nothing else."""
    if words.isalnum():
        return words  # most names; nothing that acts is made of letters and digits alone
    plain = _TRANSLATED_ID.sub("＄", words.translate(_HARMLESS))
    if isinstance(words, Ours):
        return Ours(plain)
    return _ADDRESS.sub(lambda found: found[0][:-1] + _FULL_WIDTH[found[0][-1]], plain)


def in_markdown(words: str) -> str:
    """Words for a markdown message: no emphasis, heading, code, link or table of theirs."""
    return harmless(words).translate(_IN_MARKDOWN)


def one_line(words: str, limit: int) -> str:
    """A name as a person is called in a list: one line of at most `limit` characters, nothing unseen in it."""
    return " ".join(words.translate(_HARMLESS).split())[:limit].strip()
