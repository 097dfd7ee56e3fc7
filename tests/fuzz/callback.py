"""Hostile callbacks: the envelope, its query and its inside, encrypted as WeCom would and signed rightly or nearly so."""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.fuzz import inner
from tests.fuzz.attempt import Attempt, query, remote, request
from tests.fuzz.odd import words
from tests.fuzz.source import Source

TOKEN = "fuzzToken"
AES = "ZnV6ei1rZXktMDEyMzQ1Njc4OWFiY2RlZmdoaWprbG0"
CORP = "wwfuzz0000000001"
MOST_BYTES = 65_536
WINDOW_S = 300
PATH = "/wecom/callback"
_KEY = base64.b64decode(AES + "=")
_LONGEST_PATH = 8_000  # aiohttp reads lines of 8,190 bytes
_TAKEN = frozenset({200})
_REFUSED = frozenset({400, 403, 413, 429})
_FLAWS = ("none", "inside", "receiver", "length", "padding", "cipher", "query", "stamp", "token", "changed", "body", "coded")


def seal(plain: bytes, receiver: bytes = CORP.encode(), *, length: int | None = None, pad: bytes | None = None) -> str:
    """One message as WeCom encrypts it (doc 90968); `length` and `pad` replace the right ones."""
    packed = b"0123456789abcdef" + struct.pack(">I", len(plain) if length is None else length) + plain + receiver
    count = 32 - len(packed) % 32
    whole = packed + (bytes([count]) * count if pad is None else pad)
    whole += b"\x00" * (-len(whole) % 16)
    encryptor = Cipher(algorithms.AES(_KEY), modes.CBC(_KEY[:16])).encryptor()
    return base64.b64encode(encryptor.update(whole) + encryptor.finalize()).decode()


def signed(encrypted: str, stamp: str, nonce: str, token: str = TOKEN) -> dict[str, str]:
    """The query of a callback."""
    parts = sorted(part.encode("utf-8", "replace") for part in (token, stamp, nonce, encrypted))
    return {"msg_signature": hashlib.sha1(b"".join(parts)).hexdigest(), "timestamp": stamp, "nonce": nonce}


def envelope(encrypted: str) -> bytes:
    return f"<xml><ToUserName>{CORP}</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt><AgentID>1</AgentID></xml>".encode(
        "utf-8", "replace"
    )


def hostile_inner(source: Source, now: int) -> Attempt:
    """WeCom's own, whatever its inside is: it is taken."""
    encrypted = seal(inner.xml(source, now))
    body = envelope(encrypted)
    path = f"{PATH}?{query(signed(encrypted, str(now), f'n{source.name}'))}"
    allowed = _TAKEN if len(body) <= MOST_BYTES else frozenset({413})
    return Attempt("inner", request("POST", path, body), allowed, terse=True, remote=remote(source))


def hostile_envelope(source: Source, now: int) -> Attempt:
    """One flaw around an inside that may be sound or not."""
    if source.odds(50):
        return _echo(source, now)
    flaw = source.pick(_FLAWS)
    encrypted = _encrypted(source, flaw, now)
    stamp = words(source, str(now + source.pick((301, -301, 299, 10**9)))) if flaw == "stamp" else str(now)
    asked = signed(encrypted, stamp, f"n{source.name}", "anotherToken" if flaw == "token" else TOKEN)
    right = dict(asked)
    if flaw == "changed":
        name = source.pick(("msg_signature", "timestamp", "nonce"))
        asked[name] = words(source, asked[name][:-1] + "x")
    body = envelope(encrypted)
    path = f"{PATH}?{query(asked)}"
    headers: dict[str, str] = {}
    if flaw == "query":
        path = f"{PATH}?{source.raw(200).hex() if source.odds(90) else query({words(source, 'nonce'): words(source, 'x')})}"
    elif flaw == "body":
        body = _body(source, encrypted)
    elif flaw == "coded":
        headers, body = _coded(source, body)
    forged = flaw in ("receiver", "token", "query") or asked != right or (flaw == "stamp" and not _fresh(stamp, now))
    allowed = _REFUSED if forged else _TAKEN | _REFUSED | {415, 417}
    terse = not headers and len(path) < _LONGEST_PATH
    return Attempt("callback", request("POST", path, body, headers), allowed, forged, terse=terse, remote=remote(source))


def _fresh(stamp: str, now: int) -> bool:
    return stamp.isascii() and stamp.isdigit() and len(stamp) <= 12 and abs(now - int(stamp)) <= WINDOW_S


def _encrypted(source: Source, flaw: str, now: int) -> str:
    plain = inner.xml(source, now) if source.odds(90) else b"<xml><Event>enter_agent</Event></xml>"
    if flaw == "inside":
        return seal(source.raw(2000))
    if flaw == "receiver":
        return seal(plain, words(source, CORP[:-1]).encode("utf-8", "replace")[:200] + b"!")
    if flaw == "length":
        return seal(plain, length=source.pick((0, 1, len(plain) - 1, len(plain) + 1, len(plain) + 16, 2**31, 2**32 - 1)))
    if flaw == "padding":
        return seal(plain, pad=source.raw(48))
    if flaw == "cipher":
        return words(source, seal(plain)[: source.below(200)])
    return seal(plain)


def _echo(source: Source, now: int) -> Attempt:
    """The console's check of the address, whole or with one value changed."""
    echo = seal(words(source, "1616140317555161061").encode("utf-8", "replace"))
    asked = {**signed(echo, str(now), "n"), "echostr": echo}
    right = dict(asked)
    if source.odds(170):
        name = source.pick(tuple(asked))
        asked[name] = words(source, asked[name][1:])
        if source.odds(40):
            del asked[name]
    path = f"{PATH}?{query(asked)}"
    forged = asked != right
    method = "HEAD" if source.odds(10) else "GET"
    allowed = frozenset({400, 403, 429}) if forged else _TAKEN
    short = len(path) < _LONGEST_PATH
    allowed |= set() if short else {400}
    return Attempt("callback", request(method, path), allowed, forged, terse=short, remote=remote(source))


def _body(source: Source, encrypted: str) -> bytes:
    """Bytes where an envelope belongs: half of one, another shape, entities, another encoding, too much."""
    whole = envelope(encrypted)
    kind = source.below(10)
    if kind == 0:
        return whole[: source.below(len(whole))]
    if kind == 1:
        at = source.below(len(whole))
        return whole[:at] + source.raw(60) + whole[at:]
    if kind == 2:
        return b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + whole.replace(b"wwfuzz", b"&b;")
    if kind == 3:
        return whole.decode().encode("utf-16")
    if kind == 4:
        return b'{"encrypt": "' + encrypted.encode() + b'"}'
    if kind == 5:
        return b"<xml>" + b"<a>" * source.pick((7, 8, 20, 5000)) + whole
    if kind == 6:
        return b"<xml>" + b"<a/>" * source.pick((100, 15_000)) + whole
    if kind == 7:
        return whole + b" " * source.pick((1, 65_536, 300_000))
    if kind == 8:
        return whole.replace(b"</Encrypt>", b"</Encrypt><Encrypt>" + source.raw(30).hex().encode() + b"</Encrypt>")
    return source.rest()


def _coded(source: Source, body: bytes) -> tuple[dict[str, str], bytes]:
    """Compressed bodies, some of which are bombs; and bodies in chunks."""
    kind = source.below(6)
    if kind == 0:
        return {"Content-Encoding": "deflate"}, zlib.compress(b" " * source.pick((1000, 5_000_000)) + body)
    if kind == 1:
        packed = zlib.compressobj(wbits=31)
        return {"Content-Encoding": "gzip"}, packed.compress(body + b" " * source.pick((0, 5_000_000))) + packed.flush()
    if kind == 2:
        return {"Content-Encoding": words(source, "br")}, body
    if kind == 3:
        return {"Expect": words(source, "100-continue")}, body
    size = source.pick((1, 7, 500, 70_000))
    pieces = [body[at : at + size] for at in range(0, min(len(body), 200 * size), size)]
    chunks = b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces)
    return {"Transfer-Encoding": "chunked"}, chunks + b"0\r\n\r\n"
