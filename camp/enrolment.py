"""Enrolment: the one door into a cohort, whoever opens it, and the change from one cohort to another (换期)."""

from __future__ import annotations

from datetime import datetime

from camp import tagging
from camp.allocation import allocate
from camp.join_channel import attribute, channel_of_state
from camp.messages import text
from camp.outgoing import alert_operators, to_members
from camp.phrases import say_in
from camp.policy import Policy
from camp.rules.allocation import Allocation, Why
from camp.rules.place import Place
from storage import cohorts, enrolments, follows, group_members, journal, learners, members, unmatched
from storage.channels import OTHER
from storage.cohorts import Camp, Channel, Cohort
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.learners import Learner
from storage.members import Member

# Ways in by which the cohort was not chosen by anybody, it was just the next one.
GUESSED = frozenset({"contact", "chat"})


async def enrol(
    tx: Tx,
    policy: Policy,
    learner: Learner,
    cohort: Cohort,
    *,
    source: str,
    channel: Channel | None = None,
    teacher: Member | None = None,
    prefer_fallback: bool = False,
    at: datetime | None = None,
) -> Enrolment:
    """Enrols the learner in the cohort: owner, class group, tags. Enrolled already, nothing changes; who had left is back.

    `at`: when they signed up, where that is told late: lessons held since then are theirs.

    `source`: contact, chat, kf, ingest, moved, import. `teacher`: the staff member they belong to; without one the
    allocation rule decides (`prefer_fallback`: the named fallback owner first).
    """
    known = await enrolments.find(tx, learner.id, cohort.id)
    if known is not None:
        return await _come_back(tx, known, cohort, source)
    found = await allocate(tx, policy, cohort.id, added=teacher, prefer_fallback=prefer_fallback)
    seat = await group_members.seat_in_cohort(tx, learner.external_userid, cohort.id) if learner.external_userid else None
    if seat is not None and (channel is None or channel.code == OTHER):
        channel = await channel_of_state(tx, seat.state) or channel
    made = await enrolments.add(
        tx,
        learner_id=learner.id,
        cohort_id=cohort.id,
        class_group_id=seat.class_group_id if seat else found.class_group_id,
        class_teacher_id=seat.class_teacher_id if seat else found.owner_id,
        channel_id=channel.id if channel else None,
        source=source,
        in_group_at=seat.joined_at if seat else None,
        enrolled_at=min(tx.now, at or tx.now),
        place=Place.CLASS,
    )
    if learner.owner_id is None or teacher is not None:
        await learners.change(tx, learner.id, owner_id=found.owner_id)
    await _note_enrolled(tx, made, cohort, channel, found)
    await _mark_tags(tx, policy, learner, cohort, channel)
    # Lessons watched and homework graded elsewhere may have been reported before the sign-up was.
    await unmatched.release_of(tx, learner.id)
    await _alert_if_full(tx, policy, cohort, found)
    return made


async def change_cohort(tx: Tx, policy: Policy, enrolment: Enrolment, cohort: Cohort, *, by: str, reason: str) -> Enrolment:
    """换期: the old enrolment's place is the next cohort, a new one carries class teacher and channel; the teachers are told.

    Whether the learner may change is the caller's to decide (paid, closed, same cohort), and so is telling the learner.
    """
    learner = await learners.load(tx, enrolment.learner_id)
    assert learner is not None
    teacher = await members.load(tx, enrolment.class_teacher_id) if enrolment.class_teacher_id else None
    channel = await cohorts.load_channel(tx, enrolment.channel_id) if enrolment.channel_id else None
    await enrolments.move(tx, enrolment.id, Place.NEXT_COHORT)
    staying = teacher if teacher is not None and teacher.active else None
    made = await enrol(tx, policy, learner, cohort, source="moved", channel=channel, teacher=staying)
    old = await cohorts.load_cohort(tx, enrolment.cohort_id)
    await journal.record(
        tx, learner.id, "cohort_changed", by=by, enrolment_id=made.id, old=old.code, cohort=cohort.code, reason=reason
    )
    told = await members.load_many(tx, [i for i in (enrolment.class_teacher_id, made.class_teacher_id) if i])
    words = say_in(policy.language)(
        "enrolment.cohort_changed", name=learner.shown, id=learner.id, old=old.name, new=cohort.name, reason=reason
    )
    userids = [m.userid for m in told.values() if m.active]
    await to_members(tx, userids, text(words), dedup_key=f"cohort_changed:{enrolment.id}:{made.id}:{tx.cause_id}")
    return made


async def choose_camp(tx: Tx, channel: Channel | None) -> Camp | None:
    """The camp a learner signs up for: the channel's, else the only one, else the one whose cohort opens next.

    "Opens next" is the earliest start still ahead among the cohorts that take learners; only when all have started, the
    earliest of those.
    """
    if channel is not None and channel.camp_id is not None:
        return await cohorts.load_camp(tx, channel.camp_id)
    camps = await cohorts.all_camps(tx)
    if len(camps) <= 1:
        return camps[0] if camps else None
    opening = [(camp, await cohorts.open_for_enrolment(tx, camp.id)) for camp in camps]
    ranked = sorted((c.starts_at <= tx.now, c.starts_at, camp.id) for camp, c in opening if c is not None)
    if not ranked:
        return None
    return next(camp for camp in camps if camp.id == ranked[0][2])


async def open_enrolment(tx: Tx, learner_id: int, camp_id: int) -> Enrolment | None:
    """The learner's enrolment in a cohort of this camp that is not closed, the newest one; moved away does not count."""
    running = {c.id for c in await cohorts.cohorts_of(tx, camp_id) if c.closed_at is None}
    mine = await enrolments.of_learner(tx, learner_id)
    return next((e for e in mine if e.cohort_id in running and e.place != Place.NEXT_COHORT), None)


async def sign_up(
    tx: Tx, policy: Policy, learner: Learner, *, source: str, channel: Channel | None, added: Member | None, at: datetime
) -> Enrolment | None:
    """Enrols a learner who named no cohort: in the earliest one of the camp still open. None when there is none.

    `added` is the member they added: with a position they become the class teacher, without one the fallback owner does.
    A learner enrolled in a running cohort of the camp is not enrolled again.
    """
    camp = await choose_camp(tx, channel)
    if camp is None:
        return None
    known = await open_enrolment(tx, learner.id, camp.id)
    if known is not None:
        await follow_friend(tx, policy, learner)
        return await enrolments.load(tx, known.id)
    cohort = await cohorts.open_for_enrolment(tx, camp.id)
    if cohort is None:
        return None
    staff = added if added is not None and added.active and added.position else None
    fallback = added is not None and staff is None
    return await enrol(
        tx, policy, learner, cohort, source=source, channel=channel, teacher=staff, prefer_fallback=fallback, at=at
    )


async def follow_friend(tx: Tx, policy: Policy, learner: Learner) -> None:
    """A learner given to one class teacher who then adds another belongs to the one they added, until they sit in a group."""
    friends = [f.member_id for f in await follows.of_learners(tx, [learner.id]) if f.live]
    staff = await members.load_many(tx, friends)
    teachers = [i for i in friends if staff[i].active and staff[i].position == "class_teacher"]
    if not teachers:
        return
    for e in await enrolments.of_learner(tx, learner.id):
        if e.place != Place.CLASS or e.in_group or e.class_teacher_id in teachers:
            continue
        own = [g for g in await cohorts.class_groups_of(tx, e.cohort_id) if g.class_teacher_id == teachers[0]]
        group_id = own[0].id if own else e.class_group_id
        await enrolments.change(tx, e.id, class_teacher_id=teachers[0], class_group_id=group_id)
        await learners.change(tx, learner.id, owner_id=teachers[0])
        await journal.record(
            tx,
            learner.id,
            "class_teacher",
            by="wecom",
            enrolment_id=e.id,
            class_teacher=staff[teachers[0]].userid,
            why=Why.ADDED.value,
        )


async def take_seats(tx: Tx, policy: Policy, learner: Learner) -> None:
    """Who turned out to be somebody sitting in a class group of their cohort sits there."""
    for e in await enrolments.of_learner(tx, learner.id) if learner.external_userid else []:
        seat = await group_members.seat_in_cohort(tx, learner.external_userid or "", e.cohort_id)
        if seat is None or e.in_group:
            continue
        teacher_id = seat.class_teacher_id if e.place == Place.CLASS else e.class_teacher_id
        await enrolments.change(
            tx,
            e.id,
            class_group_id=seat.class_group_id,
            class_teacher_id=teacher_id,
            in_group_at=seat.joined_at,
            left_group_at=None,
        )
        await journal.record(tx, learner.id, "joined_group", by="wecom", enrolment_id=e.id, at=seat.joined_at)
        if seat.state:
            await attribute(tx, policy, e.cohort_id, {learner.external_userid or "": seat.state})


async def _come_back(tx: Tx, known: Enrolment, cohort: Cohort, source: str) -> Enrolment:
    if known.place not in (Place.LEFT, Place.NEXT_COHORT) or cohort.closed_at is not None or source in GUESSED:
        return known
    # Enrolled anew from now: it is the current one again, and lessons held meanwhile are no absences.
    await enrolments.change(tx, known.id, enrolled_at=tx.now)
    await enrolments.move(tx, known.id, Place.CLASS)
    await journal.record(tx, known.learner_id, "came_back", by=source, enrolment_id=known.id, cohort=cohort.code)
    return await enrolments.load(tx, known.id)


async def _note_enrolled(tx: Tx, made: Enrolment, cohort: Cohort, channel: Channel | None, found: Allocation) -> None:
    code = channel.code if channel else None
    why = found.why.value
    await journal.record(
        tx, made.learner_id, "enrolled", by=made.source, enrolment_id=made.id, cohort=cohort.code, channel=code, why=why
    )


async def _mark_tags(tx: Tx, policy: Policy, learner: Learner, cohort: Cohort, channel: Channel | None) -> None:
    camp = await cohorts.load_camp(tx, cohort.camp_id)
    wishes = [(learner.id, policy.tag_group_camp, camp.name)]
    if channel is not None:
        wishes.append((learner.id, policy.tag_group_channel, channel.name))
    await tagging.want_many(tx, policy, wishes, by="enrolment")


async def _alert_if_full(tx: Tx, policy: Policy, cohort: Cohort, found: Allocation) -> None:
    if found.why not in (Why.OVER_QUOTA, Why.MANAGER, Why.NOBODY):
        return
    words = say_in(policy.language)(f"enrolment.allocation_{found.why.value}", cohort=cohort.name)
    await alert_operators(tx, text(words), dedup_key=f"allocation:{found.why.value}:{cohort.id}:{tx.now:%Y%m%d}")
