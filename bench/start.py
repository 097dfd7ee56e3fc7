"""The process itself: how soon it is ready, and the memory it holds, empty and at a million learners."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.callback import member_text, sealed
from bench.figure import Figure, Plan
from bench.house import House, open_house
from bench.load import closed_loop
from bench.million import KINDS, Layout, copied, years
from bench.million_sql import PER_TEACHER, teachers
from bench.sweep_house import until_none

_NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
_SETTLED_S = 3.0
_WAITING = "SELECT count(*) FROM inbox WHERE state = 0"


async def measure(plan: Plan) -> list[Figure]:
    await _start()  # writes the bytecode that an installation has
    starts = [await _start() for _ in range(plan.size(5, 1))]
    ready, idle = [seconds for seconds, _ in starts], [memory for _, memory in starts]
    figures = [
        Figure("start to ready", median(ready), "s", "at most", 2, spread=(min(ready), max(ready)), note="the schema is there"),
        Figure("memory idle", median(idle), "MiB", "at most", 120, spread=(min(idle), max(idle))),
    ]
    layout = years(plan.size(1_000_000, 10_000))
    for kind in KINDS:
        figures.append(await _after_work(kind, layout))
    return figures


async def _start() -> tuple[float, float]:
    with TemporaryDirectory(prefix="wecamp-start-") as folder:
        async with open_house(Path(folder)) as house:
            await asyncio.sleep(_SETTLED_S)
            return house.ready_after, house.server.memory_mib()


async def _after_work(kind: str, layout: Layout) -> Figure:
    """Twenty class teachers ask for their lists and learners, the manager closes five cohorts; then the memory is read."""
    with TemporaryDirectory(prefix="wecamp-start-") as folder:
        async with copied(kind, layout) as url, open_house(Path(folder), url=url) as house:
            last = teachers(layout)
            for teacher in range(max(1, last - 19), last + 1):
                learner = (teacher - 1) * PER_TEACHER + 1
                await _say(house, f"teacher{teacher}", "名单", "缺勤 3", f"学员 #{learner}", "我的班")
            cohorts = [f"read-{number}" for number in range(layout.cohorts - 4, layout.cohorts + 1)]
            await _say(house, "boss", *(f"名单 {code}" for code in cohorts), *(f"漏斗 {code}" for code in cohorts))
            await _say(house, "boss", *(f"结营 {code}" for code in cohorts))
            await until_none(kind, url, _WAITING)
            await _say(house, "boss", *(f"确认结营 {code}" for code in cohorts))
            await until_none(kind, url, _WAITING)
            memory, peak = house.server.memory_mib(), house.server.memory_mib(peak=True)
    what = f"memory at {layout.learners:,} learners, {_NAMES[kind]}"
    return Figure(
        what, peak, "MiB", "at most", 200, note=f"at its peak, after 90 reports and five closes; at the end {memory:.0f}"
    )


async def _say(house: House, userid: str, *lines: str) -> None:
    number = time.time_ns()
    (await closed_loop(house.port, sealed(member_text(userid, line, number + n) for n, line in enumerate(lines)))).insist()
