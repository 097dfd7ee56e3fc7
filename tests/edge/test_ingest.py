"""Signed ingest: DESIGN section 9, line by line."""

from __future__ import annotations

import hmac
import json
import time
from typing import Any

import pytest

from bot.ingest_events import EVENTS
from camp.identity import unseal
from storage.faults import StorageBusy
from tests.edge.conftest import POLICY, Edge

BASE = {"event_id": "e1", "occurred_at": "2026-12-01T20:00:00+08:00", "subject": {"external_userid": "wm1"}}
GOOD: dict[str, dict[str, Any]] = {
    "order.paid": {
        "order_no": "o1",
        "amount_fen": 199900,
        "course": "read",
        "camp": "read7",
        "cohort": "r1",
        "staff_userid": "wu",
    },
    "order.refunded": {"order_no": "o1", "amount_fen": 1},
    "attendance.summary": {"cohort": "r1", "lesson": 1, "watched_seconds": 0},
    "completion.finished": {"cohort": "r1", "lesson": 7},
    "homework.graded": {"cohort": "r1", "lesson": 1, "score": 92.5, "comment": "很好"},
    "enrolment.added": {"camp": "read7", "channel": "dy01", "name": "李雷", "phone": "13800138000"},
}


def an_event(kind: str = "completion.finished", **changes: Any) -> dict[str, Any]:
    merged = {**BASE, "type": kind, **GOOD[kind], **changes}
    return {key: value for key, value in merged.items() if value is not ...}


@pytest.mark.parametrize("kind", list(GOOD))
async def test_each_type_alone_and_in_a_batch(edge: Edge, kind: str) -> None:
    assert set(GOOD) == set(EVENTS)
    assert await edge.ingest(an_event(kind)) == (200, {"status": "stored", "events": 1})
    batch = {"events": [an_event(kind, event_id="e2"), an_event(kind, event_id="e3", extra={"kept": [1]})]}
    assert await edge.ingest(batch) == (200, {"status": "stored", "events": 2})
    facts = await edge.facts()
    assert [(fact.kind, fact.conversation, fact.source) for fact in facts] == [(f"ingest.{kind}", "ingest", "ingest:shop")] * 3
    assert facts[0].body["source"] == "shop"
    told = dict(GOOD[kind])
    if told.pop("phone", None):
        assert unseal(POLICY, facts[0].body["phone_sealed"]) == "13800138000"
        assert "13800138000" not in str(facts[0].body)
    assert {key: facts[0].body[key] for key in told} == told
    assert facts[0].body["subject"] == {"external_userid": "wm1"}
    assert facts[2].body["extra"] == {"kept": [1]}


async def test_unknown_sources_and_wrong_signatures(edge: Edge) -> None:
    assert (await edge.ingest(an_event(), source="nobody"))[0] == 404
    assert (await edge.ingest(an_event(), secret="wrong"))[0] == 401
    assert (await edge.ingest(an_event(), source="lms"))[0] == 401  # another source's secret
    for headers in (
        {"X-Signature": ""},
        {"X-Signature": "v1="},
        {"X-Signature": "v2=" + "0" * 64},
        {"X-Nonce": "another"},
        {"X-Nonce": ""},
        {"X-Nonce": "n" * 129},
        {"X-Timestamp": ""},
        {"X-Timestamp": "-5"},
        {"X-Timestamp": "1" * 5000},
        {"X-Timestamp": "١٢٣"},
        {"X-Signature": "v1=\udcff\udcfe"},
    ):
        status, body = await edge.ingest(an_event(), headers=headers)
        assert (status, set(body)) == (401, {"error", "faults"}), headers
    assert await edge.facts() == []


async def test_every_secret_is_compared_in_constant_time(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []
    real = hmac.compare_digest

    def compare(told: bytes, right: bytes) -> bool:
        compared.append(told)
        return real(told, right)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert (await edge.ingest(an_event(), source="lms", headers={"X-Signature": "v1=00"}))[0] == 401
    assert compared == [b"v1=00"] * 2


@pytest.mark.parametrize(("off", "status"), [(-295, 200), (295, 200), (-310, 401), (310, 401)])
async def test_five_minutes_either_way(edge: Edge, off: int, status: int) -> None:
    assert (await edge.ingest(an_event(), stamp=str(int(time.time()) + off)))[0] == status


async def test_a_nonce_signs_one_body(edge: Edge) -> None:
    stamp = str(int(time.time()))
    assert await edge.ingest(an_event(), nonce="n", stamp=stamp) == (200, {"status": "stored", "events": 1})
    assert await edge.ingest(an_event(), nonce="n", stamp=stamp) == (200, {"status": "duplicate", "events": 1})
    status, body = await edge.ingest(an_event(event_id="e2"), nonce="n", stamp=stamp)
    assert (status, "new nonce" in body["error"]) == (409, True)
    assert len(await edge.facts()) == 1
    assert (await edge.ingest(an_event(event_id="e2"), source="lms", secret="new-secret", nonce="n"))[0] == 200


async def test_a_body_that_is_no_good_uses_its_nonce_up_too(edge: Edge) -> None:
    stamp = str(int(time.time()))
    for _ in range(2):
        assert (await edge.ingest({}, nonce="n", stamp=stamp))[0] == 400
    assert (await edge.ingest(an_event(), nonce="n", stamp=stamp))[0] == 409  # put right, it needs a nonce of its own
    assert (await edge.ingest(an_event(), nonce="m", stamp=stamp))[0] == 200
    assert (await edge.ingest(b"junk", nonce="m", stamp=stamp))[0] == 409
    assert len(await edge.facts()) == 1


async def test_the_same_event_again_has_no_effect(edge: Edge) -> None:
    long = "x" * 250
    for _ in range(2):
        assert (
            await edge.ingest({"events": [an_event(), an_event(), an_event(event_id=long + "1"), an_event(event_id=long + "2")]})
        )[0] == 200
    assert len(await edge.facts()) == 3
    assert (await edge.ingest(an_event(), source="lms", secret="old-secret"))[0] == 200
    assert len(await edge.facts()) == 4  # an event_id is unique within its source


async def test_two_secrets_while_one_replaces_the_other(edge: Edge) -> None:
    for n, secret in enumerate(("old-secret", "new-secret")):
        assert (await edge.ingest(an_event(event_id=f"e{n}"), source="lms", secret=secret))[0] == 200


@pytest.mark.parametrize(
    ("kind", "field", "bad"),
    [
        ("order.paid", "amount_fen", [0, -1, 1.5, "100", True, None, ..., 10**11]),
        ("order.paid", "order_no", ["", " ", 5, None, ..., "x" * 129]),
        ("order.paid", "course", [..., ""]),
        ("order.paid", "staff_userid", [7, ""]),
        ("order.refunded", "amount_fen", [0, ...]),
        ("attendance.summary", "watched_seconds", [-1, True, "60", 1.0, ..., 10**7]),
        ("attendance.summary", "lesson", [0, -1, 1000, True, "1", 1.0, None, ...]),
        ("attendance.summary", "cohort", [..., ""]),
        ("completion.finished", "lesson", [False, ...]),
        ("homework.graded", "score", [-0.1, 100.1, True, "92", None, ..., 1e999]),
        ("homework.graded", "comment", ["x" * 1001, 5]),
        ("enrolment.added", "phone", [13800138000, ""]),
        ("completion.finished", "event_id", ["", "  ", 5, None, ..., "x" * 257, "\ud800"]),
        ("completion.finished", "type", ["", "order.eaten", 5, None, ..., ["order.paid"], {"a": 1}]),
        (
            "completion.finished",
            "occurred_at",
            [
                ...,
                None,
                "",
                "yesterday",
                1_790_000_000,
                "1790000000",
                "2026-12-01T20:00:00",
                "2026-12-01",
                True,
                "0001-01-01T00:00:00+14:00",
                "9999-12-31T23:59:59-14:00",
                "2026-13-01T00:00:00Z",
            ],
        ),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_taken(edge: Edge, kind: str, field: str, bad: list[Any]) -> None:
    events = [an_event(kind, event_id="good")] + [
        an_event(kind, **({"event_id": f"b{n}"} | {field: value})) for n, value in enumerate(bad)
    ]
    body = json.dumps({"events": events}).encode().replace(b"Infinity", b"1e999")
    status, answer = await edge.ingest(body)
    assert status == 400
    named = {fault["index"]: fault for fault in answer["faults"]}
    assert sorted(named) == list(range(1, len(bad) + 1))
    assert {fault["field"] for fault in named.values()} == {field}
    assert all(fault["reason"] for fault in named.values())
    assert await edge.facts() == []


@pytest.mark.parametrize(
    "subject", [..., None, {}, [], "wm1", {"phone": ""}, {"external_userid": 5}, {"nickname": "x"}, {"unionid": None}]
)
async def test_an_event_is_about_somebody(edge: Edge, subject: Any) -> None:
    status, answer = await edge.ingest(an_event(subject=subject))
    assert status == 400
    assert answer["faults"][0]["field"].startswith("subject")


async def test_every_fault_of_every_event_is_told_at_once(edge: Edge) -> None:
    events = [
        an_event("order.paid", amount_fen=0, order_no=""),
        an_event(),
        an_event("enrolment.added", camp=...),
        "words",
        5,
        None,
    ]
    status, answer = await edge.ingest({"events": events})
    assert status == 400
    assert [(fault["index"], fault["field"]) for fault in answer["faults"]] == [
        (0, "order_no"),
        (0, "amount_fen"),
        (2, "event"),
        (3, "type"),
        (4, "type"),
        (5, "type"),
    ]
    assert "camp or cohort" in answer["faults"][2]["reason"]
    assert await edge.facts() == []
    assert (await edge.ingest(an_event()))[0] == 200  # put right, it goes through


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"junk",
        b"[]",
        b"null",
        b"5",
        b'{"events": []}',
        b'{"events": {}}',
        b'{"events": null}',
        b"{}",
        b"\xff\xff",
        b"[" * 50_000,
        b'{"events": [NaN]}',
        b"9" * 5000,
    ],
)
async def test_bodies_that_are_no_events(edge: Edge, body: bytes) -> None:
    status, answer = await edge.ingest(body)
    assert status == 400
    assert set(answer) == {"error", "faults"}
    assert await edge.facts() == []


async def test_strange_characters_in_kept_fields_are_mended(edge: Edge) -> None:
    body = json.dumps(an_event(note="a\x00b\ud800c", more={"k\x00": float("inf")})).replace("Infinity", "1e999").encode()
    assert (await edge.ingest(body))[0] == 200
    (fact,) = await edge.facts()
    assert fact.body["note"] == "a\ufffdb\ufffdc"


async def test_five_hundred_events_and_not_one_more(edge: Edge) -> None:
    def some(count: int) -> dict[str, Any]:
        return {"events": [an_event("order.paid", event_id=f"e{n:05}") for n in range(count)]}

    assert (await edge.ingest(some(501)))[0] == 400
    assert await edge.facts() == []
    assert await edge.ingest(some(500)) == (200, {"status": "stored", "events": 500})
    assert len(await edge.facts()) == 500


async def test_an_oversize_body(edge: Edge) -> None:
    status, answer = await edge.ingest(an_event(note="x" * 270_000))
    assert (status, answer) == (413, None)


async def test_a_storage_fault_is_503_and_the_same_request_goes_through_later(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def add_facts(*_given: Any, **_more: Any) -> int:
        raise StorageBusy("locked")

    with monkeypatch.context() as patch:
        patch.setattr("bot.inbox_writer.add_facts", add_facts)
        assert (await edge.ingest(an_event(), nonce="n"))[0] == 503
    assert await edge.ingest(an_event(), nonce="n") == (200, {"status": "stored", "events": 1})


async def test_outcomes_are_counted(edge: Edge) -> None:
    outcomes = ("stored", "duplicate", "refused_400", "refused_401", "refused_404", "refused_409", "refused_413")
    before = [await edge.count("wecamp_ingest_requests_total", outcome=outcome) for outcome in outcomes]
    stamp = str(int(time.time()))
    await edge.ingest(an_event(), nonce="a", stamp=stamp)
    await edge.ingest(an_event(), nonce="a", stamp=stamp)
    await edge.ingest({})
    await edge.ingest(an_event(), secret="wrong")
    await edge.ingest(an_event(), source="nobody")
    await edge.ingest(an_event(event_id="e2"), nonce="a", stamp=stamp)
    await edge.ingest(an_event(note="x" * 270_000))
    after = [await edge.count("wecamp_ingest_requests_total", outcome=outcome) for outcome in outcomes]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1] * 7
