"""Closing: the rules swept over a cohort in chunks, each chunk one fact, so that a restart goes on where it stopped."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from camp.closing_report import Arrivals, Row, report_end
from camp.moving_on import move_on
from camp.policy import Policy
from camp.rules.place import Place
from camp.rules.rule import Moment, Rule
from camp.rules.step import next_size
from camp.tagging import ask_flush_all
from storage import closings, cohorts, orders, placements, sweeps
from storage.closings import Closing, State
from storage.cohorts import Cohort
from storage.database import Tx
from storage.inbox import WALK, FactDraft, add_facts
from storage.sweeps import Stretch, Sweep

# The place each moment starts from.
FROM = {Moment.COHORT_CLOSED: Place.CLASS, Moment.SALE_WINDOW_ENDED: Place.SALE_WINDOW}

# Where callbacks do not wait for a step it may be longer: what it costs besides is the same for few learners and for many.
_LONGER_BESIDE_OTHERS = 5


async def plan_sweep(tx: Tx, policy: Policy, closing_id: int, cohort: Cohort, moment: Moment, run_at: datetime) -> Sweep:
    """What a run at `run_at` looks at and by which rules; the same for the forecast and for the run."""
    camp = await cohorts.load_camp(tx, cohort.camp_id)
    placed_until = run_at - timedelta(days=camp.sale_window_days) if moment is Moment.SALE_WINDOW_ENDED else None
    rules = await rules_for(tx, policy, cohort, moment)
    settings = (("warm_lessons", camp.warm_lessons), ("sale_window_days", camp.sale_window_days))
    return Sweep(closing_id, cohort.id, rules, FROM[moment], run_at, placed_until, settings)


async def rules_for(tx: Tx, policy: Policy, cohort: Cohort, moment: Moment) -> tuple[Rule, ...]:
    """The rules of a moment; where there is no next cohort its learners wait in a named list instead."""
    rules = policy.rulebook.of(moment)
    if await closings.open_cohort(tx, cohort.next_code) is not None:
        return rules
    return tuple(replace(rule, move=Place.WAITING) if rule.move == Place.NEXT_COHORT else rule for rule in rules)


async def forecast(tx: Tx, policy: Policy, cohort: Cohort) -> dict[str, int]:
    """How many of the cohort a close now would leave in which place."""
    await orders.adopt(tx, cohort.id)
    sweep = await plan_sweep(tx, policy, 0, cohort, Moment.COHORT_CLOSED, tx.now)
    return await placements.forecast(tx, sweep, Place.PAID)


async def confirm(tx: Tx, policy: Policy, closing: Closing, by: str) -> bool:
    """Starts a proposed closing; False when it was started, held or undone meanwhile."""
    if not await closings.start(tx, closing.id, by):
        return False
    # Somebody may have paid before anybody knew their cohort.
    await orders.adopt(tx, closing.cohort_id)
    if closing.moment == Moment.COHORT_CLOSED:
        await closings.set_cohort_closed(tx, closing.cohort_id, tx.now)
    await _go_on(tx, closing, 0, Arrivals(), policy.sweep_chunk)
    return True


async def end_sale_window(tx: Tx, policy: Policy, cohort_id: int) -> None:
    """Starts the run over those of a cohort whose sale window is over; one that is running goes on by itself."""
    closing = await closings.propose(tx, cohort_id, Moment.SALE_WINDOW_ENDED, {})
    await confirm(tx, policy, closing, "clock")


async def sweep_next(tx: Tx, policy: Policy, body: Mapping[str, Any]) -> None:
    """One chunk of a running closing, then the next one as a fact of its own; doubled or late it does nothing."""
    closing, after = await closings.load(tx, int(body["closing_id"])), int(body["after"])
    arrivals = Arrivals.of(body.get("arrivals", []))
    if closing is None or closing.state is not State.RUNNING or closing.progress_id != after:
        return
    assert closing.confirmed_at is not None
    moment = Moment(closing.moment)
    cohort = await cohorts.load_cohort(tx, closing.cohort_id)
    sweep = await plan_sweep(tx, policy, closing.id, cohort, moment, closing.confirmed_at)
    size, begun = min(policy.sweep_chunk, int(body.get("size", policy.sweep_chunk))), time.perf_counter()
    stretch = await sweeps.next_stretch(tx, sweep, after, size)
    if stretch is None:
        await closings.change(tx, closing.id, state=State.DONE, finished_at=tx.now)
        await ask_flush_all(tx)
        await report_end(tx, policy, closing, cohort, arrivals)
        return
    await sweeps.settle_paid(tx, stretch, Place.PAID)
    arrivals.add(await _place(tx, policy, closing, cohort, stretch))
    await closings.change(tx, closing.id, progress_id=stretch.upto)
    taken = time.perf_counter() - begun
    aim = policy.sweep_step.total_seconds() * (1 if tx.shuts_others_out else _LONGER_BESIDE_OTHERS)
    size = next_size(size, taken, aim=aim, most=policy.sweep_chunk)
    await _go_on(tx, closing, stretch.upto, arrivals, size)


async def _place(tx: Tx, policy: Policy, closing: Closing, cohort: Cohort, stretch: Stretch) -> Sequence[Row]:
    """Places a stretch; returns who came to the conversion pool."""
    if closing.moment == Moment.COHORT_CLOSED:
        await sweeps.forget_earlier(tx, stretch)
    if await sweeps.place(tx, stretch, closing.task_id, policy.tag_group_state) == 0:
        return []
    if any(rule.move == Place.NEXT_COHORT for rule in stretch.sweep.rules):
        await move_on(tx, cohort, sweeps.bound_for(stretch, Place.NEXT_COHORT))
    if closing.moment == Moment.SALE_WINDOW_ENDED:
        await sweeps.drop_tags(tx, stretch, policy.tag_group_state, _tags_of_the_window(policy))
    arrived = await sweeps.arrivals(tx, stretch)
    await sweeps.move(tx, stretch)
    return arrived


def _tags_of_the_window(policy: Policy) -> list[str]:
    """What those in their sale window carry and nobody carries afterwards."""
    later = {rule.tag for rule in policy.rulebook.of(Moment.SALE_WINDOW_ENDED)}
    window = [rule for rule in policy.rulebook.of(Moment.COHORT_CLOSED) if rule.move == Place.SALE_WINDOW]
    return [rule.tag for rule in window if rule.tag and rule.tag not in later]


async def _go_on(tx: Tx, closing: Closing, after: int, arrivals: Arrivals, size: int) -> None:
    body: dict[str, Any] = {"closing_id": closing.id, "after": after, "arrivals": arrivals.rows, "size": size}
    key = f"close:{closing.id}:{closing.task_id}:{after}"
    await add_facts(tx, [FactDraft(WALK, "camp.close", key, f"close:{closing.cohort_id}", body)])
