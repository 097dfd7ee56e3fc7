"""Moving learners on into the next cohort: at a close, and later for those who waited for a cohort that was not declared yet."""

from __future__ import annotations

from camp.messages import text
from camp.outgoing import to_learner, to_members
from camp.phrases import say_in
from camp.policy import Policy
from camp.rules.place import Place
from camp.rules.rule import Moment
from camp.rules.spread import plan_spread
from camp.when import day_and_time
from storage import carry_over, closings, cohorts, members, placements
from storage.cohorts import Cohort
from storage.database import Tx
from storage.learners import to_learner as row_to_learner
from storage.outbox import Priority
from storage.placements import Stretch


async def move_on(tx: Tx, policy: Policy, cohort: Cohort, stretch: Stretch, from_list: Place) -> Cohort | None:
    """Enrols those of the stretch who stand in `from_list` in the next cohort, if there is one, and tells them.

    They go to their class teacher where that one has a group there, else to the smallest groups.
    """
    next_id = await closings.open_cohort(tx, cohort.next_code)
    movers = await carry_over.movers_by_teacher(tx, stretch, from_list)
    if next_id is None or not movers:
        return None
    groups = await cohorts.class_groups_of(tx, next_id)
    own = {group.class_teacher_id: group.id for group in reversed(groups)}
    loads = await carry_over.group_loads(tx, next_id)
    for teacher_id, number in movers.items():
        if teacher_id in own:
            loads[own[teacher_id]] += number
    homeless = sum(number for teacher_id, number in movers.items() if teacher_id not in own)
    await carry_over.carry_over(
        tx,
        stretch,
        from_list,
        next_id,
        Place.CLASS,
        groups=own,
        teachers={group.id: group.class_teacher_id for group in groups},
        spread=plan_spread(loads, homeless),
    )
    next_cohort = await cohorts.load_cohort(tx, next_id)
    await _tell_movers(tx, policy, next_cohort, stretch, from_list)
    return next_cohort


async def serve_waiting(tx: Tx, policy: Policy) -> None:
    """Whoever waits for a next cohort moves on as soon as it is declared; the managers hear of it."""
    for cohort_id in await carry_over.cohorts_waiting(tx, Place.WAITING):
        closing = await closings.find(tx, cohort_id, Moment.COHORT_CLOSED)
        cohort = await cohorts.load_cohort(tx, cohort_id)
        if closing is None or closing.state is not closings.State.DONE or closing.confirmed_at is None:
            continue
        stretch = placements.whole_run(closing.id, cohort_id, closing.confirmed_at)
        next_cohort = await move_on(tx, policy, cohort, stretch, Place.WAITING)
        if next_cohort is None:
            continue
        number = await carry_over.leave_list(tx, stretch, Place.WAITING, Place.NEXT_COHORT)
        words = say_in(policy.language)("closing.waiting_moved", cohort=cohort.name, number=number, next=next_cohort.name)
        people = await members.with_position(tx, "manager") or await members.with_position(tx, "operator")
        key = f"waiting:{closing.task_id}:{next_cohort.id}:{tx.cause_id}"
        await to_members(tx, [p.userid for p in people], text(words), dedup_key=key)


async def _tell_movers(tx: Tx, policy: Policy, next_cohort: Cohort, stretch: Stretch, from_list: Place) -> None:
    words = say_in(policy.language)(
        "closing.learner_moved", cohort=next_cohort.name, start=day_and_time(policy, next_cohort.starts_at)
    )
    for row in await placements.within_reach(tx, stretch, from_list):
        key = f"moved:{stretch.sweep.closing_id}:{row.id}:{next_cohort.id}:{stretch.sweep.run_at:%Y%m%d%H%M%S}"
        await to_learner(tx, policy, row_to_learner(row), text(words), priority=Priority.NOTICE, dedup_key=key)
