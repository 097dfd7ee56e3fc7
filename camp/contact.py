"""Friendships of learners with members: begun, renewed, ended; and what WeCom tells about a person when asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from camp import enrolment, identity, tagging, welcome
from camp.messages import text
from camp.outgoing import alert_operators, to_learner, to_members
from camp.phrases import say_in
from camp.policy import Policy
from storage import channels, cohorts, enrolments, follows, identities, journal, learners, members, unmatched
from storage.cohorts import Channel
from storage.columns import to_micros
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.inbox import WALK, FactDraft, add_facts
from storage.learners import Learner
from storage.members import Member
from storage.outbox import Answer, Intent, Priority, add_intents

OTHER = channels.OTHER
# Of a walk one step looks at so many friendships and signs up so many learners: callbacks wait for it.
_FOLLOWS_PER_FACT = 5_000
_WAITING_PER_FACT = 20
# Events that wait for something camp.toml may bring.
WAITING_FOR_CAMP = ("unknown_camp", "unknown_cohort", "unknown_lesson", "cohort_closed", "no_open_cohort")


async def add_contact(
    tx: Tx, policy: Policy, external_userid: str, userid: str, state: str, *, at: datetime, welcome_code: str | None = None
) -> Learner:
    """A learner added a member; `state` is the channel's code. One learner, one enrolment, tags, a welcome if there is a code."""
    member = await members.ensure(tx, userid)
    learner = await known_or_new(tx, external_userid)
    await follows.begin(tx, learner.id, member.id, state or None, at)
    await tagging.renew(tx, learner.id)
    if learner.unreachable_at is not None:
        await learners.change(tx, learner.id, unreachable_at=None)
    await journal.record(tx, learner.id, "added", by="wecom", at=at, member=member.userid, state=state)
    channel = await find_channel(tx, policy, state)
    enrolled = await enrolment.sign_up(tx, policy, learner, source="contact", channel=channel, added=member, at=at)
    if enrolled is None:
        await _tell_no_cohort(tx, policy, learner, member, channel)
    await read_contact(tx, external_userid)
    if welcome_code:
        await welcome.greet(tx, policy, learner, enrolled, welcome_code)
    return learner


async def known_or_new(tx: Tx, external_userid: str) -> Learner:
    """The one learner of this external_userid; events that waited for a new one are put back in line."""
    learner, new = await identities.ensure(tx, external_userid)
    if new:
        await unmatched.release(tx, [("external_userid", external_userid)])
    return learner


async def find_channel(tx: Tx, policy: Policy, state: str) -> Channel:
    """The declared channel of a state; none or an unknown one is "other", and the operator is told once of each unknown one."""
    known = await cohorts.find_channel(tx, state) if state else None
    if known is not None:
        return known
    say = say_in(policy.language)
    if state:
        await alert_operators(tx, text(say("enrolment.unknown_state", state=state)), dedup_key=f"state:{state[:100]}")
    return await channels.ensure(tx, OTHER, say("enrolment.channel_other"))


async def read_contact(tx: Tx, external_userid: str, *, later: bool = False) -> None:
    """Asks WeCom for the person's name, unionid and phones, at most once a minute; `later`: at the end of this minute.

    An edit is read late, so that the last one of several counts and marks made by ourselves cost one read.
    """
    minute = tx.now.replace(second=0, microsecond=0) + (timedelta(minutes=1) if later else timedelta(0))
    question = Intent(
        "contact.get",
        {"external_userid": external_userid},
        priority=Priority.SYNC,
        dedup_key=f"contact.get:{external_userid}:{int(minute.timestamp())}",
        not_before=minute if later else None,
        answer=Answer.ALWAYS,
        context={"external_userid": external_userid},
    )
    await add_intents(tx, [question])


async def take_contact(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """What contact.get told. A refusal (84061: nobody's friend) tells nothing."""
    if not answer["ok"]:
        return
    result = answer["result"]
    contact = result.get("contact", {})
    learner = await learners.find(tx, "external_userid", contact.get("external_userid") or answer["context"]["external_userid"])
    if learner is None:
        return
    phones = [number for follow in result.get("follows", []) for number in identity.phones_of(policy, follow)]
    await identity.learn(
        tx, policy, learner, name=contact.get("name"), unionid=contact.get("unionid"), phones=list(dict.fromkeys(phones))
    )


async def take_customers(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """What kf.customers told of people who wrote to kf, friends of a member or not."""
    for customer in answer["result"].get("customers", []) if answer["ok"] else []:
        learner = await learners.find(tx, "external_userid", customer["external_userid"])
        if learner is not None:
            # The name WeCom gives for a contact is the same nickname; one we have already is not overwritten.
            name = None if learner.name else customer.get("nickname")
            await unmatched.release(tx, [("external_userid", customer["external_userid"])])
            await identity.learn(tx, policy, learner, name=name, unionid=customer.get("unionid"))


async def end_contact(tx: Tx, policy: Policy, external_userid: str, userid: str, *, by: str) -> None:
    """A friendship ended: by the `learner`, the `member`, a `transfer`, or it is `gone` from WeCom's list.

    When the learner deleted their class teacher or owner, they cannot be reached any more and that member is told.
    """
    learner = await learners.find(tx, "external_userid", external_userid)
    member = await members.find(tx, userid)
    if learner is None or member is None or not await follows.end(tx, learner.id, member.id, by):
        return
    await journal.record(tx, learner.id, "friend_lost", by="learner" if by == "learner" else "wecom", member=userid, ended_by=by)
    if by != "learner":
        return
    current = await enrolments.current(tx, learner.id)
    if member.id not in (learner.owner_id, current.class_teacher_id if current else None):
        return
    await learners.change(tx, learner.id, unreachable_at=tx.now)
    if member.active:
        words = say_in(policy.language)(
            "enrolment.deleted_you", name=learner.shown, id=learner.id, camp=await _camp_name(tx, current)
        )
        await to_members(tx, [member.userid], text(words), dedup_key=f"deleted:{learner.id}:{member.id}:{to_micros(tx.now)}")


async def fail_transfer(tx: Tx, policy: Policy, external_userid: str, userid: str, reason: str) -> None:
    """A transfer to this member did not happen: kept in the story, the member and the managers are told."""
    learner = await learners.find(tx, "external_userid", external_userid)
    if learner is None:
        return
    await journal.record(tx, learner.id, "transfer_failed", by="wecom", member=userid, reason=reason)
    say = say_in(policy.language)
    known = reason if reason in ("customer_refused", "customer_limit_exceed") else None
    why = say(f"enrolment.transfer_{known}" if known else "enrolment.transfer_other")
    words = say("enrolment.transfer_failed", name=learner.shown, id=learner.id, reason=why)
    people = await members.with_position(tx, "manager")
    member = await members.find(tx, userid)
    told = {m.userid for m in (*people, member) if m is not None and m.active}
    await to_members(tx, sorted(told), text(words), dedup_key=f"transfer_failed:{learner.id}:{tx.cause_id}")


async def enrol_waiting(tx: Tx, policy: Policy, after_id: int = 0) -> None:
    """Enrols those who added somebody while no cohort was open, and lets events wait no longer for a camp that exists now."""
    if after_id == 0:
        await unmatched.release_for(tx, WAITING_FOR_CAMP)
    upto = await follows.window_after(tx, after_id, _FOLLOWS_PER_FACT)
    found = await follows.without_enrolment(tx, after_id, upto, _WAITING_PER_FACT)
    staff = await members.load_many(tx, [f.member_id for f in found])
    say = say_in(policy.language)
    for follow in found:
        learner = await learners.load(tx, follow.learner_id)
        assert learner is not None
        channel = await find_channel(tx, policy, follow.channel_code or "")
        made = await enrolment.sign_up(
            tx, policy, learner, source="contact", channel=channel, added=staff[follow.member_id], at=follow.added_at
        )
        if made is not None:
            words = await welcome.words_of(tx, policy, say, made, "enrolment.late_welcome")
            await to_learner(tx, policy, learner, text(words), priority=Priority.NOTICE, dedup_key=f"late_welcome:{made.id}")
    if len(found) == _WAITING_PER_FACT:
        await ask_enrol_waiting(tx, found[-1].learner_id)
    elif upto is not None:
        await ask_enrol_waiting(tx, upto)


async def ask_enrol_waiting(tx: Tx, after_id: int = 0) -> None:
    """Enrols those who wait, after the commit; for `apply` and the nightly job."""
    key = f"enrol_waiting:{tx.cause_id or 0}:{to_micros(tx.now)}:{after_id}"
    await add_facts(tx, [FactDraft(WALK, "camp.enrol_waiting", key, "corp", {"after": after_id})])


async def _tell_no_cohort(tx: Tx, policy: Policy, learner: Learner, member: Member, channel: Channel) -> None:
    say = say_in(policy.language)
    camp = await enrolment.choose_camp(tx, channel)
    await journal.record(tx, learner.id, "no_cohort", by="camp", camp=camp.code if camp else None)
    where = say("enrolment.of_camp", camp=camp.name) if camp else ""
    key = f"no_cohort:{camp.id if camp else 0}:{tx.now:%Y%m%d}"
    await alert_operators(tx, text(say("enrolment.no_cohort_operator", camp=where)), dedup_key=key)
    if member.active and member.position:
        words = say("enrolment.no_cohort", name=learner.shown, id=learner.id)
        await to_members(tx, [member.userid], text(words), dedup_key=f"no_cohort:{learner.id}:{member.id}:{tx.now:%Y%m%d}")


async def _camp_name(tx: Tx, current: Enrolment | None) -> str:
    if current is None:
        return "-"
    cohort = await cohorts.load_cohort(tx, current.cohort_id)
    return f"{(await cohorts.load_camp(tx, cohort.camp_id)).name} {cohort.name}"
