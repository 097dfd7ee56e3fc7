"""A long answer in pages: every line once and in order, each page within the limit and under the head."""

from __future__ import annotations

import itertools
import random

import pytest

from camp.messages import split_pages
from camp.phrases import LANGUAGES, say_in

LIMIT = 60


@pytest.mark.parametrize("head", ["", "名单"])
def test_every_line_is_on_one_page(head: str) -> None:
    chance = random.Random(7)
    for _ in range(500):
        lines = ["".join(chance.choices("ab 中😀", k=chance.randrange(1, 12))) for _ in range(chance.randrange(1, 30))]
        pages = split_pages(lines, head=head, limit=LIMIT)
        assert all(len(page.encode()) <= LIMIT for page in pages)
        bodies = [page.split("\n") for page in pages]
        if head:
            assert {body.pop(0) for body in bodies} == {head}
        assert [line for body in bodies for line in body] == lines
        # No page ends while the next line still has room.
        for body, following in itertools.pairwise(bodies):
            assert len("\n".join([head, *body, following[0]] if head else [*body, following[0]]).encode()) > LIMIT


def test_a_line_too_long_is_cut_and_an_empty_one_is_no_page() -> None:
    assert split_pages(["中" * 40], head="名单", limit=LIMIT) == ["名单\n" + "中" * 16 + "…"]
    assert split_pages([]) == []
    assert split_pages(["", "", "a", ""]) == ["a\n"]
    assert split_pages(["", "a"], head="h") == ["h\n\na"]
    assert split_pages([], head="h") == ["h"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_many_lines_are_spoken_as_one_is(language: str) -> None:
    say = say_in(language)
    names = ["小雨", "<a href='http://x.y'>", "{name}", "$userName=lin$", ""]
    spoken = [say("teacher.roster_line", id=n, name=name, attended=n, completed=0) for n, name in enumerate(names)]
    columns = {"completed": [0] * 5, "attended": range(5), "name": names, "id": range(5)}
    assert say.each("teacher.roster_line", **columns) == spoken
