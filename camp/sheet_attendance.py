"""Rows of an attendance sheet: seconds watched, and check-ins for which the sender vouches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from camp import attendance, identity
from camp.phrases import say_in
from camp.policy import Policy
from camp.sheet_check import People, Sender, bad, cohort_of, fated, people_in
from camp.sheet_row_event import moment_of, note
from storage import cohorts, enrolments, sheet_lookups
from storage.cohorts import Cohort, Lesson
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.members import Member
from storage.sheets import Fate, Sheet, SheetRow


class _Placed(NamedTuple):
    row: SheetRow
    enrolment: Enrolment
    lesson: Lesson


async def check(tx: Tx, policy: Policy, sender: Sender, rows: Sequence[SheetRow]) -> list[SheetRow]:
    done: dict[int, SheetRow] = {}
    lessons: dict[int, tuple[Cohort, Lesson]] = {}
    for row in rows:
        found = await _lesson(tx, policy, row)
        if isinstance(found, SheetRow):
            done[row.n] = found
        else:
            lessons[row.n] = found
    placed = await _placed(tx, policy, sender, [row for row in rows if row.n in lessons], lessons, done)
    known = await sheet_lookups.watched_in(tx, {(one.enrolment.id, one.lesson.id) for one in placed})
    for row, enrolment, lesson in placed:
        seconds, vouched = known.get((enrolment.id, lesson.id), (0, False))
        more = row.body.get("watched_seconds", 0) > seconds or bool(row.body.get("checked_in")) > vouched
        fate = Fate.KNOWN if not more else Fate.CHANGED if seconds or vouched else Fate.NEW
        done[row.n] = fated(row, fate, learner_id=enrolment.learner_id, lesson_id=lesson.id)
    return [done[row.n] for row in rows]


async def apply(tx: Tx, policy: Policy, sheet: Sheet, member: Member, row: SheetRow) -> Fate:
    """Keeps what the row witnesses; the larger number of seconds counts, as with events. PARKED: enrolled no more."""
    lesson = await cohorts.load_lesson(tx, row.body["lesson_id"])
    learner = await identity.load(tx, row.body["learner_id"])
    enrolment = await enrolments.find(tx, learner.id, lesson.cohort_id) if learner is not None else None
    if enrolment is None:
        return Fate.PARKED
    by = f"member:{member.userid}"
    if row.body.get("watched_seconds"):
        at = min(tx.now, lesson.ends_at) if not row.body.get("at") else moment_of(policy, row, tx.now)
        await attendance.watched(tx, policy, enrolment, lesson, int(row.body["watched_seconds"]), source=by, at=at)
    if row.body.get("checked_in"):
        reason = say_in(policy.language)("sheet.mark_reason", name=sheet.name)
        await attendance.mark_by_teacher(tx, policy, enrolment, lesson, member=member, reason=reason)
    await note(tx, sheet, member, row, enrolment.learner_id, enrolment.id)
    return Fate.DONE


async def _lesson(tx: Tx, policy: Policy, row: SheetRow) -> tuple[Cohort, Lesson] | SheetRow:
    cohort = await cohort_of(tx, row)
    if isinstance(cohort, SheetRow):
        return cohort
    lesson = await cohorts.find_lesson(tx, cohort.id, int(row.body["lesson"]))
    if lesson is None:
        known = "、".join(str(one.seq) for one in await cohorts.lessons_of(tx, cohort.id))
        return bad(row, "unknown_lesson", lesson=int(row.body["lesson"]), cohort=cohort.name, known=known[:200])
    if lesson.starts_at - policy.checkin_opens_before > tx.now:
        return bad(row, "not_begun", lesson=lesson.seq)
    return cohort, lesson


async def _placed(
    tx: Tx,
    policy: Policy,
    sender: Sender,
    rows: Sequence[SheetRow],
    lessons: dict[int, tuple[Cohort, Lesson]],
    done: dict[int, SheetRow],
) -> list[_Placed]:
    """The rows whose learner sits in the cohort and in the sender's scope; the others are `done`, with the reason."""
    people = await people_in(tx, policy, rows)
    numbered = await sheet_lookups.learners_numbered(tx, {row.body["learner"] for row in rows if row.body.get("learner")})
    called: dict[int, dict[str, list[int]]] = {}
    for cohort_id in {cohort.id for cohort, _ in lessons.values()}:
        names = {row.body["name"] for row in rows if row.body.get("name") and lessons[row.n][0].id == cohort_id}
        called[cohort_id] = await sheet_lookups.learners_called(tx, cohort_id, names)
    whom: dict[int, int] = {}
    for row in rows:
        found = _who(row, people, numbered, called[lessons[row.n][0].id])
        if isinstance(found, SheetRow):
            done[row.n] = found
        else:
            whom[row.n] = found
    seats = await sheet_lookups.enrolments_of(tx, set(whom.values()))
    mine = await sheet_lookups.enrolments_within(tx, sender.scope, {e.id for some in seats.values() for e in some})
    placed = []
    for row in [row for row in rows if row.n in whom]:
        cohort, lesson = lessons[row.n]
        seat = next((e for e in seats.get(whom[row.n], ()) if e.cohort_id == cohort.id), None)
        if seat is None:
            done[row.n] = bad(row, "not_enrolled", cohort=cohort.name)
        elif seat.id not in mine:
            done[row.n] = bad(row, "not_yours")
        else:
            placed.append(_Placed(row, seat, lesson))
    return placed


def _who(row: SheetRow, people: People, numbered: dict[int, int], called: dict[str, list[int]]) -> int | SheetRow:
    """The learner: by an identity, else by their number, else by a name that only one in the cohort has."""
    found = people.found(row.n)
    if found:
        return found[0]
    if row.body.get("learner"):
        return numbered.get(row.body["learner"]) or bad(row, "unknown_number", number=row.body["learner"])
    if row.body.get("subject"):
        return bad(row, "unknown_person")
    same = called.get(str(row.body["name"]), [])
    if len(same) == 1:
        return same[0]
    return bad(row, "several_named" if same else "nobody_named", text=str(row.body["name"]), number=len(same))
