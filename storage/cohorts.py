"""What camp.toml declares, as it is read by everybody else: camps, cohorts, lessons, class groups, channels."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.engine import Row

from storage.database import Tx
from storage.declared import read_once
from storage.tables_camp import camps, channels, class_groups, cohorts, lessons


@dataclass(frozen=True)
class Camp:
    id: int
    code: str
    name: str
    warm_lessons: int
    sale_window_days: int


@dataclass(frozen=True)
class Cohort:
    id: int
    camp_id: int
    code: str
    name: str
    starts_at: datetime
    closes_at: datetime
    enrol_until: datetime
    next_code: str | None
    closed_at: datetime | None


@dataclass(frozen=True)
class Lesson:
    id: int
    cohort_id: int
    seq: int
    title: str
    starts_at: datetime
    ends_at: datetime
    checkin_opens_at: datetime
    checkin_closes_at: datetime
    passphrase: str | None

    @property
    def seconds(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds())


@dataclass(frozen=True)
class ClassGroup:
    id: int
    cohort_id: int
    code: str
    chat_id: str | None
    class_teacher_id: int
    join_url: str | None
    member_version: str | None
    chat_name: str | None = None
    owner: str | None = None
    dismissed_at: datetime | None = None
    overflow_of: int | None = None  # opened by itself when that class's chat was full

    @property
    def class_id(self) -> int:
        """The class it belongs to: its own, or the one whose people did not fit in."""
        return self.overflow_of or self.id


@dataclass(frozen=True)
class Channel:
    id: int
    code: str
    name: str
    camp_id: int | None
    department: str | None


@read_once(camps)
async def all_camps(tx: Tx) -> list[Camp]:
    return [_to_camp(r) for r in await tx.conn.execute(select(camps).order_by(camps.c.id))]


@read_once(camps)
async def load_camp(tx: Tx, camp_id: int) -> Camp:
    return _to_camp((await tx.conn.execute(select(camps).where(camps.c.id == camp_id))).one())


@read_once(camps)
async def find_camp(tx: Tx, text: str) -> Camp | None:
    """By code, else by name."""
    rows = await tx.conn.execute(select(camps).where(or_(func.lower(camps.c.code) == text.lower(), camps.c.name == text)))
    row = rows.first()
    return None if row is None else _to_camp(row)


@read_once(cohorts)
async def load_cohort(tx: Tx, cohort_id: int) -> Cohort:
    return _to_cohort((await tx.conn.execute(select(cohorts).where(cohorts.c.id == cohort_id))).one())


@read_once(cohorts)
async def find_cohort(tx: Tx, text: str) -> Cohort | None:
    """By code, else by name; case does not matter."""
    wanted = or_(func.lower(cohorts.c.code) == text.lower(), func.lower(cohorts.c.name) == text.lower())
    row = (await tx.conn.execute(select(cohorts).where(wanted).order_by(cohorts.c.id))).first()
    return None if row is None else _to_cohort(row)


@read_once(cohorts)
async def load_cohorts(tx: Tx, cohort_ids: Collection[int]) -> dict[int, Cohort]:
    """By id."""
    rows = await tx.conn.execute(select(cohorts).where(cohorts.c.id.in_(cohort_ids)))
    return {row.id: _to_cohort(row) for row in rows}


@read_once(cohorts)
async def cohorts_of(tx: Tx, camp_id: int | None = None) -> list[Cohort]:
    """All cohorts (of a camp), by start."""
    query: Select[Any] = select(cohorts).order_by(cohorts.c.starts_at, cohorts.c.id)
    if camp_id is not None:
        query = query.where(cohorts.c.camp_id == camp_id)
    return [_to_cohort(r) for r in await tx.conn.execute(query)]


async def open_for_enrolment(tx: Tx, camp_id: int, *, after: datetime | None = None) -> Cohort | None:
    """The earliest cohort of the camp that still takes learners at `tx.now` (and starts after `after`, if given)."""
    takes = (c for c in await cohorts_of(tx, camp_id) if c.enrol_until > tx.now and c.closed_at is None)
    return next((c for c in takes if after is None or c.starts_at > after), None)


@read_once(lessons)
async def lessons_of(tx: Tx, cohort_id: int) -> list[Lesson]:
    rows = await tx.conn.execute(select(lessons).where(lessons.c.cohort_id == cohort_id).order_by(lessons.c.seq))
    return [to_lesson(r) for r in rows]


@read_once(lessons)
async def calendars_of(tx: Tx, cohort_ids: Collection[int]) -> dict[int, list[Lesson]]:
    """The lessons of these cohorts by cohort, in order."""
    found: dict[int, list[Lesson]] = {}
    query = select(lessons).where(lessons.c.cohort_id.in_(cohort_ids)).order_by(lessons.c.cohort_id, lessons.c.seq)
    for row in await tx.conn.execute(query):
        found.setdefault(row.cohort_id, []).append(to_lesson(row))
    return found


@read_once(lessons)
async def find_lesson(tx: Tx, cohort_id: int, seq: int) -> Lesson | None:
    row = (await tx.conn.execute(select(lessons).where(lessons.c.cohort_id == cohort_id, lessons.c.seq == seq))).one_or_none()
    return None if row is None else to_lesson(row)


@read_once(lessons)
async def load_lesson(tx: Tx, lesson_id: int) -> Lesson:
    return to_lesson((await tx.conn.execute(select(lessons).where(lessons.c.id == lesson_id))).one())


@read_once(lessons)
async def load_lessons(tx: Tx, lesson_ids: Collection[int]) -> dict[int, Lesson]:
    """By id."""
    rows = await tx.conn.execute(select(lessons).where(lessons.c.id.in_(lesson_ids)))
    return {row.id: to_lesson(row) for row in rows}


@read_once(class_groups)
async def class_groups_of(tx: Tx, cohort_id: int) -> list[ClassGroup]:
    rows = await tx.conn.execute(select(class_groups).where(class_groups.c.cohort_id == cohort_id).order_by(class_groups.c.id))
    return [to_group(r) for r in rows]


@read_once(class_groups)
async def load_class_group(tx: Tx, group_id: int) -> ClassGroup:
    return to_group((await tx.conn.execute(select(class_groups).where(class_groups.c.id == group_id))).one())


@read_once(class_groups)
async def class_group_of_chat(tx: Tx, chat_id: str) -> ClassGroup | None:
    row = (await tx.conn.execute(select(class_groups).where(class_groups.c.chat_id == chat_id))).one_or_none()
    return None if row is None else to_group(row)


@read_once(channels)
async def find_channel(tx: Tx, code: str) -> Channel | None:
    row = (await tx.conn.execute(select(channels).where(channels.c.code == code))).one_or_none()
    return None if row is None else to_channel(row)


@read_once(channels)
async def load_channel(tx: Tx, channel_id: int) -> Channel:
    return to_channel((await tx.conn.execute(select(channels).where(channels.c.id == channel_id))).one())


def _to_camp(r: Row[Any]) -> Camp:
    return Camp(r.id, r.code, r.name, r.warm_lessons, r.sale_window_days)


def _to_cohort(r: Row[Any]) -> Cohort:
    return Cohort(r.id, r.camp_id, r.code, r.name, r.starts_at, r.closes_at, r.enrol_until, r.next_code, r.closed_at)


def to_lesson(r: Row[Any]) -> Lesson:
    """A row that holds the columns of `lessons`."""
    return Lesson(
        r.id, r.cohort_id, r.seq, r.title, r.starts_at, r.ends_at, r.checkin_opens_at, r.checkin_closes_at, r.passphrase
    )


def to_group(r: Row[Any]) -> ClassGroup:
    """A row that holds the columns of `class_groups`."""
    told = (r.chat_name, r.owner, r.dismissed_at, r.overflow_of)
    return ClassGroup(r.id, r.cohort_id, r.code, r.chat_id, r.class_teacher_id, r.join_url, r.member_version, *told)


def to_channel(r: Row[Any]) -> Channel:
    return Channel(r.id, r.code, r.name, r.camp_id, r.department)
