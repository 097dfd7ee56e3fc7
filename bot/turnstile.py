"""Holds back those who knock too often without a key, before anything of theirs is read; and those who never finish a request.

Whoever once showed a right signature is let through for an hour whatever else comes from their address, so nobody can shut
WeCom or a source out. Addresses of our own networks are never held back: there a proxy speaks for many, and limits by itself.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network
from math import inf

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot import metrics

# An address may be refused so often at once, and so often a second in the long run.
BURST, PER_SECOND = 100.0, 2.0
TRUSTED_FOR_S = 3_600.0
MOST_ADDRESSES = 10_000  # the oldest is forgotten first: a flood from everywhere costs no memory
BODY_SECONDS = 10.0
_AUTHENTIC = web.RequestKey("authentic", bool)
_CALLERS = ("/wecom/", "/ingest/")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class _Caller:
    left: float
    at: float
    trusted_until: float = -inf


class Turnstile:
    """One per process; `clock` in seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._callers: OrderedDict[str, _Caller] = OrderedDict()

    def holds_back(self, address: str) -> bool:
        """Whether this address has used up its refusals and nothing speaks for it."""
        caller = self._callers.get(address)
        return caller is not None and caller.trusted_until < self._clock() and self._left(caller) < 1

    def refused(self, address: str) -> None:
        """Somebody at this address sent what is not authentic."""
        caller = self._caller(address)
        caller.left, caller.at = self._left(caller) - 1, self._clock()

    def trusted(self, address: str) -> None:
        """Somebody at this address knew a secret."""
        self._caller(address).trusted_until = self._clock() + TRUSTED_FOR_S

    def _left(self, caller: _Caller) -> float:
        return max(0.0, min(BURST, caller.left + (self._clock() - caller.at) * PER_SECOND))

    def _caller(self, address: str) -> _Caller:
        caller = self._callers.setdefault(address, _Caller(BURST, self._clock()))
        self._callers.move_to_end(address)
        if len(self._callers) > MOST_ADDRESSES:
            self._callers.popitem(last=False)
        return caller


def turnstile(gate: Turnstile) -> Middleware:
    """The middleware: 429 without a word for those held back, with nothing of their request read."""

    @web.middleware
    async def pass_through(request: web.Request, handler: Handler) -> web.StreamResponse:
        address = network_of(request.remote) if request.path.startswith(_CALLERS) else None
        if address is None:
            return await handler(request)
        if gate.holds_back(address):
            metrics.held_back.inc()
            answer = web.Response(status=429, headers={"Retry-After": "60"})
            answer.force_close()
            return answer
        response = await handler(request)
        if request.get(_AUTHENTIC):
            gate.trusted(address)
        elif 400 <= response.status < 500:
            gate.refused(address)
        return response

    return pass_through


def mark_authentic(request: web.Request) -> None:
    """The signature was right: the caller holds the secret."""
    request[_AUTHENTIC] = True


@lru_cache(maxsize=1_024)
def network_of(remote: str | None) -> str | None:
    """The address that is counted: an IPv6 caller owns a /64. None for our own networks and for what is no address."""
    try:
        address = ip_address((remote or "").partition("%")[0])
    except ValueError:
        return None
    if not address.is_global:
        return None
    return str(address) if address.version == 4 else str(ip_network(f"{address}/64", strict=False))


async def read_in_time(request: web.Request) -> bytes:
    """The body; 408 for one that drips."""
    if request.content.is_eof():  # it came with its head, as nearly all do: a timer would cost more than to read it
        return await request.read()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
