"""Hostile signed ingest: headers, signatures, JSON, nesting, numbers, characters, sizes and batches."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from tests.fuzz.attempt import Attempt, remote, request
from tests.fuzz.odd import fields, nested, value, words
from tests.fuzz.source import Source

SECRET = "fuzz-shop-secret"
MOST_BYTES = 262_144
WINDOW_S = 300
_TAKEN = frozenset({200, 400, 409})
_REFUSED = frozenset({400, 401, 404, 413, 429})
_NO_BREAKS = dict.fromkeys(map(ord, "\r\n\x00"))


def hostile_ingest(source: Source, now: int) -> Attempt:
    """A request to a source; signed rightly unless the bytes say otherwise."""
    body = _body(source, now)
    stamp, nonce = str(now), f"n{source.name}"
    if source.odds(20):
        stamp = words(source, str(now + source.pick((301, -301, 299, 10**12))))
    if source.odds(20):
        nonce = words(source, nonce)
    message = f"{stamp}\n{nonce}\n".encode("utf-8", "replace") + body
    digest = "v1=" + hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()
    told = {"X-Timestamp": stamp, "X-Nonce": nonce, "X-Signature": digest}
    right = dict(told)
    name = source.pick(tuple(told))
    if source.odds(30):
        told[name] = words(source, told[name][:-1] + "0")
    place = "".join(c for c in words(source, "shop") if c.isascii() and c.isalnum())[:100] if source.odds(12) else "shop"
    # A line break would begin another header, and blanks around a value are HTTP's own.
    sent = {each: said.translate(_NO_BREAKS).strip(" \t") for each, said in told.items()}
    forged = sent != right or place != "shop" or not _fresh(stamp, now)
    path = f"/ingest/{place}"
    data = request("POST", path, body, sent)
    allowed = _REFUSED | ({405} if path == "/ingest/" else set()) if forged else _TAKEN | _REFUSED
    if not forged and len(body) <= MOST_BYTES and _plain(nonce):
        allowed = _TAKEN
    return Attempt("ingest", data, frozenset(allowed), forged, remote=remote(source))


def _fresh(stamp: str, now: int) -> bool:
    return stamp.isascii() and stamp.isdigit() and abs(now - int(stamp[:15])) <= WINDOW_S


def _plain(nonce: str) -> bool:
    return 0 < len(nonce) <= 128 and all("!" <= c <= "~" for c in nonce)


def _body(source: Source, now: int) -> bytes:
    kind = source.byte()
    if kind < 150:
        said: Any = _event(source, now, 0)
    elif kind < 215:
        said = {"events": [_event(source, now, number) for number in range(source.below(5))]}
    elif kind < 217:
        said = {"events": [_event(source, now, 0)] * source.pick((2, 499, 500, 501, 900))}
    elif kind < 232:
        said = value(source, {"events": "x"})
    elif kind < 242:
        return _raw(source)
    else:
        said = fields(source, _event(source, now, 0))
    text = json.dumps(said, ensure_ascii=source.odds(128))
    raw = text.encode("utf-8", "surrogatepass" if source.odds(20) else "replace")
    if source.odds(10):
        at = source.below(len(raw) or 1)
        raw = raw[:at] + source.raw(30) + raw[at:]
    return raw


def _raw(source: Source) -> bytes:
    """Bytes that json alone would stumble over."""
    kind = source.below(6)
    if kind == 0:
        return b"[" * source.pick((10, 5000, 100_000))
    if kind == 1:
        return b'{"a":' * source.pick((10, 5000, 40_000))
    if kind == 2:
        return b'{"amount_fen": ' + b"9" * source.pick((20, 5000, 200_000)) + b"}"
    if kind == 3:
        return b" " * source.pick((1, 262_144, 262_145, 400_000))
    if kind == 4:
        return json.dumps({"a": "x"}).encode("utf-16")
    return source.rest()


def _event(source: Source, now: int, number: int) -> Any:
    kinds: dict[str, dict[str, Any]] = {
        "order.paid": {
            "order_no": f"o{source.name}",
            "amount_fen": 199_900,
            "course": "阅读课",
            "cohort": "read-01",
            "staff_userid": "wu",
        },
        "order.refunded": {"order_no": "o1", "amount_fen": 100},
        "attendance.summary": {"cohort": "read-01", "lesson": 1, "watched_seconds": 1800},
        "completion.finished": {"cohort": "read-01", "lesson": 1},
        "homework.graded": {"cohort": "read-01", "lesson": 1, "score": 92.5, "comment": "很好"},
        "enrolment.added": {"camp": "read", "channel": "dy01", "name": "李雷", "phone": "13800138000"},
    }
    kind = source.pick(tuple(kinds))
    moment = datetime.fromtimestamp(now - source.pick((0, 60, 86_400, 10**8)), UTC).isoformat()
    subject = source.pick(
        (
            {"external_userid": "wmYu"},
            {"external_userid": f"wm{source.name}"},
            {"unionid": "u1"},
            {"phone": "13800138001"},
            {"phone": "١٣٨"},
        )
    )
    event = {
        "event_id": f"e{source.name}-{number}",
        "type": kind,
        "occurred_at": moment,
        "subject": fields(source, subject),
        **kinds[kind],
    }
    if source.odds(5):
        event["deep"] = nested(source.pick((5, 50, 400)), in_lists=True)
    return fields(source, event)
