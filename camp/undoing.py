"""撤销结营: within a day a close is taken back where nothing has happened since; the rest is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from camp.handoff import CARD
from camp.messages import text
from camp.outgoing import to_members
from camp.phrases import say_in
from camp.policy import Policy
from camp.pool import withdraw_cards
from camp.rules.place import Place
from camp.rules.rule import Moment
from camp.tagging import want_many
from storage import cards, closings, cohorts, members, placements, undoing
from storage.closings import Closing, State
from storage.cohorts import Cohort
from storage.database import Tx
from storage.members import Member

# A purchase is a fact, not a placement: it stays, whichever rule noted it.
_KEPT = (Place.PAID,)


class Undo(StrEnum):
    """What came of it; each has its wording `closing.undo_<value>`."""

    DONE = "done"
    NOT_CLOSED = "not_closed"
    RUNNING = "running"
    TOO_LATE = "too_late"


@dataclass(frozen=True)
class Undone:
    """`back` enrolments went back; `stuck` rows (learner_id, name, place) could not."""

    result: Undo
    back: int = 0
    stuck: Sequence[Any] = ()


async def undo(tx: Tx, policy: Policy, cohort: Cohort, member: Member) -> Undone:
    """Takes the close of a cohort back and opens the cohort again."""
    closing = await closings.find(tx, cohort.id, Moment.COHORT_CLOSED)
    if closing is not None and closing.state is State.RUNNING:
        return Undone(Undo.RUNNING)
    if closing is None or closing.state is not State.DONE or closing.finished_at is None:
        return Undone(Undo.NOT_CLOSED)
    if tx.now > closing.finished_at + policy.undo_within:
        return Undone(Undo.TOO_LATE)
    back = await _reverse(tx, policy, cohort, closing)
    await closings.change(tx, closing.id, state=State.UNDONE)
    await closings.set_cohort_closed(tx, cohort.id, None)
    await _tell_teachers(tx, policy, cohort, closing, member)
    return Undone(Undo.DONE, back, await undoing.left_over(tx, closing))


async def _reverse(tx: Tx, policy: Policy, cohort: Cohort, closing: Closing) -> int:
    next_cohort = await cohorts.find_cohort(tx, cohort.next_code) if cohort.next_code else None
    next_id = next_cohort.id if next_cohort else None
    if next_id is not None:
        await undoing.take_back_enrolments(tx, closing, next_id, Place.NEXT_COHORT)
    say = say_in(policy.language)
    withdrawn = set(await undoing.withdraw_entries(tx, closing))
    # Thousands may be withdrawn, of which a handful have cards.
    for ref in await cards.open_refs(tx, CARD):
        if int(ref) in withdrawn:
            await withdraw_cards(tx, int(ref), say("pool.card_withdrawn"))
    back = await undoing.reverse(tx, closing, next_id, moved=Place.NEXT_COHORT, kept=_KEPT)
    await undoing.drop_todos(tx, closing.task_id)
    tags = {rule.name: rule.tag for rule in policy.rulebook.of(Moment.COHORT_CLOSED) if rule.tag}
    group = policy.tag_group_state
    wishes = [(learner_id, group, tags[rule]) for learner_id, rule in await undoing.placed_with(tx, closing) if rule in tags]
    await want_many(tx, policy, wishes, wanted=False, by="undo")
    return back


async def _tell_teachers(tx: Tx, policy: Policy, cohort: Cohort, closing: Closing, member: Member) -> None:
    rows = await placements.roster_by_teacher(tx, cohort.id, 1)
    teachers = await members.load_many(tx, [row.member_id for row in rows])
    words = say_in(policy.language)("closing.teacher_undone", cohort=cohort.name, member=member.shown)
    people = [t.userid for t in teachers.values() if t.active]
    await to_members(tx, people, text(words), dedup_key=f"{closing.task_id}:undone")
