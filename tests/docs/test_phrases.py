"""Every phrase exists in both languages, takes the same values in both, and every phrase that code asks for is there."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from camp.phrases import LANGUAGES, PHRASES
from tests.docs.pages import ROOT

_ASKED = re.compile(r"""\bsay\w*(?:\([^()]*\))?(?:\.each)?\(\s*"([a-z_]+\.[a-z0-9_]+)\"""")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def values(words: str) -> set[str]:
    """The names in braces; ValueError for braces that do not fit."""
    return {name for _, name, _, _ in Formatter().parse(words) if name is not None}


@pytest.mark.parametrize("key", sorted(PHRASES))
def test_both_languages(key: str) -> None:
    phrase = PHRASES[key]
    assert len(phrase) == len(LANGUAGES)
    chinese, english = phrase
    assert chinese.strip()
    assert english.strip()
    assert values(chinese) == values(english)
    wordy = re.sub(r"\{\w*\}", "", english)
    if re.search(r"[A-Za-z]{3}", wordy):
        assert _CHINESE.search(chinese), "the Chinese comes first"


def test_code_asks_for_phrases_that_exist() -> None:
    asked: dict[str, str] = {}
    for room in ("bot", "camp", "handlers", "jobs"):
        for file in (ROOT / room).rglob("*.py"):
            for key in _ASKED.findall(file.read_text(encoding="utf-8")):
                asked[key] = str(file.relative_to(ROOT))
    assert asked
    missing = {key: file for key, file in asked.items() if key not in PHRASES}
    assert not missing
