"""The database takes no write any more, as when the system has remounted its disk read-only: SQLite's own refusal, on the running
house's own connection. Later it takes them again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from storage.database import Database
from tests.blackbox import envelope
from tests.loopback import CONFIG, Camp, open_camp

CORP, TOKEN, KEY = "wwfaults", "faultsToken", "c2FuZGJveC1rZXktMDEyMzQ1Njc4OWFiY2RlZmdoaWo"
READ_ONLY = "the database is read-only"


@pytest.fixture
async def session() -> Any:
    async with aiohttp.ClientSession(trust_env=False) as session:
        yield session


async def test_a_database_that_becomes_read_only_refuses_and_loses_nothing_and_goes_on(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    assert {CORP, TOKEN, KEY} < {word.strip('"') for word in CONFIG.split()}
    async with open_camp(tmp_path) as camp:
        assert [await _writes(camp, session, number) for number in (1, 2)] == [200, 200]
        await camp.quiet()
        async with _read_only(camp.house.database):
            for _ in range(2):
                assert [await _writes(camp, session, number) for number in (3, 4, 5)] == [503, 503, 503]
                status, body = await _readyz(camp, session)
                assert (status, body["ready"], body["storage"], body["reason"]) == (503, False, False, READ_ONLY)
            assert await camp.count("SELECT count(*) FROM inbox WHERE kind = 'app.text'") == 2  # it can be read
        assert (await _readyz(camp, session))[0] == 200
        assert [await _writes(camp, session, number) for number in (3, 4, 5)] == [200, 200, 200]
        await camp.quiet()
        assert camp.house.fault is None
        assert await camp.count("SELECT count(*) FROM inbox WHERE kind = 'app.text' AND state = 1") == 5
        assert await camp.count("SELECT count(*) FROM inbox WHERE state = 2") == 0
        screen = await camp.corp.screen("member", "lin")
        assert sum(bubble["from"] != "me" for bubble in screen) == 5


@asynccontextmanager
async def _read_only(database: Database) -> AsyncIterator[None]:
    """SQLite is told to refuse every write on the one connection that writes; at the end, to take them."""
    async with database.write() as tx:
        driver: Any = (await tx.conn.get_raw_connection()).driver_connection
    driver.real.execute("PRAGMA query_only = 1")
    yield
    driver.real.execute("PRAGMA query_only = 0")


async def _writes(camp: Camp, session: aiohttp.ClientSession, number: int) -> int:
    """Class teacher lin writes to the app; the status of the answer."""
    words = {"FromUserName": "lin", "CreateTime": int(camp.stage.clock.now()), "MsgType": "text", "Content": "帮助"}
    message = envelope.xml(ToUserName=CORP, MsgId=number, AgentID=1000002, **words)
    query, encrypted = envelope.sealed(TOKEN, KEY, message, CORP)
    body = envelope.xml(ToUserName=CORP, AgentID="1000002", Encrypt=encrypted)
    async with session.post(camp.stage.courier.callback_url, params=query, data=body.encode()) as answer:
        return answer.status


async def _readyz(camp: Camp, session: aiohttp.ClientSession) -> tuple[int, dict[str, Any]]:
    async with session.get(camp.stage.courier.callback_url.replace("/wecom/callback", "/readyz")) as answer:
        return answer.status, await answer.json()
