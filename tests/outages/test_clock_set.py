"""The machine's clock is set back or forward while the house runs: nothing is lost, nothing waits for the old time to return."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage import inbox
from storage.database import Database, machine_now
from storage.inbox import FactDraft
from tests.conftest import fresh_database
from tests.loop.conftest import FakeWecom, Rig, rigged, to_member

HOUR = timedelta(hours=1)


class SetClock:
    """The machine's clock as this process sees it."""

    def __init__(self) -> None:
        self.off = timedelta(0)

    def now(self) -> datetime:
        return machine_now() + self.off


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(params=["sqlite", "postgres"])
async def rig(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> AsyncIterator[Rig]:
    async with fresh_database(request, request.param, tmp_path) as url:
        database = Database(url, clock.now)
        async with rigged(database, FakeWecom()) as rig:
            yield rig
        await database.close()


@pytest.mark.parametrize("off", [-HOUR, HOUR], ids=["back", "forward"])
async def test_what_was_to_go_at_once_goes_at_once(rig: Rig, clock: SetClock, off: timedelta) -> None:
    await rig.add(*(to_member(f"before {number}", f"m{number}") for number in range(20)))
    clock.off = off
    await rig.start()
    await rig.add(*(to_member(f"after {number}", f"m{number}") for number in range(20)))
    await rig.drained(20)
    wanted = [f"{when} {number}" for number in range(20) for when in ("before", "after")]
    assert sorted(rig.wecom.said()) == sorted(wanted)
    for number in range(20):  # and each person's in their order
        assert [said for said in rig.wecom.said() if said.endswith(f" {number}")] == [f"before {number}", f"after {number}"]


async def test_what_waits_for_its_moment_goes_by_the_clock_as_it_is(rig: Rig, clock: SetClock) -> None:
    moment = clock.now() + 2 * HOUR
    await rig.add(to_member("later", "m1", not_before=moment), to_member("too late", "m2", expires_at=moment - HOUR))
    clock.off = 3 * HOUR
    await rig.start()
    await rig.drained(20)
    assert (rig.wecom.said(), await rig.states()) == (["later"], [1, 3])


@pytest.mark.parametrize("off", [-HOUR, HOUR], ids=["back", "forward"])
async def test_facts_keep_their_order_and_are_known_again(rig: Rig, clock: SetClock, off: timedelta) -> None:
    async def arrive(*keys: str) -> None:
        async with rig.database.write() as tx:
            await inbox.add_facts(tx, [FactDraft("t", "t.note", key, "member:m1", {}) for key in keys])

    await arrive("a", "b")
    clock.off = off
    await arrive("b", "c")
    async with rig.database.read() as tx:
        waiting = [fact.id for fact in await inbox.pending(tx, 10, urgent_for=timedelta(seconds=14))]
    keys = dict(await rig.rows("SELECT id, dedup_key FROM inbox"))
    assert [keys[fact_id] for fact_id in waiting] == ["a", "b", "c"]
