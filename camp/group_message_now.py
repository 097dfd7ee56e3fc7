"""What a manager does by hand with a declared message: post it now, stop it for one cohort, let it go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from camp.group_message import prepare
from camp.group_message_plan import Schedule, Slot, rhythm_of, schedule, spent_of
from camp.group_message_result import take_back
from camp.policy import Policy
from camp.rules.allowance import Spent, left, left_over
from camp.rules.group_message import Skip
from storage import camp_messages, group_messages
from storage.camp_messages import CampMessage
from storage.cohorts import ClassGroup, Cohort
from storage.database import Tx
from storage.group_messages import OPEN
from storage.members import Member

_AT_LEAST = timedelta(hours=2)


@dataclass(frozen=True)
class Posted:
    """What became of it in one group: `made`, or why not: `no_budget`, `waiting`, `no_chat`. `left`: of the month's allowance."""

    group: ClassGroup
    verdict: str
    left: int


async def quiet_now(tx: Tx, policy: Policy, cohort: Cohort) -> tuple[time, time] | None:
    """The camp's quiet hours, if it is quiet now."""
    rhythm = await rhythm_of(tx, policy, cohort.camp_id)
    return (rhythm.quiet_from, rhythm.quiet_to) if rhythm.is_quiet(tx.now.astimezone(policy.zone).time()) else None


async def post_now(
    tx: Tx, policy: Policy, cohort: Cohort, declared: CampMessage, groups: Sequence[ClassGroup], by: Member
) -> tuple[int, list[Posted]]:
    """Prepares the message for these groups now, in place of its turn in each; its lesson (0: none) and what came of it.

    The schedule's reserve for other messages, a skipped day and a met goal do not hold somebody back who wants it; the
    allowance does. LookupError when the message has no turn in this cohort.
    """
    found = await schedule(tx, policy, cohort)
    today = tx.now.astimezone(policy.zone).date()
    posted, seq = [], 0
    for group in groups:
        own = [slot for slot in found.slots if slot.group.id == group.id and slot.declared.id == declared.id]
        if not own:
            continue
        slot = _turn(own, tx.now)
        seq = slot.occurrence.seq
        spent = (await spent_of(tx, policy, [group.chat_id or ""])).get(group.chat_id or "", Spent({}))
        rest = left_over(policy.allowance, spent, today)
        if group.chat_id is None:
            verdict = "no_chat"
        elif any(other.row is not None and other.row.state in OPEN for other in own):
            verdict = "waiting"
        elif left(policy.allowance, spent, today) <= 0:
            verdict = "no_budget"
        else:
            verdict = "made" if await prepare(tx, policy, slot, by=by) else "waiting"
        posted.append(Posted(group, verdict, rest - (verdict == "made")))
    if not posted:
        raise LookupError(declared.code)
    return seq, posted


async def stop(tx: Tx, cohort: Cohort, declared: CampMessage, by: Member) -> int | None:
    """No more of it for this cohort; how many waiting tasks are taken back, None when it was stopped before."""
    if not await camp_messages.stop(tx, cohort.id, declared.id, by.id):
        return None
    waiting = await group_messages.waiting_of(tx, cohort.id, declared.id)
    for row in waiting:
        await take_back(tx, row, Skip.STOPPED)
    return len(waiting)


async def resume(tx: Tx, policy: Policy, cohort: Cohort, declared: CampMessage) -> Schedule | None:
    """Lets it go on; the schedule as it is then, None when it was not stopped."""
    if not await camp_messages.resume(tx, cohort.id, declared.id):
        return None
    return await schedule(tx, policy, cohort)


def _turn(own: Sequence[Slot], now: datetime) -> Slot:
    """What is meant by "now": the turn that is on, else the next one, else the last once more. One that was taken before is not
    taken from the schedule, it is one more."""
    on = [slot for slot in own if slot.occurrence.due_at <= now < slot.occurrence.until]
    coming = [slot for slot in own if slot.row is None and slot.occurrence.due_at > now]
    slot = (on[-1:] or coming or own[-1:])[0]
    one = slot.occurrence
    anchor = one.anchor if slot.row is None else now
    return replace(slot, occurrence=replace(one, anchor=anchor, until=one.until if one.until > now else now + _AT_LEAST))
