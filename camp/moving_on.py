"""Moving learners on into the next cohort: at a close, and later for those who waited for a cohort that was not declared yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from camp.messages import text
from camp.outgoing import to_learner, to_members
from camp.phrases import say_in
from camp.policy import Policy
from camp.rules.place import Place
from camp.rules.rule import Moment
from camp.rules.spread import plan_spread
from camp.when import day_and_time
from storage import carry_over, closings, cohorts, inbox, members
from storage.closings import Closing, State
from storage.cohorts import Cohort
from storage.database import Tx
from storage.inbox import WALK, FactDraft, add_facts
from storage.learners import to_learner as row_to_learner
from storage.outbox import Priority
from storage.sweeps import Who

# Each of them gets a message of their own: so many in one step, as callbacks wait for it.
_TOLD = 25


async def move_on(tx: Tx, cohort: Cohort, movers: Who) -> int | None:
    """Enrols `movers` in the next cohort and returns its id, None when there is no open one.

    They go to their class teacher where that one has a group there, else to the smallest groups.
    """
    next_id = await closings.open_cohort(tx, cohort.next_code)
    if next_id is None:
        return None
    homeless = await carry_over.carry_with_teacher(tx, movers, next_id, Place.CLASS)
    if homeless:
        spread = plan_spread(await carry_over.group_loads(tx, next_id), homeless)
        teachers = {group.id: group.class_teacher_id for group in await cohorts.class_groups_of(tx, next_id)}
        await carry_over.carry_others(tx, movers, next_id, Place.CLASS, spread, teachers)
    return next_id


async def serve_waiting(tx: Tx, policy: Policy) -> None:
    """Whoever waits for a next cohort moves on as soon as it is declared."""
    for cohort_id in await carry_over.cohorts_waiting(tx, Place.WAITING):
        closing = await closings.find(tx, cohort_id, Moment.COHORT_CLOSED)
        if closing is None or closing.state is not State.DONE or await inbox.any_pending(tx, _talk(closing)):
            continue
        await carry_next(tx, policy, {"closing_id": closing.id, "after": 0, "moved": 0})


async def carry_next(tx: Tx, policy: Policy, body: Mapping[str, Any]) -> None:
    """One stretch of a waiting list moves on, then the next as a fact of its own; at the end the managers hear of it."""
    closing, after, moved = await closings.load(tx, int(body["closing_id"])), int(body["after"]), int(body["moved"])
    if closing is None or closing.state is not State.DONE or closing.confirmed_at is None:
        return
    cohort = await cohorts.load_cohort(tx, closing.cohort_id)
    here = (cohort.id, Place.WAITING, closing.id, closing.confirmed_at, after)
    upto = await carry_over.last_of(tx, carry_over.standing(*here), policy.sweep_chunk)
    if upto is not None:
        movers = carry_over.standing(*here, upto)
        if await move_on(tx, cohort, movers) is None:
            return
        moved += await carry_over.leave_list(tx, movers, closing.id, Place.NEXT_COHORT)
        key = f"carry:{closing.task_id}:{tx.cause_id}:{upto}"
        ahead = {"closing_id": closing.id, "after": upto, "moved": moved}
        await add_facts(tx, [FactDraft(WALK, "camp.carry", key, _talk(closing), ahead)])
    elif moved:
        await _tell_managers(tx, policy, closing, cohort, moved)
        await tell_movers(tx, closing)


async def tell_movers(tx: Tx, closing: Closing, after: int = 0) -> None:
    """Those a run moved on are told, a few at a time, where customer service may write to them."""
    key = f"moved:{closing.task_id}:{tx.cause_id}:{after}"
    body = {"closing_id": closing.id, "after": after}
    await add_facts(tx, [FactDraft(WALK, "camp.moved", key, f"moved:{closing.id}", body)])


async def tell_next_movers(tx: Tx, policy: Policy, body: Mapping[str, Any]) -> None:
    """The next few of them."""
    closing, after = await closings.load(tx, int(body["closing_id"])), int(body["after"])
    if closing is None or closing.state is not State.DONE or closing.confirmed_at is None:
        return
    cohort = await cohorts.load_cohort(tx, closing.cohort_id)
    next_id = await closings.open_cohort(tx, cohort.next_code)
    movers = carry_over.standing(cohort.id, Place.NEXT_COHORT, closing.id, closing.confirmed_at, after)
    upto = await carry_over.last_of(tx, movers, policy.sweep_chunk)
    if next_id is None or upto is None:
        return
    next_cohort = await cohorts.load_cohort(tx, next_id)
    start = day_and_time(policy, next_cohort.starts_at)
    words = text(say_in(policy.language)("closing.learner_moved", cohort=next_cohort.name, start=start))
    rows = await carry_over.within_reach(tx, movers, upto, _TOLD)
    for row in rows:
        key = f"moved:{closing.id}:{row.id}:{next_id}:{closing.confirmed_at:%Y%m%d%H%M%S}"
        await to_learner(tx, policy, row_to_learner(row), words, priority=Priority.NOTICE, dedup_key=key)
    await tell_movers(tx, closing, rows[-1].enrolment_id if len(rows) == _TOLD else upto)


async def _tell_managers(tx: Tx, policy: Policy, closing: Closing, cohort: Cohort, moved: int) -> None:
    next_cohort = await cohorts.find_cohort(tx, cohort.next_code) if cohort.next_code else None
    name = next_cohort.name if next_cohort else ""
    words = say_in(policy.language)("closing.waiting_moved", cohort=cohort.name, number=moved, next=name)
    people = await members.with_position(tx, "manager") or await members.with_position(tx, "operator")
    await to_members(tx, [p.userid for p in people], text(words), dedup_key=f"waiting:{closing.task_id}:{tx.cause_id}")


def _talk(closing: Closing) -> str:
    return f"carry:{closing.id}"
