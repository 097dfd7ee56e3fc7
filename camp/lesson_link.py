"""How a lesson's check-in link gets into the class groups: in a message the camp declares, or by the class teacher's own hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import IntEnum

from camp.group_message_plan import Slot, calendar_of, schedule, with_goals
from camp.phrases import Say
from camp.policy import Policy
from camp.when import day_and_time_near
from storage import cohorts, group_messages, members
from storage.cohorts import ClassGroup, Cohort, Lesson
from storage.database import Tx
from storage.group_messages import GroupMessageRow, State


class Carriage(IntEnum):
    """Where the message is that brings the link; each has its wording `reminder.link_<name>`. The first asks for most."""

    READY = 0  # it waits for a tap
    MAKING = 1
    COMING = 2  # its moment is before the lesson begins
    SENT = 3


# Where the message of one group is, its moment, and its task if there is one.
_Carried = tuple[Carriage, datetime, GroupMessageRow | None]


async def brought(tx: Tx, policy: Policy, say: Say, lesson: Lesson) -> dict[int, str]:
    """By class group, what its class teacher has to know of the message that brings this lesson's link; a group is missing where
    none will, or where it failed."""
    cohort = await cohorts.load_cohort(tx, lesson.cohort_id)
    declared = {
        one.id
        for one, each in await calendar_of(tx, policy, cohort)
        if each.seq == lesson.seq and each.message.carries_link and each.due_at <= lesson.starts_at
    }
    if not declared:
        return {}
    carried = await _carried(tx, policy, cohort, lesson.seq, declared)
    groups = {group.id: group for group in await cohorts.class_groups_of(tx, cohort.id)}
    words = {}
    for group_id, found in carried.items():
        carriage, at, row = min(found, key=lambda one: one[0])
        who = await _who_taps(tx, say, groups[group_id], row)
        moment = day_and_time_near(policy, at, tx.now)
        words[group_id] = say(f"reminder.link_{carriage.name.lower()}", at=moment, who=who)
    return words


def lines_for(say: Say, groups: Sequence[ClassGroup], words: Mapping[int, str], by_hand: str) -> list[str]:
    """The words of these groups, `by_hand` where no message brings the link; classes that fare alike are one line, and are not
    named where all do."""
    alike: dict[str, list[str]] = {}
    for group in groups:
        alike.setdefault(words.get(group.id, by_hand), []).append(group.code)
    if len(alike) < 2:
        return list(alike) or [by_hand]
    comma = say("group_message.comma")
    return [say("reminder.of_class", codes=comma.join(codes), words=each) for each, codes in alike.items()]


async def _carried(tx: Tx, policy: Policy, cohort: Cohort, seq: int, declared: set[int]) -> dict[int, list[_Carried]]:
    """By class group, from the schedule and from what was posted by hand beside it."""
    plan = await schedule(tx, policy, cohort)
    slots = [slot for slot in plan.slots if slot.declared.id in declared and slot.occurrence.seq == seq]
    found: dict[int, list[_Carried]] = {}
    for slot in await with_goals(tx, slots):
        if (carriage := _of_slot(slot, tx.now)) is not None:
            found.setdefault(slot.group.id, []).append((carriage, slot.occurrence.due_at, slot.row))
    for row in await group_messages.of_groups(tx, [group.id for group in plan.groups]):
        posted = row.asked_by is not None and row.message_id in declared and row.seq == seq
        if posted and (carriage := _of_row(row)) is not None:
            found.setdefault(row.class_group_id, []).append((carriage, row.asked_at, row))
    return found


def _of_slot(slot: Slot, now: datetime) -> Carriage | None:
    if slot.row is not None:
        return _of_row(slot.row)
    if slot.skip is not None:
        return None
    return Carriage.MAKING if slot.occurrence.due_at <= now else Carriage.COMING


def _of_row(row: GroupMessageRow) -> Carriage | None:
    if row.state is State.SENT or (row.state is State.WAITING and row.sent_at is not None):
        return Carriage.SENT
    by_state = {State.WAITING: Carriage.READY, State.ASKED: Carriage.MAKING, State.UNSURE: Carriage.MAKING}
    return by_state.get(row.state)


async def _who_taps(tx: Tx, say: Say, group: ClassGroup, row: GroupMessageRow | None) -> str:
    """The group's owner, as far as known and not its class teacher."""
    owner = await members.find(tx, group.owner) if group.owner else None
    if row is not None and row.sender_id is not None:
        owner = await members.load(tx, row.sender_id)
    other = owner is not None and owner.id != group.class_teacher_id
    return say("reminder.by_owner", owner=owner.shown) if owner is not None and other else ""
