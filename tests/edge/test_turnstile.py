"""Who knocks without a key is held back, who has one never is; bodies that drip are cut; signatures take constant time."""

from __future__ import annotations

import asyncio
import hmac
import time
from typing import Any

import pytest
from aiohttp import web

import bot.turnstile
from bot.turnstile import BURST, MOST_ADDRESSES, PER_SECOND, TRUSTED_FOR_S, Turnstile, network_of
from tests.edge.conftest import Edge, envelope, seal, signed
from tests.edge.test_callback import ADDED
from tests.fuzz.attempt import query, request
from tests.fuzz.line import Line, exchange

STRANGER, WECOM = "8.8.8.8", "120.232.1.1"


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def refuse(gate: Turnstile, address: str, times: float) -> None:
    for _ in range(int(times)):
        gate.refused(address)


def test_refusals_run_out_and_come_back() -> None:
    clock = Time()
    gate = Turnstile(clock)
    refuse(gate, STRANGER, BURST - 1)
    assert not gate.holds_back(STRANGER)
    gate.refused(STRANGER)
    assert gate.holds_back(STRANGER)
    assert not gate.holds_back(WECOM)
    clock.now = 1.0
    refuse(gate, STRANGER, PER_SECOND)
    assert gate.holds_back(STRANGER)
    clock.now = 2.0
    assert not gate.holds_back(STRANGER)


def test_who_showed_a_key_is_never_held_back() -> None:
    clock = Time()
    gate = Turnstile(clock)
    gate.trusted(WECOM)
    refuse(gate, WECOM, 10 * BURST)
    assert not gate.holds_back(WECOM)
    clock.now = TRUSTED_FOR_S + 0.01
    gate.refused(WECOM)
    clock.now += 0.01
    assert not gate.holds_back(WECOM)  # the refusals of that hour are forgiven by then


def test_memory_is_bounded() -> None:
    gate = Turnstile(Time())
    for number in range(MOST_ADDRESSES + 50):
        gate.refused(f"a{number}")
    assert len(gate._callers) == MOST_ADDRESSES


@pytest.mark.parametrize(
    ("remote", "counted"),
    [
        ("8.8.8.8", "8.8.8.8"),
        ("2a00:1450:4001::1", "2a00:1450:4001::/64"),
        ("2a00:1450:4001:0:9::1", "2a00:1450:4001::/64"),
        ("127.0.0.1", None),
        ("10.1.2.3", None),
        ("192.168.1.1", None),
        ("::1", None),
        ("fe80::1%eth0", None),
        ("", None),
        (None, None),
        ("/run/socket", None),
    ],
)
def test_whom_a_refusal_counts_against(remote: str | None, counted: str | None) -> None:
    assert network_of(remote) == counted


async def say(edge: Edge, remote: str, *, forged: bool, number: int = 0) -> int:
    """One callback from this address; returns the status."""
    encrypted = seal(ADDED.replace("wm1", f"wm{number}"))
    asked = signed(encrypted, token="forged" if forged else "callbackToken")
    data = request("POST", f"/wecom/callback?{query(asked)}", envelope(encrypted))
    server = edge.client.server.runner.server
    assert isinstance(server, web.Server)
    return (await exchange(server, data, remote, whole=True))[0][0]


async def test_a_flood_is_refused_unread_and_wecom_is_not(edge: Edge) -> None:
    assert await say(edge, WECOM, forged=False) == 200
    statuses = [await say(edge, STRANGER, forged=True) for _ in range(int(BURST) + 20)]
    assert statuses[0] == 403
    assert statuses[-1] == 429
    assert 429 not in statuses[: int(BURST)]
    for _ in range(int(BURST) + 20):  # somebody behind WeCom's own address, as through one NAT
        assert await say(edge, WECOM, forged=True) == 403
        assert await say(edge, "127.0.0.1", forged=True) == 403
    assert await say(edge, WECOM, forged=False, number=2) == 200
    assert len(await edge.facts()) == 2
    assert (await edge.client.get("/healthz")).status == 200
    assert await edge.count("wecamp_held_back_total") >= 1


async def test_a_source_that_sends_bad_events_with_a_good_key_is_not_held_back(edge: Edge) -> None:
    for _ in range(int(BURST) + 5):
        assert (await edge.ingest({}))[0] == 400


async def test_a_body_that_drips_is_cut(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.turnstile, "BODY_SECONDS", 0.05)
    for path in ("/wecom/callback?msg_signature=x&timestamp=1&nonce=n", "/ingest/shop"):
        server = edge.client.server.runner.server
        assert isinstance(server, web.Server)
        line, protocol = Line(STRANGER), server()
        protocol.connection_made(line)
        await asyncio.sleep(0)
        protocol.data_received(request("POST", path, b"<xml>", {"Content-Length": "500"}))
        async with asyncio.timeout(5):
            await line.heard.wait()
        assert line.written.startswith(b"HTTP/1.1 408 ")
        protocol.connection_lost(None)


async def test_callback_signature_and_receiver_are_compared_in_constant_time(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[Any] = []
    real = hmac.compare_digest

    def compare(one: Any, other: Any) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    encrypted = seal(ADDED)
    asked = signed(encrypted)
    assert (await edge.post(envelope(encrypted), **asked))[0] == 200
    assert [one == other for one, other in compared] == [True, True]
    compared.clear()
    assert (await edge.post(envelope(encrypted), **(asked | {"msg_signature": "0" * 40})))[0] == 403
    assert [one == other for one, other in compared] == [False]


async def test_a_callback_played_again_has_no_effect_and_an_old_one_is_refused(edge: Edge) -> None:
    encrypted = seal(ADDED)
    asked = signed(encrypted)
    for _ in range(3):
        assert (await edge.post(envelope(encrypted), **asked))[0] == 200
    assert len(await edge.facts()) == 1
    old = signed(encrypted, stamp=str(int(time.time()) - 301))
    assert (await edge.post(envelope(encrypted), **old))[0] == 403
