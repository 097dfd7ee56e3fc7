"""Bindings on both databases: one holds at a time, the others stay as the story; cards remember where they stand."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from storage import cards, cohorts, enrolments, learners, members, nudge_budgets, rooms, rosters
from storage.database import Database, Tx
from storage.scopes import Range, Scope
from storage.tables_camp import camps, class_groups, lessons
from storage.tables_camp import cohorts as cohort_rows
from storage.tables_rooms import rooms as bindings

NOW = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


async def a_cohort(tx: Tx) -> tuple[int, int, int]:
    """Ids of a cohort, a class of it and its teacher."""
    teacher = await members.ensure(tx, "lin", name="林")
    await tx.conn.execute(insert(camps).values(code="read", name="阅读营", warm_lessons=1, sale_window_days=7))
    times = {"starts_at": NOW, "closes_at": NOW + timedelta(days=7), "enrol_until": NOW}
    await tx.conn.execute(insert(cohort_rows).values(camp_id=1, code="read-01", name="一期", **times))
    cohort = await cohorts.find_cohort(tx, "read-01")
    assert cohort is not None
    await tx.conn.execute(insert(class_groups).values(cohort_id=cohort.id, code="A", class_teacher_id=teacher.id))
    (group,) = await cohorts.class_groups_of(tx, cohort.id)
    return cohort.id, group.id, teacher.id


async def test_one_binding_holds_and_the_earlier_ones_stay_with_who_and_when(database: Database) -> None:
    async with database.write(NOW) as tx:
        cohort_id, group_id, teacher_id = await a_cohort(tx)
        assert await rooms.find(tx, "chat") is None
        await rooms.bind(tx, "chat", teacher_id, pool="conversion")
    async with database.write(NOW + timedelta(hours=1)) as tx:
        await rooms.bind(tx, "chat", teacher_id, cohort_id=cohort_id, class_group_id=group_id)
        await rooms.bind(tx, "other", teacher_id, cohort_id=cohort_id)
        found = await rooms.find(tx, "chat")
        assert found is not None
        assert (found.cohort_code, found.cohort_name, found.class_code, found.pool) == ("read-01", "一期", "A", None)
        assert found.class_teacher_id == teacher_id
        assert [one.chat_id for one in await rooms.bound_to(tx, cohort_id=cohort_id)] == ["other"]
        assert [one.chat_id for one in await rooms.bound_to(tx, class_group_id=group_id)] == ["chat"]
        assert await rooms.bound_to(tx, pool="conversion") == []
    async with database.write(NOW + timedelta(hours=2)) as tx:
        assert await rooms.unbind(tx, "chat", teacher_id)
        assert not await rooms.unbind(tx, "chat", teacher_id)
        story = (await tx.conn.execute(select(bindings).where(bindings.c.chat_id == "chat").order_by(bindings.c.id))).all()
        assert [(row.pool, row.bound_at, row.ended_at) for row in story] == [
            ("conversion", NOW, NOW + timedelta(hours=1)),
            (None, NOW + timedelta(hours=1), NOW + timedelta(hours=2)),
        ]


async def test_two_who_bind_at_once_leave_one_binding(database: Database) -> None:
    async with database.write(NOW) as tx:
        cohort_id, _, teacher_id = await a_cohort(tx)

    async def bind(pool: str | None) -> None:
        async with database.write(NOW) as tx:
            await rooms.bind(tx, "chat", teacher_id, pool=pool, cohort_id=None if pool else cohort_id)

    await asyncio.gather(*(bind(pool) for pool in ("conversion", None, "renewal", None)))
    async with database.read() as tx:
        rows = (await tx.conn.execute(select(bindings))).all()
        assert len(rows) == 4
        assert len([row for row in rows if row.ended_at is None]) == 1


async def test_a_card_remembers_the_group_it_stands_in(database: Database) -> None:
    async with database.write(NOW) as tx:
        await cards.open_card(tx, "app", "claim", "1", ["wu"], {"title": "x"})
        await cards.open_card(tx, "group", "claim", "1", [], {"title": "x"}, chat_id="chat")
        assert {card.task_id: card.chat_id for card in await cards.open_of(tx, "claim", "1")} == {"app": None, "group": "chat"}


async def test_a_scope_of_one_class_lists_and_counts_only_its_learners(database: Database) -> None:
    async with database.write(NOW) as tx:
        cohort_id, group_id, teacher_id = await a_cohort(tx)
        await tx.conn.execute(insert(class_groups).values(cohort_id=cohort_id, code="B", class_teacher_id=teacher_id))
        other_id = next(g.id for g in await cohorts.class_groups_of(tx, cohort_id) if g.code == "B")
        later = NOW + timedelta(hours=1)
        times = {"starts_at": later, "ends_at": later, "checkin_opens_at": NOW, "checkin_closes_at": later}
        await tx.conn.execute(insert(lessons).values(cohort_id=cohort_id, seq=1, title="第1课", **times))
        for name, class_id in (("甲", group_id), ("乙", other_id)):
            learner = await learners.add(tx, external_userid=f"wm-{name}", name=name)
            seat = {"class_group_id": class_id, "class_teacher_id": teacher_id, "place": "class", "source": "contact"}
            await enrolments.add(tx, learner_id=learner.id, cohort_id=cohort_id, **seat)
    async with database.read() as tx:
        (lesson,) = await cohorts.lessons_of(tx, cohort_id)
        for everything in (Range.ALL, Range.SELF):
            whole, own = Scope(everything, teacher_id), Scope(everything, teacher_id, class_group_id=group_id)
            for scope, names in ((whole, ["甲", "乙"]), (own, ["甲"])):
                assert [line.name for line in await rosters.roster(tx, scope, [cohort_id])] == names
                assert [line.name for line in await rosters.at_lesson(tx, lesson.id, scope)] == names
                counts = await rosters.lesson_counts(tx, scope, [lesson.id])
                assert counts[lesson.id].to_complete == len(names)
                assert [size.code for size in await rosters.group_sizes(tx, scope, [cohort_id])] == ["A", "B"][: len(names)]
                missing = await nudge_budgets.missing(tx, lesson.id, "attended", scope, (NOW, NOW, NOW))
                assert [row.name for row in missing] == names
