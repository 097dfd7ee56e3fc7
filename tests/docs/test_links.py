"""Every link between the pages leads somewhere, every path they name exists, every anchor is a heading."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import PAGES, ROOT, code_words, prose, read

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_PATH = re.compile(r"(?:bot|handlers|jobs|camp|storage|sandbox|tests|docs|\.ci)/[A-Za-z0-9_./-]*")
_ROOT_FILE = re.compile(r"[A-Za-z.]+\.(?:md|example\.toml|txt)|Makefile|LICENSE|pyproject\.toml")


def slug(heading: str) -> str:
    """How GitHub names the anchor of a heading."""
    kept = re.sub(r"[^\w\s-]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def anchors(page: str) -> set[str]:
    return {slug(line.lstrip("#")) for line in prose(page).splitlines() if re.match(r"#{1,6} ", line)}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target in _LINK.findall(prose(page)):
        if target.startswith(("http://", "https://")):
            continue
        file, _, anchor = target.partition("#")
        linked = (ROOT / page).parent / file if file else ROOT / page
        assert linked.exists(), f"{page} links to {target}"
        if anchor:
            assert anchor in anchors(str(linked.relative_to(ROOT))), f"{page} links to {target}"


@pytest.mark.parametrize("page", PAGES)
def test_named_files_exist(page: str) -> None:
    for words in code_words(page):
        if _PATH.fullmatch(words) or _ROOT_FILE.fullmatch(words):
            assert (ROOT / words).exists(), f"{page} names {words}"


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_left_unsaid(page: str) -> None:
    assert not re.search(r"\b(TODO|FIXME|XXX|TBD)\b", read(page))


def test_both_readmes_have_the_same_chapters() -> None:
    def chapters(page: str) -> int:
        return len(re.findall(r"^## ", prose(page), re.M))

    assert chapters("README.md") == chapters("README.zh-CN.md")
