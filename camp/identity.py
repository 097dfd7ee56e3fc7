"""Who is who: finding a learner by any identity, keeping phone numbers unreadable, and making two rows of one person one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from camp import enrolment, tagging
from camp.harmless import one_line
from camp.policy import Policy
from camp.rules.identity import EnrolmentFacts, plan_fold
from camp.rules.place import Place
from storage import cohorts, enrolments, identities, journal, learners, unmatched
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.learners import Learner

# The order in which a subject's identities are believed.
_KINDS = ("external_userid", "unionid", "phone")
_NAME_LETTERS = 64
_NONCE_BYTES = 12


def normal_phone(words: str) -> str | None:
    """Digits of a phone number (`+86 138-0013-8000` → `13800138000`), or None when there are too few or too many."""
    digits = re.sub(r"\D", "", words)
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return digits if 7 <= len(digits) <= 15 else None


def seal(policy: Policy, phone: str) -> str:
    """The number encrypted (AES-256-GCM, a fresh nonce each time): never equal twice, so useless for finding anybody."""
    nonce = os.urandom(_NONCE_BYTES)
    return base64.urlsafe_b64encode(nonce + AESGCM(_key(policy, b"seal")).encrypt(nonce, phone.encode(), None)).decode()


def unseal(policy: Policy, sealed: str) -> str | None:
    """The number again, or None when it was sealed with another key."""
    try:
        raw = base64.urlsafe_b64decode(sealed)
        return AESGCM(_key(policy, b"seal")).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None).decode()
    except (InvalidTag, ValueError):
        return None


def hash_phone(policy: Policy, phone: str) -> str:
    """The keyed hash under which a number can be found: without the key the few possible numbers cannot be tried out."""
    return hmac.new(_key(policy, b"hash"), phone.encode(), hashlib.sha256).hexdigest()


def conceal(policy: Policy, body: dict[str, Any]) -> dict[str, Any]:
    """A fact's body with every phone number in it sealed, at any depth; `phone_of` and `phones_of` read both forms.

    `phone` becomes `phone_sealed`, `remark_mobiles` becomes `remark_mobiles_sealed`. Already sealed, it stays.
    """
    hidden: dict[str, Any] = {}
    for name, value in body.items():
        if name == "phone":
            number = normal_phone(str(value))
            if number:
                hidden["phone_sealed"] = seal(policy, number)
        elif name == "remark_mobiles" and isinstance(value, list):
            hidden["remark_mobiles_sealed"] = [seal(policy, str(number)) for number in value]
        else:
            hidden[name] = _concealed(policy, value)
    return hidden


def phones_of(policy: Policy, follow: Mapping[str, Any]) -> list[str]:
    """The numbers a member wrote beside a customer's name, sealed or not."""
    opened = [unseal(policy, sealed) for sealed in follow.get("remark_mobiles_sealed") or []]
    return [number for number in [*opened, *(follow.get("remark_mobiles") or [])] if number]


def phone_of(policy: Policy, part: dict[str, Any]) -> str | None:
    """The phone number of an event or its subject, sealed or not."""
    if isinstance(part.get("phone_sealed"), str):
        return unseal(policy, part["phone_sealed"])
    return normal_phone(str(part["phone"])) if part.get("phone") else None


def identities_in(policy: Policy, subject: dict[str, Any]) -> list[tuple[str, str]]:
    """The (kind, value) pairs a subject names, the most reliable first; a phone as its keyed hash."""
    phone = phone_of(policy, subject)
    values = {**subject, "phone": hash_phone(policy, phone) if phone else None}
    return [(kind, str(values[kind])) for kind in _KINDS if values.get(kind)]


async def find_subject(tx: Tx, policy: Policy, subject: dict[str, Any]) -> Learner | None:
    """The learner an event is about: by external_userid, else unionid, else phone."""
    for kind, value in identities_in(policy, subject):
        learner = await learners.find(tx, kind, value)
        if learner is not None:
            return learner
    return None


async def park(tx: Tx, policy: Policy, event: dict[str, Any], reason: str) -> None:
    """Keeps an ingest event in the list of unmatched ones until its subject (or what `reason` lacks) becomes known."""
    named = identities_in(policy, event.get("subject") or {})
    await unmatched.park(
        tx,
        source=str(event.get("source") or "ingest"),
        event_id=str(event["event_id"]),
        type_=str(event["type"]),
        identity=named[0] if named else None,
        also=named[1:],
        reason=reason,
        body=conceal(policy, event),
    )


async def load(tx: Tx, learner_id: int) -> Learner | None:
    """The learner of this #number, also when it was merged into another one since."""
    return await learners.load(tx, learner_id) or await learners.find(tx, "merged", str(learner_id))


async def learn(
    tx: Tx,
    policy: Policy,
    learner: Learner,
    *,
    name: str | None = None,
    external_userid: str | None = None,
    unionid: str | None = None,
    phones: Sequence[str] = (),
) -> Learner:
    """What became known of a learner: they may turn out to be somebody we know, then both are one from now on.

    Returns the learner that remains. Events that waited for one of the identities are put back in line.
    """
    numbers = [number for number in map(normal_phone, phones) if number]
    told = [("external_userid", external_userid), ("unionid", unionid), *(("phone", hash_phone(policy, n)) for n in numbers)]
    named = [(kind, value) for kind, value in told if value]
    new = [pair for pair in named if pair not in await identities.of_learner(tx, learner.id)]
    for kind, value in new:
        learner = await _tie(tx, policy, learner, kind, value)
    columns: dict[str, Any] = {}
    called = one_line(name, _NAME_LETTERS) if name else ""
    if called and called != learner.name:
        columns["name"] = called
    if external_userid and learner.external_userid is None:
        columns["external_userid"] = external_userid
    if numbers and learner.phone_sealed is None:
        columns["phone_sealed"] = seal(policy, numbers[0])
    if not new and not columns:
        return learner
    if columns:
        await learners.change(tx, learner.id, **columns)
    await unmatched.release(tx, new)
    if any(kind == "external_userid" for kind, _ in new):
        await enrolment.take_seats(tx, policy, await _loaded(tx, learner.id))
    return await _loaded(tx, learner.id)


async def merge(tx: Tx, policy: Policy, one: Learner, other: Learner, *, by: str = "wecom") -> Learner:
    """Two rows of one person become the older one; same enrolments are folded, everything else moves over."""
    keep, drop = sorted((one, other), key=lambda learner: learner.id)
    await _fold_same(tx, keep, drop)
    seen = [moment for moment in (keep.last_seen_at, drop.last_seen_at) if moment]
    await identities.merge(
        tx,
        keep.id,
        drop.id,
        external_userid=keep.external_userid or drop.external_userid,
        # The name of the one who is in WeCom is the one they chose themselves.
        name=(keep.name if keep.external_userid else drop.name) or keep.name or drop.name,
        phone_sealed=keep.phone_sealed or drop.phone_sealed,
        owner_id=(keep.owner_id if keep.external_userid else drop.owner_id) or keep.owner_id or drop.owner_id,
        unreachable_at=keep.unreachable_at if keep.external_userid else drop.unreachable_at,
        unsubscribed_at=keep.unsubscribed_at or drop.unsubscribed_at,
        last_seen_at=max(seen, default=None),
    )
    await journal.record(tx, keep.id, "merged", by=by, number=drop.id)
    await tagging.ask_flush(tx, [keep.id])
    merged = await _loaded(tx, keep.id)
    await enrolment.take_seats(tx, policy, merged)
    await enrolment.follow_friend(tx, policy, merged)
    return await _loaded(tx, keep.id)


async def _tie(tx: Tx, policy: Policy, learner: Learner, kind: str, value: str) -> Learner:
    if await learners.add_identity(tx, learner.id, kind, value):
        return learner
    holder = await learners.find(tx, kind, value)
    if holder is None or holder.id == learner.id:
        return learner
    if holder.external_userid and learner.external_userid and holder.external_userid != learner.external_userid:
        # Two WeChat accounts, e.g. both parents under one phone number typed by a teacher: they stay two learners.
        await journal.record(tx, learner.id, "same_identity", by="wecom", identity=kind, other=holder.id)
        return learner
    return await merge(tx, policy, holder, learner)


async def _fold_same(tx: Tx, keep: Learner, drop: Learner) -> None:
    """Folds the enrolments of both that mean the same, so that the rest can move without meeting its like."""
    theirs = await enrolments.of_learner(tx, drop.id)
    calendar = {cohort.id: cohort for cohort in await cohorts.cohorts_of(tx)} if theirs else {}
    for mine in await enrolments.of_learner(tx, keep.id):
        for other in theirs:
            plan = plan_fold(
                _fold_facts(mine, calendar.get(mine.cohort_id), linked=keep.external_userid is not None),
                _fold_facts(other, calendar.get(other.cohort_id), linked=drop.external_userid is not None),
            )
            if plan is None:
                continue
            stays, goes = (mine, other) if plan.stays == mine.id else (other, mine)
            calendar_of = mine if plan.calendar_of == mine.id else other
            await identities.fold_enrolments(tx, stays.id, goes.id, **_folded(stays, goes, calendar_of))
            theirs.remove(other)
            break


def _fold_facts(e: Enrolment, cohort: cohorts.Cohort | None, *, linked: bool) -> EnrolmentFacts:
    return EnrolmentFacts(
        id=e.id,
        cohort_id=e.cohort_id,
        camp_id=cohort.camp_id if cohort else 0,
        cohort_open=cohort is not None and cohort.closed_at is None,
        chosen=e.source not in ("contact", "chat"),
        linked=linked,
        weight=e.attended + e.completed + e.paid_count,
        place=e.place,
    )


def _folded(stays: Enrolment, goes: Enrolment, calendar_of: Enrolment) -> dict[str, Any]:
    """The columns of the enrolment that stays: nothing either of them knew is lost."""
    further = goes if stays.place == Place.CLASS else stays
    seat = next((e for e in (stays, goes) if e.in_group and e.cohort_id == calendar_of.cohort_id), calendar_of)
    return {
        "cohort_id": calendar_of.cohort_id,
        "class_group_id": seat.class_group_id,
        "in_group_at": seat.in_group_at,
        "left_group_at": seat.left_group_at,
        "class_teacher_id": seat.class_teacher_id,
        "channel_id": stays.channel_id or goes.channel_id,
        "source": calendar_of.source,
        "enrolled_at": min(stays.enrolled_at, goes.enrolled_at),
        "place": further.place,
        "place_at": further.place_at,
        "grade": further.grade,
        # Each counted its own orders, so together they count all of them once.
        "paid_count": stays.paid_count + goes.paid_count,
        "paid_fen": stays.paid_fen + goes.paid_fen,
    }


def _concealed(policy: Policy, value: Any) -> Any:
    if isinstance(value, dict):
        return conceal(policy, value)
    if isinstance(value, list):
        return [_concealed(policy, item) for item in value]
    return value


def _key(policy: Policy, purpose: bytes) -> bytes:
    return hmac.new(policy.privacy_key, purpose, hashlib.sha256).digest()


async def _loaded(tx: Tx, learner_id: int) -> Learner:
    learner = await learners.load(tx, learner_id)
    assert learner is not None
    return learner
