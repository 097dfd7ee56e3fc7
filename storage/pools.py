"""Pools: entries learners wait in until somebody claims them, the claims made on them, and who looked at whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.database import Tx
from storage.statement import built_once
from storage.tables_camp import channels, cohorts, enrolments, learners, notes
from storage.tables_sales import BEST_FIRST, claims, pool_entries, pool_views

ACTIVE = ("open", "claimed")


@dataclass(frozen=True)
class Entry:
    """A learner in a pool, with what a salesperson is shown of them. `state`: open, claimed, sold, withdrawn."""

    id: int
    enrolment_id: int
    learner_id: int
    pool: str
    grade: str | None
    rule: str
    entered_at: datetime
    state: str
    owner_id: int | None
    claimed_at: datetime | None
    closed_at: datetime | None
    name: str | None
    attended: int
    completed: int
    paid_count: int
    cohort_id: int
    cohort_name: str
    class_teacher_id: int | None
    channel_name: str | None


@dataclass(frozen=True)
class Arrived:
    """Who came into a pool: how many of each grade, and the lessons they attended together."""

    grades: dict[str, int]
    attended: int

    @property
    def number(self) -> int:
        return sum(self.grades.values())


async def load(tx: Tx, entry_id: int) -> Entry | None:
    row = (await tx.conn.execute(_entries().where(pool_entries.c.id == entry_id))).one_or_none()
    return None if row is None else _to_entry(row)


async def of_learner(tx: Tx, learner_id: int) -> list[Entry]:
    """All entries of a learner: those that can be claimed or are claimed first, then the newest."""
    return [_to_entry(row) for row in await tx.conn.execute(*_of_learner(learner_id))]


async def enter(tx: Tx, *, enrolment_id: int, learner_id: int, pool: str, grade: str | None, rule: str) -> int:
    """Opens an entry (again) and returns its id; one that is claimed stays with its owner."""
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    fresh = {
        "grade": grade,
        "attended": select(enrolments.c.attended).where(enrolments.c.id == enrolment_id).scalar_subquery(),
        "rule": rule,
        "entered_at": tx.now,
        "state": "open",
        "owner_id": None,
        "claimed_at": None,
        "closed_at": None,
    }
    row = make(pool_entries).values(enrolment_id=enrolment_id, learner_id=learner_id, pool=pool, **fresh)
    await tx.conn.execute(
        row.on_conflict_do_update(index_elements=["enrolment_id", "pool"], set_=fresh, where=pool_entries.c.state.not_in(ACTIVE))
    )
    query = select(pool_entries.c.id).where(pool_entries.c.enrolment_id == enrolment_id, pool_entries.c.pool == pool)
    entry_id: int = (await tx.conn.execute(query)).scalar_one()
    return entry_id


async def open_of(
    tx: Tx, cohort_id: int, pool: str, placed: ColumnElement[bool], grade: str | None, attended: int, since: datetime, limit: int
) -> list[Entry]:
    """The first of a cohort's learners who came to the pool since then with this grade and so many lessons attended."""
    # As the index has them, so that it is read from there on and no further than needed.
    kind = [BEST_FIRST[0] == (grade or "Z"), pool_entries.c.grade.is_not_distinct_from(grade)]
    kind += [pool_entries.c.attended == attended, pool_entries.c.entered_at >= since]
    own = [pool_entries.c.pool == pool, pool_entries.c.state == "open"]
    there = [enrolments.c.cohort_id == cohort_id, enrolments.c.place == pool, placed]
    query = _entries().where(*own, *kind, *there).order_by(pool_entries.c.entered_at, pool_entries.c.id).limit(limit)
    return [_to_entry(row) for row in await tx.conn.execute(query)]


async def claim(tx: Tx, entry_id: int, member_id: int) -> bool:
    """One winner: takes an open entry, False when it is not open any more."""
    result = await tx.conn.execute(
        update(pool_entries)
        .where(pool_entries.c.id == entry_id, pool_entries.c.state == "open")
        .values(state="claimed", owner_id=member_id, claimed_at=tx.now)
    )
    if result.rowcount == 0:
        return False
    await tx.conn.execute(insert(claims).values(entry_id=entry_id, member_id=member_id, claimed_at=tx.now))
    return True


async def give_back(tx: Tx, entry_id: int, member_id: int, reason: str) -> bool:
    """From its owner back to open; False when this member does not hold it."""
    result = await tx.conn.execute(
        update(pool_entries)
        .where(pool_entries.c.id == entry_id, pool_entries.c.state == "claimed", pool_entries.c.owner_id == member_id)
        .values(state="open", owner_id=None, claimed_at=None)
    )
    if result.rowcount:
        await _end_claim(tx, entry_id, "returned", reason)
    return result.rowcount > 0


async def close(tx: Tx, entry_id: int, state: str) -> None:
    """Ends an entry as `sold` or `withdrawn`; its owner stays noted."""
    await tx.conn.execute(update(pool_entries).where(pool_entries.c.id == entry_id).values(state=state, closed_at=tx.now))
    await _end_claim(tx, entry_id, state, None)


async def open_entries(tx: Tx, pool: str, limit: int) -> list[Entry]:
    """The first open entries of a pool: by grade, then who attended most, then who waits longest."""
    waiting = select(pool_entries.c.id).where(pool_entries.c.pool == pool, pool_entries.c.state == "open")
    # A page is chosen before anything is looked up for it.
    page = waiting.order_by(*BEST_FIRST).limit(limit).subquery()
    query = _entries().join(page, page.c.id == pool_entries.c.id).order_by(*BEST_FIRST)
    return [_to_entry(row) for row in await tx.conn.execute(query)]


async def count_open(tx: Tx, pool: str, most: int) -> int:
    """How many wait in the pool; `most` when there are as many or more, so that a large pool takes no longer to look into."""
    some = select(pool_entries.c.id).where(pool_entries.c.pool == pool, pool_entries.c.state == "open").limit(most).subquery()
    return int((await tx.conn.execute(select(func.count()).select_from(some))).scalar_one())


async def held_by(tx: Tx, member_id: int, *, least_likely_first: bool = False) -> list[Entry]:
    """The learners a member holds: the newest claim first, or those least likely to buy."""
    query = _entries().where(pool_entries.c.owner_id == member_id, pool_entries.c.state == "claimed")
    order: list[ColumnElement[Any]] = [pool_entries.c.claimed_at.desc(), pool_entries.c.id.desc()]
    if least_likely_first:
        order = [enrolments.c.attended, enrolments.c.completed, pool_entries.c.grade.desc(), pool_entries.c.claimed_at]
    return [_to_entry(row) for row in await tx.conn.execute(query.order_by(*order))]


async def holdings(tx: Tx, member_ids: Sequence[int]) -> dict[int, int]:
    """How many claimed learners each of these members holds."""
    query = (
        select(pool_entries.c.owner_id, func.count().label("held"))
        .where(pool_entries.c.owner_id.in_(member_ids), pool_entries.c.state == "claimed")
        .group_by(pool_entries.c.owner_id)
    )
    held = {row.owner_id: row.held for row in await tx.conn.execute(query)}
    return {member_id: held.get(member_id, 0) for member_id in member_ids}


async def claims_since(tx: Tx, member_id: int, since: datetime) -> int:
    """How often the member claimed since then, given back or not."""
    query = select(func.count()).select_from(claims).where(claims.c.member_id == member_id, claims.c.claimed_at >= since)
    return int((await tx.conn.execute(query)).scalar_one())


async def returned_at(tx: Tx, entry_id: int, member_id: int) -> datetime | None:
    """When the member last gave this entry back."""
    query = select(func.max(claims.c.ended_at)).where(
        claims.c.entry_id == entry_id, claims.c.member_id == member_id, claims.c.ended_by == "returned"
    )
    moment: datetime | None = (await tx.conn.execute(query)).scalar_one()
    return moment


async def followed_up(tx: Tx, learner_ids: Sequence[int]) -> dict[int, tuple[datetime, str]]:
    """The newest 跟进 of each learner: when, and what was written."""
    own = select(func.max(notes.c.id)).where(notes.c.kind == "follow_up", notes.c.learner_id.in_(learner_ids))
    newest = own.group_by(notes.c.learner_id)
    rows = await tx.conn.execute(select(notes.c.learner_id, notes.c.at, notes.c.text).where(notes.c.id.in_(newest)))
    return {row.learner_id: (row.at, row.text) for row in rows}


async def seen_on(tx: Tx, member_id: int, on_day: str) -> set[int]:
    """The entries the member looked at on this day."""
    rows = await tx.conn.execute(
        select(pool_views.c.entry_id).where(pool_views.c.member_id == member_id, pool_views.c.on_day == on_day)
    )
    return {row.entry_id for row in rows}


async def note_seen(tx: Tx, member_id: int, on_day: str, entry_ids: Sequence[int]) -> None:
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    rows = [{"member_id": member_id, "on_day": on_day, "entry_id": entry_id} for entry_id in entry_ids]
    if rows:
        await tx.conn.execute(make(pool_views).on_conflict_do_nothing(), rows)


async def forget_views(tx: Tx, before_day: str) -> int:
    """Deletes the looks of days past; only today's count."""
    result = await tx.conn.execute(pool_views.delete().where(pool_views.c.on_day < before_day))
    return result.rowcount


async def _end_claim(tx: Tx, entry_id: int, how: str, reason: str | None) -> None:
    await tx.conn.execute(
        update(claims)
        .where(claims.c.entry_id == entry_id, claims.c.ended_at.is_(None))
        .values(ended_at=tx.now, ended_by=how, reason=reason)
    )


@built_once
def _of_learner(learner_id: int) -> Select[Any]:
    active = case((pool_entries.c.state.in_(ACTIVE), 0), else_=1)
    query = _entries().where(pool_entries.c.learner_id == learner_id)
    return query.order_by(active, pool_entries.c.entered_at.desc(), pool_entries.c.id.desc())


def _entries() -> Select[Any]:
    return (
        select(
            pool_entries,
            learners.c.name,
            enrolments.c.completed,
            enrolments.c.paid_count,
            enrolments.c.cohort_id,
            cohorts.c.name.label("cohort_name"),
            enrolments.c.class_teacher_id,
            channels.c.name.label("channel_name"),
        )
        .join(enrolments, enrolments.c.id == pool_entries.c.enrolment_id)
        .join(learners, learners.c.id == pool_entries.c.learner_id)
        .join(cohorts, cohorts.c.id == enrolments.c.cohort_id)
        .outerjoin(channels, channels.c.id == enrolments.c.channel_id)
    )


def _to_entry(r: Row[Any]) -> Entry:
    return Entry(*(getattr(r, name) for name in Entry.__dataclass_fields__))
