"""One API call with all its pages: every fault becomes an `Answer`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

import aiohttp

from bot.wecom import errors
from bot.wecom.download import NotFetched
from bot.wecom.errors import Outcome
from bot.wecom.road import MAX_PAGES, Attachment, Call, Json, NotConfigured, RoadContext
from bot.wecom.tokens import NoToken, TokenKeeper
from bot.wecom.wire import DEFAULT_TIMEOUT_S, Reply, Wire

UNREADABLE_PAYLOAD = (KeyError, TypeError, ValueError, AttributeError, IndexError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one call; `result` is what the contract promises, empty without SUCCESS (but 81013 keeps `invalid`).

    `retry_after_s` goes with WAIT, and with RETRY or CONFIG where the pause is known. Errcodes -2 to -9 are our own
    (`bot.wecom.errors`); -1 and all others are WeCom's.
    """

    outcome: Outcome
    errcode: int = 0
    errmsg: str = ""
    result: Json = field(default_factory=dict)
    retry_after_s: float | None = None

    @property
    def closes_lane(self) -> bool:
        """Return whether a WAIT concerns the whole API (or robot) and not only this one recipient."""
        return self.errcode in errors.CLOSES_LANE


async def _at_once() -> None:
    return


async def _no_connection(call: Call, _payload: Json, _again: Callable[[], Awaitable[None]]) -> Answer:
    return Answer(Outcome.PERMANENT, errors.UNSENDABLE, f"{call.name}: the robot has no long connection")


class WeComClient:
    """Sends the calls of the roads. `session` is shared and owned by the caller; `context` is handed to every `build`."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        tokens: TokenKeeper,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        *,
        context: RoadContext,
    ) -> None:
        self._wire = Wire(session, base_url, timeout_s)
        self._tokens = tokens
        self._context = context
        # Takes the calls with auth "socket": the robot's long connection, where there is one.
        self.over_socket: Callable[[Call, Json, Callable[[], Awaitable[None]]], Awaitable[Answer]] = _no_connection

    async def call(self, call: Call, payload: Json, again: Callable[[], Awaitable[None]] = _at_once) -> Answer:
        """Perform `call` with all its pages, one token refresh and one mended body at most; raises nothing of the network.

        WeCom counts each of those requests: `again` is awaited before every one but the first.
        """
        if call.auth == "socket":
            return await self.over_socket(call, payload, again)
        try:
            draws = call.draws is not None and call.draws(payload)
            body = await asyncio.to_thread(call.build, payload, self._context) if draws else call.build(payload, self._context)
            key = call.key(payload, self._context) if call.key else ""
        except NotConfigured as missing:
            outcome = Outcome.PERMANENT if errors.NOT_CONFIGURED in call.final else Outcome.CONFIG
            return Answer(outcome, errors.NOT_CONFIGURED, str(missing.args[0] if missing.args else missing))
        except UNREADABLE_PAYLOAD as fault:
            return Answer(Outcome.PERMANENT, errors.UNSENDABLE, f"{call.name}: {type(fault).__name__}: {fault}")
        if call.open is not None:
            return await self._open(call, payload, str(body["url"]))
        return await _Run(self._wire, self._tokens, self._context, call, payload, key, again).all_pages(body)

    async def _open(self, call: Call, payload: Json, url: str) -> Answer:
        """GET a file and read it aside, by `call.open`; the addresses `Wire.fetch` takes."""
        assert call.open is not None
        try:
            file = await self._wire.fetch(url, call.most_bytes)
            return Answer(Outcome.SUCCESS, result=await asyncio.to_thread(call.open, payload, file, self._context))
        except NotFetched as fault:
            return Answer(errors.classify(fault.errcode), fault.errcode, str(fault))


class _Run:
    """One call on its way: remembers what may happen only once."""

    def __init__(
        self,
        wire: Wire,
        tokens: TokenKeeper,
        context: RoadContext,
        call: Call,
        payload: Json,
        key: str,
        again: Callable[[], Awaitable[None]],
    ) -> None:
        self._wire = wire
        self._again = again
        self._asked = False
        self._tokens = tokens
        self._call = call
        self._payload = payload
        self._key = key
        self._settled = call.settled_codes | context.settled_codes.get(call.name, frozenset())
        self._refreshed = False
        self._mended = False
        self._file: Attachment | None = None

    async def all_pages(self, body: Json) -> Answer:
        results: list[Json] = []
        seen: set[str] = set()
        page: Json | None = body
        while page is not None:
            if self._call.next_page is not None:
                fingerprint = json.dumps(page, sort_keys=True)
                if fingerprint in seen or len(seen) >= MAX_PAGES:
                    return Answer(
                        Outcome.PERMANENT, errors.ENDLESS_PAGES, f"{self._call.name}: cursor repeated or > {MAX_PAGES} pages"
                    )
                seen.add(fingerprint)
            answer, raw = await self._one_page(page)
            if answer.outcome is not Outcome.SUCCESS:
                return answer
            results.append(answer.result)
            page = self._call.next_page(page, raw) if self._call.next_page else None
        return replace(answer, result=self._call.merge(results))

    async def _one_page(self, body: Json) -> tuple[Answer, Json]:
        while True:
            reply, token = await self._exchange(body)
            if reply.errcode in (40001, 40014, 42001) and token and not self._refreshed:
                self._refreshed = True
                if self._tokens.invalidate(token):
                    continue
            mended = self._call.mend(body, reply.errcode) if self._call.mend and not self._mended else None
            if mended is None:
                return self._judge(reply), reply.body
            self._mended = True
            body = mended

    async def _exchange(self, body: Json) -> tuple[Reply, str]:
        if self._asked:
            await self._again()
        self._asked = True
        if self._call.auth == "address":
            return await self._wire.ask("POST", self._key, {}, body), ""
        if self._call.auth == "key":
            return await self._wire.ask(self._call.method, self._call.path, {"key": self._key}, body), ""
        try:
            token = await self._tokens.get()
        except NoToken as refused:
            return Reply(refused.errcode, refused.errmsg, verdict=refused), ""
        if self._call.attach is not None:
            return await self._upload(self._call.attach, {"access_token": token}, body), token
        return await self._wire.ask(self._call.method, self._call.path, {"access_token": token}, body), token

    async def _upload(self, attach: Callable[[Json, bytes], Attachment], secrets: Mapping[str, str], query: Json) -> Reply:
        if self._file is None:
            try:
                url = self._call.fetch(self._payload) if self._call.fetch is not None else ""
                fetched = (await self._wire.fetch(url, self._call.most_bytes)).content if url else b""
                self._file = await asyncio.to_thread(attach, self._payload, fetched)
            except NotFetched as fault:
                return Reply(fault.errcode, str(fault))
            except UNREADABLE_PAYLOAD as fault:
                return Reply(errors.UNSENDABLE, f"{self._call.name}: {type(fault).__name__}: {fault}")
        return await self._wire.upload(self._call.path, secrets, query, self._file)

    def _judge(self, reply: Reply) -> Answer:
        call, code, text = self._call, reply.errcode, reply.errmsg
        if reply.verdict is not None:
            return Answer(reply.verdict.outcome, code, text, retry_after_s=reply.verdict.retry_after_s)
        outcome = errors.classify(code, self._settled)
        if call.settled and outcome in (Outcome.PERMANENT, Outcome.RETRY) and call.settled(code, text):
            outcome = Outcome.SUCCESS
        if code in call.final:
            outcome = Outcome.PERMANENT
        if outcome is Outcome.TOKEN:
            # Refused again with a fresh token: 40001 is a secret for a person to look at. The rest may pass, but not before
            # another token may be fetched.
            if code != 40001:
                return Answer(Outcome.RETRY, code, text, retry_after_s=self._tokens.next_drop_in_s)
            outcome = Outcome.CONFIG
        if outcome is Outcome.WAIT:
            return Answer(outcome, code, text, retry_after_s=reply.pause_s or errors.wait_seconds(code, text))
        if outcome is not Outcome.SUCCESS:
            return Answer(outcome, code, text, retry_after_s=reply.pause_s)
        try:
            result = call.read(reply.body)
        except UNREADABLE_PAYLOAD as fault:
            return Answer(Outcome.PERMANENT, errors.UNSENDABLE, f"{call.name}: odd answer: {type(fault).__name__}")
        if code == 0 and call.refused and call.refused(self._payload, reply.body):
            return Answer(Outcome.PERMANENT, errors.EVERY_RECIPIENT_INVALID, "every recipient is invalid", result)
        return Answer(outcome, code, text, result)
