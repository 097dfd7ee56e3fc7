"""撤销结营: within a day a close is taken back where nothing has happened since; the rest is named.

Like the close it goes in chunks. The manager is answered at once where one chunk is enough, else when the last one is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from camp.handoff import CARD
from camp.messages import text
from camp.outgoing import to_members
from camp.phrases import Say, say_in
from camp.policy import Policy
from camp.pool import withdraw_cards
from camp.rules.place import Place
from camp.rules.rule import Moment
from camp.tagging import ask_flush_all
from storage import cards, closings, cohorts, members, placements, undoing
from storage.closings import Closing, State
from storage.cohorts import Cohort
from storage.database import Tx
from storage.inbox import WALK, FactDraft, add_facts
from storage.members import Member
from storage.sweeps import POOLS
from storage.undoing import Placed

# Of those who could not be put back so many are named; of the rest the number is told.
_NAMED = 200
_TEACHERS = 500


class Undo(StrEnum):
    """What came of it; each has its wording `closing.undo_<value>`."""

    DONE = "done"
    STARTED = "started"
    NOT_CLOSED = "not_closed"
    RUNNING = "running"
    TOO_LATE = "too_late"


@dataclass(frozen=True)
class Undone:
    """`back` enrolments went back, `stuck` could not; `names` of the first of those: (learner_id, name, place)."""

    result: Undo
    back: int = 0
    stuck: int = 0
    names: Sequence[tuple[int, str, str]] = ()


async def undo(tx: Tx, policy: Policy, cohort: Cohort, member: Member) -> Undone:
    """Takes the close of a cohort back, or begins to, and opens the cohort again."""
    closing = await closings.find(tx, cohort.id, Moment.COHORT_CLOSED)
    if closing is not None and closing.state.under_way:
        return Undone(Undo.RUNNING)
    if closing is None or closing.state is not State.DONE or closing.finished_at is None:
        return Undone(Undo.NOT_CLOSED)
    if tx.now > closing.finished_at + policy.undo_within:
        return Undone(Undo.TOO_LATE)
    await closings.change(tx, closing.id, state=State.UNDOING, progress_id=0)
    done = await _go_back(tx, policy, closing, cohort, Undone(Undo.STARTED), 0, member.userid)
    if done.result is Undo.DONE:
        await _finish(tx, policy, closing, cohort, member)
    return done


async def undo_next(tx: Tx, policy: Policy, body: Mapping[str, Any]) -> None:
    """One chunk of an undo under way; after the last one whoever asked hears what came of it."""
    closing, after = await closings.load(tx, int(body["closing_id"])), int(body["after"])
    if closing is None or closing.state is not State.UNDOING or closing.progress_id != after:
        return
    cohort = await cohorts.load_cohort(tx, closing.cohort_id)
    names = [(learner_id, name, place) for learner_id, name, place in body["names"]]
    so_far = Undone(Undo.STARTED, int(body["back"]), int(body["stuck"]), names)
    done = await _go_back(tx, policy, closing, cohort, so_far, after, body["by"])
    if done.result is not Undo.DONE:
        return
    member = await members.find(tx, body["by"])
    assert member is not None
    await _finish(tx, policy, closing, cohort, member)
    lines = undone_in_words(say_in(policy.language), policy, cohort, done)
    await to_members(tx, [member.userid], text("\n".join(lines)), dedup_key=f"{closing.task_id}:undone:report")


def undone_in_words(say: Say, policy: Policy, cohort: Cohort, undone: Undone) -> list[str]:
    """What came of it, in lines: first what was done, then who stays where they are."""
    hours = int(policy.undo_within.total_seconds() // 3600)
    lines = [say(f"closing.undo_{undone.result}", cohort=cohort.name, back=undone.back, hours=hours)]
    if undone.stuck:
        lines[0] += "\n" + say("closing.undo_stuck", number=undone.stuck)
    for number, name, place in undone.names:
        lines.append(say("closing.undo_stuck_item", name=name, number=number, place=say(f"common.place_{place}")))
    if undone.stuck > len(undone.names):
        lines.append(say("closing.and_more", number=undone.stuck - len(undone.names)))
    return lines


async def _go_back(tx: Tx, policy: Policy, closing: Closing, cohort: Cohort, so_far: Undone, after: int, by: str) -> Undone:
    """The next chunk; DONE when it was the last, else its successor is a fact of its own."""
    placed = await undoing.placed_after(tx, closing, after, policy.undo_chunk)
    stuck = await _reverse(tx, policy, closing, cohort, placed) if placed else []
    names = [*so_far.names, *((one.learner_id, one.name or "?", place) for one, place in stuck)][:_NAMED]
    done = replace(so_far, back=so_far.back + len(placed) - len(stuck), stuck=so_far.stuck + len(stuck), names=names)
    if len(placed) < policy.undo_chunk:
        return replace(done, result=Undo.DONE)
    upto = placed[-1].enrolment_id
    await closings.change(tx, closing.id, progress_id=upto)
    body: dict[str, Any] = {"closing_id": closing.id, "after": upto, "by": by}
    body |= {"back": done.back, "stuck": done.stuck, "names": done.names}
    await add_facts(tx, [FactDraft(WALK, "camp.undo", f"undo:{closing.task_id}:{upto}", f"close:{cohort.id}", body)])
    return done


async def _reverse(
    tx: Tx, policy: Policy, closing: Closing, cohort: Cohort, placed: Sequence[Placed]
) -> list[tuple[Placed, str]]:
    """Puts back whom it can; returns the others with the place where they stay."""
    next_cohort = await cohorts.find_cohort(tx, cohort.next_code) if cohort.next_code else None
    next_id = next_cohort.id if next_cohort else None
    movers = [one.learner_id for one in placed if one.to_place == one.place == Place.NEXT_COHORT]
    if next_id is not None and movers:
        await undoing.take_back_enrolments(tx, closing, movers, next_id)
    await _withdraw(tx, policy, [one.enrolment_id for one in placed if one.to_place in POOLS])
    # A purchase is a fact, not a placement: it stays, whichever rule noted it.
    there = [one for one in placed if one.place == one.to_place and one.place != Place.PAID]
    held = await undoing.held_back(tx, there, next_id)
    back = [one for one in there if one.enrolment_id not in held]
    if back:
        await undoing.put_back(tx, closing, back)
    returned = {one.enrolment_id for one in back}
    await undoing.drop_todos(tx, closing.task_id, [one.enrolment_id for one in placed])
    stays = [(one, one.place) for one in placed if one.enrolment_id not in returned and one.place != one.from_place]
    away = {one.enrolment_id for one, _ in stays}
    await _drop_tags(tx, policy, [one for one in placed if one.enrolment_id not in away])
    return stays


async def _withdraw(tx: Tx, policy: Policy, enrolment_ids: Sequence[int]) -> None:
    withdrawn = set(await undoing.withdraw_entries(tx, enrolment_ids, POOLS)) if enrolment_ids else set()
    if not withdrawn:
        return
    # Thousands may be withdrawn, of which a handful have cards.
    for ref in await cards.open_refs(tx, CARD):
        if int(ref) in withdrawn:
            await withdraw_cards(tx, policy, int(ref), say_in(policy.language)("pool.card_withdrawn"))


async def _drop_tags(tx: Tx, policy: Policy, back: Sequence[Placed]) -> None:
    tags = {rule.name: rule.tag for rule in policy.rulebook.of(Moment.COHORT_CLOSED) if rule.tag}
    by_tag: dict[str, list[int]] = {}
    for one in back:
        if one.rule in tags:
            by_tag.setdefault(tags[one.rule], []).append(one.learner_id)
    for tag, learner_ids in by_tag.items():
        await undoing.drop_tag(tx, learner_ids, policy.tag_group_state, tag)


async def _finish(tx: Tx, policy: Policy, closing: Closing, cohort: Cohort, member: Member) -> None:
    await closings.change(tx, closing.id, state=State.UNDONE)
    await closings.set_cohort_closed(tx, cohort.id, None)
    await ask_flush_all(tx)
    taught = await placements.teachers_after(tx, cohort.id, 0, _TEACHERS)
    teachers = await members.load_many(tx, taught)
    words = say_in(policy.language)("closing.teacher_undone", cohort=cohort.name, member=member.shown)
    people = [t.userid for t in teachers.values() if t.active]
    await to_members(tx, people, text(words), dedup_key=f"{closing.task_id}:undone")
