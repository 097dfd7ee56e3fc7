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


@pytest.fixture
async def house(request: Any, tmp_path: Any) -> Any:
    from bot.settings import DEFAULT_RULES
    from camp.policy import Policy
    from camp.rules.rule import RuleBook
    from storage.database import Database
    from tests.conftest import House, fresh_database

    async with fresh_database(request, "postgres", tmp_path) as url:
        database = Database(url)
        policy = Policy(
            open_kfid="wkTestDesk",
            link_key=b"test-link-key",
            privacy_key=b"0123456789abcdef0123456789abcdef",
            robots=frozenset({"sales", "teachers"}),
            rulebook=RuleBook(DEFAULT_RULES),
        )
        yield House(database, policy)
        await database.close()
