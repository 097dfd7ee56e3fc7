"""What each learner of a crowd will do, drawn from the seed and their number: the same in each run, and nothing to remember."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.crowd.plan import MANNERS, Plan, Way

NEVER = 1_000_000


@dataclass(frozen=True)
class Fate:
    """`last` is the last lesson before they vanish, `deletes` the lesson after which the teacher is deleted (NEVER: not)."""

    way: Way
    group: str
    last: int
    deletes: int
    pays: bool


@dataclass(frozen=True)
class Visit:
    """One lesson of one learner; `order` in [0, 1) says who comes earlier."""

    order: float
    manner: str
    question: str
    finishes: bool


def fate_of(plan: Plan, n: int) -> Fate:
    """The learner with number `n`, from 1."""
    dice, habits = random.Random(f"{plan.seed}/{n}"), plan.habits
    way = dice.choices(plan.ways, [way.share for way in plan.ways])[0] if any(w.share for w in plan.ways) else plan.ways[0]
    joins, vanishes, deletes, pays = (dice.random() for _ in range(4))
    last, after = dice.randint(*habits.vanish_after), dice.randint(*habits.delete_after)
    return Fate(
        way=way,
        group=way.groups[n % len(way.groups)] if way.groups and joins < habits.join_group else "",
        last=last if vanishes < habits.vanish else NEVER,
        deletes=after if deletes < habits.delete_teacher else NEVER,
        pays=pays < plan.pay.share,
    )


def visit_of(plan: Plan, n: int, lesson: int, place: int) -> Visit | None:
    """What they do in a lesson; None when they stay away. `place` is its place among the lessons of this play, from 0."""
    dice, habits = random.Random(f"{plan.seed}/{n}/{lesson}"), plan.habits
    order, comes, asks, finishes = (dice.random() for _ in range(4))
    manner, question = dice.choices(MANNERS, habits.by)[0], dice.choice(habits.questions)
    if comes >= habits.attends(place):
        return None
    return Visit(order, manner, question if asks < habits.ask else "", finishes < habits.finish)


def visits_of(plan: Plan, fates: Sequence[Fate], lesson: int, place: int) -> list[tuple[float, int, Visit]]:
    """Everybody who comes to a lesson, earliest first, as (order, number, visit)."""
    found = []
    for n, fate in enumerate(fates, 1):
        visit = visit_of(plan, n, lesson, place) if lesson <= min(fate.last, fate.deletes) else None
        if visit is not None:
            found.append((visit.order, n, visit))
    return sorted(found, key=lambda one: one[:2])
