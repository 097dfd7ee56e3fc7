"""A pool is read in the order of its index, a page at a time, and the order follows the lessons that are counted later."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import event

from handlers import sales_pool
from storage import attendance, identities, pools
from storage.database import Database
from tests.closing.town import Town


async def listed(house: Any) -> list[tuple[int, int]]:
    """What 公海 shows: #number and lessons attended, in its order."""
    (words,) = await house.member_says("hu", "公海")
    return [(int(number), int(attended)) for number, attended in re.findall(r"#(\d+) .*?到课 (\d+)/", words)]


async def attended_of(house: Any) -> list[tuple[int, int]]:
    return [tuple(row) for row in await house.rows("select learner_id, attended from pool_entries order by learner_id")]


async def test_the_best_first(house: Any, town: Town) -> None:
    for name, attended in [("甲", 4), ("乙", 6), ("丙", 6), ("丁", 5)]:
        await town.enrol(name, attended=attended)
    await town.enrol("戊", attended=1)
    await town.close()
    await house.member_says("lin", "放弃 #5 搬家")  # grade C, after all of grade A
    await town.enrol("己", attended=2)
    assert await listed(house) == [(2, 6), (3, 6), (4, 5), (1, 4), (5, 1)]


async def test_a_lesson_counted_after_the_hand_off_counts_in_the_pool(house: Any, town: Town) -> None:
    for name, attended in [("甲", 4), ("乙", 5)]:
        await town.enrol(name, attended=attended)
    await town.close()
    assert await listed(house) == [(2, 5), (1, 4)]
    # The town says only how many lessons there were: counted anew it is the one that is made up.
    await house.member_says("lin", "补签 #2 3 网络不好")
    assert await listed(house) == [(1, 4), (2, 1)]
    assert await attended_of(house) == [(1, 4), (2, 1)]


async def test_two_enrolments_that_become_one_are_counted_in_the_pool(house: Any, town: Town) -> None:
    await town.enrol("甲", attended=4)
    await town.enrol("乙", attended=0)
    await town.close()
    async with house.tx() as tx:
        for enrolment_id, lesson_id in [(1, 1), (1, 2), (2, 3)]:
            await attendance.save(tx, enrolment_id, lesson_id, attended=True)
        await identities.fold_enrolments(tx, 1, 2)
    assert await attended_of(house) == [(1, 3)]


async def test_a_large_pool_is_not_counted_to_its_end(house: Any, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sales_pool, "_COUNTED", 2)
    for name in ("甲", "乙", "丙"):
        await town.enrol(name, attended=4)
    await town.close()
    assert "公海 2+ 人待领" in (await house.member_says("hu", "公海"))[0]
    await house.member_says("hu", "领取 #1")
    assert "公海 2 人待领" in (await house.member_says("hu", "公海"))[0]


async def test_a_page_is_read_and_not_the_pool(database: Database) -> None:
    """No sort, whichever database: of the index that has the order, as many rows as are shown."""
    seen: list[tuple[str, Any]] = []
    async with database.write() as tx:
        engine = database._writer.sync_engine
        event.listen(engine, "before_cursor_execute", lambda c, u, words, values, *more: seen.append((words, values)))
        await pools.open_entries(tx, "conversion", 50)
        words, values = seen[0]
        page = re.search(r"\(SELECT pool_entries\.id AS id.*?LIMIT [^)]+\)", words, re.DOTALL)
        assert page is not None, words
        explain = "EXPLAIN QUERY PLAN "
        if tx.dialect == "postgresql":
            explain = "EXPLAIN "
            # An empty table is read faster without its index.
            for other in ("enable_seqscan", "enable_bitmapscan", "enable_sort"):
                await tx.conn.exec_driver_sql(f"SET LOCAL {other} = off")
        asked = values[: len(re.findall(r"\?|\$", page[0]))]
        plan = " ".join(str(row[-1]) for row in await tx.conn.exec_driver_sql(explain + page[0][1:-1], asked))
    assert "ix_pool_entries_best" in plan, plan
    assert "Sort" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan
