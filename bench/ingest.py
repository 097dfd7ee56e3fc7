"""How many callbacks one process takes and makes durable, and how long the sender waits; beside what that can be held against."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import statistics
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.callback import event, sealed
from bench.figure import Figure, Plan
from bench.house import Running, cores, free_port, listens, open_house, pin, started
from bench.load import closed_loop, open_loop
from bench.postgres import Postgres, postgres
from bench.result import stolen_share, ticks

_CONNECTIONS = 64
_RATE = 1_000
# No process of these answers faster; so many requests are sealed for each second of a run.
_MOST_A_SECOND = 12_000
_ROOT = Path(__file__).parents[1]
# A machine has slow seconds: many short runs by turns, so that each meets its share of them.
_SHORT_RUNS = 4
_serial = itertools.count()


@dataclass
class _Contender:
    """A process that takes callbacks; `rates`, the share of a core it used meanwhile, and `p99` of the open loop, a run each."""

    name: str
    port: int
    running: Running
    most: int = _MOST_A_SECOND
    rates: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)


async def measure(plan: Plan) -> list[Figure]:
    server, client = cores()
    pin(0, client)
    before = ticks()
    with postgres() as database, tempfile.TemporaryDirectory(prefix="wecamp-bench-") as folder:
        async with AsyncExitStack() as stack:
            them = await _start(stack, Path(folder), database, server)
            # An idle core is slow to wake, which would flatter whoever answers in groups (perf: F).
            words = ["nice", "-n", "19", sys.executable, "-c", "while True: pass"]
            await stack.enter_async_context(started(words, Path(folder), "awake", client))
            for one in them.values():
                (await closed_loop(one.port, _callbacks(500), connections=_CONNECTIONS)).insist()
            order, dice = list(them.values()), random.Random(1)
            for _ in range(plan.reps):
                for _ in range(_SHORT_RUNS):
                    dice.shuffle(order)
                    for one in order:
                        await _flat_out(one, 1.0 if plan.full else 0.2)
                for name in ("SQLite", "PostgreSQL", "serve"):
                    await _at_a_pace(them[name], _RATE * plan.size(6, 1))
    return _figures(them, stolen_share(before))


async def _start(stack: AsyncExitStack, folder: Path, database: Postgres, cpu: int | None) -> dict[str, _Contender]:
    addresses = {"SQLite": f"sqlite+aiosqlite:///{folder}/stored.db", "PostgreSQL": database.fresh()}
    kinds = [("bare", "bare", ""), ("unstored", "unstored", f"sqlite+aiosqlite:///{folder}/unstored.db")]
    kinds += [(name, "stored", url) for name, url in addresses.items()]
    them: dict[str, _Contender] = {}
    for name, kind, url in kinds:
        port = free_port()
        words = [sys.executable, "-m", "bench.edge", kind, "--port", str(port), "--url", url]
        them[name] = _Contender(name, port, await stack.enter_async_context(started(words, _ROOT, f"{folder}/{name}", cpu)))
        await listens(them[name].running, port)
    them["peer"] = await _peer(stack, folder)
    house = await stack.enter_async_context(open_house(folder / "house", cpu=cpu))
    them["serve"] = _Contender("serve", house.port, house.server)
    return them


async def _peer(stack: AsyncExitStack, folder: Path) -> _Contender:
    """On all cores, as its two workers would be."""
    port = free_port()
    os.environ["PEER_DB"] = str(folder / "peer.db")
    words = [str(Path(sys.executable).with_name("gunicorn")), "--workers", "2", "--worker-class", "gthread", "--threads", "8"]
    running = await stack.enter_async_context(
        started([*words, "--bind", f"127.0.0.1:{port}", "bench.peer:app"], _ROOT, f"{folder}/peer")
    )
    await listens(running, port)
    return _Contender("peer", port, running, most=_MOST_A_SECOND // 2)


def _callbacks(number: int) -> list[bytes]:
    """Of an event that WeCom has and nobody here handles, each another one."""
    name, more = "change_external_tag", {"ChangeType": "update", "TagType": "tag"}
    return sealed(event(name, sender="sys", Id=f"et{next(_serial):030d}", **more) for _ in range(number))


async def _flat_out(one: _Contender, seconds: float) -> None:
    requests = _callbacks(int(seconds * one.most))
    used = one.running.cpu_seconds()
    # Whoever stores nothing may be given the same ones again.
    stores_nothing = one.name in ("bare", "unstored")
    given = itertools.cycle(requests) if stores_nothing else requests
    load = (await closed_loop(one.port, given, connections=_CONNECTIONS, seconds=seconds)).insist()
    one.rates.append(load.rate)
    one.busy.append((one.running.cpu_seconds() - used) / load.seconds)
    await _until_idle(one)


async def _until_idle(one: _Contender) -> None:
    """`serve` goes on applying what it took, on the core of all of them."""
    used = -1.0
    while (now := one.running.cpu_seconds()) - used > 0.01:
        used = now
        await asyncio.sleep(0.2)


async def _at_a_pace(one: _Contender, number: int) -> None:
    await asyncio.sleep(0.5)  # what the flat-out run left behind is over
    load = (await open_loop(one.port, _callbacks(number), rate=_RATE, seed=len(one.p99))).insist()
    one.p99.append(load.ms(0.99))


def _figures(them: dict[str, _Contender], stolen: float) -> list[Figure]:
    ours, other, bare = them["SQLite"], them["PostgreSQL"], them["bare"]
    said = "verify, decrypt, store with fsync, answer; one process, 64 connections, nobody applies"
    busy = ", ".join(f"{one.name} {statistics.median(one.busy):.2f}" for one in them.values() if one.name != "peer")
    note = f"cores used: {busy}; stolen by the host {stolen:.1%}"
    served = f"`wecamp serve`, which applies them as well: {them['serve'].rate:,.0f}/s"
    figures = [
        _ratio("durable ingest, SQLite", ours, "bare aiohttp POST", bare, 0.38, 0.45, f"{said}; {note}; {served}"),
        _ratio("durable ingest, PostgreSQL", other, "bare aiohttp POST", bare, 0.38, 0.45),
        _ratio("durable ingest, SQLite", ours, "the same handler without storage", them["unstored"], 0.85),
        _ratio("durable ingest, SQLite", ours, "Flask + wechatpy + a SQLite commit each, 2 workers", them["peer"], 5.0),
    ]
    names = {"SQLite": "SQLite", "PostgreSQL": "PostgreSQL", "serve": "`wecamp serve` on SQLite, applying them"}
    for name, words in names.items():
        waits = them[name].p99
        what = f"p99 at {_RATE:,}/s open loop, {words}"
        spread = (min(waits), max(waits))
        figures.append(Figure(what, statistics.median(waits), "ms", "at most", 20.0, spread=spread))
    return figures


def _ratio(
    what: str, one: _Contender, than: str, other: _Contender, target: float, aim: float | None = None, note: str = ""
) -> Figure:
    spread = (min(one.rates), max(one.rates))
    return Figure(what, one.rate, "/s", "at least", target, than, other.rate, aim, spread, note)
