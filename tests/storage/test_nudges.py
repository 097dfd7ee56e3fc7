"""Nudges in the tables: what each learner got in a day, a week, a month; what waits, what is due; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from camp.rules.nudge import spans
from storage import enrolments, follows, identities, journal, learners, members, nudge_budgets, nudges, tables_camp
from storage.database import Database, Tx
from storage.nudges import Change, Got, State
from storage.scopes import Range, Scope
from storage.tables_camp import camps, cohorts, lessons

NOW = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)  # a Wednesday
DAY = timedelta(days=1)
ALL = Scope(Range.ALL, 1)


@pytest.fixture
async def town(database: Database) -> Database:
    """林 teaches 1 to 3, 周 teaches 4; one lesson was an hour ago; everybody but 3 is a friend of their class teacher."""
    async with database.write(NOW - DAY) as tx:
        await tx.conn.execute(camps.insert().values(id=1, code="c", name="c", warm_lessons=4, sale_window_days=10))
        start, end = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
        times = {"starts_at": NOW - DAY, "closes_at": NOW + DAY, "enrol_until": NOW + DAY}
        await tx.conn.execute(cohorts.insert().values(id=1, camp_id=1, code="c-1", name="c-1", **times))
        await tx.conn.execute(
            lessons.insert().values(
                id=1, cohort_id=1, seq=1, title="", starts_at=start, ends_at=end, checkin_opens_at=start, checkin_closes_at=NOW
            )
        )
        lin, zhou = await members.ensure(tx, "lin"), await members.ensure(tx, "zhou")
        for number, teacher in enumerate((lin, lin, lin, zhou), start=1):
            one = await learners.add(tx, external_userid=f"wm{number}", name=f"学员{number}")
            await enrolments.add(tx, learner_id=one.id, cohort_id=1, class_teacher_id=teacher.id, source="contact", place="class")
            if number != 3:
                await follows.begin(tx, one.id, teacher.id, None, tx.now)
    return database


async def add(tx: Tx, *learner_ids: int, **columns: Any) -> int:
    made = await nudges.add(
        tx, kind="absent", lesson_id=1, teacher_id=1, asked_by=1, text="你好", until=NOW + DAY, learner_ids=learner_ids
    )
    if columns:
        await nudges.change(tx, made, **columns)
    return made


async def test_absentees_with_their_friends_and_budgets_in_one_list(town: Database) -> None:
    async with town.write(NOW) as tx:
        for days in (0, 2, 20):  # today, this week's Monday, and last month
            nudge_id = await add(tx, 1, 2, state=State.SENT, closed_at=NOW)
            await nudges.note(tx, nudge_id, [Change(1, Got.SENT, NOW - days * DAY), Change(2, Got.CEILING, None)])
        await add(tx, 4, state=State.WAITING)
        await add(tx, 2, state=State.FAILED, closed_at=NOW)  # never sent: given back
    async with town.read(NOW) as tx:
        found = await nudge_budgets.missing(tx, 1, "attended", None, spans(NOW))
        assert [(m.learner_id, m.class_teacher_id, m.friend, m.spent) for m in found] == [
            (1, 1, True, (1, 2, 1)),
            (2, 1, True, (0, 0, 0)),
            (3, 1, False, (0, 0, 0)),
            (4, 2, True, (1, 1, 1)),
        ]
        mine = await nudge_budgets.missing(tx, 1, "attended", Scope(Range.SELF, 2), spans(NOW))
        assert [m.learner_id for m in mine] == [4]
        assert await nudge_budgets.spent_by(tx, 1, spans(NOW)) == (1, 2, 1)
        assert await nudge_budgets.spent_by(tx, 3, spans(NOW)) == (0, 0, 0)
        assert await nudge_budgets.sent_within(tx, ALL, spans(NOW)) == (1, 1)
        assert await nudge_budgets.sent_within(tx, Scope(Range.SELF, 2), spans(NOW)) == (0, 0)


async def test_what_is_due_and_what_waits(town: Database) -> None:
    async with town.write(NOW) as tx:
        due = await add(tx, 1, state=State.WAITING, msgid="a", next_look_at=NOW)
        later = await add(tx, 2, state=State.WAITING, msgid="b", next_look_at=NOW + DAY)
        await add(tx, 3, state=State.CANCELLED, closed_at=NOW, next_look_at=NOW)
        sent = await add(tx, 4, state=State.SENT, sent_at=NOW, next_look_at=NOW - DAY, closed_at=NOW)
        assert [n.id for n in await nudges.tasks.due(tx, 10)] == [due]
        await nudges.tasks.look_again(tx, {due: NOW + DAY, later: NOW})
        assert [n.id for n in await nudges.tasks.due(tx, 10)] == [later]
        assert [n.id for n in await nudges.waiting_for(tx, 1, "absent")] == [due, later]
        assert await nudges.waiting_for(tx, 1, "unfinished") == []
        assert [n.id for n in await nudges.listed(tx, ALL, NOW)] == [due, later, sent]
        assert await nudges.listed(tx, Scope(Range.SELF, 2), NOW) == []
        assert await nudges.tasks.known_msgids(tx, ["a", "z"]) == {"a"}
        loaded = await nudges.load(tx, due)
        assert loaded is not None
        assert (loaded.until, loaded.next_look_at, loaded.state) == (NOW + DAY, NOW + DAY, State.WAITING)
        assert await nudges.load(tx, 99) is None


async def test_two_that_cannot_be_told_apart(town: Database) -> None:
    async with town.write(NOW) as tx:
        first, second = [await add(tx, 1, state=State.UNSURE) for _ in range(2)]
        loaded = await nudges.load(tx, first)
        assert loaded is not None
        assert await nudges.alike(tx, loaded) == 1
        await nudges.change(tx, second, state=State.WAITING)
        assert await nudges.alike(tx, loaded) == 0


async def test_results_are_kept_for_each_learner_and_told_in_the_story(town: Database) -> None:
    async with town.write(NOW) as tx:
        nudge_id = await add(tx, 1, 2, 4)
        await learners.add_identity(tx, 1, "external_userid", "wm1-old")
        assert await nudges.learners_of(tx, nudge_id) == {
            "wm1": (1, Got.PLANNED),
            "wm1-old": (1, Got.PLANNED),
            "wm2": (2, Got.PLANNED),
            "wm4": (4, Got.PLANNED),
        }
        changes = [Change(1, Got.SENT, NOW - DAY), Change(2, Got.NOT_FRIEND, None)]
        await nudges.note(tx, nudge_id, changes)
        assert await nudges.counts(tx, [nudge_id]) == {nudge_id: {Got.SENT: 1, Got.NOT_FRIEND: 1, Got.PLANNED: 1}}
        loaded = await nudges.load(tx, nudge_id)
        assert loaded is not None
        await nudges.tell_story(tx, loaded, "member:lin", 1, changes[:1])
        (entry,) = await journal.story(tx, 1)
        assert (entry.kind, entry.by, entry.at, entry.detail) == (
            "nudged",
            "member:lin",
            NOW - DAY,
            {"lesson": 1, "kind": "absent"},
        )


async def test_one_person_in_one_task_twice_counts_once_after_the_merge(town: Database) -> None:
    async with town.write(NOW) as tx:
        both, one = await add(tx, 1, 2), await add(tx, 2)
        await tx.conn.execute(tables_camp.enrolments.delete().where(tables_camp.enrolments.c.learner_id == 2))
        await identities.merge(tx, 1, 2, name="学员1")
        assert await nudges.counts(tx, [both, one]) == {both: {Got.PLANNED: 1}, one: {Got.PLANNED: 1}}
        assert await nudge_budgets.spent_by(tx, 1, spans(NOW)) == (2, 2, 2)
