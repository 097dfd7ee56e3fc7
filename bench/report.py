"""What people ask for, at a million learners and at ten thousand: the real commands, from the fact to the words in the outbox."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median

from bench.figure import Figure, Plan
from bench.million import KINDS, Layout, copied, years
from bench.million_sql import PER_TEACHER, teachers
from bench.sweep_house import WorkingHouse, working

_NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
_TIMES = 15


@dataclass(frozen=True)
class Question:
    """`{teacher}`, `{learner}` and `{cohort}` are those of the round, all of them in the open cohorts."""

    what: str
    who: str
    words: str


QUESTIONS = (
    Question("roster of a class (名单)", "teacher{teacher}", "名单"),
    Question("roster of a cohort (名单 期)", "boss", "名单 read-{cohort}"),
    Question("absent list (缺勤)", "teacher{teacher}", "缺勤 3"),
    Question("learner card (学员 #)", "teacher{teacher}", "学员 #{learner}"),
    Question("own classes (我的班)", "teacher{teacher}", "我的班"),
    Question("funnel (漏斗)", "boss", "漏斗 read-{cohort}"),
    Question("pool (公海)", "sales1", "公海"),
    Question("learner by name, own (学员 名)", "teacher{teacher}", "学员 梓"),
    Question("learner by name, all (学员 名)", "boss", "学员 梓"),
)


async def measure(plan: Plan) -> list[Figure]:
    figures = []
    few, many = years(10_000), years(plan.size(1_000_000, 50_000))
    for kind in KINDS:
        taken = await ask_all(kind, (few, many), plan.size(_TIMES, 5))
        for question in QUESTIONS:
            figures.append(_figure(kind, question, few, many, taken))
    return figures


def _figure(kind: str, question: Question, few: Layout, many: Layout, taken: dict[tuple[Question, Layout], float]) -> Figure:
    return Figure(
        f"{question.what}, {many.learners:,} learners, {_NAMES[kind]}",
        taken[question, many] * 1000,
        "ms",
        "at most",
        2,
        against_what=f"{few.learners:,} learners",
        against=taken[question, few] * 1000,
        note="cohorts of 1,000, five of them open, 500 learners to a class teacher; in both" if question is QUESTIONS[0] else "",
    )


async def ask_all(kind: str, layouts: Sequence[Layout], times: int) -> dict[tuple[Question, Layout], float]:
    """The median seconds of each question in each layout; asked by turns, each time by and about somebody else."""
    async with AsyncExitStack() as stack:
        houses = {}
        for layout in layouts:
            url = await stack.enter_async_context(copied(kind, layout))
            houses[layout] = await stack.enter_async_context(working(url))
        seconds: dict[tuple[Question, Layout], list[float]] = {}
        for number in range(-1, times):
            for question in QUESTIONS:
                for layout, house in houses.items():
                    taken = await _ask(house, layout, question, number + 1)
                    if number >= 0:  # the first round builds statements and plans
                        seconds.setdefault((question, layout), []).append(taken)
        return {asked: median(each) for asked, each in seconds.items()}


async def _ask(house: WorkingHouse, layout: Layout, question: Question, number: int) -> float:
    # The last five cohorts are open; each has two class teachers.
    last = teachers(layout)
    teacher = last - number % 10
    learner = (teacher - 1) * PER_TEACHER + 1 + number * 7 % PER_TEACHER
    round_ = {"teacher": teacher, "learner": learner, "cohort": layout.cohorts - number % 5}
    await house.says(question.who.format(**round_), question.words.format(**round_))
    begun = time.perf_counter()
    await house.work_through()
    return time.perf_counter() - begun
