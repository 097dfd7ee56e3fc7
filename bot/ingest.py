"""`POST /ingest/{source}`: signed events of other systems. 200 only after they are stored; every fault named, all or nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from aiohttp import web
from pydantic import ValidationError

from bot import metrics
from bot.inbox_writer import Conceal, InboxWriter
from bot.ingest_events import EVENTS, BaseEvent
from bot.nesting import MOST_DEPTH, too_deep
from bot.turnstile import mark_authentic, read_in_time
from storage.columns import to_storable
from storage.database import Now, machine_now
from storage.inbox import FactDraft
from storage.nonces import Nonce, NonceUse

log = structlog.get_logger("ingest")

_WINDOW_SECONDS = 300
_MOST_EVENTS = 500
MOST_BYTES = 262_144  # a batch of 500 events
_STORE_SECONDS = 10
_NONCE = re.compile(r"[!-~]{1,128}")


class Refused(Exception):
    """A request that is not taken; `faults` are told to the caller, who holds the secret and is a programmer."""

    def __init__(self, status: int, error: str, faults: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.faults = list(faults)


class Ingest:
    """`secrets` maps a source to the secrets a signature may be made with (two while one replaces the other).

    `conceal` seals the phone numbers of a body before it is stored.
    """

    def __init__(
        self, secrets: Mapping[str, tuple[str, ...]], writer: InboxWriter, conceal: Conceal, now: Now = machine_now
    ) -> None:
        self._secrets = secrets
        self._writer = writer
        self._conceal = conceal
        self._now = now

    async def receive(self, request: web.Request) -> web.Response:
        """Verifies, reads and stores one request."""
        try:
            source = request.match_info["source"]
            body = await read_in_time(request)
            nonce = self._authenticate(source, request.headers, body, self._now().timestamp())
            mark_authentic(request)
            try:
                drafts = [to_draft(source, event) for event in read_events(body)]
            except Refused:
                await self._store([], nonce)  # a nonce signs one body, also one that is no good
                raise
            use = await self._store([replace(draft, body=self._conceal(draft.body)) for draft in drafts], nonce)
        except web.HTTPRequestEntityTooLarge:
            metrics.ingested.labels(outcome="refused_413").inc()
            raise
        except Refused as refused:
            metrics.ingested.labels(outcome=f"refused_{refused.status}").inc()
            log.info("ingest refused", status=refused.status, reason=refused.error)
            return web.json_response({"error": refused.error, "faults": refused.faults}, status=refused.status)
        outcome = "stored" if use is NonceUse.NEW else "duplicate"
        metrics.ingested.labels(outcome=outcome).inc()
        return web.json_response({"status": outcome, "events": len(drafts)})

    async def _store(self, drafts: Sequence[FactDraft], nonce: Nonce) -> NonceUse:
        use = await self._writer.submit(drafts, nonce, _STORE_SECONDS)
        if use is NonceUse.CONFLICT:
            raise Refused(409, "this nonce was used with another body: send a new nonce")
        return use

    def _authenticate(self, source: str, headers: Mapping[str, str], body: bytes, now: float) -> Nonce:
        secrets = self._secrets.get(source)
        if secrets is None:
            raise Refused(404, "unknown source")
        timestamp, nonce, given = (headers.get(name, "") for name in ("X-Timestamp", "X-Nonce", "X-Signature"))
        if not _NONCE.fullmatch(nonce) or not timestamp.isascii() or not timestamp.isdigit():
            raise Refused(401, "X-Timestamp (seconds), X-Nonce (1-128 printable ASCII characters) and X-Signature are needed")
        message = timestamp.encode() + b"\n" + nonce.encode() + b"\n" + body
        # A header may hold any byte; half characters must fail the comparison, not raise.
        told = given.encode("utf-8", "surrogatepass")
        valid = [hmac.compare_digest(told, b"v1=" + sign(secret, message).encode()) for secret in secrets]
        if not any(valid):
            raise Refused(401, "wrong signature")
        if abs(now - int(timestamp[:15])) > _WINDOW_SECONDS:
            raise Refused(401, f"the timestamp is more than {_WINDOW_SECONDS} s off")
        return Nonce(source, nonce, hashlib.sha256(body).hexdigest())


def sign(secret: str, message: bytes) -> str:
    """Hex HMAC-SHA256, as in `X-Signature: v1=<hex>`."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def read_events(body: bytes) -> list[BaseEvent]:
    """The events of a body `{"events": […]}` or of one event; Refused with every fault, by index and field."""
    try:
        data = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Refused(400, "the body is not JSON") from None
    if too_deep(data, body):
        raise Refused(400, f"nested deeper than {MOST_DEPTH}")
    raw = data["events"] if isinstance(data, dict) and "events" in data else [data]
    if not isinstance(raw, list) or not 0 < len(raw) <= _MOST_EVENTS:
        raise Refused(400, f"events must be a list of 1 to {_MOST_EVENTS}")
    events: list[BaseEvent] = []
    faults: list[dict[str, Any]] = []
    for index, item in enumerate(raw):
        try:
            events.append(_read_event(item))
        except ValidationError as error:
            for fault in error.errors(include_url=False, include_context=False, include_input=False):
                where = ".".join(str(part) for part in fault["loc"]) or "event"
                faults.append({"index": index, "field": where, "reason": fault["msg"]})
        except Refused as fault:
            faults.append({"index": index, "field": "type", "reason": fault.error})
    if faults:
        raise Refused(400, "some events are not valid; none was taken", faults)
    if b"\\ud" in body.lower():  # half a character in a field nobody knows: it is kept, as far as anything can hold it
        events = [_read_event(item) for item in to_storable(raw)]
    return events


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _read_event(item: Any) -> BaseEvent:
    kind = item.get("type") if isinstance(item, dict) else None
    model = EVENTS.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise Refused(400, f"must be one of {', '.join(EVENTS)}")
    return model.model_validate(item)


def to_draft(source: str, event: BaseEvent) -> FactDraft:
    """The fact of an event: its event_id is unique within its source."""
    body = {**event.model_dump(mode="json", exclude_none=True), "source": source}
    digest = hashlib.sha256(event.event_id.encode()).hexdigest()[:40] if len(event.event_id) > 120 else event.event_id
    return FactDraft(f"ingest:{source}"[:32], f"ingest.{event.type}", f"ingest:{source}:{digest}", "ingest", body)
