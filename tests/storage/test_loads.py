"""What each class teacher and class carries is counted once in a transaction, and is right after whatever happens in it."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select

from storage import attendance, cohorts, enrolments, learners, loads, members, orders
from storage.database import Database, Tx
from storage.tables_camp import camps, class_groups
from storage.tables_camp import cohorts as cohort_table
from storage.tables_camp import enrolments as seats

NOW = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)
TEACHERS, COHORTS, GROUPS = (1, 2), (1, 2), (1, 2, 3)
PLACES = ("class", "sale_window", "left", "paid")


@pytest.fixture
async def school(database: Database) -> Database:
    """林 and 周 teach in two cohorts: 1 has the classes 1 and 2, 2 has class 3."""
    async with database.write(NOW) as tx:
        await tx.conn.execute(insert(camps).values(id=1, code="c", name="c", warm_lessons=4, sale_window_days=10))
        times = {"starts_at": NOW, "closes_at": NOW + timedelta(days=9), "enrol_until": NOW + timedelta(days=9)}
        for number in COHORTS:
            await tx.conn.execute(insert(cohort_table).values(id=number, camp_id=1, code=f"c{number}", name="c", **times))
        for userid in ("lin", "zhou"):
            await members.ensure(tx, userid)
        for number in GROUPS:
            row = {"id": number, "cohort_id": 1 + number // 3, "code": str(number), "class_teacher_id": 1 + number % 2}
            await tx.conn.execute(insert(class_groups).values(row))
    return database


async def enrol(tx: Tx, dice: random.Random) -> int:
    learner = await learners.add(tx)
    group = dice.choice([*(await cohorts.class_groups_of(tx, 1)), *(await cohorts.class_groups_of(tx, 2))])
    teacher, place = dice.choice([*TEACHERS, None]), dice.choice(PLACES)
    sits = dice.choice([group.id, None])
    columns = {"class_group_id": sits, "class_teacher_id": teacher, "place": place, "source": "contact"}
    return (await enrolments.add(tx, learner_id=learner.id, cohort_id=group.cohort_id, **columns)).id


async def by_hand(tx: Tx) -> tuple[dict[int, dict[int, tuple[int, int]]], dict[int, dict[int, int]]]:
    """(held, in_groups) of every cohort, from the rows one by one."""
    rows = [row for row in await tx.conn.execute(select(seats)) if row.place in PLACES[:2]]
    all_of = Counter(row.class_teacher_id for row in rows)
    held, groups = {}, {}
    for cohort_id in COHORTS:
        here = [row for row in rows if row.cohort_id == cohort_id]
        mine = Counter(row.class_teacher_id for row in here)
        held[cohort_id] = {teacher: (all_of[teacher], mine[teacher]) for teacher in TEACHERS}
        groups[cohort_id] = dict(Counter(row.class_group_id for row in here if row.class_group_id is not None))
    return held, groups


async def as_counted(tx: Tx) -> tuple[dict[int, dict[int, tuple[int, int]]], dict[int, dict[int, int]]]:
    held = {cohort_id: await loads.held(tx, TEACHERS, cohort_id) for cohort_id in COHORTS}
    return held, {cohort_id: await loads.in_groups(tx, cohort_id) for cohort_id in COHORTS}


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_the_counts_are_those_of_the_rows(school: Database, seed: int) -> None:
    dice, ids = random.Random(seed), list[int]()
    for _ in range(4):
        async with school.write(NOW) as tx:
            for _ in range(12):
                deed = dice.randrange(6) if ids else 0
                if deed <= 2:
                    ids.append(await enrol(tx, dice))
                elif deed == 3:
                    await enrolments.move(tx, dice.choice(ids), dice.choice(PLACES))
                elif deed == 4:
                    await enrolments.change(tx, dice.choice(ids), class_teacher_id=dice.choice(TEACHERS))
                else:
                    await orders.recount_paid(tx, dice.choice(ids))
                    await attendance.recount(tx, dice.choice(ids))
                assert await as_counted(tx) == await by_hand(tx)


async def test_who_is_taken_back_is_not_counted(school: Database) -> None:
    dice = random.Random(1)
    async with school.write(NOW) as tx:
        await enrol(tx, dice)
        await as_counted(tx)
        nested = await tx.conn.begin_nested()
        for _ in range(5):
            await enrol(tx, dice)
        await as_counted(tx)
        await nested.rollback()
        await enrol(tx, dice)
        assert await as_counted(tx) == await by_hand(tx)


async def test_thousands_are_counted_once_for_all_who_are_placed_together(school: Database) -> None:
    asked: list[str] = []

    @event.listens_for(school._writer.sync_engine, "before_cursor_execute")
    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    dice = random.Random(2)
    async with school.write(NOW) as tx:
        for _ in range(20):
            await enrol(tx, dice)
            await loads.held(tx, TEACHERS, 1)
            await loads.in_groups(tx, 1)
    whole = [words for words in asked if "count(*)" in words and "enrolments.id <=" in words]
    assert len(whole) == 2
