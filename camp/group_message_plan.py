"""The schedule of a cohort's messages to its class groups: what was, what comes, what is left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from camp.group_message_goal import is_met
from camp.policy import Policy
from camp.rules.allowance import Spent, left_over, share_out
from camp.rules.group_message import GroupMessage, Occurrence, Rhythm, Sitting, Skip, Term, from_plain, occurrences
from storage import camp_messages, cohorts, group_messages
from storage.camp_messages import CampMessage
from storage.cohorts import ClassGroup, Cohort
from storage.database import Tx
from storage.group_messages import GroupMessageRow, State

# What a group got and what it still has to get, and how that is shared out.
Reckoned = dict[Hashable, tuple[set[int], list[int]]]


@dataclass(frozen=True)
class Slot:
    """One message to one class group at one moment. `row`: what became of it; `skip`: why it will not be prepared; `left`: what
    is left of the group's allowance after it."""

    group: ClassGroup
    declared: CampMessage
    occurrence: Occurrence
    row: GroupMessageRow | None = None
    skip: Skip | None = None
    left: int | None = None

    @property
    def message(self) -> GroupMessage:
        return self.occurrence.message


@dataclass(frozen=True)
class Schedule:
    """`slots` in order of time; `left`: what each of the groups may still get this month, of `monthly`, by its id."""

    cohort: Cohort
    groups: tuple[ClassGroup, ...]
    slots: tuple[Slot, ...]
    left: Mapping[int, int]
    monthly: int


async def rhythm_of(tx: Tx, policy: Policy, camp_id: int) -> Rhythm:
    """The camp's own quiet hours and skipped days, else the house's quiet hours."""
    own = await camp_messages.rhythm_of(tx, camp_id)
    if own.quiet_from is None or own.quiet_to is None:
        return Rhythm(policy.nudge.quiet_from, policy.nudge.quiet_to, own.skip_dates)
    return Rhythm(time.fromisoformat(own.quiet_from), time.fromisoformat(own.quiet_to), own.skip_dates)


async def calendar_of(tx: Tx, policy: Policy, cohort: Cohort) -> list[tuple[CampMessage, Occurrence]]:
    """Every moment of every message of the cohort, whatever became of it; read from what hardly ever changes."""
    rhythm = await rhythm_of(tx, policy, cohort.camp_id)
    sat = [Sitting(one.seq, one.starts_at, one.ends_at) for one in await cohorts.lessons_of(tx, cohort.id)]
    term = Term(cohort.starts_at, cohort.closes_at, sat)
    declared = (await camp_messages.of_camps(tx, [cohort.camp_id])).get(cohort.camp_id, [])
    return [(one, each) for one in declared for each in occurrences(from_plain(one.plan), term, rhythm, policy.zone)]


async def schedule(tx: Tx, policy: Policy, cohort: Cohort) -> Schedule:
    """The whole of it, as it stands now: the future is shared out within each group's allowance."""
    calendar = await calendar_of(tx, policy, cohort)
    every = await cohorts.class_groups_of(tx, cohort.id)
    groups = [group for group in every if group.dismissed_at is None]
    codes = {group.id: group.code.lower() for group in every}
    rows = await group_messages.of_groups(tx, [group.id for group in groups])
    known = {(row.message_id, row.class_group_id, row.seq, row.anchor): row for row in rows}
    stopped = await camp_messages.stopped(tx, cohort.id)
    spent = await spent_of(tx, policy, [group.chat_id for group in groups if group.chat_id])
    slots: list[Slot] = []
    left: dict[int, int] = {}
    reckoned: Reckoned = {}
    today = tx.now.astimezone(policy.zone).date()
    for group in groups:
        only = codes.get(group.class_id, group.code.lower())
        own = [
            _slot(cohort, group, declared, one, known, stopped, tx.now)
            for declared, one in calendar
            if not one.message.only or only in (code.lower() for code in one.message.only)
        ]
        used = spent.get(group.chat_id or "", Spent({}))
        left[group.id] = left_over(policy.allowance, used, today)
        slots += _shared_out(policy, used, sorted(own, key=lambda slot: slot.occurrence.due_at), tx.now, reckoned)
    slots.sort(key=lambda slot: (slot.occurrence.due_at, slot.declared.id, slot.group.id))
    return Schedule(cohort, tuple(groups), tuple(slots), left, policy.allowance.monthly(today))


async def with_goals(tx: Tx, slots: Sequence[Slot]) -> list[Slot]:
    """The same; those whose goal is met by now are skipped. One query for each goal of a group."""
    met: dict[tuple[int, int, object], bool] = {}
    found = []
    for slot in slots:
        goal = slot.message.goal
        key = (slot.group.class_id, slot.occurrence.seq, goal)
        if goal is not None and slot.row is None and slot.skip is None:
            if key not in met:
                met[key] = await is_met(tx, goal, slot.group, slot.occurrence.seq)
            slot = replace(slot, skip=Skip.GOAL) if met[key] else slot
        found.append(slot)
    return found


async def spent_of(tx: Tx, policy: Policy, chat_ids: Sequence[str]) -> dict[str, Spent]:
    """What each group received since the beginning of the month, and of the week; what may still be sent counts for today."""
    local = tx.now.astimezone(policy.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    since = min(midnight.replace(day=1), midnight - timedelta(days=midnight.weekday()))
    days: dict[str, Counter[date]] = {}
    full: dict[str, set[date]] = {}
    for row in await group_messages.of_chats(tx, chat_ids, since):
        chat, day = row.chat_id or "", (row.sent_at or tx.now).astimezone(policy.zone).date()
        days.setdefault(chat, Counter())[day] += 1
        if row.state is State.CEILING:
            full.setdefault(chat, set()).add(day)
    return {chat: Spent(counted, frozenset(full.get(chat, ()))) for chat, counted in days.items()}


def _slot(
    cohort: Cohort,
    group: ClassGroup,
    declared: CampMessage,
    one: Occurrence,
    known: Mapping[tuple[int, int, int, datetime], GroupMessageRow],
    stopped: Mapping[int, int],
    now: datetime,
) -> Slot:
    row = known.get((declared.id, group.id, one.seq, one.anchor))
    skip = one.skip
    if row is None and (declared.disabled or declared.id in stopped):  # what somebody decided comes before what the clock says
        skip = Skip.DISABLED if declared.disabled else Skip.STOPPED
    elif row is None and skip is None:
        if cohort.closed_at is not None and one.message.close is None and one.due_at >= cohort.closed_at:
            skip = Skip.CLOSED
        elif one.due_at < declared.changed_at:
            skip = Skip.CHANGED
        elif group.chat_id is None:
            skip = Skip.NO_CHAT
        elif one.latest <= now:
            skip = Skip.LATE
    return Slot(group, declared, one, row, skip)


def _shared_out(policy: Policy, used: Spent, slots: Sequence[Slot], now: datetime, reckoned: Reckoned) -> list[Slot]:
    """The slots of one group: those to come with what is left after each, or dropped for want of allowance. Groups that stand
    alike, most of them, are reckoned once."""
    coming = [slot for slot in slots if slot.row is None and slot.skip is None]
    # One that is due already is sent today, whichever day it was due.
    moments = [replace(slot.occurrence, due_at=max(slot.occurrence.due_at, now)) for slot in coming]
    alike = (
        frozenset(used.days.items()),
        used.full,
        tuple((slot.declared.id, slot.occurrence.seq, slot.occurrence.anchor) for slot in coming),
    )
    if alike not in reckoned:
        reckoned[alike] = share_out(policy.allowance, used, moments, policy.zone)
    dropped, after = reckoned[alike]
    fates = {id(slot): (Skip.BUDGET if place in dropped else None, after[place]) for place, slot in enumerate(coming)}
    return [replace(slot, skip=fates[id(slot)][0], left=fates[id(slot)][1]) if id(slot) in fates else slot for slot in slots]
