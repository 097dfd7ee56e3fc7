"""Sign-up that happened elsewhere (a shop, a form): `enrolment.added` becomes a learner, an enrolment, an owner."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from camp import contact, enrolment, identity
from camp.messages import text
from camp.outgoing import alert_operators
from camp.phrases import say_in
from camp.policy import Policy
from storage import cohorts, learners
from storage.cohorts import Cohort
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.learners import Learner
from storage.members import Member


async def take_sign_up(tx: Tx, policy: Policy, event: dict[str, Any], *, teacher: Member | None = None) -> None:
    """{camp | cohort, channel?, name?, phone?, subject}: creates or finds the learner and enrols them; with `teacher` in theirs.

    What names no camp or cohort we know, or one that takes nobody any more, waits among the unmatched events, and the
    operator is told once of each such name.
    """
    cohort = await _find_cohort(tx, event)
    if isinstance(cohort, str):
        await identity.park(tx, policy, event, cohort)
        await _tell_unmatched(tx, policy, event, cohort)
        return
    learner = await _find_learner(tx, policy, event)
    channel = await contact.find_channel(tx, policy, str(event["channel"])) if event.get("channel") else None
    known = await enrolment.open_enrolment(tx, learner.id, cohort.camp_id)
    if known is None or (event.get("cohort") and known.cohort_id != cohort.id and not _is_guess(known)):
        at = datetime.fromisoformat(str(event["occurred_at"])) if event.get("occurred_at") else tx.now
        await enrolment.enrol(tx, policy, learner, cohort, source="ingest", channel=channel, teacher=teacher, at=at)
    elif event.get("cohort") and known.cohort_id != cohort.id:
        # They were put into the next cohort when they added the teacher; what they signed up for counts.
        source = str(event.get("source") or "ingest")
        await enrolment.change_cohort(tx, policy, known, cohort, by=source, reason="enrolment.added")
    await enrolment.follow_friend(tx, policy, learner)


def _is_guess(known: Enrolment) -> bool:
    return known.source in enrolment.GUESSED and known.attended + known.completed + known.paid_count == 0


async def _find_cohort(tx: Tx, event: dict[str, Any]) -> Cohort | str:
    """The cohort an event means, or the reason why there is none: the named one until it is closed, else the camp's next."""
    if event.get("cohort"):
        named = await cohorts.find_cohort(tx, str(event["cohort"]))
        if named is None:
            return "unknown_cohort"
        return named if named.closed_at is None else "cohort_closed"
    camp = await cohorts.find_camp(tx, str(event.get("camp") or ""))
    if camp is None:
        return "unknown_camp"
    return await cohorts.open_for_enrolment(tx, camp.id) or "no_open_cohort"


async def _find_learner(tx: Tx, policy: Policy, event: dict[str, Any]) -> Learner:
    """The subject, made known when new; every identity the event names is theirs from now on."""
    subject: dict[str, Any] = event.get("subject") or {}
    learner = await identity.find_subject(tx, policy, subject)
    if learner is None:
        number = {name: event[name] for name in ("phone", "phone_sealed") if event.get(name)}
        learner = await identity.find_subject(tx, policy, number)
    if learner is None and subject.get("external_userid"):
        learner = await contact.known_or_new(tx, str(subject["external_userid"]))
    if learner is None:
        learner = await learners.add(tx)
    numbers = [number for number in (identity.phone_of(policy, subject), identity.phone_of(policy, event)) if number]
    # A name typed into a form does not replace the one WeCom told.
    name = str(event["name"]) if event.get("name") and learner.name is None else None
    return await identity.learn(
        tx,
        policy,
        learner,
        name=name,
        external_userid=_text(subject, "external_userid"),
        unionid=_text(subject, "unionid"),
        phones=numbers,
    )


async def _tell_unmatched(tx: Tx, policy: Policy, event: dict[str, Any], reason: str) -> None:
    code = str(event.get("cohort") or event.get("camp") or "-")[:64]
    source = str(event.get("source") or "ingest")
    key = "enrolment.unmatched_camp" if reason.startswith("unknown") else "enrolment.unmatched_closed"
    words = say_in(policy.language)(key, source=source, code=code)
    await alert_operators(tx, text(words), dedup_key=f"unmatched:{reason}:{source}:{code}")


def _text(subject: dict[str, Any], name: str) -> str | None:
    return str(subject[name]) if subject.get(name) else None
