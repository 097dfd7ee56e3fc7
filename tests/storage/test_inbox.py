"""The inbox: stored once, handed out in order, kept when it failed."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from storage import inbox
from storage.database import Database, Tx
from storage.inbox import FactDraft, State, Turn
from tests.storage.conftest import draft


async def test_the_same_key_is_stored_once_and_counted_once(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        assert await inbox.add_facts(tx, [draft("a"), draft("b"), draft("a")]) == 2
        assert await inbox.add_facts(tx, [draft("b"), draft("c")]) == 1
        assert await inbox.add_facts(tx, [draft("a")]) == 0
        assert await inbox.add_facts(tx, []) == 0
        assert tx.facts
        facts = await inbox.pending(tx, 10)
    assert [fact.body["text"] for fact in facts] == ["a", "b", "c"]
    assert facts[0].received_at == noon


@pytest.mark.parametrize("in_line", [False, True])
async def test_ids_rise_in_the_order_of_the_drafts_also_for_many(database: Database, in_line: bool) -> None:
    keys = [f"k{number * 7_919 % 2_500}" for number in range(2_500)]
    async with database.write_once() as tx:
        assert await inbox.add_facts(tx, [draft(key) for key in [*keys, *keys]], in_line=in_line) == 2_500
    async with database.write() as tx:
        assert [fact.body["text"] for fact in await inbox.pending(tx, 3_000)] == keys


async def test_each_value_is_stored_where_it_belongs(database: Database, noon: datetime) -> None:
    odd = FactDraft("ingest:" + "s" * 40, "k" * 70, "d\x00\ud800", "c\x00", {"营": ["伴\x00", float("nan"), {}, None, "\ud800"]})
    async with database.write(noon) as tx:
        assert await inbox.add_facts(tx, [odd, _friend("f", "code")]) == 2
        second, first = await inbox.listing(tx, None, 2)
    assert first._asdict() | {"id": 0} == {
        **{"id": 0, "source": ("ingest:" + "s" * 40)[:32], "kind": "k" * 64, "dedup_key": "d\ufffd\ufffd"},
        **{"conversation": "c\ufffd", "body": {"营": ["伴\ufffd", None, {}, None, "\ufffd"]}, "received_at": noon},
        **{"turn": Turn.BULK, "state": State.PENDING, "attempts": 0, "error": None, "done_at": None},
    }
    assert (second.turn, second.dedup_key) == (Turn.URGENT, "f")


async def test_one_statement_serves_any_number_of_facts(database: Database) -> None:
    """Each other text would be prepared anew, which takes PostgreSQL longer than to store the facts."""
    texts: set[str] = set()
    event.listen(database._writer.sync_engine, "before_cursor_execute", lambda *given: texts.add(given[2]))
    for number in range(1, 20):
        async with database.write_once() as tx:
            assert await inbox.add_facts(tx, [draft(f"{number} {n}") for n in range(number)], in_line=True) == number
    assert len([text for text in texts if "INSERT" in text]) == 1


async def test_long_keys_that_differ_only_at_the_end_stay_two(database: Database) -> None:
    long = "ingest:" + "x" * 300
    async with database.write() as tx:
        assert await inbox.add_facts(tx, [draft(long + "1"), draft(long + "2"), draft(long + "1")]) == 2
        await inbox.add_facts(tx, [FactDraft("t", "k", "c", "y" * 500, {})])
        assert len((await inbox.pending(tx, 9))[-1].conversation) == 160


async def test_applied_facts_leave_the_line_and_failed_ones_are_kept(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        await inbox.add_facts(tx, [draft(key) for key in "abc"])
        a, b, c = await inbox.pending(tx, 10)
        await inbox.settle(tx, [a.id])
        await inbox.fail(tx, b.id, "ValueError: bad \x00 text")
        await inbox.settle(tx, [])
        assert [fact.id for fact in await inbox.pending(tx, 10)] == [c.id]
        assert await inbox.counts(tx) == {State.PENDING: 1, State.FAILED: 1}
        kept = await inbox.load(tx, b.id)
        assert kept is not None
        assert (kept.state, kept.attempts, kept.error) == (State.FAILED, 1, "ValueError: bad \ufffd text")
        done = await inbox.load(tx, a.id)
        assert done is not None
        assert done.done_at == noon


async def test_retry_puts_failed_facts_back_and_nothing_else(database: Database) -> None:
    async with database.write() as tx:
        await inbox.add_facts(tx, [draft(key) for key in "abcd"])
        a, b, c, d = await inbox.pending(tx, 10)
        await inbox.settle(tx, [a.id])
        await inbox.fail(tx, b.id, "x")
        await inbox.fail(tx, c.id, "x")
        assert await inbox.retry(tx, [a.id, b.id, d.id]) == 1
        assert [(fact.id, fact.attempts) for fact in await inbox.pending(tx, 10)] == [(b.id, 1), (d.id, 0)]
        assert await inbox.retry(tx) == 1
        assert [row.id for row in await inbox.listing(tx, State.FAILED, 10)] == []
        assert [row.id for row in await inbox.listing(tx, None, 2)] == [d.id, c.id]


async def test_old_applied_ticks_are_forgotten_and_only_they(database: Database, noon: datetime) -> None:
    tick = FactDraft("clock", "tick.x", "tick:x:1", "clock", {})
    waiting = FactDraft("clock", "tick.x", "tick:x:2", "clock", {})
    async with database.write(noon) as tx:
        await inbox.add_facts(tx, [tick, waiting, draft("a")])
        first, _, other = await inbox.pending(tx, 10)
        await inbox.settle(tx, [first.id, other.id])
    async with database.write(noon + timedelta(days=2)) as tx:
        assert await inbox.forget_ticks(tx, timedelta(days=1)) == 1
        assert await inbox.forget_ticks(tx, timedelta(days=1)) == 0


async def test_two_nodes_storing_the_same_facts_store_each_once(database: Database) -> None:
    async def store() -> int:
        async with database.write() as tx:
            return await inbox.add_facts(tx, [draft(f"k{number}") for number in range(50)])

    assert sum(await asyncio.gather(*(store() for _ in range(4)))) == 50


async def test_a_second_worker_waits_for_the_first_and_finds_nothing_left(database: Database) -> None:
    """A node that lost its lease in the middle of a batch: its facts are not applied twice."""
    async with database.write() as tx:
        await inbox.add_facts(tx, [draft("a"), draft("b")])
    second_found: list[int] = []

    async def second() -> None:
        async with database.write() as tx:
            second_found.extend(fact.id for fact in await inbox.pending(tx, 10))

    async with database.write() as tx:
        mine = await inbox.pending(tx, 10)
        task = asyncio.create_task(second())
        done, _ = await asyncio.wait([task], timeout=0.1)
        assert not done
        await inbox.settle(tx, [fact.id for fact in mine])
    await task
    assert second_found == []


async def test_a_fact_that_becomes_visible_late_is_not_lost(database: Database) -> None:
    """PostgreSQL gives ids before the commit: an older id may appear after a younger one was applied."""
    if database.is_sqlite:
        return
    async with database.write() as slow:
        await inbox.add_facts(slow, [draft("older")])
        async with database.write() as fast:
            await inbox.add_facts(fast, [draft("younger")])
        async with database.write() as worker:
            seen = await inbox.pending(worker, 10)
            assert [fact.body["text"] for fact in seen] == ["younger"]
            await inbox.settle(worker, [fact.id for fact in seen])
    async with database.write() as worker:
        assert [fact.body["text"] for fact in await inbox.pending(worker, 10)] == ["older"]


async def test_people_do_not_wait_behind_a_bulk_of_events(database: Database) -> None:
    """A shop sends hundreds of events at once: who writes meanwhile comes first, and the events still move on."""
    async with database.write() as tx:
        await inbox.add_facts(tx, [FactDraft("ingest:shop", "ingest.order.paid", f"e{n}", "ingest", {}) for n in range(50)])
        await inbox.add_facts(tx, [FactDraft("callback", "app.text", f"p{n}", "member:lin", {}) for n in range(3)])
        kinds = [fact.kind for fact in await inbox.pending(tx, 10, bulk=2)]
    assert kinds == ["app.text"] * 3 + ["ingest.order.paid"] * 2


def _friend(key: str, learner: str) -> FactDraft:
    return FactDraft("callback", "wecom.event", key, f"learner:{learner}", {"text": key, "WelcomeCode": f"code-{key}"})


async def _line(tx: Tx, limit: int = 10) -> list[str]:
    return [fact.body["text"] for fact in await inbox.pending(tx, limit)]


async def test_a_code_that_dies_within_seconds_goes_first(database: Database) -> None:
    """New friends, whoever enters customer service, and the kf link a welcome waits for."""
    enter = FactDraft("kf", "kf.message", "enter", "learner:c", {"text": "enter", "event": {"welcome_code": "w"}})
    link = FactDraft("lane", "answer.kf.link", "link", "corp", {"text": "link", "context": {"code": "c"}})
    shop = FactDraft("ingest:shop", "ingest.order.paid", "paid", "ingest", {"text": "paid", "context": {"code": "x"}})
    async with database.write() as tx:
        await inbox.add_facts(tx, [shop, draft("words"), draft("more"), _friend("friend", "a"), enter, link])
        urgent = await inbox.pending(tx, 10)
        assert [fact.body["text"] for fact in urgent] == ["friend", "enter", "link"]
        await inbox.settle(tx, [fact.id for fact in urgent])
        assert await _line(tx) == ["words", "more", "paid"]


async def test_an_urgent_fact_takes_along_what_its_conversation_said_before(database: Database) -> None:
    """Deleted and added again: the other way round the friendship would end."""
    deleted = FactDraft("callback", "wecom.event", "deleted", "learner:a", {"text": "deleted"})
    after = FactDraft("callback", "wecom.event", "after", "learner:a", {"text": "after"})
    async with database.write() as tx:
        await inbox.add_facts(tx, [draft("words"), deleted, _friend("again", "a"), after, _friend("other", "b")])
        assert await _line(tx) == ["deleted", "again", "after", "other"]


async def test_a_code_that_died_waiting_holds_up_nobody(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        await inbox.add_facts(tx, [_friend("late", "a"), draft("words")])
    async with database.write(noon + timedelta(seconds=16)) as tx:
        await inbox.add_facts(tx, [_friend("fresh", "b")])
        [fresh] = await inbox.pending(tx, 10, urgent_for=timedelta(seconds=15))
        assert fresh.body["text"] == "fresh"
        await inbox.settle(tx, [fresh.id])
        assert await _line(tx) == ["late", "words"]


async def test_bulk_and_walks_have_their_turn_before_a_batch_may_end(database: Database) -> None:
    """A batch ends after a tenth of a second, which is about thirty of what people want."""
    step = FactDraft(inbox.WALK, "camp.close", "step", "closing:1", {"text": "step"})
    paid = [FactDraft("ingest:shop", "ingest.order.paid", f"e{number}", "ingest", {}) for number in range(3)]
    async with database.write() as tx:
        await inbox.add_facts(tx, [*paid, step, *(draft(f"words {n}") for n in range(64))])
        first = [fact.kind for fact in await inbox.pending(tx, 64, bulk=8)][:26]
        assert first.count("ingest.order.paid") == 3
        assert first.count("camp.close") == 1
        assert first[:8] == ["app.text"] * 8, "people first all the same"
