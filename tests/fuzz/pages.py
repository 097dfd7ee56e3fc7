"""Everything else a stranger may send to the port: other paths and methods, and bytes that are hardly HTTP."""

from __future__ import annotations

from tests.fuzz.attempt import Attempt, remote, request
from tests.fuzz.odd import WORDS
from tests.fuzz.source import Source

_PATHS = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/",
    "/wecom/callback",
    "/wecom/aibot",
    "/ingest/shop",
    "/ingest",
    "/admin",
    "/_sandbox/clock",
    "/static/../config.toml",
)
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "FOO")
_HEADERS = (
    "Content-Length",
    "Transfer-Encoding",
    "Expect",
    "Upgrade",
    "Connection",
    "Host",
    "Range",
    "Cookie",
    "Content-Type",
    "X-Forwarded-For",
)
_ANY = frozenset({200, 400, 401, 403, 404, 405, 408, 411, 413, 415, 417, 426, 429, 431, 501, 505})


def hostile_page(source: Source, now: int) -> Attempt:
    """A request that asks for a page; nothing of it is signed, so nothing of it is stored."""
    path, method = source.pick(_PATHS), source.pick(_METHODS)
    known = path in ("/healthz", "/readyz", "/metrics")
    if source.odds(40):
        path += "?" + source.raw(40).hex()
    headers: dict[str, str] = {}
    body = b""
    if source.odds(110):
        headers[source.pick(_HEADERS)] = source.pick(WORDS).replace("\r", "").replace("\n", "")
    if source.odds(60):
        body = source.raw(300)
    data = request(method, path, body, headers)
    whole = not headers
    if source.odds(60):
        at = source.below(len(data))
        data, whole = data[:at] + source.raw(60) + data[at + source.below(6) :], False
    return Attempt("page", data, _ANY, forged=not known, whole=whole, remote=remote(source))


def hostile_bytes(source: Source, now: int) -> Attempt:
    return Attempt("bytes", source.rest(), _ANY, whole=False, remote=remote(source))
