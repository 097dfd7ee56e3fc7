"""What the pages tell a reader to type exists: make targets, `wecamp` and its subcommands, the sandbox's, the chat commands."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
import typer.main

from bot.cli.commands import table
from bot.cli.program import app
from bot.ingest import read_events, sign
from sandbox import cli as sandbox_cli
from tests.docs.pages import PAGES, READMES, between, code_words, read

_BLOCK = re.compile(r"^\s*```(?:sh|bash)\n(.*?)^\s*```", re.S | re.M)


def typed(page: str) -> str:
    """Everything a reader may type: shell blocks and words in backticks, without comments."""
    lines = [line.partition("  #")[0] for block in _BLOCK.findall(read(page)) for line in block.splitlines()]
    return "\n".join([*lines, *code_words(page)])


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.M))
    named = set(re.findall(r"(?:^|\s)make ([a-z-]+)", typed(page), re.M))
    assert named <= targets


@pytest.mark.parametrize("page", PAGES)
def test_subcommands_exist(page: str) -> None:
    commands = vars(typer.main.get_command(app))["commands"]
    for name, below in re.findall(r"(?:^|bin/| )wecamp ([a-z][a-z-]*)(?: ([a-z-]+))?", typed(page), re.M):
        assert name in commands, f"{page}: wecamp {name}"
        group = vars(commands[name]).get("commands")
        assert not group or not below or below in group, f"{page}: wecamp {name} {below}"


@pytest.mark.parametrize("page", READMES)
def test_sandbox_actions_exist(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        sandbox_cli.main(["--help"])
    known = capsys.readouterr().out
    actions = set(re.findall(r"^(?:\S+\$?\(?)?\(?sandbox ([a-z]+)", between(page, "walk"), re.M))
    assert actions
    for action in actions:
        assert re.search(rf"^\s+{action}\b", known, re.M), f"{page}: sandbox {action}"


@pytest.mark.parametrize("page", READMES)
def test_command_table_is_the_programs_own(page: str) -> None:
    assert between(page, "commands").strip() == table(), "run `wecamp commands` and put its table between the markers"


@pytest.mark.parametrize("page", READMES)
def test_the_signed_example_is_accepted(page: str) -> None:
    if not (shutil.which("openssl") and shutil.which("bash")):
        pytest.skip("needs bash and openssl")
    (script,) = _BLOCK.findall(between(page, "ingest"))
    # curl shows what it would send, an argument a line.
    shown = subprocess.run(
        ["bash", "-c", 'curl() { printf "%s\\n" "$@"; }\n' + script], capture_output=True, text=True, check=True
    ).stdout
    headers = dict(re.findall(r"^(X-[A-Za-z]+): (.*)$", shown, re.M))
    (body,) = re.findall(r"^\{.*\}$", shown, re.M)
    message = f"{headers['X-Timestamp']}\n{headers['X-Nonce']}\n{body}".encode()
    assert headers["X-Signature"] == "v1=" + sign("a long random text", message)
    assert [event.type for event in read_events(body.encode())] == ["order.paid"]


def test_the_walks_commands_are_the_same_in_both_languages() -> None:
    english, chinese = (_BLOCK.findall(between(page, "walk")) for page in READMES)
    assert english == chinese
