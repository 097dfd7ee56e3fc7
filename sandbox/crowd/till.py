"""The shop's till: tells the bot of a payment by a signed event (DESIGN section 9), at the look-alike's time."""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import aiohttp

from sandbox.clock import Clock
from sandbox.crowd.plan import Pay
from sandbox.people import Impossible
from sandbox.story.shop import sign


class Till:
    """Pushes `order.paid` to `ingest_url`."""

    def __init__(self, pay: Pay, clock: Clock, session: aiohttp.ClientSession) -> None:
        self._pay = pay
        self._clock = clock
        self._session = session

    async def push(self, external_userid: str, order_no: str) -> None:
        """One order; Impossible when the bot does not take it."""
        event: dict[str, Any] = {
            "event_id": f"crowd:{order_no}",
            "type": "order.paid",
            "occurred_at": datetime.fromtimestamp(self._clock.now(), UTC).isoformat(),
            "subject": {"external_userid": external_userid},
            "order_no": order_no,
            "amount_fen": self._pay.amount_fen,
            "course": self._pay.course,
        }
        body = json.dumps(event).encode()
        timestamp, nonce = str(self._clock.seconds()), secrets.token_hex(8)
        signature = sign(self._pay.ingest_secret, timestamp, nonce, body)
        headers = {"X-Timestamp": timestamp, "X-Nonce": nonce, "X-Signature": signature, "Content-Type": "application/json"}
        try:
            async with self._session.post(self._pay.ingest_url, data=body, headers=headers) as answer:
                if answer.status != 200:
                    raise Impossible(f"机器人没有收下订单：HTTP {answer.status}")
        except aiohttp.ClientError as error:
            raise Impossible(f"订单推不过去：{type(error).__name__}") from None
