"""The walks by hand in both READMEs: the same blocks to copy, and every `sandbox …` of them is a command there is."""

from __future__ import annotations

import re
import shlex

import pytest

from sandbox.cli import read_words
from tests.docs.pages import READMES, between

BLOCK = re.compile(r"^```sh\n(.*?)^```", re.S | re.M)
WALKS = ("walk", "robot-walk")


def typed(page: str, walk: str) -> list[list[str]]:
    """The words of every `sandbox …` in a walk; what the shell fills in is a message, or a task and a key."""
    lines = [line for block in BLOCK.findall(between(page, walk)) for line in block.splitlines()]
    filled = [re.sub(r"\$\(sandbox .*'send msg.*\)", "MSG", line) for line in lines]
    parts = [part for line in filled for part in re.sub(r"\$\(sandbox .*\)|\$[A-Z]+\b", "TASK KEY", line).split(" & ")]
    asked = [part for part in parts if part.startswith("sandbox ")]
    inner = [found for line in lines for found in re.findall(r"\$\((sandbox [^|]*)\|", line)]
    return [shlex.split(part)[1:] for part in [*asked, *inner]]


@pytest.mark.parametrize("walk", WALKS)
def test_both_languages_copy_the_same_blocks(walk: str) -> None:
    english, chinese = (BLOCK.findall(between(page, walk)) for page in READMES)
    assert english == chinese


@pytest.mark.parametrize("walk", WALKS)
def test_every_command_is_one_the_second_terminal_knows(walk: str) -> None:
    commands = typed(READMES[0], walk)
    assert len(commands) > 20
    for words in commands:
        assert read_words(words).command, words
