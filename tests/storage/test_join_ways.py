"""Join codes, the chats behind them, and who came and went: on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import cohorts as cohort_rows
from storage import enrolments, group_flow, group_members, join_ways, learners, members, tables_camp
from storage.database import Database, Tx
from storage.group_flow import DayCount
from storage.join_ways import JoinWay
from storage.scopes import Range, Scope
from storage.tables_camp import camps, channels, class_groups, cohorts

NOW = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def town(database: Database) -> Database:
    """Class A (林) and B (何) of one cohort, another cohort that is closed, two channels."""
    async with database.write(NOW - DAY) as tx:
        await tx.conn.execute(camps.insert().values(id=1, code="c", name="c", warm_lessons=4, sale_window_days=10))
        times = {"starts_at": NOW - DAY, "closes_at": NOW + DAY, "enrol_until": NOW + DAY}
        for number, closed in ((1, None), (2, NOW - DAY)):
            row = {"id": number, "camp_id": 1, "code": f"c-{number}", "name": f"c-{number}", **times, "closed_at": closed}
            await tx.conn.execute(cohorts.insert().values(row))
        lin, he = await members.ensure(tx, "lin"), await members.ensure(tx, "he")
        for number, (code, teacher) in enumerate((("A", lin), ("B", he)), start=1):
            row = {"id": number, "cohort_id": 1, "code": code, "chat_id": f"wr{code}", "class_teacher_id": teacher.id}
            await tx.conn.execute(class_groups.insert().values(row))
        for number, code in ((1, "dy"), (2, "xhs")):
            await tx.conn.execute(channels.insert().values(id=number, code=code, name=code, camp_id=1))
        if tx.dialect == "postgresql":
            for table in ("class_groups", "channels"):
                await tx.conn.exec_driver_sql(f"SELECT setval('{table}_id_seq', 10)")
    return database


async def way(tx: Tx, *, cohort: int = 1, group: int | None = None, channel: int | None = None, **columns: Any) -> JoinWay:
    made, _ = await join_ways.ensure(
        tx,
        cohort_id=cohort,
        class_group_id=group,
        channel_id=channel,
        state=f"c{cohort}.{channel}" if channel else f"c{cohort}",
        chat_ids=["wrA"],
        room_name="A ",
        room_number=2,
    )
    if columns:
        await join_ways.change(tx, made.id, **columns)
    found = await join_ways.load(tx, made.id)
    assert found is not None
    return found


async def test_one_code_for_each_cohort_class_and_channel(town: Database) -> None:
    async with town.write(NOW) as tx:
        ids = {(await way(tx, group=group, channel=channel)).id for group in (None, 1) for channel in (None, 1) for _ in range(2)}
        assert len(ids) == 4
        assert (await way(tx)).chat_ids == ("wrA",)
        assert (await way(tx)).waiting == ()


async def test_only_made_codes_of_open_cohorts_are_live(town: Database) -> None:
    async with town.write(NOW) as tx:
        await way(tx)
        await way(tx, cohort=2, config_id="jw2")
        assert await join_ways.live(tx) == []
        assert not await join_ways.leads_into(tx, 1)
        made = await way(tx, channel=1, config_id="jw1")
        assert [one.id for one in await join_ways.live(tx)] == [made.id]
        assert await join_ways.live(tx, state=["c9"]) == []
        assert await join_ways.leads_into(tx, 1)


async def test_a_state_names_a_channel_of_ours_or_a_declared_one(town: Database) -> None:
    async with town.write(NOW) as tx:
        await way(tx, channel=1)
        await way(tx)
        assert await join_ways.channels_of_states(tx, ["c1.1", "c1", "xhs", "nobody's"]) == {"c1.1": 1, "xhs": 2}
        assert await join_ways.channels_of_states(tx, []) == {}


async def test_the_code_of_the_class_and_channel_comes_first(town: Database) -> None:
    async with town.write(NOW) as tx:
        assert await join_ways.code_for(tx, 1, 1, 1) is None
        for group, channel, url in ((None, None, "all"), (None, 1, "all-dy"), (1, None, "A"), (1, 1, "A-dy"), (2, 1, "B-dy")):
            await way(tx, group=group, channel=channel, qr_code=url)
        asked = [await join_ways.code_for(tx, 1, group, channel) for group, channel in ((1, 1), (1, 2), (2, 1), (2, None))]
        assert asked == ["A-dy", "A", "B-dy", "all"]


async def test_a_chat_behind_a_class_is_of_its_class_teacher(town: Database) -> None:
    async with town.write(NOW) as tx:
        root = await cohort_rows.load_class_group(tx, 1)
        made = await join_ways.add_overflow(tx, root, code="A-2", chat_id="wrA2", chat_name="A 2", owner="lin")
        assert (made.class_id, made.class_teacher_id, made.overflow_of) == (1, root.class_teacher_id, 1)
        he = await members.ensure(tx, "he")
        own = await join_ways.groups_within(tx, Scope(Range.SELF, he.id), 1)
        assert [group.code for group in own] == ["B"]
        await group_members.change_group(tx, 1, class_teacher_id=he.id)
        await join_ways.follow_classes(tx)
        own = await join_ways.groups_within(tx, Scope(Range.SELF, he.id), 1)
        assert [group.code for group in own] == ["A", "B", "A-2"]


async def test_states_are_kept_once_and_go_with_who_leaves(town: Database) -> None:
    async with town.write(NOW) as tx:
        await group_members.join(tx, 1, ["wm1", "wm2"], NOW, 3)
        assert await group_members.keep_states(tx, 1, {"wm1": "c1.1", "wm9": "c1.1"}) == {"wm1"}
        assert await group_members.keep_states(tx, 1, {"wm1": "c1.1"}) == set()
        code = await way(tx, group=1, channel=1, config_id="jw")
        assert await join_ways.came_by(tx, code) == 1
        assert await join_ways.came_by(tx, await way(tx, group=2, channel=1, config_id="jw2")) == 0
        await group_members.leave(tx, 1, ["wm1"], NOW, 0)
        assert await join_ways.came_by(tx, code) == 0
        await group_members.join(tx, 1, ["wm1"], NOW + DAY, 1)
        rows = await tx.conn.execute(tables_camp.group_members.select().order_by(tables_camp.group_members.c.external_userid))
        assert [(row.external_userid, row.state, row.quit_scene, row.left_at) for row in rows] == [
            ("wm1", None, None, None),
            ("wm2", None, None, None),
        ]


async def test_who_left_and_what_a_day_saw(town: Database) -> None:
    async with town.write(NOW) as tx:
        one = await learners.add(tx, external_userid="wm1", name="周小雨")
        await enrolments.add(tx, learner_id=one.id, cohort_id=1, source="chat", place="class")
        await group_members.join(tx, 1, ["wm1", "wm2", "wm3"], NOW - DAY)
        await group_members.leave(tx, 1, ["wm1"], NOW, 0)
        await group_members.leave(tx, 1, ["wm2"], NOW + timedelta(hours=1), 1)
        await group_members.leave(tx, 1, ["wm3"], NOW + timedelta(hours=2))
        await group_members.join(tx, 2, ["wm3"], NOW + timedelta(hours=3))
        gone = await group_flow.leavers(tx, [1, 2])
        assert [(g.learner_id, g.name, g.quit_scene, g.group_code) for g in gone] == [
            (None, None, 1, "A"),
            (one.id, "周小雨", 0, "A"),
        ]
        hour = timedelta(hours=1)
        lesson = cohort_rows.Lesson(1, 1, 1, "开课啦", NOW, NOW + hour, NOW, NOW + hour, None)
        assert await group_flow.left_during(tx, lesson) == {one.id}
        assert await group_flow.left_during(tx, replace(lesson, ends_at=NOW)) == set()
        assert await group_flow.left_during(tx, replace(lesson, cohort_id=2)) == set()
        spans = [(NOW - DAY, NOW), (NOW, NOW + DAY)]
        assert await group_flow.per_day(tx, [1, 2], spans) == [DayCount(3, 0), DayCount(1, 3)]
        assert await group_flow.per_day(tx, [], spans) == [DayCount(0, 0), DayCount(0, 0)]
        assert await group_flow.inside(tx, [1, 2]) == 1
