"""The welcome when the kf link is not known yet: it waits for the link, but never past its code's life."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from camp.welcome import ensure_kf_link
from tests.signup.conftest import CAMP, KF_URL, Front


async def waits(front: Front) -> list[int]:
    """For how many seconds each welcome is held back."""
    rows = await front.house.rows(
        "select (not_before - created_at) / 1000000 as waits from outbox where call = 'contact.welcome' order by id"
    )
    return [int(row.waits) for row in rows]


@pytest.fixture
async def cold(house: Any) -> Front:
    """The camp declared, the kf link not asked for yet."""
    await house.apply(CAMP)
    return Front(house)


async def test_the_welcome_waits_for_the_link(cold: Front) -> None:
    await cold.adds("wm1")
    assert await waits(cold) == [8]
    await cold.house.answer("kf.link", {"url": KF_URL})
    [welcome] = await cold.house.sent("contact.welcome")
    assert welcome["link"]["url"].startswith(KF_URL)
    assert await waits(cold) == [0]
    await cold.adds("wm2")
    assert len(await cold.house.sent("contact.welcome")) == 2
    assert len(await cold.house.sent("kf.link")) == 1


async def test_one_question_serves_all_who_wait(cold: Front) -> None:
    for second in range(3):
        await cold.adds(f"wm{second}")
        cold.house.now += timedelta(seconds=1)
    assert len(await cold.house.sent("kf.link")) == 1
    await cold.house.answer("kf.link", {"url": KF_URL})
    welcomes = await cold.house.sent("contact.welcome")
    assert len({welcome["link"]["url"] for welcome in welcomes}) == 3  # to each their own
    assert await waits(cold) == [3, 2, 1]


async def test_a_question_that_failed_is_asked_again_by_the_next(cold: Front) -> None:
    await cold.adds("wm1")
    await cold.house.answer("kf.link", ok=False, errcode=95000)
    await cold.adds("wm2")
    assert len(await cold.house.sent("kf.link")) == 2
    await cold.house.answer("kf.link", {"url": KF_URL})
    assert ["link" in welcome for welcome in await cold.house.sent("contact.welcome")] == [False, True]


async def test_the_question_of_the_start_serves_a_welcome_too(cold: Front) -> None:
    async with cold.house.tx() as tx:
        await ensure_kf_link(tx, cold.house.policy)
    await cold.adds("wm1")
    assert len(await cold.house.sent("kf.link")) == 1  # the one of the start will do


@pytest.mark.parametrize("failure", [{"errcode": 95000}, {"expired": True}])
async def test_without_a_link_the_welcome_goes_out_all_the_same(cold: Front, failure: dict[str, Any]) -> None:
    await cold.adds("wm1")
    cold.house.now += timedelta(seconds=8)
    await cold.house.answer("kf.link", ok=False, **failure)
    [welcome] = await cold.house.sent("contact.welcome")
    assert "link" not in welcome
    assert "卡片" not in welcome["text"]
    [row] = await cold.house.rows("select expires_at - created_at as lives from outbox where call = 'contact.welcome'")
    assert row.lives == 18_000_000
    assert await waits(cold) == [8]


async def test_a_link_that_comes_too_late_is_kept_and_the_welcome_went_without(cold: Front) -> None:
    await cold.adds("wm1")
    cold.house.now += timedelta(seconds=30)
    await cold.house.answer("kf.link", {"url": KF_URL})
    [welcome] = await cold.house.sent("contact.welcome")
    assert "link" not in welcome
    assert (await cold.house.rows("select link_url from kf_accounts"))[0].link_url == KF_URL
