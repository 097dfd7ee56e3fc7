"""The same close as most people write it first: ORM objects in pages of 1,000, attendance loaded by selectinload."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import registry, relationship, selectinload

from bench.million import Layout
from storage.tables_camp import attendance, class_groups, cohorts, enrolments, journal, todos
from storage.tables_closing import closings as closings_table
from storage.tables_closing import placements
from storage.tables_sales import pool_entries
from storage.tables_tags import tag_marks

_PAGE = 1_000
_TAGS = {"no-show": "未到课", "warm": "高意向", "lukewarm": "待转化"}
_PLACES = {"no-show": "next_cohort", "warm": "conversion", "lukewarm": "sale_window"}


class _Row:
    def __init__(self, **columns: Any) -> None:
        for name, value in columns.items():
            setattr(self, name, value)


class Attendance(_Row): ...


class Enrolment(_Row): ...


class Cohort(_Row): ...


class Closing(_Row): ...


class ClassGroup(_Row): ...


class Placement(_Row): ...


class PoolEntry(_Row): ...


class Todo(_Row): ...


class JournalEntry(_Row): ...


class TagMark(_Row): ...


_mapped = registry()
_mapped.map_imperatively(Attendance, attendance)
_mapped.map_imperatively(Enrolment, enrolments, properties={"attendance": relationship(Attendance)})
for _kind, _table in (
    (Cohort, cohorts),
    (Closing, closings_table),
    (ClassGroup, class_groups),
    (Placement, placements),
    (PoolEntry, pool_entries),
    (Todo, todos),
    (JournalEntry, journal),
    (TagMark, tag_marks),
):
    _mapped.map_imperatively(_kind, _table)


async def close_by_orm(url: str, layout: Layout, now: datetime) -> float:
    """Closes every cohort; returns the seconds it took."""
    engine = create_async_engine(url)
    begun = time.perf_counter()
    async with AsyncSession(engine, expire_on_commit=False) as session:
        owned: Any = select(ClassGroup).where(class_groups.c.cohort_id == layout.cohorts + 1)
        groups = {group.class_teacher_id: group.id for group in await session.scalars(owned)}
        open_cohorts: Any = select(Cohort).where(cohorts.c.id <= layout.cohorts)
        for cohort in (await session.scalars(open_cohorts)).all():
            await _close(session, cohort, groups, layout.cohorts + 1, now)
    seconds = time.perf_counter() - begun
    await engine.dispose()
    return seconds


async def _close(session: AsyncSession, cohort: Any, groups: dict[int, int], next_id: int, now: datetime) -> None:
    cohort.closed_at = now
    closing: Any = Closing(
        cohort_id=cohort.id, moment="cohort_closed", state="done", proposed_at=now, proposed_counts={}, confirmed_at=now
    )
    session.add(closing)
    await session.flush()
    after = 0
    while True:
        page: Any = (
            select(Enrolment)
            .where(enrolments.c.cohort_id == cohort.id, enrolments.c.place == "class", enrolments.c.id > after)
            .order_by(enrolments.c.id)
            .limit(_PAGE)
            .options(selectinload(Enrolment.attendance))  # type: ignore[attr-defined]
        )
        found = (await session.scalars(page)).all()
        if not found:
            break
        for enrolment in found:
            _place(session, enrolment, closing.id, groups, next_id, now)
        after = found[-1].id
        await session.commit()
        session.expunge_all()
    await session.commit()


def _place(session: AsyncSession, e: Any, closing_id: int, groups: dict[int, int], next_id: int, now: datetime) -> None:
    if e.paid_count:
        return
    attended = sum(1 for lesson in e.attendance if lesson.attended)
    rule = "no-show" if attended == 0 else "warm" if attended >= 4 else "lukewarm"
    place = _PLACES[rule]
    facts = {"attended": attended, "completed": e.completed, "paid_count": e.paid_count}
    session.add(
        Placement(closing_id=closing_id, enrolment_id=e.id, rule=rule, from_place="class", to_place=place, at=now, **facts)
    )
    detail = {"closing": closing_id, "rule": rule, "to": place}
    told = {"learner_id": e.learner_id, "enrolment_id": e.id, "at": now}
    session.add(JournalEntry(kind="placed", by=f"rule:{rule}", detail=detail, **told))
    session.add(TagMark(learner_id=e.learner_id, group_name="营伴状态", name=_TAGS[rule], wanted=True, by="closing", at=now))
    if rule == "warm":
        entry = {"enrolment_id": e.id, "learner_id": e.learner_id, "pool": place, "grade": "A", "rule": rule}
        session.add(PoolEntry(entered_at=now, state="open", attended=attended, **entry))
    elif rule == "no-show":
        todo = {"kind": "closing", "text": "联系一下：整期没来上课", "dedup_key": f"orm-{closing_id}:{e.id}"}
        session.add(Todo(member_id=e.class_teacher_id, learner_id=e.learner_id, created_at=now, **todo))
        group = {"class_group_id": groups[e.class_teacher_id], "class_teacher_id": e.class_teacher_id}
        seat = {"learner_id": e.learner_id, "cohort_id": next_id, "channel_id": e.channel_id, "source": "moved", **group}
        counts = {"attended": 0, "completed": 0, "paid_count": 0, "paid_fen": 0}
        session.add(Enrolment(enrolled_at=now, place="class", place_at=now, **seat, **counts))
    e.place, e.place_at, e.grade = place, now, "A" if rule == "warm" else None
