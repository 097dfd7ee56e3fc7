"""A schedule of messages to class groups in words: by day, what goes out, to how many groups, what is left, what not and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from camp.group_message_plan import Schedule, Slot, schedule, with_goals
from camp.group_message_words import title_in
from camp.phrases import Say
from camp.policy import Policy
from storage.cohorts import Cohort
from storage.database import Tx
from storage.group_messages import OPEN, State


async def preview_of(tx: Tx, policy: Policy, say: Say, cohort: Cohort) -> list[str]:
    """预演: the head and the lines of the cohort's schedule as it stands now, goals met by now included."""
    found = await schedule(tx, policy, cohort)
    if not found.slots:
        return [say("group_message.plan_none", cohort=cohort.name)]
    return await _lines_of(tx, policy, say, replace(found, slots=tuple(await with_goals(tx, found.slots))))


async def _lines_of(tx: Tx, policy: Policy, say: Say, found: Schedule) -> list[str]:
    """The head, then a line for each day and each message of it."""
    lines = [_head(say, found)]
    first = found.cohort.starts_at.astimezone(policy.zone).date()
    for day, of_day in groupby(found.slots, key=lambda slot: slot.occurrence.due_at.astimezone(policy.zone).date()):
        lines.append(say("group_message.plan_day", date=f"{day:%m-%d}", day=(day - first).days + 1))
        for _, each in groupby(of_day, key=lambda slot: (slot.occurrence.due_at, slot.declared.id, slot.occurrence.seq)):
            slots = list(each)
            one = slots[0].occurrence
            lines.append(
                say(
                    "group_message.plan_line",
                    at=one.due_at.astimezone(policy.zone).strftime("%H:%M"),
                    title=await title_in(tx, say, one.message, found.cohort, one.seq),
                    what=say("group_message.plan_semicolon").join(_fates(say, slots)),
                )
            )
    return lines


def _head(say: Say, found: Schedule) -> str:
    each = [say("group_message.plan_group_left", code=one.code, left=found.left[one.id]) for one in found.groups]
    left = say("group_message.plan_left", left=say("group_message.comma").join(each))
    return say("group_message.plan_head", cohort=found.cohort.name, groups=len(found.groups), monthly=found.monthly, left=left)


def _fates(say: Say, slots: Sequence[Slot]) -> list[str]:
    """Groups of one message at one moment that fare alike are one phrase."""
    coming = [slot for slot in slots if slot.row is None and slot.skip is None]
    skipped: Counter[str | None] = Counter(slot.skip for slot in slots if slot.row is None and slot.skip is not None)
    rows = [slot.row for slot in slots if slot.row is not None]
    skipped.update(row.why for row in rows if row.state is State.SKIPPED)
    done = Counter("open" if row.state in OPEN else str(row.state) for row in rows if row.state is not State.SKIPPED)
    words = []
    if coming:
        left = min(slot.left or 0 for slot in coming)
        words.append(say("group_message.plan_coming", number=len(coming), left=left))
    words += [say(f"group_message.plan_{state}", number=number) for state, number in done.items()]
    words += [
        say("group_message.plan_skipped", number=number, why=say(f"group_message.skip_{why}")) for why, number in skipped.items()
    ]
    return words
