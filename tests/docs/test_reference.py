"""docs/architecture.md is the reference of tables, facts, calls and jobs: none is missing, none is invented."""

from __future__ import annotations

import re

import storage.tables_camp  # noqa: F401  (registers its tables)
from bot.settings import Settings
from bot.wecom.roads import calls_by_name, load_roads
from handlers.core.router import discover as discover_handlers
from jobs.core.job import discover as discover_jobs
from storage.tables_loop import metadata
from tests.docs.pages import READMES, between, code_words, read

REFERENCE = "docs/architecture.md"


def chapter(number: int) -> str:
    match = re.search(rf"^## {number}\. .*?(?=^## |\Z)", read(REFERENCE), re.S | re.M)
    assert match, f"{REFERENCE} has no chapter {number}"
    return match[0]


def first_cells(text: str) -> set[str]:
    """The names in backticks in the first cell of each table row."""
    return {name for line in text.splitlines() if line.startswith("| `") for name in re.findall(r"`([^`]+)`", line.split("|")[1])}


def test_tables() -> None:
    rows = [line.split("|")[2] for line in chapter(5).splitlines() if line.startswith("| ") and "`" in line]
    assert {name for row in rows for name in re.findall(r"`([^`]+)`", row)} == set(metadata.tables)


def test_calls() -> None:
    calls = calls_by_name(load_roads())
    assert {name for name in first_cells(chapter(7)) if "." in name} == set(calls)


def test_facts() -> None:
    named = set(re.findall(r"`([^`]+)`", chapter(6)))
    calls = calls_by_name(load_roads())
    for kind in discover_handlers().facts:
        family, _, rest = kind.partition(".")
        if kind.startswith("wecom.event:"):
            missing = [part for part in kind.split(":")[1:] if part not in named]
            assert not missing, f"{REFERENCE} chapter 6 does not name {missing} of {kind}"
        elif family == "answer":
            assert rest in calls, f"{kind} answers no call"
        else:
            assert kind in named, f"{REFERENCE} chapter 6 does not name {kind}"


def test_jobs() -> None:
    assert {name for name in first_cells(chapter(9)) if "." not in name} == set(discover_jobs())


def test_readmes_name_every_section_of_the_settings() -> None:
    for page in READMES:
        chat = between(page, "commands")
        words = [word for word in code_words(page) if f"`{word}`" not in chat]
        named = {name for name in re.findall(r"\[{1,2}([a-z_]+)", " ".join(words))}
        declared = {"camps", "cohorts", "channels", "staff"}  # of camp.toml
        assert set(Settings.model_fields) <= named, f"{page}: {set(Settings.model_fields) - named}"
        assert named <= set(Settings.model_fields) | declared, f"{page}: {named}"
