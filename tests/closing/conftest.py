"""The town of the stories: cohort read7-01 with its staff, at the hour of its close."""

from __future__ import annotations

from typing import Any

import pytest

from tests.closing.town import CLOSE_TIME, Town, camp_toml


@pytest.fixture
async def town(house: Any) -> Town:
    await house.apply(camp_toml())
    house.now = CLOSE_TIME
    return Town(house)
