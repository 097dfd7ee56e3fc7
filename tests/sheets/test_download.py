"""The file behind the address: fetched once, bounded, decrypted with either kind of key; each fault by its own code."""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.wecom import errors
from bot.wecom.client import Answer, WeComClient
from bot.wecom.download import NotFetched, decrypt
from bot.wecom.errors import Outcome
from bot.wecom.road import RoadContext
from bot.wecom.roads.aibot_media import ROAD
from bot.wecom.tokens import TokenKeeper
from camp.sheet_file import MOST_BYTES
from sandbox.aibot.files import encrypt_file
from tests.sheets.conftest import csv

KEY = os.urandom(32)
AES_KEY = base64.b64encode(KEY).decode().rstrip("=")
SHEET = csv([("姓名", "手机", "期"), ("周小雨", "13800138000", "一期")]).encode()


class Shelf:
    """A server with one file."""

    def __init__(self) -> None:
        self.content = encrypt_file(KEY, SHEET)
        self.status = 200
        self.asked = 0

    async def give(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        headers = {"Content-Disposition": "attachment; filename*=UTF-8''%E5%90%8D%E5%8D%95.csv"}
        if self.status == 302:
            raise web.HTTPFound("/elsewhere")
        return web.Response(body=self.content, status=self.status, headers=headers)


@pytest.fixture
async def shelf() -> AsyncIterator[Any]:
    shelf = Shelf()
    app = web.Application()
    app.router.add_get("/{name}", shelf.give)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        base = str(server.make_url("")).rstrip("/")

        async def no_token() -> Any:
            raise AssertionError("a download needs no token")

        context = RoadContext(
            1, unseal=lambda sealed: sealed.removeprefix("sealed:"), conceal=lambda found: {**found, "safe": True}
        )
        client = WeComClient(session, base, TokenKeeper(no_token, lambda: 0.0), 30.0, context=context)

        async def fetch(url: str = f"{base}/file", key: str = AES_KEY) -> Answer:
            return await client.call(ROAD.calls[0], {"url": f"sealed:{url}", "key": f"sealed:{key}"})

        shelf.fetch = fetch  # type: ignore[attr-defined]
        yield shelf


async def test_a_sheet_is_fetched_read_and_sealed(shelf: Any) -> None:
    answer = await shelf.fetch()
    assert answer.outcome is Outcome.SUCCESS
    assert answer.result["name"] == "名单.csv"
    assert answer.result["safe"] is True
    assert answer.result["rows"][0]["subject"] == {"phone": "13800138000"}


@pytest.mark.parametrize(
    ("status", "code"), [(404, errors.FILE_GONE), (403, errors.FILE_GONE), (302, errors.BAD_STATUS), (500, errors.BAD_STATUS)]
)
async def test_what_the_server_says(shelf: Any, status: int, code: int) -> None:
    shelf.status = status
    answer = await shelf.fetch()
    assert answer.errcode == code
    assert answer.outcome is (Outcome.RETRY if code == errors.BAD_STATUS else Outcome.PERMANENT)
    assert shelf.asked == 1


async def test_a_file_over_the_limit_is_not_read_to_its_end(shelf: Any) -> None:
    shelf.content = encrypt_file(KEY, bytes(MOST_BYTES + 100))
    assert (await shelf.fetch()).errcode == errors.FILE_TOO_LARGE
    shelf.content = encrypt_file(KEY, b" " * MOST_BYTES)
    assert (await shelf.fetch()).result["problem"] == "empty"


@pytest.mark.parametrize(
    "key",
    [base64.b64encode(os.urandom(32)).decode(), "short", "", "é", base64.b64encode(KEY[:16]).decode()],
    ids=["another", "short", "none", "no base64", "half"],
)
async def test_another_key(shelf: Any, key: str) -> None:
    answer = await shelf.fetch(key=key)
    assert (answer.outcome, answer.errcode) == (Outcome.PERMANENT, errors.FILE_GARBLED)


@pytest.mark.parametrize("url", ["http://elsewhere.example/x", "file:///etc/passwd", "", "ftp://127.0.0.1/x"])
async def test_only_https_or_our_own_address(shelf: Any, url: str) -> None:
    answer = await shelf.fetch(url=url)
    assert (answer.outcome, answer.errcode) == (Outcome.PERMANENT, errors.UNSENDABLE)
    assert shelf.asked == 0


async def test_nobody_there(shelf: Any) -> None:
    answer = await shelf.fetch(url="https://127.0.0.1:1/x")
    assert (answer.outcome, answer.errcode) == (Outcome.RETRY, errors.DISCONNECTED)
    assert "127.0.0.1" not in answer.errmsg


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 1000])
def test_every_length_comes_back(length: int) -> None:
    content = os.urandom(length)
    assert decrypt(encrypt_file(KEY, content), base64.b64encode(KEY).decode()) == content
    assert decrypt(encrypt_file(KEY, content), AES_KEY) == content


@pytest.mark.parametrize(
    "data", [b"", b"x", bytes(32), os.urandom(31), os.urandom(64)], ids=["none", "x", "zeros", "odd", "noise"]
)
def test_what_was_never_encrypted(data: bytes) -> None:
    with pytest.raises(NotFetched):
        decrypt(data + b"!" * (len(data) % 16 == 0), AES_KEY)
