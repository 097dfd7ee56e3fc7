"""A night's forgetting through the worker: words go, the story stays, and the next night begins where this one left off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from camp import purge as camp_purge
from tests.learner.conftest import CAMP

MONTH = timedelta(days=31)


@pytest.fixture
async def camp(house: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(camp_purge, "CHUNK", 3)
    await house.apply(CAMP)
    return house


async def words(house: Any) -> list[str]:
    rows = await house.rows("SELECT body FROM inbox WHERE kind = 'kf.message' ORDER BY id")
    return [str(row.body) for row in rows]


async def stretches(house: Any, table: str) -> list[Any]:
    key = f"purge:%:{table}:%"
    return list(await house.rows("SELECT dedup_key FROM inbox WHERE dedup_key LIKE :key ORDER BY id", key=key))


async def test_words_go_and_the_story_stays(camp: Any) -> None:
    await camp.learner_says("wm1", "报名 阅读营")
    await camp.learner_says("wm1", "备注里写点悄悄话")
    before = [tuple(row) for row in await camp.rows("SELECT * FROM journal ORDER BY id")]
    assert before
    state = await camp.rows("SELECT kind, dedup_key, state, received_at FROM inbox ORDER BY id")
    camp.now += MONTH
    await camp.tick("purge")
    assert set(await words(camp)) == {"{}"}
    assert [tuple(row) for row in await camp.rows("SELECT * FROM journal ORDER BY id")] == before
    assert list(await camp.rows("SELECT kind, dedup_key, state, received_at FROM inbox ORDER BY id"))[: len(state)] == list(state)
    why = "\n".join(await camp.member_says("lin", "学员 #1"))
    assert "阅读营一期" in why


async def test_what_still_waits_keeps_its_words(camp: Any) -> None:
    await camp.learner_says("wm1", "报名")  # the answer waits in the outbox: nobody drains it here
    camp.now += MONTH
    await camp.tick("purge")
    assert "{}" not in {str(row.payload) for row in await camp.rows("SELECT payload FROM outbox WHERE state = 0")}


async def test_the_next_night_begins_where_this_one_left_off(camp: Any) -> None:
    for number in range(9):
        await camp.learner_says("wm1", f"话 {number}")
    camp.now += MONTH
    await camp.tick("purge")
    first = len(await stretches(camp, "inbox"))
    await camp.learner_says("wm1", "还不到时候")
    camp.now += timedelta(days=1)
    await camp.tick("purge")
    assert first >= 4
    assert len(await stretches(camp, "inbox")) - first == 1
    assert (await words(camp))[-1] != "{}"
    camp.now += MONTH
    await camp.tick("purge")
    assert set(await words(camp)) == {"{}"}


async def test_a_second_tick_of_the_same_night_starts_nothing(camp: Any) -> None:
    await camp.learner_says("wm1", "报名")
    camp.now += MONTH
    await camp.tick("purge")
    before = len(await camp.rows("SELECT id FROM inbox WHERE kind = 'camp.purge'"))
    await camp.tick("purge")
    assert len(await camp.rows("SELECT id FROM inbox WHERE kind = 'camp.purge'")) == before
