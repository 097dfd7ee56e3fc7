"""What the facts of one batch share: their intents are stored together, and what a later one says as well is said once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, select

from bot.worker import Worker
from camp.policy import Policy
from handlers.core.context import Ctx
from handlers.core.router import Handlers
from storage import inbox
from storage.database import Database
from storage.inbox import FactDraft
from storage.outbox import Intent, add_intent, on_its_way
from storage.tables_loop import outbox
from tests.loop.conftest import both

NOON = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
TOLD = "wecom.event:told"


@pytest.fixture(autouse=True)
def one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.worker._BATCH_SECONDS", 60)  # a busy machine must not cut it in two


class House:
    """`t.say` stores the intents it names (a name with `!` has a dedup_key), `told` needs no second hearing."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.heard: list[str] = []
        self.on_its_way: list[bool] = []
        facts = {"t.say": self.say, "t.ask": self.ask, TOLD: self.told}
        self.worker = Worker(database, Handlers(facts, (), (), {}, frozenset({TOLD})), {}, Policy())

    async def say(self, ctx: Ctx) -> None:
        for word in ctx.fact.body["words"]:
            key = word if word.endswith("!") else None
            await add_intent(ctx.tx, Intent("app.message", {"to": ["boss"], "word": word}, dedup_key=key))
        if ctx.fact.body.get("fails"):
            raise ValueError

    async def ask(self, ctx: Ctx) -> None:
        self.on_its_way.append(await on_its_way(ctx.tx, "app.message", ctx.now))

    async def told(self, ctx: Ctx) -> None:
        self.heard.append(ctx.fact.body["words"])
        if ctx.fact.body.get("fails"):
            raise ValueError

    async def work(self, *drafts: tuple[str, str, dict[str, Any]]) -> None:
        """Each as kind, conversation, body."""
        async with self.database.write(NOON) as tx:
            rows = [FactDraft("t", kind, f"t{number}", talk, body) for number, (kind, talk, body) in enumerate(drafts)]
            await inbox.add_facts(tx, rows)
        while await self.worker.apply_batch():
            pass

    async def words(self) -> list[str]:
        async with self.database.read() as tx:
            found = await tx.conn.execute(select(outbox).where(outbox.c.lane == "app.message").order_by(outbox.c.id))
            return [row.payload["word"] for row in found if "word" in row.payload]

    async def states(self) -> list[int]:
        async with self.database.read() as tx:
            return [row.state for row in reversed(await inbox.listing(tx, None, 100)) if row.source == "t"]


def said(*words: str, **more: Any) -> tuple[str, str, dict[str, Any]]:
    return "t.say", "c", {"words": words, **more}


def told(words: str, talk: str = "kf:1", **more: Any) -> tuple[str, str, dict[str, Any]]:
    return "wecom.event", talk, {"Event": "told", "words": words, **more}


@both
async def test_intents_of_a_batch_are_stored_by_one_statement_in_their_order(database: Database) -> None:
    house, stored = House(database), 0

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        nonlocal stored
        stored += statement.startswith("INSERT INTO outbox")

    event.listen(database._writer.sync_engine, "before_cursor_execute", note)
    await house.work(*[said(f"{number:02}") for number in range(30)])
    assert await house.words() == [f"{number:02}" for number in range(30)]
    assert stored == 1


@both
async def test_a_keyed_intent_between_others_keeps_its_place(database: Database) -> None:
    house = House(database)
    await house.work(said("a"), said("b!", "c"), said("d", "b!", "e"))
    assert await house.words() == ["a", "b!", "c", "d", "e"]


async def test_a_fact_that_fails_leaves_no_intent_and_its_neighbours_theirs(database: Database) -> None:
    house = House(database)
    await house.work(said("a"), said("b", fails=True), said("c"))
    assert await house.words() == ["a", "c"]
    assert await house.states() == [inbox.State.DONE, inbox.State.FAILED, inbox.State.DONE]


async def test_who_asks_what_is_on_its_way_sees_what_the_batch_has_said(database: Database) -> None:
    house = House(database)
    await house.work(("t.ask", "c", {}), said("a"), ("t.ask", "c", {}))
    assert house.on_its_way == [False, True]


async def test_only_the_last_of_several_that_say_the_same_is_heard(database: Database) -> None:
    house = House(database)
    await house.work(told("a1"), told("b1", "kf:2"), told("a2"), told("a3"))
    assert house.heard == ["b1", "a3"]
    assert await house.states() == [inbox.State.DONE] * 4


async def test_where_the_last_one_fails_the_others_are_heard_after_all(database: Database) -> None:
    house = House(database)
    await house.work(told("a1"), told("a2", fails=True))
    assert house.heard == ["a2", "a1", "a2"]
    assert await house.states() == [inbox.State.DONE, inbox.State.FAILED]
