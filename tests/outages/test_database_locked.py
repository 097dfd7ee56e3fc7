"""Another process holds the SQLite file, or it cannot be written: honest refusals in time, and on without a restart."""

from __future__ import annotations

import asyncio
import sqlite3

from tests.outages.installation import Installation, until

BEFORE, MEANWHILE = range(100, 110), range(200, 220)


async def test_a_database_held_by_another_process_is_waited_for_and_nothing_is_lost(place: Installation) -> None:
    everybody = [*BEFORE, *MEANWHILE]
    await place.hire(everybody)
    process = await place.start()
    await place.insist(BEFORE)
    other = sqlite3.connect(place.home / "wecamp.db", isolation_level=None, timeout=PATIENT)
    try:
        other.execute("BEGIN IMMEDIATE")
        # WeCom hangs up after 5 s and takes that for an answer too: 503 it must be, and in time.
        answers = await place.write_all(MEANWHILE)
        assert set(answers.values()) == {503}
        status, body = await place.readyz()
        assert (status, body["ready"]) == (503, False)
        assert body["reason"] in ("another process holds the database", "the database does not answer")
    finally:
        other.close()
    await until(place.is_ready, "ready again without a restart")
    await place.insist(MEANWHILE)
    await place.adds_up(everybody)
    await place.leave(process)


async def test_a_lock_that_is_gone_in_a_second_is_not_noticed(place: Installation) -> None:
    await place.hire(MEANWHILE)
    process = await place.start()
    other = sqlite3.connect(place.home / "wecamp.db", isolation_level=None, timeout=PATIENT)
    try:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(place.write_all(MEANWHILE))
        done, _ = await asyncio.wait([writing], timeout=1)
        assert not done
    finally:
        other.close()
    assert set((await writing).values()) == {200}
    await place.adds_up(MEANWHILE)
    await place.leave(process)


PATIENT = 20.0
