"""The welcome when the kf link is not known yet: it waits for the link, but never past its code's life."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.signup.conftest import CAMP, KF_URL, Front


@pytest.fixture
async def cold(house: Any) -> Front:
    """The camp declared, the kf link not asked for yet."""
    await house.apply(CAMP)
    return Front(house)


async def test_the_welcome_waits_for_the_link(cold: Front) -> None:
    await cold.adds("wm1")
    assert await cold.house.sent("contact.welcome") == []
    await cold.house.answer("kf.link", {"url": KF_URL})
    [welcome] = await cold.house.sent("contact.welcome")
    assert welcome["link"]["url"].startswith(KF_URL)
    await cold.adds("wm2")
    assert len(await cold.house.sent("contact.welcome")) == 2
    assert len(await cold.house.sent("kf.link")) == 1


@pytest.mark.parametrize("failure", [{"errcode": 95000}, {"expired": True}])
async def test_without_a_link_the_welcome_goes_out_all_the_same(cold: Front, failure: dict[str, Any]) -> None:
    await cold.adds("wm1")
    cold.house.now += timedelta(seconds=8)
    await cold.house.answer("kf.link", ok=False, **failure)
    [welcome] = await cold.house.sent("contact.welcome")
    assert "link" not in welcome
    assert "卡片" not in welcome["text"]
    [row] = await cold.house.rows("select expires_at - created_at as lives from outbox where call = 'contact.welcome'")
    assert row.lives == 10_000_000


async def test_a_link_that_comes_too_late_is_kept_but_no_welcome_is_sent(cold: Front) -> None:
    await cold.adds("wm1")
    cold.house.now += timedelta(seconds=30)
    await cold.house.answer("kf.link", {"url": KF_URL})
    assert await cold.house.sent("contact.welcome") == []
    assert (await cold.house.rows("select link_url from kf_accounts"))[0].link_url == KF_URL
