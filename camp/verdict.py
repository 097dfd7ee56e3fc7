"""The verdict card: a manager sees what a close would do, by the SQL that will do it, and says yes, not yet, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from camp import card
from camp.card import Tap
from camp.closing import confirm, forecast
from camp.messages import Message
from camp.messages import card as to_card
from camp.phrases import Say, say_in
from camp.place_words import places_in_words
from camp.policy import Policy
from camp.room import rooms_of
from camp.rules.rule import Moment
from camp.talk import Talk
from camp.when import day_and_time_near
from storage import closings, cohorts, members
from storage.closings import Closing, State
from storage.cohorts import Cohort
from storage.database import Tx
from storage.members import Member
from storage.rooms import Room

CARD = "verdict"


class Verdict(StrEnum):
    """What came of a word about a close; each has its wording `closing.<value>`."""

    ASKED = "asked"
    STARTED = "started"
    HELD = "held"
    RUNNING = "running"
    CLOSED = "closed"
    EXPIRED = "expired"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    cohort: Cohort
    closing: Closing | None
    counts: Mapping[str, int]
    asked: Sequence[str] = ()  # userids the card went to
    shown_here: bool = False  # the card is the answer to who asked


async def ask(tx: Tx, policy: Policy, cohort: Cohort, talk: Talk | None = None) -> Outcome:
    """Sends the verdict card of a cohort to every manager and the groups bound to it, unless it is closed or being closed; an
    older card dies. A manager who asked for it (`talk`) gets it where they spoke."""
    closing = await closings.find(tx, cohort.id, Moment.COHORT_CLOSED)
    over = _over(closing)
    if over is not None:
        return Outcome(over, cohort, closing, {})
    say = say_in(policy.language)
    if closing is not None:
        await card.bury(tx, policy, CARD, str(closing.id), say("closing.card_replaced"), replaced=True)
    counts = await forecast(tx, policy, cohort)
    closing = await closings.propose(tx, cohort.id, Moment.COHORT_CLOSED, counts)
    people = await members.with_position(tx, "manager") or await members.with_position(tx, "operator")
    asked = [p.userid for p in people]
    face, ref = _face(say, policy, cohort, closing), str(closing.id)
    here = talk is not None and talk.userid in asked and (not talk.in_group or _is_of(talk.room, cohort))
    by_robot = talk if here and talk is not None and talk.turn is not None else None
    if by_robot is not None:
        await card.show_in_talk(tx, policy, by_robot, CARD, ref, face)
    elsewhere = [userid for userid in asked if by_robot is None or userid != by_robot.userid]
    if elsewhere:
        await card.show(tx, CARD, ref, elsewhere, face)
    for room in await rooms_of(tx, cohort_id=cohort.id):
        if by_robot is None or room.chat_id != by_robot.chat_id:
            await card.show_in_room(tx, policy, room, CARD, ref, face)
    return Outcome(Verdict.ASKED, cohort, closing, counts, asked, here)


def _is_of(room: Room | None, cohort: Cohort) -> bool:
    """Whether the group is bound to this cohort as a whole."""
    return room is not None and (room.cohort_id, room.class_group_id) == (cohort.id, None)


async def accept(tx: Tx, policy: Policy, cohort: Cohort, member: Member, tap: Tap | None = None) -> Outcome:
    """确认: starts the close that was asked about within the last 24 h."""
    closing = await closings.find(tx, cohort.id, Moment.COHORT_CLOSED)
    verdict = _over(closing)
    if verdict is None:
        if closing is None or closing.state is not State.PROPOSED:
            verdict = Verdict.NOT_ASKED
        elif tx.now > closing.proposed_at + policy.confirm_within:
            verdict = Verdict.EXPIRED
    if verdict is not None or closing is None:
        if tap is not None:
            await card.repaint(tx, policy, tap)
        return Outcome(verdict or Verdict.NOT_ASKED, cohort, closing, {})
    await confirm(tx, policy, closing, f"member:{member.userid}")
    say = say_in(policy.language)
    at = day_and_time_near(policy, tx.now, tx.now)
    await card.bury(tx, policy, CARD, str(closing.id), say("closing.card_confirmed", member=member.shown, at=at), tap)
    return Outcome(Verdict.STARTED, cohort, closing, closing.proposed_counts)


async def hold(tx: Tx, policy: Policy, cohort: Cohort, member: Member, tap: Tap | None = None) -> Outcome:
    """先不: nothing closes by itself any more until somebody asks again."""
    closing = await closings.find(tx, cohort.id, Moment.COHORT_CLOSED)
    over = _over(closing)
    if over is not None or closing is None:
        if tap is not None:
            await card.repaint(tx, policy, tap)
        return Outcome(over or Verdict.NOT_ASKED, cohort, closing, {})
    if closing.state is State.PROPOSED:
        await closings.change(tx, closing.id, state=State.HELD)
    say = say_in(policy.language)
    await card.bury(tx, policy, CARD, str(closing.id), say("closing.card_held", member=member.shown), tap)
    return Outcome(Verdict.HELD, cohort, closing, {})


async def ask_due(tx: Tx, policy: Policy) -> None:
    """Asks about every cohort past its close; asks again when the question ran out without an answer."""
    for cohort_id in await closings.cohorts_to_propose(tx, Moment.COHORT_CLOSED, policy.confirm_within):
        await ask(tx, policy, await cohorts.load_cohort(tx, cohort_id))


async def accept_silence(tx: Tx, policy: Policy) -> None:
    """Runs what nobody answered within the set time, where such a time is set."""
    if policy.verdict_auto_after is None:
        return
    say = say_in(policy.language)
    for closing in await closings.proposed_before(tx, Moment.COHORT_CLOSED, tx.now - policy.verdict_auto_after):
        if await confirm(tx, policy, closing, "clock"):
            await card.bury(tx, policy, CARD, str(closing.id), say("closing.card_auto"))


def _over(closing: Closing | None) -> Verdict | None:
    if closing is None:
        return None
    return {State.DONE: Verdict.CLOSED, State.RUNNING: Verdict.RUNNING, State.UNDOING: Verdict.RUNNING}.get(closing.state)


def _face(say: Say, policy: Policy, cohort: Cohort, closing: Closing) -> Message:
    until = day_and_time_near(policy, closing.proposed_at + policy.confirm_within, closing.proposed_at)
    return to_card(
        closing.task_id,
        say("closing.card_title", cohort=cohort.name),
        desc=say("closing.card_desc", until=until),
        words=places_in_words(say, closing.proposed_counts),
        buttons=[
            (f"close:{closing.id}", say("closing.button_confirm"), 1),
            (f"close_hold:{closing.id}", say("closing.button_hold"), 2),
        ],
    )
