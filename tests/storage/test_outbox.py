"""The outbox: priority and age, one row per key, expiry, and what a retry keeps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from storage import lanes, outbox
from storage.database import Database, Tx
from storage.outbox import Answer, Intent, Priority, State, add_intent, add_intents

MINUTE = timedelta(minutes=1)


def note(words: str, **changes: Any) -> Intent:
    fields: dict[str, Any] = {"call": "app.message", "payload": {"to": ["lin"], "message": {"type": "text", "text": words}}}
    return Intent(**(fields | changes))


async def texts(tx: Tx, lane: str = "app.message", **options: Any) -> list[str]:
    return [row.payload["message"]["text"] for row in await outbox.due(tx, lane, 100, **options)]


async def only(tx: Tx) -> Any:
    return (await outbox.listing(tx, None, 1))[0]


async def test_the_urgent_first_then_the_older(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        for words, priority in [
            ("b1", Priority.BROADCAST),
            ("n1", Priority.NOTICE),
            ("w", Priority.WELCOME),
            ("n2", Priority.NOTICE),
        ]:
            await add_intent(tx, note(words, priority=priority))
        await add_intent(tx, note("later", priority=Priority.WELCOME, not_before=noon + MINUTE))
        assert await texts(tx) == ["w", "n1", "n2", "b1"]
        assert tx.lanes == {"app.message"}


async def test_one_row_per_key(database: Database) -> None:
    async with database.write() as tx:
        assert await add_intent(tx, note("a", dedup_key="k" * 300))
        assert not await add_intent(tx, note("b", dedup_key="k" * 300))
        assert await add_intent(tx, note("c", dedup_key="k" * 300 + "!"))
        assert await add_intent(tx, note("d"))
        assert await add_intent(tx, note("e"))
        await add_intents(tx, [note("f", dedup_key="f"), note("g", dedup_key="f"), note("h")])
        assert await texts(tx) == ["a", "c", "d", "e", "f", "h"]


async def test_each_robot_is_a_lane_of_its_own(database: Database) -> None:
    async with database.write() as tx:
        for robot in ("sales", "teachers"):
            await add_intent(tx, Intent("robot.message", {"robot": robot, "message": {"type": "text", "text": robot}}))
        await add_intent(tx, Intent("kf.sync", {}))
        assert sorted(await lanes.lanes_in_use(tx)) == ["kf.sync", "robot:sales", "robot:teachers"]
        assert await texts(tx, "robot:sales") == ["sales"]


async def test_rows_in_hand_and_rows_of_a_closed_lane_are_left_out(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        for words in "abc":
            await add_intent(tx, note(words))
        await add_intent(tx, note("expired", expires_at=noon))
        first = (await outbox.due(tx, "app.message", 1))[0]
        assert await texts(tx, without=[first.id]) == ["b", "c", "expired"]
        assert await texts(tx, closed=True) == ["expired"]


async def test_a_row_ends_once(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        await add_intent(tx, note("a"))
        row = await only(tx)
        assert await outbox.finish(tx, [row.id], State.DEAD, errcode=40003, error="no \x00 such")
        assert not await outbox.finish(tx, [row.id], State.SENT)
        row = await only(tx)
        assert (row.state, row.attempts, row.errcode, row.error) == (State.DEAD, 1, 40003, "no \ufffd such")
        await outbox.postpone(tx, row.id, noon, errcode=1, error="late")
        assert (await only(tx)).errcode == 40003


async def test_postponed_rows_wait_and_say_why(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        await add_intent(tx, note("a"))
        row = await only(tx)
        await outbox.mark_tried(tx, [row.id])
        await outbox.postpone(tx, row.id, noon + MINUTE, errcode=-2, error="no answer in time")
        assert await texts(tx) == []
        assert await lanes.next_due_at(tx, "app.message") == noon + MINUTE
        row = await only(tx)
        assert (row.attempts, row.tried_at, row.errcode) == (1, noon, -2)
        await outbox.postpone(tx, row.id, noon, errcode=45009, error="often", counted=False, refused=True)
        row = await only(tx)
        assert (row.attempts, row.tried_at) == (1, None)  # surely not taken: the next try is a first one


async def test_a_row_is_never_put_off_beyond_its_expiry(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        await add_intent(tx, note("a", expires_at=noon + timedelta(seconds=18)))
        await outbox.postpone(tx, (await only(tx)).id, noon + MINUTE, errcode=45009, error="often")
        assert await lanes.next_due_at(tx, "app.message") == noon + timedelta(seconds=18)


async def test_retry_revives_the_dead_but_not_the_expired(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        for words, expires_at, state in [
            ("a", None, State.DEAD),
            ("b", noon + MINUTE, State.DEAD),
            ("c", noon, State.DEAD),
            ("d", noon, State.EXPIRED),
            ("e", None, State.SENT),
        ]:
            await add_intent(tx, note(words, expires_at=expires_at))
            await outbox.finish(tx, [(await only(tx)).id], state)
        assert await outbox.retry(tx) == 2
        assert await texts(tx) == ["a", "b"]


async def test_the_backlog_by_lane(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        await add_intent(tx, note("a"))
        await add_intent(tx, note("b", not_before=noon + MINUTE))
        await add_intent(tx, Intent("kf.sync", {}, not_before=noon + MINUTE))
    async with database.write(noon + timedelta(seconds=5)) as tx:
        assert sorted(await lanes.backlog(tx)) == [("app.message", 2, timedelta(seconds=5)), ("kf.sync", 1, timedelta(0))]


async def test_what_a_lane_reads_is_what_was_meant(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        tx.cause_id = 7
        await add_intent(tx, note("a", answer=Answer.ALWAYS, context={"learner_id": 3}, priority=Priority.REPLY))
        (row,) = await outbox.due(tx, "app.message", 5)
        assert (row.call, row.priority, row.context, row.answer) == ("app.message", 2, {"learner_id": 3}, Answer.ALWAYS)
        assert (row.attempts, row.created_at, row.expires_at, row.tried_at) == (0, noon, None, None)
        loaded = await outbox.load(tx, row.id)
        assert loaded is not None
        assert loaded.cause_id == 7
