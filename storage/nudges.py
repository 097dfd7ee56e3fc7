"""Nudges: each is one mass-send task in a class teacher's name, from the asking to the last result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.engine import Row

from storage.database import Tx
from storage.mass_tasks import MassTasks
from storage.scopes import Scope, member_within
from storage.statement import built_once
from storage.tables_camp import enrolments, identities, journal, learners, lessons
from storage.tables_nudge import nudge_learners, nudges


class State(StrEnum):
    """Where a task is; those in OPEN have their wording `nudge.state_<value>`."""

    ASKED = "asked"  # add_msg_template is on its way
    UNSURE = "unsure"  # no answer came: whether the task stands is being looked up
    WAITING = "waiting"  # it stands, its member has not tapped send
    SENT = "sent"
    CANCELLED = "cancelled"
    FAILED = "failed"
    NOBODY = "nobody"  # WeCom says nobody on it can receive it (41048)


# These wait for the class teacher, so a second task of the same kind would be one too many.
OPEN = (State.ASKED, State.UNSURE, State.WAITING)


class Got(IntEnum):
    """What became of one learner in a task; 0 to 3 are WeCom's own numbers (doc 93338)."""

    PLANNED = 0
    SENT = 1
    NOT_FRIEND = 2
    CEILING = 3
    REFUSED = 4  # in the fail_list of add_msg_template


@dataclass(frozen=True)
class Nudge:
    """`kind`: absent, unfinished. `until`: unsent by then, the task is taken back."""

    id: int
    kind: str
    lesson_id: int
    teacher_id: int
    asked_by: int
    text: str
    state: State
    msgid: str | None
    asked_at: datetime
    tries: int
    until: datetime
    made_at: datetime | None
    sent_at: datetime | None
    next_look_at: datetime | None
    reminders: int
    told_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class Change:
    """What WeCom now says of one learner."""

    learner_id: int
    state: Got
    sent_at: datetime | None


async def add(
    tx: Tx, *, kind: str, lesson_id: int, teacher_id: int, asked_by: int, text: str, until: datetime, learner_ids: Sequence[int]
) -> int:
    """A task that is being asked of WeCom for these learners; returns its id."""
    row = {"kind": kind, "lesson_id": lesson_id, "teacher_id": teacher_id, "asked_by": asked_by, "text": text, "until": until}
    made = insert(nudges).values(**row, state=State.ASKED, asked_at=tx.now, tries=1, reminders=0).returning(nudges.c.id)
    nudge_id: int = (await tx.conn.execute(made)).scalar_one()
    rows = [{"nudge_id": nudge_id, "learner_id": learner_id, "state": Got.PLANNED} for learner_id in learner_ids]
    await tx.conn.execute(insert(nudge_learners), rows)
    return nudge_id


async def load(tx: Tx, nudge_id: int) -> Nudge | None:
    row = (await tx.conn.execute(select(nudges).where(nudges.c.id == nudge_id))).one_or_none()
    return None if row is None else _to_nudge(row)


async def change(tx: Tx, nudge_id: int, **columns: Any) -> None:
    """Sets columns of `nudges`."""
    await tx.conn.execute(update(nudges).where(nudges.c.id == nudge_id).values(**columns))


async def waiting_for(tx: Tx, lesson_id: int, kind: str) -> list[Nudge]:
    """The tasks about this that are not sent yet, the oldest first."""
    return [_to_nudge(row) for row in await tx.conn.execute(*_waiting_for(lesson_id, kind))]


async def senders_waiting(tx: Tx, lesson_id: int, kind: str) -> set[int]:
    """The class teachers who have such a task."""
    return set((await tx.conn.execute(*_senders_waiting(lesson_id, kind))).scalars())


async def listed(tx: Tx, scope: Scope, since: datetime) -> list[Nudge]:
    """The tasks of the scope that are open, and those sent since then, the oldest first."""
    lately = or_(nudges.c.closed_at.is_(None), nudges.c.closed_at >= since)
    wanted = or_(nudges.c.state.in_(OPEN), nudges.c.sent_at >= since)
    query = select(nudges).where(member_within(scope, nudges.c.teacher_id), lately, wanted).order_by(nudges.c.id)
    return [_to_nudge(row) for row in await tx.conn.execute(query)]


async def alike(tx: Tx, nudge: Nudge) -> int:
    """How many other tasks with the same words are not known to stand: theirs and this one's cannot be told apart."""
    query = select(func.count()).where(
        nudges.c.id != nudge.id,
        nudges.c.text == nudge.text,
        nudges.c.closed_at.is_(None),
        nudges.c.state.in_((State.ASKED, State.UNSURE)),
    )
    return int((await tx.conn.execute(query)).scalar_one())


async def counts(tx: Tx, nudge_ids: Sequence[int]) -> dict[int, dict[Got, int]]:
    """Per task how many learners are in each state; states nobody is in are left out."""
    found: dict[int, dict[Got, int]] = {nudge_id: {} for nudge_id in nudge_ids}
    for nudge_id, state, number in await tx.conn.execute(*_counts(nudge_ids)):
        found[nudge_id][Got(state)] = number
    return found


async def addresses(tx: Tx, nudge_id: int) -> list[str]:
    """The external_userids a task is for, by number."""
    query = (
        select(learners.c.external_userid)
        .join(nudge_learners, nudge_learners.c.learner_id == learners.c.id)
        .where(nudge_learners.c.nudge_id == nudge_id, learners.c.external_userid.is_not(None))
        .order_by(learners.c.id)
    )
    return [row.external_userid for row in await tx.conn.execute(query)]


async def learners_of(tx: Tx, nudge_id: int) -> dict[str, tuple[int, Got]]:
    """By external_userid (every one a learner is known by): the learner and what they got; one query for all."""
    query = (
        select(identities.c.value, nudge_learners.c.learner_id, nudge_learners.c.state)
        .join(identities, identities.c.learner_id == nudge_learners.c.learner_id)
        .where(nudge_learners.c.nudge_id == nudge_id, identities.c.kind == "external_userid")
    )
    return {row.value: (row.learner_id, Got(row.state)) for row in await tx.conn.execute(query)}


async def note(tx: Tx, nudge_id: int, changes: Sequence[Change]) -> None:
    """Keeps what WeCom says of these learners."""
    if not changes:
        return
    this = and_(nudge_learners.c.nudge_id == nudge_id, nudge_learners.c.learner_id == bindparam("who"))
    query = update(nudge_learners).where(this).values(state=bindparam("now_state"), sent_at=bindparam("now_sent_at"))
    await tx.conn.execute(query, [{"who": c.learner_id, "now_state": c.state, "now_sent_at": c.sent_at} for c in changes])


async def tell_story(tx: Tx, nudge: Nudge, by: str, seq: int, told: Sequence[Change]) -> None:
    """The story of each of these learners says that they were reminded of the lesson, and when."""
    if not told:
        return
    cohort = select(lessons.c.cohort_id).where(lessons.c.id == nudge.lesson_id).scalar_subquery()
    query = (
        select(enrolments.c.learner_id, enrolments.c.id)
        .join(nudge_learners, nudge_learners.c.learner_id == enrolments.c.learner_id)
        .where(nudge_learners.c.nudge_id == nudge.id, enrolments.c.cohort_id == cohort)
    )
    seats = {row.learner_id: row.id for row in await tx.conn.execute(query)}
    rows = [
        {
            "learner_id": one.learner_id,
            "enrolment_id": seats.get(one.learner_id),
            "at": one.sent_at or tx.now,
            "kind": "nudged",
            "by": by,
            "detail": {"lesson": seq, "kind": nudge.kind},
        }
        for one in told
    ]
    await tx.conn.execute(insert(journal), rows)


@built_once
def _waiting_for(lesson_id: int, kind: str) -> Select[Any]:
    about = and_(nudges.c.lesson_id == lesson_id, nudges.c.kind == kind)
    return select(nudges).where(about, nudges.c.state.in_(OPEN)).order_by(nudges.c.id)


@built_once
def _counts(nudge_ids: Sequence[int]) -> Select[Any]:
    kinds = nudge_learners.c.nudge_id, nudge_learners.c.state
    return select(*kinds, func.count()).where(nudge_learners.c.nudge_id.in_(nudge_ids)).group_by(*kinds)


@built_once
def _senders_waiting(lesson_id: int, kind: str) -> Select[Any]:
    about = and_(nudges.c.lesson_id == lesson_id, nudges.c.kind == kind)
    return select(nudges.c.teacher_id).where(about, nudges.c.state.in_(OPEN))


def _to_nudge(r: Row[Any]) -> Nudge:
    return Nudge(
        id=r.id,
        kind=r.kind,
        lesson_id=r.lesson_id,
        teacher_id=r.teacher_id,
        asked_by=r.asked_by,
        text=r.text,
        state=State(r.state),
        msgid=r.msgid,
        asked_at=r.asked_at,
        tries=r.tries,
        until=r.until,
        made_at=r.made_at,
        sent_at=r.sent_at,
        next_look_at=r.next_look_at,
        reminders=r.reminders,
        told_at=r.told_at,
        closed_at=r.closed_at,
    )


# As mass-send tasks, which are the same for all.
tasks = MassTasks(nudges, _to_nudge)
