"""One hostile request: the bytes of its connection and what the house may answer to it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from tests.fuzz.source import Source

# Addresses of the public internet: what comes from our own network is a proxy, which is never held back.
_NETWORKS = ("8.8", "120.232", "2a00:1450")


@dataclass(frozen=True)
class Attempt:
    """`forged`: whoever made it does not know the secret, or changed it after signing, so it must not be taken (2xx).

    `terse`: a refusal has no words; only what is no proper HTTP hears from the HTTP library what is wrong with it.
    `whole`: the request is complete, so that an answer must come. `call` and `answer`: a question of ours to WeCom and the
    bytes it is answered with, instead of a request.
    """

    edge: str
    data: bytes = b""
    allowed: frozenset[int] = frozenset()
    forged: bool = False
    whole: bool = True
    terse: bool = False
    remote: str = "8.8.8.8"
    call: str = ""
    answer: bytes = b""


def request(method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    """An HTTP/1.1 request; names and values go as they are, also where HTTP forbids them."""
    given = {"Host": "wecamp", "Connection": "close", **(headers or {})}
    if "Transfer-Encoding" not in given:
        given.setdefault("Content-Length", str(len(body)))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {said}" for name, said in given.items())]
    return "\r\n".join(lines).encode("utf-8", "replace") + b"\r\n\r\n" + body


def query(values: dict[str, str]) -> str:
    return "&".join(f"{quote(name, errors='replace')}={quote(said, safe='', errors='replace')}" for name, said in values.items())


def remote(source: Source) -> str:
    """An address of the public internet, sometimes the proxy beside us."""
    network = source.pick(_NETWORKS)
    a, b = source.byte(), source.byte()
    if source.odds(20):
        return "127.0.0.1"
    return f"{network}:{a:x}:{b:x}::1" if ":" in network else f"{network}.{a}.{b}"
