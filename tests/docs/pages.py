"""The Markdown pages of the repository, and what is written in them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
PAGES = (
    *READMES,
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/architecture.md",
    "docs/decisions.md",
    "docs/backup.md",
    "docs/deploy.md",
    "docs/reliability.md",
    "docs/sandbox.md",
)
_FENCE = re.compile(r"^\s*```.*?^\s*```", re.S | re.M)
_CODE = re.compile(r"`([^`\n]+)`")


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def prose(page: str) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", read(page))


def code_words(page: str) -> list[str]:
    """Everything in single backticks outside of blocks."""
    return _CODE.findall(prose(page))


def between(page: str, marker: str) -> str:
    """What stands between `<!-- marker:start -->` and `<!-- marker:end -->`."""
    _, found, rest = read(page).partition(f"<!-- {marker}:start -->\n")
    assert found, f"{page} has no marker {marker}:start"
    inside, found, _ = rest.partition(f"<!-- {marker}:end -->")
    assert found, f"{page} has no marker {marker}:end"
    return inside
