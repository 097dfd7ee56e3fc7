"""The HTTP edge on a real database; WeCom's envelopes are made by an own small codec, not by the code under test."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import os
import struct
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from bot.inbox_writer import InboxWriter
from bot.ingest import Ingest
from bot.readiness import Readiness
from bot.web import CallbackEdge, build_web
from bot.wecom.envelope import Keys
from camp.identity import conceal
from camp.policy import Policy
from storage import inbox
from storage.database import Database
from tests.conftest import fresh_database

TOKEN = "callbackToken"
AES = base64.b64encode(bytes(range(32))).decode()[:43]
CORP = "ww0000000000000001"
SECRETS = {"shop": ("shop-secret",), "lms": ("old-secret", "new-secret")}


def seal(plain: str, *, receiver: str = CORP, aes: str = AES) -> str:
    """One encrypted message (docs 90968): 16 random bytes, length, text, receiver, padded to 32."""
    data = plain.encode()
    packed = os.urandom(16) + struct.pack(">I", len(data)) + data + receiver.encode()
    count = 32 - len(packed) % 32
    key = base64.b64decode(aes + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(packed + bytes([count]) * count) + encryptor.finalize()).decode()


def signed(encrypted: str, *, token: str = TOKEN, stamp: str | None = None, nonce: str = "n1") -> dict[str, str]:
    """The query of a callback."""
    stamp = stamp or str(int(time.time()))
    digest = hashlib.sha1("".join(sorted([token, stamp, nonce, encrypted])).encode()).hexdigest()
    return {"msg_signature": digest, "timestamp": stamp, "nonce": nonce}


def envelope(encrypted: str) -> bytes:
    return f"<xml><ToUserName>{CORP}</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt><AgentID>1</AgentID></xml>".encode()


class Edge:
    """The edge as WeCom and other systems see it, and what it stored."""

    def __init__(
        self, client: TestClient[Any, Any], database: Database, readiness: Readiness, writing: asyncio.Task[None]
    ) -> None:
        self.client = client
        self.database = database
        self.readiness = readiness
        self.writing = writing
        self._nonces = itertools.count()

    async def callback(self, xml: str, **how: str) -> tuple[int, str]:
        """WeCom posts an event; returns the status and the body of the answer."""
        encrypted = seal(xml, receiver=how.pop("receiver", CORP))
        return await self.post(envelope(encrypted), **signed(encrypted, **how))

    async def post(self, body: bytes, **query: str) -> tuple[int, str]:
        answer = await self.client.post("/wecom/callback", params=query, data=body)
        return answer.status, await answer.text()

    async def ingest(self, body: Any, source: str = "shop", **how: Any) -> tuple[int, Any]:
        """A system posts events; `headers` replace the right ones. Returns the status and the JSON answer (None without one)."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = how.get("stamp") or str(int(time.time()))
        nonce = how.get("nonce") or f"n{next(self._nonces)}"
        message = f"{stamp}\n{nonce}\n".encode() + data
        digest = hmac.new(how.get("secret", "shop-secret").encode(), message, hashlib.sha256).hexdigest()
        headers = {"X-Timestamp": stamp, "X-Nonce": nonce, "X-Signature": f"v1={digest}", **how.get("headers", {})}
        answer = await self.client.post(f"/ingest/{source}", data=data, headers=headers)
        words = await answer.text()
        return answer.status, json.loads(words) if words else None

    async def facts(self) -> list[Any]:
        async with self.database.read() as tx:
            return await inbox.pending(tx, 10_000)

    async def count(self, name: str, **labels: str) -> float:
        """A number of /metrics."""
        page = await (await self.client.get("/metrics")).text()
        samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
        return sum(sample.value for sample in samples if sample.name == name and sample.labels == labels)


@pytest.fixture
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    async with fresh_database(request, getattr(request, "param", "sqlite"), tmp_path) as url:
        yield url


POLICY = Policy(privacy_key=b"k" * 32)


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[Any]]:
    with capture_logs() as entries:
        yield entries


@pytest.fixture
async def edge(database: Database, aiohttp_client: Any) -> AsyncIterator[Edge]:
    writer = InboxWriter(database)
    readiness = Readiness(database)
    callback = CallbackEdge(Keys(TOKEN, AES, CORP), writer, readiness, 300, 65_536)
    client = await aiohttp_client(
        build_web(callback, Ingest(SECRETS, writer, partial(conceal, Policy(privacy_key=b"k" * 32))), readiness)
    )
    writing = asyncio.create_task(writer.run())
    yield Edge(client, database, readiness, writing)
    writing.cancel()
    await asyncio.wait([writing])
