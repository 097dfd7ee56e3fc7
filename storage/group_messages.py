"""Messages to class groups: each is one mass-send task in the name of a group's owner, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.engine import Row

from storage.database import Tx
from storage.mass_tasks import MassTasks
from storage.rosters import GONE
from storage.scopes import Scope, group_within
from storage.statement import insert_into
from storage.tables_camp import attendance, class_groups, enrolments, lessons
from storage.tables_group_message import group_messages


class State(StrEnum):
    """Where it is; each has its wording `group_message.state_<value>`."""

    ASKED = "asked"  # its group's owner is being read, or add_msg_template is on its way
    UNSURE = "unsure"  # no answer came: whether the task stands is being looked up
    WAITING = "waiting"  # it stands, its owner has not tapped send
    SENT = "sent"
    CEILING = "ceiling"  # the owner tapped, WeCom refused: the group's allowance is used up (status 3)
    CANCELLED = "cancelled"
    FAILED = "failed"
    SKIPPED = "skipped"  # `why` says why


# These may still reach the group, so they count as spent.
OPEN = (State.ASKED, State.UNSURE, State.WAITING)


@dataclass(frozen=True)
class GroupMessageRow:
    """`why`: camp.rules.group_message.Skip or what went wrong. `until`: unsent by then, it is taken back."""

    id: int
    message_id: int
    class_group_id: int
    seq: int
    anchor: datetime
    asked_by: int | None
    chat_id: str | None
    sender_id: int | None
    text: str | None
    state: State
    why: str | None
    msgid: str | None
    asked_at: datetime
    tries: int
    until: datetime
    made_at: datetime | None
    sent_at: datetime | None
    next_look_at: datetime | None
    reminders: int
    closed_at: datetime | None


_COLUMNS = [group_messages.c[field.name] for field in fields(GroupMessageRow)]


async def add(
    tx: Tx,
    *,
    message_id: int,
    class_group_id: int,
    seq: int,
    anchor: datetime,
    until: datetime,
    state: State,
    why: str | None = None,
    chat_id: str | None = None,
    text: str | None = None,
    asked_by: int | None = None,
) -> int | None:
    """Its id; None when this message had its turn in this group before."""
    row = {
        "message_id": message_id,
        "class_group_id": class_group_id,
        "seq": seq,
        "anchor": anchor,
        "until": until,
        "state": state,
        "why": why,
        "chat_id": chat_id,
        "text": text,
        "asked_by": asked_by,
        "asked_at": tx.now,
        "tries": 1,
        "reminders": 0,
        "closed_at": None if state in OPEN else tx.now,
    }
    keys = ["message_id", "class_group_id", "seq", "anchor"]
    made = insert_into(tx.dialect, group_messages).on_conflict_do_nothing(index_elements=keys)
    row_id: int | None = (await tx.conn.execute(made.values(row).returning(group_messages.c.id))).scalar_one_or_none()
    return row_id


async def load(tx: Tx, row_id: int) -> GroupMessageRow | None:
    row = (await tx.conn.execute(select(*_COLUMNS).where(group_messages.c.id == row_id))).one_or_none()
    return None if row is None else _to_row(row)


async def change(tx: Tx, row_id: int, **columns: Any) -> None:
    """Sets columns of `group_messages`."""
    await tx.conn.execute(update(group_messages).where(group_messages.c.id == row_id).values(**columns))


async def of_groups(tx: Tx, group_ids: Collection[int]) -> list[GroupMessageRow]:
    """All there ever was in these groups, the oldest first."""
    query = select(*_COLUMNS).where(group_messages.c.class_group_id.in_(group_ids)).order_by(group_messages.c.id)
    return [_to_row(row) for row in await tx.conn.execute(query)]


async def decided(tx: Tx, cohort_id: int, since: datetime) -> dict[tuple[int, int, datetime], int]:
    """In how many groups of the cohort each (message, lesson, anchor) had its turn since then."""
    key = (group_messages.c.message_id, group_messages.c.seq, group_messages.c.anchor)
    query = (
        select(*key, func.count())
        .join(class_groups, class_groups.c.id == group_messages.c.class_group_id)
        .where(class_groups.c.cohort_id == cohort_id, group_messages.c.asked_at >= since)
        .group_by(*key)
    )
    return {(row[0], row[1], row[2]): int(row[3]) for row in await tx.conn.execute(query)}


async def waiting_of(tx: Tx, cohort_id: int, message_id: int) -> list[GroupMessageRow]:
    """The tasks of this message in the cohort that stand and are not sent."""
    query = (
        select(*_COLUMNS)
        .join(class_groups, class_groups.c.id == group_messages.c.class_group_id)
        .where(
            class_groups.c.cohort_id == cohort_id,
            group_messages.c.message_id == message_id,
            group_messages.c.state == State.WAITING,
            group_messages.c.sent_at.is_(None),
        )
        .order_by(group_messages.c.id)
    )
    return [_to_row(row) for row in await tx.conn.execute(query)]


async def of_chats(tx: Tx, chat_ids: Collection[str], since: datetime) -> list[GroupMessageRow]:
    """What these chats were sent since then, were refused, or may still be sent: what an allowance counts."""
    counted = and_(group_messages.c.state.in_((State.SENT, State.CEILING)), group_messages.c.sent_at >= since)
    spent = or_(and_(group_messages.c.state.in_(OPEN), group_messages.c.closed_at.is_(None)), counted)
    query = select(*_COLUMNS).where(group_messages.c.chat_id.in_(chat_ids), spent)
    return [_to_row(row) for row in await tx.conn.execute(query)]


async def open_within(tx: Tx, scope: Scope) -> list[GroupMessageRow]:
    """What waits, in the class groups of the scope, the oldest first."""
    query = (
        select(*_COLUMNS)
        .join(class_groups, class_groups.c.id == group_messages.c.class_group_id)
        .where(group_messages.c.closed_at.is_(None), group_messages.c.state.in_(OPEN), group_within(scope))
        .order_by(group_messages.c.id)
    )
    return [_to_row(row) for row in await tx.conn.execute(query)]


async def together(tx: Tx, row: GroupMessageRow) -> list[GroupMessageRow]:
    """The tasks of the same message at the same moment in the same member's name that are being made or wait for their tap."""
    c = group_messages.c
    same = and_(c.message_id == row.message_id, c.seq == row.seq, c.anchor == row.anchor, c.sender_id == row.sender_id)
    open_ = and_(c.state.in_((State.ASKED, State.WAITING)), c.closed_at.is_(None), c.sent_at.is_(None))
    return [_to_row(one) for one in await tx.conn.execute(select(*_COLUMNS).where(same, open_).order_by(c.id))]


async def attendance_of(tx: Tx, class_id: int, seq: int) -> tuple[int, int, int]:
    """Of a class: how many learners it has, how many attended and completed the lesson of this number."""
    of_lesson = and_(lessons.c.cohort_id == enrolments.c.cohort_id, lessons.c.seq == seq)
    seen = and_(attendance.c.enrolment_id == enrolments.c.id, attendance.c.lesson_id == lessons.c.id)
    query = (
        select(
            func.count(),
            func.count().filter(attendance.c.attended.is_(True)),
            func.count().filter(attendance.c.completed.is_(True)),
        )
        .select_from(enrolments.outerjoin(lessons, of_lesson).outerjoin(attendance, seen))
        .where(*_in_class(class_id))
    )
    row = (await tx.conn.execute(query)).one()
    return int(row[0]), int(row[1]), int(row[2])


async def paid_in(tx: Tx, class_id: int) -> tuple[int, int]:
    """Of a class: how many learners it has, and how many of them have paid."""
    query = select(func.count(), func.count().filter(enrolments.c.paid_count > 0)).where(*_in_class(class_id))
    row = (await tx.conn.execute(query)).one()
    return int(row[0]), int(row[1])


async def paid_in_cohort(tx: Tx, cohort_id: int) -> int:
    """How many learners of the cohort have paid."""
    query = select(func.count()).where(enrolments.c.cohort_id == cohort_id, enrolments.c.paid_count > 0)
    return int((await tx.conn.execute(query)).scalar_one())


def _in_class(class_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Who sits in the class, or in a group that was opened because it was full."""
    its_groups = select(class_groups.c.id).where(or_(class_groups.c.id == class_id, class_groups.c.overflow_of == class_id))
    return enrolments.c.class_group_id.in_(its_groups), enrolments.c.place.not_in(GONE)


def _to_row(r: Row[Any]) -> GroupMessageRow:
    values = dict(r._mapping)
    return GroupMessageRow(**{**values, "state": State(values["state"])})


# As mass-send tasks, which are the same for all.
tasks = MassTasks(group_messages, _to_row)
