"""The worker: in order, each fact once, one fact's failure nobody else's trouble."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError

from bot.worker import Worker
from camp.outgoing import to_members
from camp.policy import Policy
from handlers import alerts
from handlers.core.context import Ctx
from handlers.core.router import Handlers
from jobs.core.job import Job
from storage import inbox, learners, members, outbox
from storage.database import Database, Tx
from storage.faults import StorageAway
from storage.inbox import FactDraft, State
from storage.outbox import Intent, add_intent
from storage.tables_loop import nonces
from tests.loop.conftest import both, eventually

NOON = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


class Shop:
    """A house with three handlers: `note` writes a row, `echo` answers, `break` writes, answers and then raises."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.seen: list[str] = []
        self.mended = False
        self.in_handler: Callable[[Ctx], Awaitable[None]] | None = None
        facts = {"t.note": self.note, "app.text": self.speak, "kf.message": self.speak, **alerts.router.facts}
        jobs = {"daily": Job("daily", self.tick, daily_at="03:00")}
        self.worker = Worker(database, Handlers(facts, (), (), {}), jobs, Policy())
        self.woken: list[set[str]] = []
        self.worker.wakes(self.woken.append)

    async def note(self, ctx: Ctx) -> None:
        await self._write(ctx.tx, str(ctx.fact.id))
        self.seen.append(ctx.fact.body["words"])
        if self.in_handler:
            await self.in_handler(ctx)

    async def speak(self, ctx: Ctx) -> None:
        await self._write(ctx.tx, str(ctx.fact.id))
        await add_intent(ctx.tx, Intent("app.message", {"to": ["boss"], "message": {"type": "text", "text": "seen"}}))
        if ctx.fact.body.get("text") == "break" and not self.mended:
            raise ValueError("the words 机密 13800138000")

    async def tick(self, tx: Tx, policy: Policy) -> None:
        await self._write(tx, "tick")

    async def _write(self, tx: Tx, value: str) -> None:
        await tx.conn.execute(insert(nonces).values(source="domain", nonce=value, body_hash="", seen_at=tx.now))

    async def add(self, *drafts: tuple[str, dict[str, Any]]) -> None:
        async with self.database.write(NOON) as tx:
            number = len(await inbox.listing(tx, None, 1000))
            rows = [FactDraft("t", kind, f"t{number + n}", "c", body) for n, (kind, body) in enumerate(drafts)]
            await inbox.add_facts(tx, rows)

    async def work(self) -> None:
        while await self.worker.apply_batch():
            pass

    async def domain(self) -> list[str]:
        async with self.database.read() as tx:
            return list((await tx.conn.execute(select(nonces.c.nonce).order_by(nonces.c.nonce))).scalars())

    async def sent(self) -> list[tuple[str, list[str], str]]:
        async with self.database.read() as tx:
            found = [(row.call, row.payload) for row in reversed(await outbox.listing(tx, None, 100))]
        return [(call, p["to"], p["message"]["text"]) for call, p in found]

    async def all_done(self) -> bool:
        return set(await self.states()) == {State.DONE}

    async def states(self) -> list[int]:
        async with self.database.read() as tx:
            return [row.state for row in reversed(await inbox.listing(tx, None, 1000))]


@pytest.fixture
async def shop(database: Database, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr("bot.worker._BATCH_SECONDS", 60)  # a busy machine must not cut a batch in two
    async with database.write(NOON) as tx:
        operator = await members.ensure(tx, "op")
        await members.change(tx, operator.id, position="operator")
    return Shop(database)


@both
async def test_facts_are_applied_in_order_and_once(shop: Shop) -> None:
    await shop.add(*(("t.note", {"words": str(n)}) for n in range(150)))
    await shop.work()
    await shop.work()
    assert shop.seen == [str(n) for n in range(150)]
    assert await shop.states() == [State.DONE] * 150


@both
async def test_a_handler_that_raises_loses_its_rows_and_nobody_elses(shop: Shop) -> None:
    await shop.add(
        ("t.note", {"words": "a"}),
        ("app.text", {"userid": "lin", "text": "break"}),
        ("t.note", {"words": "b"}),
        ("app.text", {"userid": "wu", "text": "fine"}),
    )
    await shop.work()
    assert await shop.states() == [State.DONE, State.FAILED, State.DONE, State.DONE]
    assert len(await shop.domain()) == 3
    sent = await shop.sent()
    assert [to for _, to, _ in sent] == [["lin"], ["op"], ["boss"]]  # one apology, one alert, and the neighbour's answer
    assert "没处理好" in sent[0][2]
    assert "wecamp inbox retry 2" in sent[1][2]
    assert "ValueError" in sent[1][2]
    assert set().union(*shop.woken) == {"app.message"}
    async with shop.database.read() as tx:
        row = await inbox.load(tx, 2)
    assert row is not None
    assert row.error == "ValueError: the words 机密 13800138000"


async def test_the_log_says_where_it_broke_and_nothing_that_was_said(shop: Shop, logged: list[MutableMapping[str, Any]]) -> None:
    await shop.add(("app.text", {"userid": "lin", "text": "break"}))
    await shop.work()
    (entry,) = [entry for entry in logged if entry["event"] == "fact failed"]
    assert (entry["error"], entry["kind"], entry["fact_id"]) == ("ValueError", "app.text", 1)
    assert "test_worker.py" in entry["at"]
    assert "speak" in entry["at"]
    assert "机密" not in str(logged)
    assert "138" not in str(logged)


@both
async def test_after_the_fix_a_retry_applies_it_without_a_second_apology(shop: Shop) -> None:
    await shop.add(("app.text", {"userid": "lin", "text": "break"}))
    await shop.work()
    for mended in (False, True):
        shop.mended = mended
        async with shop.database.write() as tx:
            assert await inbox.retry(tx, [1]) == 1
        await shop.work()
    assert await shop.states() == [State.DONE]
    assert [to for _, to, _ in await shop.sent()] == [["lin"], ["op"], ["boss"]]
    async with shop.database.read() as tx:
        row = await inbox.load(tx, 1)
    assert row is not None
    assert (row.attempts, row.error) == (2, None)


async def test_a_learner_gets_the_apology_in_kf_also_for_their_first_words(shop: Shop) -> None:
    async with shop.database.write(NOON) as tx:
        await learners.add(tx, external_userid="wm-known")
    said = {"origin": 3, "text": "break", "open_kfid": "wk1", "send_time": int(NOON.timestamp())}
    await shop.add(
        ("kf.message", {**said, "external_userid": "wm-known"}),
        ("kf.message", {**said, "external_userid": "wm-stranger"}),
        ("kf.message", {**said, "external_userid": "wm-known", "origin": 5}),  # a servicer wrote: nobody to apologise to
    )
    await shop.work()
    assert await shop.states() == [State.FAILED] * 3
    told = [to for call, to, _ in await shop.sent() if call == "kf.message"]
    assert told == ["wm-known", "wm-stranger"]


async def test_an_apology_that_fails_hides_nothing(shop: Shop) -> None:
    await shop.add(("app.text", {"text": "break"}), ("t.note", {"words": "a"}))  # no userid to apologise to
    await shop.work()
    assert await shop.states() == [State.FAILED, State.DONE]
    assert await shop.sent() == []


async def test_unknown_facts_are_counted_and_done(shop: Shop) -> None:
    from bot import metrics

    before = metrics.unknown_facts._value.get()
    await shop.add(("wecom.event", {"Event": "brand_new"}), ("answer.kf.dance", {}), ("tick.gone", {}))
    await shop.work()
    assert await shop.states() == [State.DONE] * 3
    assert metrics.unknown_facts._value.get() - before == 2


async def test_a_tick_runs_its_job(shop: Shop) -> None:
    await shop.add(("tick.daily", {"occurrence": "x"}))
    await shop.work()
    assert await shop.domain() == ["tick"]


@both
async def test_dying_in_the_middle_of_a_batch_changes_nothing(shop: Shop) -> None:
    inside = asyncio.Event()

    async def hang(ctx: Ctx) -> None:
        if len(shop.seen) == 3:
            inside.set()
            await asyncio.Event().wait()

    shop.in_handler = hang
    await shop.add(*(("t.note", {"words": str(n)}) for n in range(5)))
    working = asyncio.create_task(shop.work())
    await inside.wait()
    working.cancel()
    await asyncio.wait([working])
    assert await shop.domain() == []
    again = Shop(shop.database)  # the next process
    await again.work()
    assert again.seen == ["0", "1", "2", "3", "4"]
    assert len(await shop.domain()) == 5


async def test_a_database_that_fails_is_not_a_fault_of_the_fact(shop: Shop) -> None:
    """A lost connection or a deadlock inside a handler: the batch is tried again, nobody is apologised to."""
    faults = [
        OperationalError("x", {}, Exception("database is locked")),
        OperationalError("x", {}, Exception("database or disk is full")),
    ]

    async def fail(ctx: Ctx) -> None:
        if faults:
            raise faults.pop()

    shop.in_handler = fail
    await shop.add(("t.note", {"words": "a"}))

    async def may_work() -> bool:
        return True

    running = asyncio.create_task(shop.worker.run(may_work))
    await eventually(shop.all_done)
    running.cancel()
    await asyncio.wait([running])
    assert shop.seen == ["a", "a", "a"]
    assert len(await shop.domain()) == 1
    assert await shop.sent() == []


async def test_it_wakes_for_new_facts_and_works_only_with_the_lease(shop: Shop) -> None:
    allowed = asyncio.Event()
    asked = asyncio.Event()

    async def may_work() -> bool:
        asked.set()
        return allowed.is_set()

    running = asyncio.create_task(shop.worker.run(may_work))
    await shop.add(("t.note", {"words": "a"}))
    shop.worker.wake()
    await asked.wait()
    assert shop.seen == []
    allowed.set()
    shop.worker.wake()
    await eventually(lambda: bool(shop.seen), seconds=0.9)  # before its next look by itself
    running.cancel()
    await asyncio.wait([running])


async def test_it_waits_out_a_database_that_is_away(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.worker._POLL_SECONDS", 0.02)
    answers: list[Exception | None] = [None, None, StorageAway("restart"), StorageAway("restart")]

    async def may_work() -> bool:
        answer = answers.pop() if answers else None
        if answer:
            raise answer
        return True

    await shop.add(("t.note", {"words": "a"}))
    running = asyncio.create_task(shop.worker.run(may_work))
    await eventually(lambda: bool(shop.seen))
    running.cancel()
    await asyncio.wait([running])


@both
async def test_a_refusal_of_wecom_is_told_to_the_operator_once_a_day(shop: Shop) -> None:
    body = {"call": "contact.get", "outbox_id": 5, "errcode": 48002, "hint": {"zh": "没有权限", "en": "no right"}}
    await shop.add(("camp.call_refused", body), ("camp.call_refused", {**body, "outbox_id": 6}))
    await shop.work()
    ((_, to, words),) = await shop.sent()
    assert to == ["op"]
    assert "48002" in words
    assert "没有权限" in words


async def test_late_work_stands_at_the_time_the_fact_came(shop: Shop) -> None:
    async def late(ctx: Ctx) -> None:
        assert ctx.now == NOON
        await to_members(ctx.tx, ["lin"], {"type": "text", "text": "hi"})

    shop.in_handler = late
    await shop.add(("t.note", {"words": "a"}))
    await shop.work()
    async with shop.database.read() as tx:
        (row,) = await outbox.listing(tx, None, 10)
    assert (row.cause_id, row.created_at) == (1, NOON)
