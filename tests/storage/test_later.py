"""Rows that wait to be written together: nobody who asks for their table misses them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from storage import journal, kf, learners, outbox, speakers
from storage.database import Database, Tx
from storage.later import put_off, write_out
from storage.outbox import Intent, add_intent, add_intents
from storage.tables_camp import learners as people

NOON = datetime(2026, 12, 2, 4, tzinfo=UTC)


@pytest.fixture
def asked(database: Database) -> Iterator[list[str]]:
    """Every statement from now on."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine = database._writer.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


async def _kinds(tx: Tx) -> list[str]:
    return [entry.kind for entry in await journal.story(tx, 1)]


async def test_many_are_written_by_one_statement_in_their_order(database: Database, asked: list[str]) -> None:
    async with database.write() as tx:
        put_off(tx)
        for number in range(20):
            await journal.record(tx, 1, f"kind {number}", by="learner")
            await add_intent(tx, Intent("app.message", {"to": [str(number)]}))
        assert asked == []
        await write_out(tx)
        assert [words.split()[2] for words in asked] == ["journal", "outbox"]
        assert await _kinds(tx) == [f"kind {number}" for number in reversed(range(20))]
        assert [row.payload["to"] for row in await outbox.listing(tx, None, 30)] == [[str(n)] for n in reversed(range(20))]


async def test_who_asks_for_the_table_has_them_first(database: Database, asked: list[str]) -> None:
    async with database.write() as tx:
        put_off(tx)
        await add_intent(tx, Intent("app.message", {}))
        await journal.record(tx, 1, "first", by="learner")
        assert await _kinds(tx) == ["first"]
        assert not [words for words in asked if "outbox" in words]
        await journal.record(tx, 1, "second", by="learner")
        assert await _kinds(tx) == ["second", "first"]
        await write_out(tx)
    async with database.read() as tx:
        assert await _kinds(tx) == ["second", "first"]
        assert len(await outbox.listing(tx, None, 9)) == 1


async def test_a_key_is_new_once_whether_it_waits_or_stands(database: Database) -> None:
    async with database.write() as tx:
        put_off(tx)
        await add_intents(tx, [Intent("app.message", {}, dedup_key=key) for key in ("a", "b", "a")])
        assert not await add_intent(tx, Intent("app.message", {}, dedup_key="b"))
        assert await add_intent(tx, Intent("app.message", {}, dedup_key="c"))
        await add_intents(tx, [Intent("app.message", {}, dedup_key="c")])
        await write_out(tx)
        assert [row.dedup_key for row in await outbox.listing(tx, None, 9)] == ["c", "b", "a"]


async def test_what_was_taken_back_is_not_written_by_the_next(database: Database) -> None:
    async def fails() -> None:
        async with database.write() as tx:
            put_off(tx)
            await journal.record(tx, 1, "never", by="learner")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    async with database.write() as tx:
        assert await _kinds(tx) == []
        await journal.record(tx, 1, "at once", by="learner")
        assert await _kinds(tx) == ["at once"]


async def test_a_window_that_waits_counts_what_is_sent_in_it(database: Database, asked: list[str]) -> None:
    async with database.write(NOON) as tx:
        learner = await learners.add(tx, external_userid="wm1")
        put_off(tx)
        for sent in (1, 2):
            speaker = await speakers.find(tx, "wm1")
            assert speaker is not None
            await kf.learner_spoke(tx, learner.id, "wk", tx.now)
            asked.clear()
            for number in range(sent):
                await kf.spend(tx, learner.id)
                window = await kf.window(tx, learner.id)
                assert window is not None
                assert window.left == kf.MESSAGES - number - 1
            assert asked == []
        await kf.learner_spoke(tx, learner.id, "wk", tx.now - timedelta(hours=1))
        await write_out(tx)
        tx.windows.clear()
        window = await kf.window(tx, learner.id)
        assert window == kf.Window("wk", kf.MESSAGES - 2, NOON + kf.WINDOW)
        await kf.spend(tx, learner.id)
        tx.windows.clear()
        assert await kf.window(tx, learner.id) == kf.Window("wk", kf.MESSAGES - 3, NOON + kf.WINDOW)


async def test_a_window_shut_while_it_waits_is_shut(database: Database) -> None:
    async with database.write(NOON) as tx:
        learner = await learners.add(tx, external_userid="wm1")
        put_off(tx)
        await speakers.find(tx, "wm1")
        await kf.learner_spoke(tx, learner.id, "wk", tx.now)
        await kf.shut(tx, learner.id)
        await write_out(tx)
        tx.windows.clear()
        assert await kf.window(tx, learner.id) == kf.Window("wk", 0, None)


async def test_who_was_seen_later_stays_seen_then(database: Database) -> None:
    async with database.write(NOON) as tx:
        await learners.add(tx, external_userid="wm1")
        put_off(tx)
        for hours in (1, 3, 2):
            speaker = await speakers.find(tx, "wm1")
            assert speaker is not None
            await speakers.seen(tx, speaker, NOON + timedelta(hours=hours))
        await write_out(tx)
        assert (await tx.conn.execute(select(people.c.last_seen_at))).scalar_one() == NOON + timedelta(hours=3)
