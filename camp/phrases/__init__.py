"""camp.phrases: all wording for people. One file per area, each `PHRASES = {key: (中文, English)}`; keys start with the area.

A name clash between files is fatal at import. Values are made harmless here, at the one door: what a learner calls themselves
must never act in a message (mentions, links, markup), and in a group must not be read whole.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from string import Formatter
from typing import Any

from camp.harmless import Ours, harmless
from camp.rules.mask import mask_name
from storage.columns import LearnerName

LANGUAGES = ("zh", "en")


def _collect() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        phrases: dict[str, tuple[str, str]] = importlib.import_module(f"{__name__}.{module.name}").PHRASES
        clash = found.keys() & phrases.keys()
        if clash:
            raise RuntimeError(f"phrases defined twice: {sorted(clash)} (in {module.name})")
        found.update(phrases)
    return found


PHRASES = _collect()


class Say:
    """The speaker of one language: `say(key, **values) -> text`. KeyError for an unknown key: a bug, caught by the tests.

    `masked`: for a group, where no learner is called by more than the first character of their name.
    """

    def __init__(self, language: str, *, masked: bool = False) -> None:
        self._masked = masked
        column = LANGUAGES.index(language) if language in LANGUAGES else 0
        self._words = {key: pair[column] for key, pair in PHRASES.items()}

    def __call__(self, phrase: str, /, **values: Any) -> str:
        for name, value in values.items():
            values[name] = self._shown(value)
        return Ours(self._words[phrase].format_map(values))

    def each(self, phrase: str, /, **columns: Iterable[Any]) -> list[str]:
        """The same for many at once: each column holds the values of one name, line by line. A list has hundreds of lines."""
        line = _line(self._words[phrase], tuple(columns))
        return list(map(line, *(map(self._shown, column) for column in columns.values())))

    def _shown(self, value: Any) -> Any:
        if self._masked and isinstance(value, LearnerName):
            value = mask_name(value)
        return harmless(value) if isinstance(value, str) else value


@lru_cache
def say_in(language: str, *, masked: bool = False) -> Say:
    return Say(language, masked=masked)


@cache
def _line(words: str, names: tuple[str, ...]) -> Callable[..., str]:
    """Speaks the words with the values of these names in their order."""
    parts = []
    for plain, name, how, turned in Formatter().parse(words):
        parts.append(plain.replace("{", "{{").replace("}", "}}"))
        if name is not None:
            parts.append(f"{{{names.index(name)}{'!' + turned if turned else ''}{':' + how if how else ''}}}")
    return "".join(parts).format
