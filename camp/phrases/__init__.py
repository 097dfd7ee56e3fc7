"""camp.phrases: all wording for people. One file per area, each `PHRASES = {key: (中文, English)}`; keys start with the area.

A name clash between files is fatal at import. Values are made harmless here, at the one door: what a learner calls themselves
must never act in a message (mentions, links, markup).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from camp.harmless import Ours, harmless

Say = Callable[..., str]
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


@lru_cache
def say_in(language: str) -> Say:
    """The speaker of one language: `say(key, **values) -> text`. KeyError for an unknown key: a bug, caught by the tests."""
    column = LANGUAGES.index(language) if language in LANGUAGES else 0
    words = {key: pair[column] for key, pair in PHRASES.items()}

    def say(phrase: str, /, **values: Any) -> str:
        for name, value in values.items():
            if isinstance(value, str):
                values[name] = harmless(value)
        return Ours(words[phrase].format_map(values))

    return say
