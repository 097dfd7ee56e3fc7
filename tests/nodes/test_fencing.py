"""A lane that changes hands: the old owner falls silent, the new one knows what was sent and what may still be on the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from storage import outbox
from storage.database import Database, machine_now
from storage.outbox import Intent
from tests.loop.conftest import FakeWecom, Rig, both, rigged, to_group, to_learner, to_member

postgres_only = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@pytest.fixture
def wecom() -> FakeWecom:
    return FakeWecom()


@pytest.fixture
async def rig(database: Database, wecom: FakeWecom) -> AsyncIterator[Rig]:
    async with rigged(database, wecom) as rig:
        yield rig


async def sent_by_another(rig: Rig, *intents: Intent, seconds_ago: float) -> None:
    """These went out from another process."""
    await rig.add(*intents)
    async with rig.database.write() as tx:
        at = int((machine_now() - timedelta(seconds=seconds_ago)).timestamp() * 1_000_000)
        await tx.conn.execute(text("UPDATE outbox SET state = 1, tried_at = :at, finished_at = :at WHERE state = 0"), {"at": at})


@both
async def test_who_lost_the_lane_before_the_call_stays_silent(rig: Rig, wecom: FakeWecom) -> None:
    """The process stood still after it had marked the row: the row is as it was, for the next owner."""
    lost = False

    async def holds(_name: str) -> bool:
        return not lost or not await rig.rows("SELECT id FROM outbox WHERE tried_at IS NOT NULL")

    await rig.start(holds)
    await rig.add(to_learner("before"))
    await rig.drained()
    async with rig.database.write() as tx:
        await tx.conn.execute(text("UPDATE outbox SET tried_at = NULL"))
    lost = True
    await rig.add(to_learner("after"))

    async def marked() -> bool:
        return bool(await rig.rows("SELECT id FROM outbox WHERE state = 0 AND tried_at IS NOT NULL"))

    await rig.until(marked)
    await rig.stop()
    assert wecom.said() == ["before"]
    assert [row.attempts for row in await rig.rows("SELECT attempts FROM outbox WHERE state = 0")] == [0]


@postgres_only
async def test_what_may_still_be_on_the_wire_is_not_sent_beside_it(rig: Rig, wecom: FakeWecom) -> None:
    """Another node began two calls, just now and eleven seconds ago; a call lasts ten at most."""
    await rig.add(to_member("just now", "lin"), to_member("long ago", "wu"))
    for row, seconds in ((1, 0), (2, 11)):
        async with rig.database.write(machine_now() - timedelta(seconds=seconds)) as tx:
            await outbox.mark_tried(tx, [row])
    await rig.start()
    await rig.add(to_member("its turn comes later", "lin"), to_member("fresh", "chen"))
    await rig.until(lambda: len(wecom.asked) == 2)
    assert set(wecom.said()) == {"long ago", "fresh"}


@both
async def test_a_members_minute_is_counted_across_owners(rig: Rig, wecom: FakeWecom) -> None:
    """30 messages a minute to one member (doc 90454), all of them sent by the owner before."""
    await sent_by_another(rig, *(to_member(f"old{n}", "lin") for n in range(30)), seconds_ago=20)
    await rig.start()
    await rig.add(to_member("too many", "lin"), to_member("fresh", "wu"))
    await rig.until(lambda: "fresh" in wecom.said())
    assert wecom.said() == ["fresh"]


@both
async def test_an_hour_ago_is_forgotten(rig: Rig, wecom: FakeWecom) -> None:
    await sent_by_another(rig, *(to_member(f"old{n}", "lin") for n in range(30)), seconds_ago=3700)
    await rig.start()
    await rig.add(to_member("welcome again", "lin"))
    await rig.drained()
    assert wecom.said() == ["welcome again"]


@both
async def test_a_robots_minute_is_counted_across_owners(rig: Rig, wecom: FakeWecom) -> None:
    """20 messages a minute by one robot (doc 91770); the other robot is another lane."""
    await sent_by_another(rig, *(to_group(f"old{n}", "sales") for n in range(19)), seconds_ago=5)
    await rig.start()
    await rig.add(to_group("too many", "sales"), to_group("fresh", "teachers"))
    await rig.until(lambda: "fresh" in str(wecom.asked))
    assert "too many" not in str(wecom.asked)
