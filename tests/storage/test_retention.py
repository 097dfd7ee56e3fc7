"""Forgetting, on both databases: what goes, what stays, and how far a walk got."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from storage import cards, inbox, outbox, unmatched
from storage.database import Database, Tx
from storage.inbox import FactDraft, add_facts
from storage.outbox import Intent, State, add_intent
from storage.retention import PURGE_KIND, SWEEPS, Step, purge_stretch
from tests.storage.conftest import draft, rows

DAY = timedelta(days=1)


async def purge(tx: Tx, name: str, before: datetime, **how: Any) -> list[Step]:
    """All stretches of one table, two keys each."""
    steps: list[Step] = []
    while (step := await purge_stretch(tx, name, before, steps[-1].upto if steps else None, 2, **how)) is not None:
        steps.append(step)
    return steps


def note(words: str, **changes: Any) -> Intent:
    payload = {"to": ["lin"], "message": {"type": "text", "text": words}}
    return Intent("app.message", payload, context={"said": words}, **changes)


async def test_applied_facts_lose_their_words_and_nothing_else(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        await add_facts(tx, [draft(key) for key in ("done", "waits", "failed", "done too")])
        await add_facts(tx, [FactDraft("camp", PURGE_KIND, "mark", "purge", {"inbox": 7})])
        first = (await inbox.pending(tx, 10))[0].id
        await inbox.settle(tx, [first, first + 3, first + 4])
        await inbox.fail(tx, first + 2, "ValueError: what they wrote")
    async with database.write(noon + DAY) as tx:
        await add_facts(tx, [draft("young")])
        await inbox.settle(tx, [first + 5])
    lasting = "SELECT id, kind, dedup_key, state, received_at, done_at FROM inbox ORDER BY id"
    before = await rows(database, lasting)
    async with database.write(noon + DAY) as tx:
        assert [step.purged for step in await purge(tx, "inbox", noon + DAY, rehearse=True)] == [1, 1, 0]
        steps = await purge(tx, "inbox", noon + DAY)
        assert [(step.purged, step.first_kept) for step in steps] == [(1, first + 1), (1, first + 2), (0, first + 5)]
        assert [step.purged for step in await purge(tx, "inbox", noon + DAY)] == [0, 0, 0]
    kept = {row.dedup_key: row for row in await inbox_rows(database)}
    assert {key for key, row in kept.items() if row.body == {}} == {"done", "done too"}
    assert kept["failed"].error == "ValueError: what they wrote"
    assert kept["mark"].body == {"inbox": 7}
    assert await rows(database, lasting) == before
    async with database.write(noon + DAY) as tx:
        assert await add_facts(tx, [draft("done"), draft("waits")]) == 0  # still known


async def inbox_rows(database: Database) -> list[Any]:
    async with database.read() as tx:
        return await inbox.listing(tx, None, 100)


async def test_a_walk_ends_where_everything_is_young(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        await add_facts(tx, [draft(f"f{n}") for n in range(4)])
        assert await purge(tx, "inbox", noon) == []
        assert await purge(tx, "outbox", noon) == []


async def test_intents_that_may_still_go_out_keep_theirs(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        for words in ("sent", "waits", "dead for good", "dead, to be tried again", "expired", "sent late"):
            expires = {"expires_at": noon + DAY} if words == "dead for good" else {}
            await add_intent(tx, note(words, dedup_key=words, **expires))
        ids = {row.dedup_key: row.id for row in await outbox.listing(tx, None, 10)}
        await outbox.finish(tx, [ids["sent"]], State.SENT)
        await outbox.finish(tx, [ids["dead for good"]], State.DEAD, errcode=40003)
        await outbox.finish(tx, [ids["dead, to be tried again"]], State.DEAD, errcode=48002)
        await outbox.finish(tx, [ids["expired"]], State.EXPIRED)
    async with database.write(noon + 2 * DAY) as tx:
        await outbox.finish(tx, [ids["sent late"]], State.SENT)
        steps = await purge(tx, "outbox", noon + DAY)
        assert sum(step.purged for step in steps) == 3
        assert steps[0].first_kept == ids["waits"]
    async with database.write(noon + 2 * DAY) as tx:
        left = {row.dedup_key: (row.payload, row.context) for row in await outbox.listing(tx, None, 10)}
        assert {key for key, words in left.items() if words == ({}, {})} == {"sent", "dead for good", "expired"}
        assert await outbox.retry(tx) == 1
        assert not await add_intent(tx, note("sent", dedup_key="sent"))


async def test_spent_cards_and_codes_go_open_ones_stay(database: Database, noon: datetime) -> None:
    face = {"type": "card", "title": "小*"}
    async with database.write(noon) as tx:
        for name in ("open", "a", "b", "c"):
            await cards.open_card(tx, name, "claim", "1", ["wu"], face)
            await cards.keep_code(tx, name, f"code {name}")
        for name in ("a", "b", "c"):
            await cards.close(tx, name, face)
    async with database.write(noon + 5 * DAY) as tx:
        await cards.keep_code(tx, "open", "fresh")
        for name in ("cards", "card_codes"):
            await purge(tx, name, noon + DAY)
        assert [card.task_id for card in await cards.open_of(tx, "claim", "1")] == ["open"]
        assert await cards.load(tx, "b") is None
        assert await cards.take_code(tx, "open") == "fresh"
    assert [row.n for row in await rows(database, "SELECT count(*) AS n FROM card_codes")] == [1]


async def test_events_that_found_their_learner_lose_theirs(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        for number in (1, 2):
            await unmatched.park(
                tx,
                source="shop",
                event_id=f"e{number}",
                type_="order.paid",
                identity=("unionid", f"u{number}"),
                reason="r",
                body={"a": 1},
            )
        await unmatched.release(tx, [("unionid", "u1")])
    async with database.write(noon + DAY) as tx:
        assert [step.purged for step in await purge(tx, "unmatched_events", noon + DAY)] == [1]
        assert [event.body for event in await unmatched.waiting(tx, 10)] == [{"a": 1}]


@pytest.mark.parametrize("name", SWEEPS)
async def test_an_empty_table_has_nothing_to_forget(database: Database, noon: datetime, name: str) -> None:
    async with database.write(noon) as tx:
        assert await purge(tx, name, noon) == []


@pytest.mark.parametrize("name", ["inbox", "outbox"])
async def test_a_stretch_reads_its_own_keys_only(tmp_path: Any, empty_database: Any, noon: datetime, name: str) -> None:
    """On SQLite the index of states holds nearly all rows; a stretch that took it would read the whole table each time."""
    shutil.copyfile(empty_database, tmp_path / "plan.db")
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/plan.db")
    told: list[tuple[str, Any]] = []
    async with database.write(noon + 2 * DAY) as tx:
        event.listen(tx.conn.sync_connection, "before_cursor_execute", lambda *given: told.append((given[2], given[3])))
        await add_facts(Tx(tx.conn, noon), [draft("a"), draft("b")])
        await add_intent(Tx(tx.conn, noon), note("a"))
        told.clear()
        assert await purge_stretch(tx, name, noon + DAY, 0, 1) is not None
        looked = list(told)
        plans = [(await tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values)).all() for words, values in looked]
    await database.close()
    assert [step[3] for plan in plans for step in plan if name in step[3]] == [
        f"SEARCH {name} USING INTEGER PRIMARY KEY (rowid>?)",
        f"SEARCH {name} USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
    ]
