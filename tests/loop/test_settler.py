"""The settler: no end of a call is lost, not by a stop in the middle and not by a neighbour that cannot be written."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.settler import Settler, Verdict, judge
from bot.wecom.client import Answer as Outcome
from bot.wecom.errors import Outcome as Kind
from storage import inbox, outbox
from storage.database import Database
from storage.faults import StorageAway
from storage.outbox import Answer, Due, State, add_intent
from tests.loop.conftest import both, eventually, to_member

SENT = Verdict(State.SENT, result={"msgid": "m"})


def a_row(attempts: int = 0) -> Due:
    now = datetime.now(UTC)
    return Due(1, "app.message", "app.message", 4, {}, {}, Answer.NONE, attempts, now, None, None)


async def waiting(database: Database, count: int) -> list[Due]:
    async with database.write() as tx:
        for n in range(count):
            await add_intent(tx, to_member(f"m{n}", answer=Answer.ALWAYS))
        return await outbox.due(tx, "app.message", count)


async def states(database: Database) -> list[int]:
    async with database.read() as tx:
        return [row.state for row in reversed(await outbox.listing(tx, None, 100))]


async def test_a_stop_in_the_middle_of_writing_loses_nothing(database: Database) -> None:
    rows = await waiting(database, 3)
    settler = Settler(database, conceal=lambda body: body)
    running = asyncio.create_task(settler.run())
    async with database.write():
        settler.put(rows[0], SENT, lambda row: None)
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # it waits for our transaction now
        settler.put(rows[1], SENT, lambda row: None)
        settler.put(rows[2], SENT, lambda row: None)
        running.cancel()
        await asyncio.sleep(0)
    await asyncio.wait([running], timeout=3)
    assert await states(database) == [State.SENT] * 3


@both
async def test_an_end_that_cannot_be_written_costs_only_its_own_row(database: Database) -> None:
    rows = await waiting(database, 5)
    settled: list[int] = []
    settler = Settler(database, conceal=lambda body: body)
    running = asyncio.create_task(settler.run())
    for n, row in enumerate(rows):
        verdict = Verdict(State.SENT, result={"odd": object()}) if n == 2 else SENT
        settler.put(row, verdict, lambda row: settled.append(row.id))
    await eventually(lambda: len(settled) == 5)
    running.cancel()
    await asyncio.wait([running])
    assert await states(database) == [State.SENT, State.SENT, State.DEAD, State.SENT, State.SENT]
    async with database.read() as tx:
        facts = await inbox.listing(tx, None, 100)
    assert sorted(fact.kind for fact in facts) == ["answer.app.message"] * 5 + ["camp.call_refused"]


async def test_the_database_away_for_a_moment_is_waited_for(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = await waiting(database, 1)
    real, faults = outbox.finish, [StorageAway("restart")]

    async def finish(*given: Any, **named: Any) -> bool:
        if faults:
            raise faults.pop()
        return await real(*given, **named)

    monkeypatch.setattr("bot.settler.outbox.finish", finish)
    done = asyncio.Event()
    settler = Settler(database, conceal=lambda body: body)
    running = asyncio.create_task(settler.run())
    settler.put(row, SENT, lambda row: done.set())
    async with asyncio.timeout(3):
        await done.wait()
    running.cancel()
    await asyncio.wait([running])
    assert await states(database) == [State.SENT]


@pytest.mark.parametrize(
    ("errcode", "kind", "attempts", "state", "alert"),
    [
        (0, Kind.SUCCESS, 0, State.SENT, False),
        (-1, Kind.RETRY, 0, None, False),
        (-1, Kind.RETRY, 2, State.DEAD, True),  # WeCom asks for at most three tries (doc 90313)
        (-2, Kind.RETRY, 500, None, False),  # the network: until it expires
        (999_999, Kind.RETRY, 2, State.DEAD, True),
        (48002, Kind.CONFIG, 0, None, True),
        (48002, Kind.CONFIG, 29, State.DEAD, True),
        (86001, Kind.PERMANENT, 0, State.DEAD, False),
        (95001, Kind.WAIT, 0, State.DEAD, False),  # one learner's window: reopens when they write
        (45009, Kind.WAIT, 500, None, False),
    ],
)
async def test_what_becomes_of_a_row(errcode: int, kind: Kind, attempts: int, state: State | None, alert: bool) -> None:
    verdict = judge(a_row(attempts), Outcome(kind, errcode, "words"))
    assert (verdict.state, verdict.alert) == (state, alert)
    assert verdict.counted == (errcode != 45009)


async def test_the_pause_grows_and_is_never_shorter_than_asked() -> None:
    pauses = [judge(a_row(n), Outcome(Kind.RETRY, -2)).pause.total_seconds() for n in (0, 3, 20)]
    assert 0.4 <= pauses[0] <= 0.6 < 3.2 <= pauses[1] <= 4.8 < 48 <= pauses[2] <= 72
    assert judge(a_row(), Outcome(Kind.RETRY, -2, retry_after_s=9.0)).pause.total_seconds() == 9
