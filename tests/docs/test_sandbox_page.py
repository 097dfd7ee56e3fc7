"""docs/sandbox.md names every path of the look-alike, every control route, every fault and command, and invents none."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re

from sandbox import control
from sandbox.aibot.commands import COMMANDS
from sandbox.api import ENDPOINTS
from sandbox.control.form import Route
from sandbox.faults import API_TROUBLES, CALLBACK_KINDS, Faults
from tests.docs.pages import between
from tests.faults.main_job import STORIES
from tests.faults.test_answers import ANSWERS
from tests.faults.test_callbacks import CALLBACKS

PAGE = "docs/sandbox.md"


def column(marker: str, number: int) -> list[str]:
    """What stands in backticks in one column of a table, from 1."""
    rows = [line.split(" | ") for line in between(PAGE, marker).splitlines() if "`" in line]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row[number - 1])]


def test_every_path_once() -> None:
    named = column("coverage", 2)
    assert sorted(named) == sorted(ENDPOINTS)


def test_every_control_route_once() -> None:
    modules = [importlib.import_module(f"{control.__name__}.{module.name}") for module in pkgutil.iter_modules(control.__path__)]
    routes: list[Route] = [route for module in modules for route in getattr(module, "ROUTES", [])]
    assert sorted(column("control", 1)) == sorted(f"{method} {path}" for method, path, _ in routes)


def test_every_fault_once() -> None:
    assert column("faults", 1) == [*API_TROUBLES, *CALLBACK_KINDS]


def test_the_examples_of_faults_can_be_ordered() -> None:
    for example in column("faults", 3):
        if example.startswith("{"):
            Faults().add(json.loads(example))


def test_every_command_of_the_socket() -> None:
    assert set(re.findall(r"`(\w+)`", between(PAGE, "commands"))) == {"aibot_subscribe", "ping", *COMMANDS}


def test_the_table_of_faults_and_stories_is_that_of_the_tests() -> None:
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in between(PAGE, "fault-story").splitlines()]
    assert head == ["fault", *(story.name for story in STORIES)]
    assert sorted(row[0] for row in rows) == sorted([*ANSWERS, "token dropped early", *CALLBACKS])
    assert all(cell.startswith("✓") for row in rows for cell in row[1:])
