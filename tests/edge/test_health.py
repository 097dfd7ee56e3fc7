"""What the operator's machines ask: alive, ready, and how much of everything."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot import metrics
from storage.database import Database
from storage.outbox import Intent, add_intent
from tests.conftest import House
from tests.edge.conftest import Edge
from tests.edge.test_callback import ADDED


async def ready(edge: Edge) -> tuple[int, dict[str, Any]]:
    answer = await edge.client.get("/readyz")
    return answer.status, await answer.json()


async def test_alive(edge: Edge) -> None:
    answer = await edge.client.get("/healthz")
    assert (answer.status, await answer.json()) == (200, {"status": "ok"})


async def test_ready_once_the_lanes_are_up_and_no_longer_when_leaving(edge: Edge) -> None:
    status, body = await ready(edge)
    assert (status, body["ready"], body["lanes"], body["reason"]) == (503, False, False, "starting")
    edge.readiness.lanes_up = lambda: True
    status, body = await ready(edge)
    assert (status, body) == (
        200,
        {
            "ready": True,
            "reason": None,
            "storage": True,
            "lanes": True,
            "last_callback_seconds_ago": None,
            "token": False,
            "robot": None,
            "practice": False,
        },
    )
    await edge.callback(ADDED)
    edge.readiness.has_token = lambda: True
    status, body = await ready(edge)
    assert (status, body["token"]) == (200, True)
    assert 0 <= body["last_callback_seconds_ago"] < 60
    edge.readiness.leaving = True
    status, body = await ready(edge)
    assert (status, body["reason"]) == (503, "leaving")


async def test_not_ready_without_storage(edge: Edge) -> None:
    edge.readiness.lanes_up = lambda: True
    edge.readiness.database = Database("postgresql+asyncpg://postgres@/x?host=/nowhere")
    status, body = await ready(edge)
    assert (status, body["storage"], body["reason"]) == (503, False, "the database does not answer")


async def test_metrics_count_and_name_nobody(edge: Edge) -> None:
    await edge.callback(ADDED)
    await edge.ingest(
        {
            "event_id": "secret-event-9",
            "type": "completion.finished",
            "occurred_at": "2026-12-01T20:00:00+08:00",
            "subject": {"external_userid": "wm-secret", "phone": "13800138000"},
            "cohort": "read7-01",
            "lesson": 1,
        }
    )
    async with edge.database.write() as tx:
        await add_intent(tx, Intent("app.message", {"to": ["lin-secret"], "message": {"type": "text", "text": "机密"}}))
    metrics.facts.labels(kind="app.text", outcome="applied").inc()
    await edge.client.get("/readyz")
    answer = await edge.client.get("/metrics")
    page = await answer.text()
    assert (answer.status, answer.content_type) == (200, "text/plain")
    assert await edge.count("wecamp_outbox_waiting", lane="app.message") == 1
    assert await edge.count("wecamp_inbox_waiting", state="pending") == 2
    for secret in ("wm1", "wm-secret", "lin-secret", "secret-event", "机密", "138001", "read7"):
        assert secret not in page


async def test_a_lane_that_was_emptied_says_so(edge: Edge) -> None:
    async with edge.database.write() as tx:
        await add_intent(tx, Intent("kf.sync", {}))
    await edge.client.get("/readyz")
    assert await edge.count("wecamp_outbox_waiting", lane="kf.sync") == 1
    async with edge.database.write() as tx:
        await tx.conn.exec_driver_sql("UPDATE outbox SET state = 1")
    await edge.client.get("/readyz")
    assert await edge.count("wecamp_outbox_waiting", lane="kf.sync") == 0


async def test_an_event_nobody_knows_makes_no_label_of_its_own(house: House) -> None:
    for name in ("brand_new", "another_one", "x" * 500):
        await house.event(name, "and_its_kind")
    await house.event("kf_msg_or_event", "odd_kind", OpenKfId="wkTestDesk")
    labels = {sample.labels["kind"] for metric in metrics.facts.collect() for sample in metric.samples}
    assert "unknown" in labels
    assert "wecom.event:kf_msg_or_event" in labels
    assert not any("brand" in label or "another" in label or "xxx" in label or "odd" in label for label in labels)


@pytest.mark.parametrize("expect", [b"100-continue", b"odd", b"\xff\xfe", b"\x80" * 300], ids=ascii)
@pytest.mark.parametrize("target", [b"*", b"host:443", b"/", b"/nowhere", b"/wecom/callback", b"/ingest/shop"])
async def test_an_odd_expectation_is_refused_without_a_word_wherever_it_is_said(edge: Edge, target: bytes, expect: bytes) -> None:
    reader, writer = await asyncio.open_connection(edge.client.host, edge.client.port)
    method = {b"*": b"OPTIONS", b"host:443": b"CONNECT"}.get(target, b"GET")
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: x", b"Connection: close", b"Expect: " + expect, b"Content-Length: 0"]
    writer.write(b"\r\n".join([*lines, b"", b""]))
    heads, _, body = (await reader.read()).rpartition(b"\r\n\r\n")
    writer.close()
    refused = {b"*": 404, b"host:443": 404, b"/": 404, b"/nowhere": 404, b"/wecom/callback": 400, b"/ingest/shop": 405}
    status = int(heads.rpartition(b"HTTP/1.1 ")[2].split()[0])
    assert (status, body) == (refused[target] if expect == b"100-continue" else 417, b"")
