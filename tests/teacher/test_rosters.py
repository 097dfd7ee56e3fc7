"""The class teacher's reads, the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from storage import (
    attendance,
    cohorts,
    enrolments,
    kf,
    learner_cards,
    learner_names,
    learners,
    lesson_clock,
    members,
    notes,
    outbox,
    rosters,
    todos,
)
from storage.database import Database, Tx
from storage.outbox import Intent
from storage.rosters import LessonCount
from storage.scopes import Range, Scope
from storage.tables_camp import camps, class_groups, departments, lessons
from storage.tables_camp import cohorts as cohorts_table

NOON = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def build(tx: Tx) -> None:
    """One cohort; 林 (department 2 under 1) teaches 小雨 and 阿明, 陈 of department 1 teaches nobody; lesson 1 runs from noon."""
    for number, parent in ((1, None), (2, 1)):
        await tx.conn.execute(insert(departments).values(id=number, name=f"d{number}", parent_id=parent))
    lin, chen = await members.ensure(tx, "lin", name="林"), await members.ensure(tx, "chen")
    await members.change(tx, lin.id, department_id=2)
    await members.change(tx, chen.id, department_id=1)
    await tx.conn.execute(insert(camps).values(id=1, code="c", name="营", warm_lessons=4, sale_window_days=10))
    span = {"starts_at": NOON - HOUR, "closes_at": NOON + 9 * HOUR, "enrol_until": NOON + 9 * HOUR}
    await tx.conn.execute(insert(cohorts_table).values(id=1, camp_id=1, code="c-1", name="一期", **span))
    window = {"checkin_opens_at": NOON, "checkin_closes_at": NOON + 3 * HOUR}
    times = {"starts_at": NOON, "ends_at": NOON + HOUR}
    await tx.conn.execute(insert(lessons).values(id=1, cohort_id=1, seq=1, title="课", **times, **window))
    await tx.conn.execute(insert(class_groups).values(id=1, cohort_id=1, code="A", class_teacher_id=lin.id))
    for name in ("小雨", "阿明"):
        learner = await learners.add(tx, external_userid=f"wm-{name}", name=name)
        mine = await enrolments.add(
            tx,
            learner_id=learner.id,
            cohort_id=1,
            class_group_id=1,
            class_teacher_id=lin.id,
            source="contact",
            place="class",
            in_group_at=tx.now if name == "小雨" else None,
        )
    await attendance.save(tx, mine.id, 1, attended=True)


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope(Range.ALL, 2), 2),
        (Scope(Range.SELF, 1), 2),
        (Scope(Range.SELF, 2), 0),
        (Scope(Range.DEPARTMENT, 2, 1), 0),
        (Scope(Range.DEPARTMENT, 2, 2), 2),
        (Scope(Range.BELOW, 2, 1), 2),
        (Scope(Range.BELOW, 2), 0),
    ],
)
async def test_every_read_agrees_on_the_scope(database: Database, scope: Scope, seen: int) -> None:
    async with database.write(NOON) as tx:
        await build(tx)
    async with database.read(NOON + 2 * HOUR) as tx:
        assert len(await rosters.cohorts_within(tx, scope)) == (1 if seen else 0)
        lines = await rosters.roster(tx, scope, [1])
        assert len(lines) == seen
        assert [line.paid for line in lines] == [False] * seen
        assert len(await rosters.roster(tx, scope, [1], missing_in_group=True)) == seen // 2
        assert len(await rosters.at_lesson(tx, 1, scope)) == seen
        assert [line.shown for line in await rosters.at_lesson(tx, 1, scope, without="attended")] == ["小雨"][: seen // 2]
        counts = await rosters.lesson_counts(tx, scope, [1])
        assert counts == ({1: LessonCount(2, 1, 2, 0)} if seen else {})
        sizes = await rosters.group_sizes(tx, scope, [1])
        assert [(size.learners, size.in_group) for size in sizes] == ([(2, 1)] if seen else [])
        found = await rosters.find_learner(tx, scope, 1)
        assert (found is not None) == bool(seen)
        assert ((await rosters.find_enrolment(tx, scope, 1)) is not None) == bool(seen)
        assert [one.exact for one in await learner_names.named(tx, scope, "小", 5)] == [False][:seen]
        assert [one.cohort_code for one in await learner_names.named(tx, scope, "阿明", 5)] == ["c-1"][:seen]


async def test_a_replay_finished_by_who_came_later_is_due_for_completion_only(database: Database) -> None:
    everybody = Scope(Range.ALL, 1)
    async with database.write(NOON) as tx:
        await build(tx)
        mine = await enrolments.load(tx, 1)
        await enrolments.change(tx, mine.id, enrolled_at=NOON + HOUR)
    async with database.write(NOON + 2 * HOUR) as tx:
        assert await rosters.lesson_counts(tx, everybody, [1]) == {1: LessonCount(1, 1, 1, 0)}
        await attendance.save(tx, mine.id, 1, completed=True)
        assert await rosters.lesson_counts(tx, everybody, [1]) == {1: LessonCount(1, 1, 2, 1)}
        assert [(line.shown, line.to_attend) for line in await rosters.at_lesson(tx, 1)] == [("小雨", False), ("阿明", True)]
        assert await rosters.at_lesson(tx, 1, without="attended") == []
        assert [line.shown for line in await rosters.at_lesson(tx, 1, without="completed")] == ["阿明"]
        await attendance.save(tx, mine.id, 1, attended=True)
        assert await rosters.lesson_counts(tx, everybody, [1]) == {1: LessonCount(2, 2, 2, 1)}


async def test_reminders_and_digests_are_claimed_once(database: Database) -> None:
    async with database.write(NOON) as tx:
        await build(tx)
        await kf.learner_spoke(tx, 1, "wk", NOON)
    async with database.write(NOON + timedelta(minutes=1)) as tx:
        (lesson,) = await lesson_clock.to_remind(tx, HOUR)
        assert lesson.id == 1
        assert [await lesson_clock.claim_reminder(tx, 1, NOON) for _ in range(2)] == [True, False]
        assert [(p.learner_id, p.left) for p in await lesson_clock.pupils(tx, lesson)] == [(1, 5)]
        await kf.spend_each(tx, [1])
        assert [(p.learner_id, p.left) for p in await lesson_clock.pupils(tx, lesson)] == [(1, 4)]
        assert await lesson_clock.to_digest(tx, timedelta(0)) == []
    async with database.write(NOON + HOUR) as tx:
        assert [found.id for found in await lesson_clock.to_digest(tx, timedelta(0))] == [1]
        assert [await lesson_clock.claim_digest(tx, 1) for _ in range(2)] == [True, False]
        assert await lesson_clock.to_remind(tx, HOUR) == []


async def test_todos_notes_greetings_and_many_intents(database: Database) -> None:
    async with database.write(NOON) as tx:
        await build(tx)
        assert [await todos.add(tx, 1, kind="k", text="做", dedup_key="a", learner_id=1) for _ in range(2)] == [True, False]
        assert [(todo.text, todo.learner_name) for todo in await todos.open_of(tx, 1)] == [("做", "小雨")]
        await todos.close(tx, 1)
        assert await todos.count_open(tx, 1) == 0
        assert await todos.find(tx, 2, 1) is None
        await notes.add(tx, 1, 1, "note", "话")
        assert [(note.author, note.text) for note in await notes.newest(tx, 1, 3)] == [("林", "话")]
        assert [await members.greet(tx, 1, day) for day in ("2026-12-01", "2026-12-01", "2026-12-02")] == [True, False, True]
        around = await learner_cards.surroundings(tx, 1)
        assert [(one.group, one.class_teacher, one.channel) for one in around.values()] == [("A", "林", None)]
        assert await learner_cards.newest_questions(tx, 1, 3) == []
        assert await learner_cards.friends_of(tx, 1) == []
        message = {"to": ["lin"], "message": {"type": "text", "text": "x"}}
        await outbox.add_intents(tx, [Intent("app.message", message, dedup_key=key) for key in ("a", "b", "a")])
        await outbox.add_intents(tx, [Intent("app.message", message, dedup_key="b")])
        assert len(await outbox.due(tx, "app.message", 10)) == 2
        assert (await cohorts.load_lesson(tx, 1)).seq == 1
