"""Rows of a roster: sign-ups, as `enrolment.added` tells them, with the class the sheet names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from camp import identity
from camp.policy import Policy
from camp.rules.allocation import Why
from camp.rules.place import Place
from camp.sheet_check import People, Sender, bad, cohort_of, fated, people_in
from camp.sheet_row_event import event_of, note
from camp.sign_up import take_sign_up
from storage import cohorts, enrolments, journal, learners, members, sheet_lookups
from storage.channels import all_channels
from storage.cohorts import ClassGroup, Cohort
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.members import Member
from storage.sheets import Fate, Sheet, SheetRow

_GONE = (Place.LEFT, Place.NEXT_COHORT)


async def check(tx: Tx, policy: Policy, sender: Sender, rows: Sequence[SheetRow]) -> list[SheetRow]:
    people = await people_in(tx, policy, rows)
    seats = await sheet_lookups.enrolments_of(tx, set(people.learners.values()))
    mine = await sheet_lookups.enrolments_within(tx, sender.scope, {e.id for some in seats.values() for e in some})
    return [await _checked(tx, sender, people, seats, mine, row) for row in rows]


async def _checked(
    tx: Tx, sender: Sender, people: People, seats: Mapping[int, list[Enrolment]], mine: set[int], row: SheetRow
) -> SheetRow:
    cohort = await _cohort(tx, row)
    if isinstance(cohort, SheetRow):
        return cohort
    group = await _group(tx, sender, cohort, row)
    if isinstance(group, SheetRow):
        return group
    channel = await _channel(tx, row)
    if isinstance(channel, SheetRow):
        return channel
    found = {"cohort": cohort.code, "group_id": group.id if group else None, "channel": channel}
    seat = next((e for i in people.found(row.n) for e in seats.get(i, ()) if e.cohort_id == cohort.id), None)
    if seat is None:
        return fated(row, Fate.NEW, **found)
    if group is not None and not seat.in_group and seat.class_group_id != group.id:
        if not sender.sees_all and seat.id not in mine:
            return bad(row, "other_class")
        return fated(row, Fate.CHANGED, **found)
    changes = seat.place in _GONE or not people.complete(row.n)
    return fated(row, Fate.CHANGED if changes else Fate.KNOWN, **found)


async def apply(tx: Tx, policy: Policy, sheet: Sheet, member: Member, row: SheetRow) -> Fate:
    """Signs the row's person up and puts them into their class; PARKED when the cohort closed meanwhile."""
    event = event_of(policy, sheet, row, "enrolment.added", tx.now, ("cohort", "channel", "name"))
    group = await cohorts.load_class_group(tx, row.body["group_id"]) if row.body.get("group_id") is not None else None
    teacher = await members.load(tx, group.class_teacher_id) if group is not None else None
    await take_sign_up(tx, policy, event, teacher=teacher if teacher is not None and teacher.active else None)
    learner = await identity.find_subject(tx, policy, event["subject"])
    cohort = await cohorts.find_cohort(tx, event["cohort"])
    seat = await enrolments.find(tx, learner.id, cohort.id) if learner is not None and cohort is not None else None
    if seat is None:
        return Fate.PARKED
    if group is not None:
        await _sit(tx, member, seat, group)
    await note(tx, sheet, member, row, seat.learner_id, seat.id)
    return Fate.DONE


async def _cohort(tx: Tx, row: SheetRow) -> Cohort | SheetRow:
    """The cohort that is named, else the camp's next one."""
    if row.body.get("cohort"):
        named = await cohort_of(tx, row)
        if isinstance(named, Cohort) and named.closed_at is not None:
            return bad(row, "cohort_closed", text=named.name)
        return named
    camp = await cohorts.find_camp(tx, str(row.body["camp"]))
    if camp is None:
        return bad(row, "unknown_camp", text=str(row.body["camp"]))
    return await cohorts.open_for_enrolment(tx, camp.id) or bad(row, "no_open_cohort", text=camp.name)


async def _group(tx: Tx, sender: Sender, cohort: Cohort, row: SheetRow) -> ClassGroup | SheetRow | None:
    """The class the row names; a class teacher's own where it names none. None: the allocation decides."""
    groups = await cohorts.class_groups_of(tx, cohort.id)
    mine = [group for group in groups if sender.sees_all or group.id in sender.groups]
    name = str(row.body.get("class_group") or "")
    if name:
        named = next((group for group in groups if group.code.casefold() == name.casefold()), None)
        if named is None:
            known = "、".join(group.code for group in groups)
            return bad(row, "unknown_class", text=name, cohort=cohort.name, known=known[:200])
        return named if named in mine else bad(row, "not_your_class", text=named.code)
    if sender.sees_all:
        return None
    if len(mine) == 1:
        return mine[0]
    return bad(row, "which_class" if mine else "no_class_of_yours", cohort=cohort.name)


async def _channel(tx: Tx, row: SheetRow) -> str | SheetRow | None:
    """The code of the channel, which may also be named."""
    name = row.body.get("channel")
    if not name:
        return None
    known = await all_channels(tx)
    found = next((c.code for c in known if str(name).casefold() in (c.code.casefold(), c.name.casefold())), None)
    return found or bad(row, "unknown_channel", text=str(name), known="、".join(c.name for c in known)[:200])


async def _sit(tx: Tx, member: Member, seat: Enrolment, group: ClassGroup) -> None:
    """The class of who does not sit in a group yet; where they sit is what WeCom says."""
    if seat.in_group or seat.class_group_id == group.id:
        return
    await enrolments.change(tx, seat.id, class_group_id=group.id)
    teacher = await members.load(tx, group.class_teacher_id)
    if seat.class_teacher_id != teacher.id and teacher.active:
        await enrolments.change(tx, seat.id, class_teacher_id=teacher.id)
        await learners.change(tx, seat.learner_id, owner_id=teacher.id)
        by = f"member:{member.userid}"
        detail: dict[str, Any] = {"class_teacher": teacher.userid, "why": Why.ADDED.value}
        await journal.record(tx, seat.learner_id, "class_teacher", by=by, enrolment_id=seat.id, **detail)
