"""What people hear when a run of the rules is over: each class teacher once, sales by hand-off, managers the sum."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from camp.handoff import hand_off
from camp.messages import text
from camp.outgoing import alert_operators, to_members
from camp.phrases import Say, say_in
from camp.place_words import ORDER, shares_in_lines
from camp.policy import Policy
from camp.rules.place import Place
from camp.rules.rule import Moment
from storage import members, placements, pools
from storage.closings import Closing
from storage.cohorts import Cohort
from storage.database import Tx
from storage.placements import placed_in

# A notice names so many learners per place; the rest is a number and the way to the whole list.
_NAMES = 100


async def report_end(tx: Tx, policy: Policy, closing: Closing, cohort: Cohort) -> None:
    """Tells everybody concerned, once."""
    say = say_in(policy.language)
    run = closing.task_id
    placed = placed_in(closing.id, closing.confirmed_at or tx.now, Place.CONVERSION)
    arrived = await pools.arrived(tx, placed)
    singled = await pools.entered_by(tx, placed, policy.cards_per_handover)
    found_room = await hand_off(tx, policy, singled, arrived, cohort.name, key=run)
    await _tell_teachers(tx, policy, say, closing, cohort)
    if closing.moment == Moment.COHORT_CLOSED:
        await _tell_managers(tx, policy, say, run, cohort)
    if not found_room:
        await alert_operators(
            tx, text(say("closing.no_room", number=arrived.number, cohort=cohort.name)), dedup_key=f"{run}:no-room"
        )


async def _tell_teachers(tx: Tx, policy: Policy, say: Say, closing: Closing, cohort: Cohort) -> None:
    closed = closing.moment == Moment.COHORT_CLOSED
    run = None if closed else (closing.id, closing.confirmed_at or tx.now)
    rows = await placements.roster_by_teacher(tx, cohort.id, _NAMES, run)
    teachers = await members.load_many(tx, [row.member_id for row in rows])
    head = "closing.teacher_head" if closed else "closing.teacher_window_head"
    for member_id, own in groupby(rows, key=lambda row: row.member_id):
        mine = list(own)
        teacher = teachers[member_id]
        if not teacher.active:
            continue
        number = sum({row.place: row.number for row in mine}.values())
        lines = [say(head, cohort=cohort.name, number=number), *_by_place(say, mine)]
        if any(row.place == Place.NEXT_COHORT for row in mine) and cohort.next_code:
            lines.append(say("closing.teacher_hint"))
        key = f"{closing.task_id}:teacher:{member_id}"
        await to_members(tx, [teacher.userid], text("\n".join(lines)), dedup_key=key)


def _by_place(say: Say, rows: Sequence[Any]) -> list[str]:
    lines = []
    for place in ORDER:
        there = [row for row in rows if row.place == place]
        if not there:
            continue
        names = [say("closing.named", name=row.name or "?", number=row.learner_id) for row in there]
        lines.append(say("closing.teacher_place", place=say(f"common.place_{place}"), number=there[0].number))
        # Short lines, so that a page may end after any of them.
        lines += [say("closing.comma").join(names[start : start + 8]) for start in range(0, len(names), 8)]
        if there[0].number > len(there):
            lines.append(say("closing.and_more", number=there[0].number - len(there)))
    return lines


async def _tell_managers(tx: Tx, policy: Policy, say: Say, run: str, cohort: Cohort) -> None:
    counts = await placements.count_by_place(tx, cohort.id)
    lines = [say("closing.report_head", cohort=cohort.name), *shares_in_lines(say, counts)]
    if counts.get(Place.WAITING):
        lines.append(say("closing.report_waiting", number=counts[Place.WAITING], cohort=cohort.code))
    if counts.get(Place.CLASS):
        lines.append(say("closing.report_undecided", number=counts[Place.CLASS]))
    lines.append(say("closing.report_undo", cohort=cohort.code, hours=int(policy.undo_within.total_seconds() // 3600)))
    people = await members.with_position(tx, "manager") or await members.with_position(tx, "operator")
    await to_members(tx, [p.userid for p in people], text("\n".join(lines)), dedup_key=f"{run}:report")
