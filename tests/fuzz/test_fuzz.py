"""The short run: what once failed, and some thousand new inputs. The long run is `make fuzz`."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.campaign import CORPUS, Campaign
from tests.fuzz.world import EDGES, World, open_world


class Arena:
    """A world with a loop of its own, for tests that are no coroutines."""

    def __init__(self, loop: asyncio.AbstractEventLoop, world: World) -> None:
        self._loop, self._world = loop, world

    def replay(self, edge: str, data: bytes) -> str | None:
        return self._loop.run_until_complete(Campaign(self._world, edge).replay(data))

    def check_bounds(self, inputs: int) -> None:
        self._loop.run_until_complete(self._world.check_bounds(inputs))

    def afresh(self) -> None:
        self._loop.run_until_complete(self._world.open())

    def play(self, edge: str, inputs: list[bytes]) -> Campaign:
        campaign = Campaign(self._world, edge)
        self._loop.run_until_complete(campaign.play(inputs))
        return campaign


async def _hang_up() -> None:
    """Ends what connections that were cut in the middle left waiting."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def arena(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """One at a time: what the log says has one hearer."""
    postgres = request.getfixturevalue("postgres") if request.param == "postgres" else None
    with _arena(tmp_path_factory.mktemp("fuzz"), postgres) as arena:
        yield arena


@contextmanager
def _arena(directory: Path, postgres: str | None = None) -> Iterator[Arena]:
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    loop, stack = asyncio.new_event_loop(), AsyncExitStack()
    world = loop.run_until_complete(stack.enter_async_context(open_world(directory, postgres)))
    yield Arena(loop, world)
    loop.run_until_complete(stack.aclose())
    loop.run_until_complete(_hang_up())
    loop.close()
    logging.getLogger("aiohttp.server").setLevel(logging.NOTSET)


@pytest.mark.parametrize("kept", sorted(CORPUS.glob("*-*")), ids=lambda path: path.name)
def test_what_once_failed_fails_no_more(arena: Arena, kept: Path) -> None:
    arena.afresh()
    assert arena.replay(kept.name.partition("-")[0], kept.read_bytes()) is None
    arena.check_bounds(1)


@pytest.mark.parametrize("edge", EDGES)
def test_no_input_fails(arena: Arena, edge: str) -> None:
    arena.afresh()

    @settings(max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(min_size=40, max_size=400))
    def hold(data: bytes) -> None:
        assert arena.replay(edge, data) is None

    hold()
    arena.check_bounds(200)


def test_many_at_once_fail_as_little(arena: Arena) -> None:
    chance = random.Random(4)
    arena.afresh()
    campaign = arena.play("all", [chance.randbytes(300) for _ in range(200)])
    assert campaign.tally.findings == {}
    assert campaign.tally.inputs == 200
    assert campaign.tally.applied > 0


def test_a_fault_of_the_house_is_found_and_its_input_kept(arena: Arena, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The judge itself is judged."""
    arena.afresh()

    async def broken(*_given: Any) -> Any:
        raise ValueError("broken")

    monkeypatch.setattr("bot.worker.Worker._handle", broken)
    monkeypatch.setattr("bot.ingest.read_events", lambda body: 1 / 0)
    campaign = arena.play("ingest", [b""])
    assert [words for words in campaign.tally.findings if "status 500" in words]
    assert list(campaign.tally.findings.values()) == [("ingest", b"")]
    assert [words for words in arena.play("inner", [b""]).tally.findings if "fact failed" in words]
    monkeypatch.undo()
    arena.afresh()
    for edge in EDGES:
        assert arena.play(edge, [b""]).tally.findings == {}
