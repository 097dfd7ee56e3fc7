"""A shop that tells the house of sign-ups, lessons and orders, and repeats every event until it is answered 200."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from datetime import UTC, datetime
from typing import Any

import aiohttp

from tests.crash.ground import Ground
from tests.crash.ledger import Json, Ledger
from tests.crash.town import SECRET


class Shop:
    """`begun` counts the requests that were started; a killer waits for the next one."""

    def __init__(self, ground: Ground, ledger: Ledger) -> None:
        self._ground = ground
        self._ledger = ledger
        self._serial = 0
        self._started = asyncio.Event()
        self.begun = 0

    def event(self, kind: str, learner: str, **fields: Any) -> Json:
        """One event with an id of its own."""
        self._serial += 1
        now = datetime.now(UTC).isoformat()
        subject = {"external_userid": learner}
        return {"event_id": f"crash-{self._serial}", "type": kind, "occurred_at": now, "subject": subject, **fields}

    async def tell(self, *events: Json) -> None:
        """Sends them in one request, again and again with the same ids, until they are taken."""
        body = json.dumps({"events": events}, ensure_ascii=False).encode()
        while True:
            status = await self._post(body)
            if status == 200:
                self._ledger.events.update({event["event_id"]: event for event in events})
                return
            if 400 <= status < 500:
                self._ledger.broken.append(f"the shop was refused with {status}: {body.decode()[:200]}")
                return
            await self._ground.home.wait()

    async def _post(self, body: bytes) -> int:
        """The status, 0 for no answer. A fresh nonce each time: a repeat is known by its event ids."""
        stamp, nonce = str(int(time.time())), secrets.token_hex(8)
        digest = hmac.new(SECRET.encode(), f"{stamp}\n{nonce}\n".encode() + body, hashlib.sha256).hexdigest()
        headers = {"X-Timestamp": stamp, "X-Nonce": nonce, "X-Signature": f"v1={digest}", "Content-Type": "application/json"}
        self.begun += 1
        self._started.set()
        self._started = asyncio.Event()
        try:
            async with self._ground.session.post(f"{self._ground.house_url}/ingest/shop", data=body, headers=headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def next_request(self, number: int) -> None:
        """Returns once so many more requests were started."""
        wanted = self.begun + number
        while self.begun < wanted:
            await self._started.wait()
