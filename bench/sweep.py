"""The close of a million enrolments by rules: against the same by hand and by ORM, and beside 300 callbacks a second."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.callback import event, member_text, sealed
from bench.figure import Figure, Plan
from bench.house import House, open_house
from bench.load import Load, closed_loop, open_loop
from bench.million import KINDS, Layout, copied, crowd, store
from bench.sweep_house import close_all, swept, until_none, working
from bench.sweep_orm import close_by_orm
from bench.sweep_peer import books, close_by_hand
from storage.columns import to_micros
from storage.database import machine_now

_RATE = 300
_SLICE_S = 5
_NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


@dataclass
class _Taken:
    """Seconds of each repetition; and the longest transaction of ours."""

    ours: list[float] = field(default_factory=list)
    by_hand: list[float] = field(default_factory=list)
    longest: list[float] = field(default_factory=list)


async def measure(plan: Plan) -> list[Figure]:
    figures = []
    layout, sample = crowd(plan.size(1_000_000, 10_000)), crowd(plan.size(100_000, 5_000))
    for kind in KINDS:
        taken = await _against_by_hand(kind, layout, min(plan.reps, 2))
        swept[kind, layout.learners] = median(taken.ours)
        figures.append(_by_hand(kind, layout, taken))
        figures.append(await _by_orm(kind, layout, sample, median(taken.ours)))
        figures += await _beside_callbacks(kind, layout, plan)
    await store().forget(layout)
    return figures


async def _against_by_hand(kind: str, layout: Layout, reps: int) -> _Taken:
    """Both closes by turns, each on a copy of the same data; RuntimeError when their books differ."""
    taken = _Taken()
    await store().made(kind, layout)
    for rep in range(reps):
        # After the first time only the order changes.
        for ours in (True, False) if rep % 2 == 0 else (False, True):
            async with copied(kind, layout) as url:
                if ours:
                    async with working(url) as house:
                        seconds, longest = await close_all(house, layout)
                    taken.ours.append(seconds)
                    taken.longest.append(longest)
                else:
                    taken.by_hand.append(await close_by_hand(kind, url, layout, to_micros(machine_now())))
                if rep == 0:
                    told = await books(kind, url)
                    if ours:
                        expected = told
                    elif told != expected:
                        raise RuntimeError(f"{kind}: the two closes left different books: {told} and {expected}")
    return taken


def _by_hand(kind: str, layout: Layout, taken: _Taken) -> Figure:
    rows = f"{layout.learners:,} enrolments × 5 lessons in {layout.cohorts} cohorts; the same rows in the end, digests compared"
    return Figure(
        f"rule sweep, {_NAMES[kind]}",
        median(taken.ours),
        "s",
        "at most",
        1.5,
        against_what="hand-written SQL",
        against=median(taken.by_hand),
        spread=(min(taken.ours), max(taken.ours)),
        note=f"{rows}; longest transaction of ours {max(taken.longest) * 1000:.0f} ms, by hand it is one of the whole",
    )


async def _by_orm(kind: str, layout: Layout, sample: Layout, ours: float) -> Figure:
    async with copied(kind, sample) as url:
        seconds = await close_by_orm(url, sample, machine_now())
    whole = seconds / sample.learners * layout.learners
    await store().forget(sample)
    return Figure(
        f"enrolments swept a second, {_NAMES[kind]}",
        layout.learners / ours,
        "/s",
        "at least",
        30,
        against_what="ORM, pages of 1,000",
        against=layout.learners / whole,
        note=f"the ORM over {sample.learners:,} enrolments ({seconds:.0f} s), taken to grow linearly",
    )


async def _beside_callbacks(kind: str, layout: Layout, plan: Plan) -> list[Figure]:
    """The real process closes while callbacks come at 300 a second: their waits, and the memory the close took."""
    with TemporaryDirectory(prefix="wecamp-sweep-") as folder:
        async with copied(kind, layout) as url, open_house(Path(folder), url=url) as house:
            await asyncio.to_thread(os.sync)  # else the disk still writes the copy while callbacks wait for it
            without = await _callbacks(house, plan.size(20, 3))
            before = house.server.memory_mib()
            begun = time.perf_counter()
            during = await _close_under_load(house, kind, url, layout)
            seconds = time.perf_counter() - begun
            extra = house.server.memory_mib(peak=True) - before
    note = f"the close took {seconds:.0f} s; longest wait {during.ms(1.0):.0f} ms, without a sweep p99 {without.ms(0.99):.1f} ms"
    return [
        Figure(
            f"p99 of callbacks at {_RATE}/s during a sweep, {_NAMES[kind]}",
            during.ms(0.99),
            "ms",
            "at most",
            100,
            aim=40,
            note=note,
        ),
        Figure(f"memory a sweep takes, {_NAMES[kind]}", extra, "MiB", "at most", 64, note=f"before it {before:.0f} MiB"),
    ]


async def _callbacks(house: House, seconds: int) -> Load:
    requests = sealed(event("kf_account_auth_change", number=f"{time.time_ns()}-{n}") for n in range(_RATE * seconds))
    return (await open_loop(house.port, requests, rate=_RATE)).insist()


async def _close_under_load(house: House, kind: str, url: str, layout: Layout) -> Load:
    """The manager closes all cohorts by chat; the waits of all callbacks until the last one is closed."""
    codes = [f"read-{number}" for number in range(1, layout.cohorts + 1)]
    await _boss_says(house, [f"结营 {code}" for code in codes])
    await until_none(kind, url, "SELECT count(*) FROM inbox WHERE state = 0")
    await _boss_says(house, [f"确认结营 {code}" for code in codes])
    closing = asyncio.create_task(until_none(kind, url, f"SELECT {layout.cohorts} - count(*) FROM closings WHERE state = 'done'"))
    together = Load()
    while not closing.done():
        load = await _callbacks(house, _SLICE_S)
        together.waits += load.waits
        together.statuses += load.statuses
        together.seconds += load.seconds
    await closing
    return together


async def _boss_says(house: House, lines: list[str]) -> None:
    number = time.time_ns()
    (await closed_loop(house.port, sealed(member_text("boss", line, number + n) for n, line in enumerate(lines)))).insist()
