"""How the work grows with the learners: the slope of time over size, both as logarithms. 1 is linear."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.callback import event, sealed
from bench.figure import Figure, Plan
from bench.house import open_house
from bench.load import closed_loop
from bench.million import KINDS, copied, crowd, years
from bench.report import QUESTIONS, ask_all
from bench.sweep_house import close_all, swept, working

_NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
_CALLBACKS = 6_000
# The reports that the promise names.
_REPORTS = (QUESTIONS[0], QUESTIONS[2], QUESTIONS[3])


async def measure(plan: Plan) -> list[Figure]:
    sizes = (10_000, 100_000, 1_000_000) if plan.full else (5_000, 10_000, 20_000)
    figures = []
    for kind in KINDS:
        figures.append(_figure(f"ingest, {_NAMES[kind]}", {n: await _ingest(kind, n, plan) for n in sizes}))
        figures.append(_figure(f"rule sweep, {_NAMES[kind]}", {n: await _sweep(kind, n) for n in sizes}))
        figures.append(_figure(f"reports, {_NAMES[kind]}", await _reports(kind, sizes, plan)))
    return figures


def _figure(what: str, seconds: Mapping[int, float]) -> Figure:
    told = ", ".join(f"{learners:,}: {taken:.3g} s" for learners, taken in seconds.items())
    return Figure(f"growth of {what}", slope(seconds), "", "at most", 1.1, note=told)


def slope(seconds: Mapping[int, float]) -> float:
    """Of the straight line that fits best through the logarithms."""
    xs, ys = [log(n) for n in seconds], [log(taken) for taken in seconds.values()]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)


async def _ingest(kind: str, learners: int, plan: Plan) -> float:
    """One callback for each learner, measured over some thousand of them, beside so many learners."""
    number = plan.size(_CALLBACKS, 1_000)
    with TemporaryDirectory(prefix="wecamp-growth-") as folder:
        async with copied(kind, years(learners)) as url, open_house(Path(folder), url=url) as house:
            for part in ("warm", "taken"):
                requests = sealed(event("kf_account_auth_change", number=f"{part}-{n}") for n in range(number))
                load = (await closed_loop(house.port, requests)).insist()
    return learners / load.rate


async def _sweep(kind: str, learners: int) -> float:
    """The close of all of them; what the sweep bench has measured in this run is not measured again."""
    if (kind, learners) not in swept:
        async with copied(kind, crowd(learners)) as url, working(url) as house:
            swept[kind, learners], _ = await close_all(house, crowd(learners))
    return swept[kind, learners]


async def _reports(kind: str, sizes: tuple[int, ...], plan: Plan) -> dict[int, float]:
    """Roster, absent list and learner card for each thousand learners."""
    taken = await ask_all(kind, [years(n) for n in sizes], plan.size(15, 3))
    return {n: sum(taken[question, years(n)] for question in _REPORTS) * n / 1_000 for n in sizes}
