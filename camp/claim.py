"""Claiming: one salesperson wins a learner, the others learn who and when, every card says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from camp import card
from camp.card import Tap
from camp.handoff import CARD
from camp.phrases import say_in
from camp.policy import Policy
from camp.pool import tell_teacher
from camp.quota import Room, room_of
from camp.rules.claiming import COOL_DOWN, ClaimFacts, ClaimRefusal, may_claim
from camp.when import day_and_time_near
from storage import journal, members, pools
from storage.database import Tx
from storage.members import Member
from storage.pools import Entry

_OFFERS = 3


@dataclass(frozen=True)
class Claimed:
    """The claim holds; `room` counts it already."""

    entry: Entry
    room: Room


@dataclass(frozen=True)
class Refused:
    """Why not, with what its wording needs: who has it since when, or until when to wait, or whom to give back instead."""

    reason: ClaimRefusal
    entry: Entry
    room: Room
    holder: Member | None = None
    at: datetime | None = None
    offers: tuple[Entry, ...] = ()


async def claim(tx: Tx, policy: Policy, entry: Entry, member: Member, tap: Tap | None = None) -> Claimed | Refused:
    """Claims an entry for a member, by a card's button (`tap`) or by word."""
    room = await room_of(tx, policy, member)
    facts = ClaimFacts(
        state=entry.state,
        mine=entry.owner_id == member.id,
        held=room.held,
        limit=room.limit,
        claimed_today=await pools.claims_since(tx, member.id, day_start(policy, tx.now)),
        per_day=policy.claims_per_day,
        returned_at=await pools.returned_at(tx, entry.id, member.id),
    )
    reason = may_claim(facts, tx.now)
    if reason is None and not await pools.claim(tx, entry.id, member.id):
        # Another node was faster since the entry was read.
        entry = await _again(tx, entry)
        reason = may_claim(ClaimFacts(entry.state, entry.owner_id == member.id, 0, 1, 0, 1), tx.now) or ClaimRefusal.WITHDRAWN
    if reason is not None:
        if tap is not None:
            await card.repaint(tx, policy, tap)
        return await _refused(tx, reason, entry, room, facts.returned_at)
    await _settle(tx, policy, entry, member, tap)
    return Claimed(await _again(tx, entry), Room(member, room.held + 1, room.limit))


def day_start(policy: Policy, now: datetime) -> datetime:
    """The midnight before `now` in the camp's zone."""
    return now.astimezone(policy.zone).replace(hour=0, minute=0, second=0, microsecond=0)


async def _settle(tx: Tx, policy: Policy, entry: Entry, member: Member, tap: Tap | None) -> None:
    say = say_in(policy.language)
    when = day_and_time_near(policy, tx.now, tx.now)
    await card.bury(tx, policy, CARD, str(entry.id), say("pool.card_claimed", member=member.shown, at=when), tap)
    by = f"member:{member.userid}"
    await journal.record(tx, entry.learner_id, "claimed", by=by, enrolment_id=entry.enrolment_id, pool=entry.pool)
    words = say("pool.teacher_claimed", name=entry.name or "", number=entry.learner_id, member=member.shown)
    await tell_teacher(tx, entry, words, key=f"claimed:{entry.id}:{tx.cause_id}")


async def _refused(tx: Tx, reason: ClaimRefusal, entry: Entry, room: Room, returned_at: datetime | None) -> Refused:
    holder = await members.load(tx, entry.owner_id) if entry.owner_id is not None else None
    at = entry.claimed_at if reason in (ClaimRefusal.TAKEN, ClaimRefusal.MINE) else entry.closed_at
    if reason is ClaimRefusal.COOL_DOWN and returned_at is not None:
        at = returned_at + COOL_DOWN
    offers: tuple[Entry, ...] = ()
    if reason is ClaimRefusal.QUOTA:
        offers = tuple((await pools.held_by(tx, room.member.id, least_likely_first=True))[:_OFFERS])
    return Refused(reason, entry, room, holder, at, offers)


async def _again(tx: Tx, entry: Entry) -> Entry:
    found = await pools.load(tx, entry.id)
    assert found is not None
    return found
