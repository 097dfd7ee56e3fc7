"""The shop: another system that tells the bot of orders and sign-ups by signed events (DESIGN section 9)."""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp

from sandbox.story.rhythm import Rhythm


class ShopRefused(Exception):
    """The bot did not take an event it had to take."""


def sign(secret: str, timestamp: str, nonce: str, body: bytes) -> str:
    """The X-Signature header of one request."""
    message = f"{timestamp}\n{nonce}\n".encode() + body
    return "v1=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


class Shop:
    """`url` is the bot's `/ingest/<source>`, `now` the time the shop lives in (unix s): the bot takes what is ±300 s old."""

    def __init__(
        self, url: str, secret: str, session: aiohttp.ClientSession, rhythm: Rhythm, now: Callable[[], float] = time.time
    ) -> None:
        self._rhythm = rhythm
        self._now = now
        self._url = url
        self._secret = secret
        self._session = session
        self._serial = 0

    async def sends(self, type: str, subject: dict[str, str], **fields: Any) -> str:
        """Sends one event twice, as an impatient shop does; returns its event_id. The second must be without effect."""
        await self._rhythm.turn()
        self._serial += 1
        event_id = f"demo-{self._serial}"
        now = datetime.fromtimestamp(self._now(), UTC).isoformat()
        body = json.dumps({"event_id": event_id, "type": type, "occurred_at": now, "subject": subject, **fields}).encode()
        for _ in range(2):
            status = await self._post(body)
            if status != 200:
                raise ShopRefused(f"商城的事件 {type} 被拒收：HTTP {status}")
        return event_id

    async def sends_badly(self, type: str, subject: dict[str, str]) -> int:
        """The HTTP status of an event with a wrong signature."""
        return await self._post(json.dumps({"type": type, "subject": subject}).encode(), secret="wrong")

    async def _post(self, body: bytes, secret: str = "") -> int:
        timestamp, nonce = str(int(self._now())), secrets.token_hex(8)
        headers = {
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": sign(secret or self._secret, timestamp, nonce, body),
            "Content-Type": "application/json",
        }
        async with self._session.post(self._url, data=body, headers=headers) as answer:
            await answer.read()
            return answer.status
