"""Closing: the rules swept over a cohort in chunks, each chunk one fact, so that a restart goes on where it stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from camp.closing_report import report_end
from camp.moving_on import move_on
from camp.policy import Policy
from camp.rules.place import Place
from camp.rules.rule import Moment, Rule
from camp.tagging import want_many
from storage import closings, cohorts, orders, placements
from storage.closings import Closing, State
from storage.cohorts import Cohort
from storage.database import Tx
from storage.inbox import FactDraft, add_facts
from storage.placements import Stretch, Sweep

# The place each moment starts from.
FROM = {Moment.COHORT_CLOSED: Place.CLASS, Moment.SALE_WINDOW_ENDED: Place.SALE_WINDOW}


async def plan_sweep(tx: Tx, policy: Policy, closing_id: int, cohort: Cohort, moment: Moment, run_at: datetime) -> Sweep:
    """What a run at `run_at` looks at and by which rules; the same for the forecast and for the run."""
    placed_until = None
    if moment is Moment.SALE_WINDOW_ENDED:
        camp = await cohorts.load_camp(tx, cohort.camp_id)
        placed_until = run_at - timedelta(days=camp.sale_window_days)
    rules = await rules_for(tx, policy, cohort, moment)
    return Sweep(closing_id, cohort.id, rules, FROM[moment], run_at, placed_until)


async def rules_for(tx: Tx, policy: Policy, cohort: Cohort, moment: Moment) -> tuple[Rule, ...]:
    """The rules of a moment; where there is no next cohort its learners wait in a named list instead."""
    rules = policy.rulebook.of(moment)
    if await closings.open_cohort(tx, cohort.next_code) is not None:
        return rules
    return tuple(replace(rule, move=Place.WAITING) if rule.move == Place.NEXT_COHORT else rule for rule in rules)


async def forecast(tx: Tx, policy: Policy, cohort: Cohort) -> dict[str, int]:
    """How many of the cohort a close now would leave in which place."""
    await orders.adopt(tx, cohort.id)
    await settle_paid(tx, cohort.id, Moment.COHORT_CLOSED)
    return await placements.forecast(tx, await plan_sweep(tx, policy, 0, cohort, Moment.COHORT_CLOSED, tx.now))


async def settle_paid(tx: Tx, cohort_id: int, moment: Moment) -> None:
    """Who paid is out before any rule is looked at."""
    await orders.settle_paid(tx, cohort_id, FROM[moment], Place.PAID)


async def confirm(tx: Tx, policy: Policy, closing: Closing, by: str) -> bool:
    """Starts a proposed closing; False when it was started, held or undone meanwhile."""
    if not await closings.start(tx, closing.id, by):
        return False
    # Somebody may have paid before anybody knew their cohort.
    await orders.adopt(tx, closing.cohort_id)
    if closing.moment == Moment.COHORT_CLOSED:
        await closings.forget_placements(tx, closing.id)
        await closings.set_cohort_closed(tx, closing.cohort_id, tx.now)
    await _go_on(tx, closing, 0)
    return True


async def end_sale_window(tx: Tx, policy: Policy, cohort_id: int) -> None:
    """Starts the run over those of a cohort whose sale window is over; one that is running goes on by itself."""
    closing = await closings.propose(tx, cohort_id, Moment.SALE_WINDOW_ENDED, {})
    await confirm(tx, policy, closing, "clock")


async def sweep_next(tx: Tx, policy: Policy, closing_id: int, after: int) -> None:
    """One chunk of a running closing, then the next one as a fact of its own; doubled or late it does nothing."""
    closing = await closings.load(tx, closing_id)
    if closing is None or closing.state is not State.RUNNING or closing.progress_id != after:
        return
    assert closing.confirmed_at is not None
    moment = Moment(closing.moment)
    cohort = await cohorts.load_cohort(tx, closing.cohort_id)
    await settle_paid(tx, cohort.id, moment)
    sweep = await plan_sweep(tx, policy, closing.id, cohort, moment, closing.confirmed_at)
    stretch = await placements.next_stretch(tx, sweep, after, policy.sweep_chunk)
    if stretch is None:
        await closings.change(tx, closing.id, state=State.DONE, finished_at=tx.now)
        await report_end(tx, policy, closing, cohort)
        return
    await _place(tx, policy, closing, cohort, stretch)
    await closings.change(tx, closing.id, progress_id=stretch.upto)
    await _go_on(tx, closing, stretch.upto)


async def _place(tx: Tx, policy: Policy, closing: Closing, cohort: Cohort, stretch: Stretch) -> None:
    rules = policy.rulebook.of(Moment(closing.moment))
    grades = {rule.name: rule.grade for rule in rules}
    if await placements.place(tx, stretch) == 0:
        return
    await placements.move(tx, stretch, grades)
    await placements.fill_pools(tx, stretch, grades)
    await move_on(tx, policy, cohort, stretch, Place.NEXT_COHORT)
    await placements.add_todos(tx, stretch, "closing", {rule.name: rule.todo for rule in rules}, closing.task_id)
    await placements.record(tx, stretch)
    await _tag(tx, policy, closing, rules, stretch)


async def _tag(tx: Tx, policy: Policy, closing: Closing, rules: tuple[Rule, ...], stretch: Stretch) -> None:
    """Each placed learner gets the tag of their rule; a tag of the sale window goes when the window ends."""
    placed = await placements.placed_learners(tx, stretch)
    tags = {rule.name: rule.tag for rule in rules if rule.tag}
    group = policy.tag_group_state
    wishes = [(learner_id, group, tags[rule]) for learner_id, rule in placed if rule in tags]
    if closing.moment == Moment.SALE_WINDOW_ENDED:
        earlier = [r.tag for r in policy.rulebook.of(Moment.COHORT_CLOSED) if r.tag and r.move == Place.SALE_WINDOW]
        ended = [(learner_id, group, tag) for learner_id, _ in placed for tag in earlier if tag not in tags.values()]
        await want_many(tx, policy, ended, wanted=False, by="closing")
    await want_many(tx, policy, wishes, by="closing")


async def _go_on(tx: Tx, closing: Closing, after: int) -> None:
    body: dict[str, Any] = {"closing_id": closing.id, "after": after}
    key = f"close:{closing.id}:{closing.task_id}:{after}"
    await add_facts(tx, [FactDraft("camp", "camp.close", key, f"close:{closing.cohort_id}", body)])
