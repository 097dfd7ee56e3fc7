"""Poison: a fact, a row of the outbox or a tick that always fails harms nobody but itself, and never the process."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

import bot.worker
from bot.worker import Worker
from camp.policy import Policy
from handlers.core.context import Ctx
from handlers.core.router import Handlers
from jobs.core.job import Job
from storage import inbox, members
from storage.database import Database, Tx
from storage.inbox import FactDraft
from storage.tables_loop import nonces
from tests.conftest import fresh_database
from tests.loop.conftest import eventually
from tests.outages.installation import Installation

NOON = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


async def raises(ctx: Ctx) -> None:
    raise ValueError("always")


async def is_cancelled(ctx: Ctx) -> None:
    raise asyncio.CancelledError


async def times_out(ctx: Ctx) -> None:
    async with asyncio.timeout(0):
        await asyncio.Event().wait()


async def waits_for_ever(ctx: Ctx) -> None:
    await asyncio.Event().wait()


async def waits_until_the_database_has_lost_patience(ctx: Ctx) -> None:
    """PostgreSQL ends a transaction in which nothing happens; here as soon as it sees it."""
    if ctx.tx.dialect == "postgresql":
        await ctx.tx.conn.execute(text("SET idle_in_transaction_session_timeout = 1"))
    await asyncio.Event().wait()


async def exits(ctx: Ctx) -> None:
    raise SystemExit(3)


async def never_returns_from_recursion(ctx: Ctx) -> None:
    await never_returns_from_recursion(ctx)


async def has_no_memory(ctx: Ctx) -> None:
    bytearray(1 << 60)


async def breaks_a_rule_of_the_database(ctx: Ctx) -> None:
    await ctx.tx.conn.execute(text("INSERT INTO inbox (id) VALUES (1)"))


async def swallows_a_fault_of_the_database(ctx: Ctx) -> None:
    try:
        await breaks_a_rule_of_the_database(ctx)
    except Exception:  # noqa: BLE001 - the poison
        await ctx.tx.conn.execute(text("SELECT no_such_column FROM inbox"))


async def gives_up_its_savepoint(ctx: Ctx) -> None:
    savepoint = ctx.tx.conn.get_nested_transaction()
    if savepoint is not None:
        await savepoint.rollback()
    raise ValueError("after that")


async def ends_the_transaction(ctx: Ctx) -> None:
    await ctx.tx.conn.rollback()


async def ends_the_transaction_behind_everybodys_back(ctx: Ctx) -> None:
    """As SQLite does by itself when it is out of memory."""
    await ctx.tx.conn.execute(text("ROLLBACK"))


Deed = Callable[[Ctx], Awaitable[None]]
DEEDS: list[Deed] = [
    raises,
    is_cancelled,
    times_out,
    waits_for_ever,
    waits_until_the_database_has_lost_patience,
    exits,
    never_returns_from_recursion,
    has_no_memory,
    breaks_a_rule_of_the_database,
    swallows_a_fault_of_the_database,
    gives_up_its_savepoint,
    ends_the_transaction,
    ends_the_transaction_behind_everybodys_back,
]


class Pharmacy:
    """A worker whose `t.note` writes a row and whose `t.poison` does what it is told."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.deed: Deed = raises
        self.ticks = 0
        self.tries_of_who_waits = Counter[str]()
        facts = {"t.note": self._note, "t.poison": self._poison}
        jobs = {"bad": Job("bad", self._bad_job, daily_at="03:00"), "good": Job("good", self._good_job, daily_at="03:00")}
        self._worker = Worker(database, Handlers(facts, (), (), {}), jobs, Policy())

    async def _note(self, ctx: Ctx) -> None:
        await ctx.tx.conn.execute(
            insert(nonces).values(source="note", nonce=ctx.fact.body["words"], body_hash="", seen_at=ctx.now)
        )

    async def _poison(self, ctx: Ctx) -> None:
        await self._note(ctx)
        if self.deed in (waits_for_ever, waits_until_the_database_has_lost_patience):
            self.tries_of_who_waits[ctx.fact.body["words"]] += 1
        await self.deed(ctx)

    async def _bad_job(self, tx: Tx, policy: Policy) -> None:
        raise ValueError("always")

    async def _good_job(self, tx: Tx, policy: Policy) -> None:
        self.ticks += 1

    async def add(self, *drafts: tuple[str, str], now: datetime = NOON) -> None:
        """Facts as (kind, words)."""
        async with self.database.write(now) as tx:
            rows = [FactDraft("t", kind, f"{kind}:{words}", f"member:{words}", {"words": words}) for kind, words in drafts]
            await inbox.add_facts(tx, rows)

    async def run(self) -> None:
        """The worker's own loop, until nothing waits; it must not end by itself."""

        async def always() -> bool:
            return True

        async def nothing_waits() -> bool:
            assert not running.done(), running
            return not await self.rows("SELECT id FROM inbox WHERE state = 0")

        running = asyncio.create_task(self._worker.run(always))
        try:
            await eventually(nothing_waits, 20)
        finally:
            running.cancel()
            await asyncio.wait([running])

    async def rows(self, query: str) -> list[Any]:
        async with self.database.read() as tx:
            return [tuple(row) for row in await tx.conn.execute(text(query))]

    async def states(self) -> dict[str, int]:
        return dict(await self.rows("SELECT dedup_key, state FROM inbox ORDER BY id"))

    async def notes(self) -> list[str]:
        return sorted(words for (words,) in await self.rows("SELECT nonce FROM nonces"))


@pytest.fixture(params=["sqlite", "postgres"])
async def pharmacy(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Pharmacy]:
    async with fresh_database(request, request.param, tmp_path) as url:
        database = Database(url)
        yield Pharmacy(database)
        await database.close()


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
async def test_a_fact_that_always_fails_is_kept_and_all_others_count_once(
    pharmacy: Pharmacy, deed: Deed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.worker, "_HANDLE_SECONDS", 0.5)
    pharmacy.deed = deed
    await pharmacy.add(("t.note", "a"), ("t.note", "b"), ("t.poison", "p"), ("t.note", "c"), ("t.poison", "q"), ("t.note", "d"))
    await pharmacy.run()
    await pharmacy.add(("t.note", "later"))
    await pharmacy.run()
    notes = ["t.note:a", "t.note:b", "t.note:c", "t.note:d", "t.note:later"]
    assert await pharmacy.states() == {**dict.fromkeys(notes, 1), "t.poison:p": 2, "t.poison:q": 2}
    assert await pharmacy.notes() == ["a", "b", "c", "d", "later"]
    assert pharmacy.tries_of_who_waits in ({}, {"p": 1, "q": 1})  # one wait is enough for everybody else
    errors = await pharmacy.rows("SELECT error FROM inbox WHERE state = 2")
    assert all(error for (error,) in errors)


@pytest.mark.parametrize("garbage", ['{"words": "x', "", "[1, 2]", "7", "null", "[" * 5000], ids=repr)
async def test_a_fact_whose_body_is_garbled_in_the_database_is_kept_alone(tmp_path: Path, request: Any, garbage: str) -> None:
    async with fresh_database(request, "sqlite", tmp_path) as url:
        pharmacy = Pharmacy(Database(url))
        await pharmacy.add(("t.note", "a"), ("t.note", "garbled"), ("t.note", "b"))
        async with pharmacy.database.write() as tx:
            query = text("UPDATE inbox SET body = :garbage WHERE dedup_key = 't.note:garbled'")
            await tx.conn.execute(query, {"garbage": garbage})
        await pharmacy.run()
        assert await pharmacy.states() == {"t.note:a": 1, "t.note:garbled": 2, "t.note:b": 1}
        assert await pharmacy.notes() == ["a", "b"]
        await pharmacy.database.close()


async def test_a_tick_that_always_fails_stops_no_other_and_is_told_once_a_day(pharmacy: Pharmacy) -> None:
    async with pharmacy.database.write(NOON) as tx:
        boss = await members.ensure(tx, "boss", name="老板")
        await members.change(tx, boss.id, position="operator")
    for number in range(5):
        await pharmacy.add(("tick.bad", str(number)), ("tick.good", str(number)), ("t.note", str(number)))
        await pharmacy.run()
    assert pharmacy.ticks >= 5
    assert Counter((await pharmacy.states()).values()) == {1: 10, 2: 5}
    assert await pharmacy.notes() == list("01234")
    assert await pharmacy.rows("SELECT call, count(*) FROM outbox GROUP BY call") == [("app.message", 1)]


BAD_ROWS = {
    "no such call": ("app.message", "no.such_call", '{"to": ["m1"]}'),
    "nothing to send": ("app.message", "app.message", "{}"),
    "a message of no kind": ("app.message", "app.message", '{"to": ["m1"], "message": {"type": "song"}}'),
    "to nobody": ("app.message", "app.message", '{"to": null, "message": {"type": "text", "text": "x"}}'),
    "to a number": ("app.message", "app.message", '{"to": 7, "message": {"type": "text", "text": "x"}}'),
    "garbled": ("app.message", "app.message", '{"to": ["m1"'),
    "a list": ("app.message", "app.message", "[1, 2]"),
    "a number": ("app.message", "app.message", "7"),
    "too deep": ("app.message", "app.message", "[" * 5000),
}


async def test_rows_that_cannot_be_sent_are_given_up_and_the_lane_goes_on(place: Installation) -> None:
    """In the running process; the bad rows go first in their lane."""
    some = range(1, 9)
    await place.hire(some)
    process = await place.start()
    await place.insist(some[:1])
    await place.at_rest()
    await place.rows("UPDATE outbox SET priority = 0")
    for lane, call, payload in BAD_ROWS.values():
        await place.rows(
            "INSERT INTO outbox (lane, call, priority, payload, context, answer, state, attempts, created_at, not_before)"
            f" VALUES ('{lane}', '{call}', 0, '{payload.replace(':', chr(92) + ':')}', '{{}}', 'always', 0, 0, 0, 0)"
        )
    await place.insist(some)
    await place.at_rest()
    ends = await place.rows("SELECT state, errcode FROM outbox WHERE created_at = 0")
    assert ends == [(2, -7)] * len(BAD_ROWS)
    assert {number: await place.told(number) for number in some} == dict.fromkeys(some, 1)
    await place.leave(process)


async def test_what_no_loop_can_go_on_with_ends_the_process_as_a_failure(place: Installation) -> None:
    """A process that takes callbacks for ever and applies none would be worse than none: its supervisor starts another."""
    some = range(1, 4)
    await place.hire(some)
    process = await place.start()
    await place.insist(some[:1])
    await place.at_rest()
    await place.rows("ALTER TABLE inbox RENAME TO hidden")
    async with asyncio.timeout(20):
        assert await process.wait() == 1
    assert "a loop died" in place.log.read_text()
    await place.rows("ALTER TABLE hidden RENAME TO inbox")
    again = await place.start()
    await place.insist(some)
    await place.adds_up(some)
    again.send_signal(signal.SIGTERM)
    async with asyncio.timeout(10):
        assert await again.wait() == 0
