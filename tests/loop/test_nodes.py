"""Two whole nodes on one PostgreSQL: what either takes in is worked off once, and the survivor carries on."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.app import House, running
from bot.settings import Settings, load_settings
from storage import inbox, outbox
from storage.inbox import FactDraft
from tests.loop.conftest import eventually

CONFIG = """
[server]
port = 0
[storage]
url = "{url}"
[wecom]
corp_id = "ww0000000000000001"
api_base_url = "http://127.0.0.1:9"
[wecom.app]
agent_id = 1000002
secret = "app-secret"
token = "callbackToken"
encoding_aes_key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
[wecom.kf]
open_kfid = "wkTest"
[privacy]
key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
"""


def said(number: int) -> FactDraft:
    body = {"userid": f"u{number}", "text": "帮助", "msg_id": str(number)}
    return FactDraft("callback", "app.text", f"msg:{number}", f"member:u{number}", body)


async def test_two_nodes_work_as_one(postgres: str, tmp_path: Path) -> None:
    name = f"t_{uuid.uuid4().hex}"
    root = create_async_engine(postgres.format(name="postgres"), isolation_level="AUTOCOMMIT")
    async with root.connect() as conn:
        await conn.execute(text(f"CREATE DATABASE {name}"))  # the nodes migrate it, one after the other
    settings = await asyncio.to_thread(_settings, tmp_path, postgres.format(name=name))
    async with running(settings) as survivor:
        async with running(settings) as leaver:
            await asyncio.gather(*((survivor, leaver)[n % 2].writer.submit([said(n), said(n // 2)]) for n in range(60)))
            await eventually(lambda: _worked_off(survivor), seconds=15)
            assert await _answers(survivor) == 60
        await survivor.writer.submit([said(1000)])
        await eventually(lambda: _worked_off(survivor), seconds=10)
        assert await _answers(survivor) == 61
        assert survivor.lanes.up
    async with root.connect() as conn:
        await conn.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await root.dispose()


def _settings(home: Path, url: str) -> Settings:
    (home / "config.toml").write_text(CONFIG.format(url=url), encoding="utf-8")
    return load_settings(home / "config.toml")


async def _worked_off(house: House) -> bool:
    async with house.database.read() as tx:
        assert await inbox.listing(tx, inbox.State.FAILED, 1) == []
        return await inbox.counts(tx) == {}


async def _answers(house: House) -> int:
    """How many answers were decided; each person who wrote has exactly one."""
    async with house.database.read() as tx:
        to = [row.payload["to"][0] for row in await outbox.listing(tx, None, 1000) if row.call == "app.message"]
    assert len(to) == len(set(to))
    return len(to)
