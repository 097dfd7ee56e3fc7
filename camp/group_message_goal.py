"""Whether a message to a class group has nothing left to ask for."""

from __future__ import annotations

from camp.rules.group_message import Goal
from storage import group_messages
from storage.cohorts import ClassGroup
from storage.database import Tx


async def is_met(tx: Tx, goal: Goal | None, group: ClassGroup, seq: int) -> bool:
    """Shares are of the learners of the class, whichever of its groups they sit in; a class without learners meets none."""
    if goal is None:
        return False
    if goal.what == "orders":
        return await group_messages.paid_in_cohort(tx, group.cohort_id) >= goal.number
    if goal.what == "paid":
        learners, done = await group_messages.paid_in(tx, group.class_id)
    else:
        learners, attended, completed = await group_messages.attendance_of(tx, group.class_id, goal.lesson or seq)
        done = attended if goal.what == "attended" else completed
    return learners > 0 and done * 100 >= goal.number * learners
