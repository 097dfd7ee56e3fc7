"""The client against a real HTTP server that answers well, badly, late or not at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.wecom import errors
from bot.wecom.client import Answer, WeComClient
from bot.wecom.errors import Outcome
from bot.wecom.road import Call, Json, RoadContext
from bot.wecom.roads import calls_by_name, load_roads
from bot.wecom.tokens import NoToken, Token, TokenKeeper
from bot.wecom.wire import Wire, fetch_token

CALLS = calls_by_name(load_roads())
KEY = "robot-key-secret"
TEXT: Json = {"to": ["Lin", "wu"], "message": {"type": "text", "text": "你好"}}
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Vendor:
    """A WeCom that plays a list of answers (the last one for ever) and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Json | Answering] = [{"errcode": 0, "errmsg": "ok"}]
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.tokens_given = 0
        self.token_fault: NoToken | None = None
        self.now = 0.0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        self.asked.append((request.method, request.path, dict(request.query), body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.json_response(answer) if isinstance(answer, dict) else await answer(request)

    async def give_token(self) -> Token:
        if self.token_fault:
            raise self.token_fault
        self.tokens_given += 1
        return Token(f"token-secret-{self.tokens_given}", 7200.0)


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def patience_s() -> float:
    """How long the client waits for an answer: long, so that a slow machine is no fault."""
    return 30.0


@pytest.fixture
async def client(vendor: Vendor, patience_s: float) -> AsyncIterator[WeComClient]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", vendor.serve)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        tokens = TokenKeeper(vendor.give_token, lambda: vendor.now)
        context = RoadContext(1000017, {"sales": KEY}, settled_codes={"kf.message": frozenset({777_000})})
        yield WeComClient(session, str(server.make_url("/")), tokens, patience_s, context=context)


def raw(body: bytes, status: int = 200, **headers: str) -> Answering:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, headers=headers)

    return answer


async def hang(_request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def cut(request: web.Request) -> web.StreamResponse:
    assert request.transport
    request.transport.close()
    return web.Response()


async def cut_in_the_middle(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"errcode":')
    assert request.transport
    request.transport.close()
    return response


async def test_a_message(client: WeComClient, vendor: Vendor) -> None:
    vendor.answers = [{"errcode": 0, "errmsg": "ok", "invaliduser": "WU", "msgid": "m1"}]
    answer = await client.call(CALLS["app.message"], TEXT)
    assert answer == Answer(Outcome.SUCCESS, 0, "ok", {"msgid": "m1", "response_code": "", "invalid": ["wu"]}, None)
    method, path, query, body = vendor.asked[0]
    assert (method, path, query) == ("POST", "/cgi-bin/message/send", {"access_token": "token-secret-1"})
    assert body["text"] == {"content": "你好"}


@pytest.mark.parametrize("code", [40014, 42001, 40001])
async def test_a_refused_token_is_refreshed_once(client: WeComClient, vendor: Vendor, code: int) -> None:
    vendor.answers = [{"errcode": code, "errmsg": "bad"}, {"errcode": 0, "errmsg": "ok"}]
    assert (await client.call(CALLS["app.message"], TEXT)).outcome is Outcome.SUCCESS
    assert [asked[2]["access_token"][-1] for asked in vendor.asked] == ["1", "2"]


@pytest.mark.parametrize(("code", "outcome"), [(40014, Outcome.RETRY), (42001, Outcome.RETRY), (40001, Outcome.CONFIG)])
async def test_a_token_refused_for_ever_costs_two_calls(client: WeComClient, vendor: Vendor, code: int, outcome: Outcome) -> None:
    vendor.answers = [{"errcode": code, "errmsg": "bad"}]
    answer = await client.call(CALLS["app.message"], TEXT)
    assert (answer.outcome, answer.errcode, len(vendor.asked)) == (outcome, code, 2)
    for _ in range(5):
        await client.call(CALLS["app.message"], TEXT)
    assert vendor.tokens_given == 4, "three drops in half a minute, then the fault lies elsewhere"
    assert len(vendor.asked) == 2 + 2 + 2 + 1 + 1 + 1, "the same dead token is not tried twice in one call"


async def test_fifty_calls_with_a_stale_token_fetch_one_new(client: WeComClient, vendor: Vendor) -> None:
    async def only_second(request: web.Request) -> web.StreamResponse:
        stale = request.query["access_token"] == "token-secret-1"
        return web.json_response({"errcode": 40014 if stale else 0, "errmsg": "?"})

    vendor.answers = [only_second]
    answers = await asyncio.gather(*(client.call(CALLS["contact.tags"], {}) for _ in range(50)))
    assert {answer.outcome for answer in answers} == {Outcome.SUCCESS}
    assert vendor.tokens_given == 2


FAULTS: dict[str, tuple[Answering, int]] = {
    "cut": (cut, errors.DISCONNECTED),
    "cut in the middle": (cut_in_the_middle, errors.DISCONNECTED),
    "502 html": (raw(b"<html>", 502), errors.BAD_STATUS),
    "500 json": (raw(b'{"errcode":0}', 500), errors.BAD_STATUS),
    "302": (raw(b"", 302, Location="https://elsewhere.example/"), errors.BAD_STATUS),
    "404": (raw(b"no", 404), errors.BAD_STATUS),
    "html": (raw(b"<html>"), errors.NOT_JSON),
    "empty": (raw(b""), errors.NOT_JSON),
    "list": (raw(b"[]"), errors.NOT_JSON),
    "no errcode": (raw(b"{}"), errors.NOT_JSON),
    "null errcode": (raw(b'{"errcode":null}'), errors.NOT_JSON),
    "not UTF-8": (raw(b'{"errcode":0,"errmsg":"\xff"}'), errors.NOT_JSON),
    "deep": (raw(b"[" * 100_000), errors.NOT_JSON),
    "busy": (raw(b'{"errcode":-1,"errmsg":"system busy"}'), -1),
}


@pytest.mark.parametrize("patience_s", [0.1])
async def test_who_does_not_answer_is_not_waited_for(client: WeComClient, vendor: Vendor) -> None:
    vendor.answers = [hang]
    answer = await client.call(CALLS["app.message"], TEXT)
    assert (answer.outcome, answer.errcode, answer.result) == (Outcome.RETRY, errors.TIMEOUT, {})
    assert "secret" not in answer.errmsg


@pytest.mark.parametrize("name", FAULTS)
async def test_faults_are_answers(client: WeComClient, vendor: Vendor, name: str) -> None:
    fault, errcode = FAULTS[name]
    vendor.answers = [fault]
    answer = await client.call(CALLS["app.message"], TEXT)
    assert (answer.outcome, answer.errcode, answer.result) == (Outcome.RETRY, errcode, {})
    assert "secret" not in answer.errmsg


async def test_nobody_listens() -> None:
    async with aiohttp.ClientSession() as session:
        vendor = Vendor()
        for url in ("http://127.0.0.1:1", "nonsense"):
            client = WeComClient(session, url, TokenKeeper(vendor.give_token, lambda: 0.0), 1.0, context=RoadContext(1))
            answer = await client.call(CALLS["app.message"], TEXT)
            assert (answer.outcome, answer.errcode) == (Outcome.RETRY, errors.DISCONNECTED)
            assert "secret" not in answer.errmsg


async def test_text_type_bom_and_string_codes_are_read(client: WeComClient, vendor: Vendor) -> None:
    vendor.answers = [raw(b'\xef\xbb\xbf{"errcode":"0","errmsg":"ok","msgid":"m"}', **{"Content-Type": "text/plain"})]
    answer = await client.call(CALLS["app.message"], TEXT)
    assert (answer.outcome, answer.result["msgid"]) == (Outcome.SUCCESS, "m")


@pytest.mark.parametrize("invalid", ["lin|WU", ["Lin", "wu"], "lin|wu|x"])
async def test_success_that_reached_nobody_is_permanent(client: WeComClient, vendor: Vendor, invalid: object) -> None:
    vendor.answers = [{"errcode": 0, "errmsg": "ok", "invaliduser": invalid}]
    answer = await client.call(CALLS["app.message"], TEXT)
    assert (answer.outcome, answer.errcode) == (Outcome.PERMANENT, 81013)


async def test_waits_say_how_long_and_for_whom(client: WeComClient, vendor: Vendor) -> None:
    vendor.answers = [
        {"errcode": 45009, "errmsg": "out of limit"},
        {"errcode": 95001, "errmsg": "limit"},
        raw(b"", 429, **{"Retry-After": "7"}),
    ]
    waits = [await client.call(CALLS["kf.link"], {"open_kfid": "wk", "scene": "s"}) for _ in range(3)]
    assert [(a.outcome, a.retry_after_s, a.closes_lane) for a in waits] == [
        (Outcome.WAIT, 60.0, True),
        (Outcome.WAIT, 600.0, False),
        (Outcome.WAIT, 7.0, True),
    ]


async def test_robots_use_their_key_and_no_token(client: WeComClient, vendor: Vendor) -> None:
    payload = {"robot": "sales", "message": {"type": "text", "text": "hi"}}
    assert (await client.call(CALLS["robot.message"], payload)).outcome is Outcome.SUCCESS
    assert vendor.asked[0][1:3] == ("/cgi-bin/webhook/send", {"key": KEY})
    assert vendor.tokens_given == 0
    vendor.answers = [{"errcode": 93000, "errmsg": f"invalid key={KEY}"}]
    answer = await client.call(CALLS["robot.message"], payload)
    # Not CONFIG: nobody waits an hour for the robot to come back, its people hear another way.
    assert (answer.outcome, answer.errmsg) == (Outcome.PERMANENT, "invalid key=***")
    answer = await client.call(CALLS["robot.message"], payload | {"robot": "nobody"})
    assert (answer.outcome, answer.errcode) == (Outcome.PERMANENT, errors.NOT_CONFIGURED)


async def test_an_impossible_payload_is_permanent_and_asks_nobody(client: WeComClient, vendor: Vendor) -> None:
    for payload in ({}, {"to": [], "message": {"text": "x"}}, {"to": ["a"], "message": "x"}, {"to": ["a"], "message": {}}):
        answer = await client.call(CALLS["app.message"], payload)
        assert (answer.outcome, answer.errcode) == (Outcome.PERMANENT, errors.UNSENDABLE)
    assert vendor.asked == []


KF: Json = {"to": "wm1", "open_kfid": "wk1", "msgid": "o-1", "message": {"type": "text", "text": "hi"}}


@pytest.mark.parametrize(
    ("code", "errmsg", "outcome"),
    [
        (777_000, "whatever", Outcome.SUCCESS),
        (888_000, "msgid repeated", Outcome.SUCCESS),
        (40058, "invalid msgid, duplicate", Outcome.SUCCESS),
        (40058, "invalid msgid", Outcome.PERMANENT),
        (888_000, "unused msgid", Outcome.RETRY),
        (95001, "msgid already", Outcome.WAIT),
    ],
)
async def test_a_used_msgid_means_sent(client: WeComClient, vendor: Vendor, code: int, errmsg: str, outcome: Outcome) -> None:
    vendor.answers = [{"errcode": code, "errmsg": errmsg}]
    assert (await client.call(CALLS["kf.message"], KF)).outcome is outcome


async def test_a_dead_sync_token_is_left_out_once(client: WeComClient, vendor: Vendor) -> None:
    vendor.answers = [{"errcode": 95007, "errmsg": "bad"}, {"errcode": 0, "errmsg": "ok", "has_more": 1, "next_cursor": "c"}]
    answer = await client.call(CALLS["kf.sync"], {"open_kfid": "wk1", "cursor": "a", "token": "t"})
    assert answer.result == {"next_cursor": "c", "has_more": True, "msg_list": []}
    assert ["token" in asked[3] for asked in vendor.asked] == [True, False]
    vendor.answers = [{"errcode": 95007, "errmsg": "bad"}]
    answer = await client.call(CALLS["kf.sync"], {"open_kfid": "wk1", "cursor": "a", "token": "t"})
    assert (answer.outcome, len(vendor.asked)) == (Outcome.RETRY, 4)


async def test_all_pages_of_a_contact(client: WeComClient, vendor: Vendor) -> None:
    contact = {"external_userid": "wm1", "name": "小雨", "type": 1}
    vendor.answers = [
        {"errcode": 0, "external_contact": contact, "follow_user": [{"userid": "lin"}], "next_cursor": "p2"},
        {"errcode": 0, "external_contact": contact, "follow_user": [{"userid": "wu"}], "next_cursor": ""},
    ]
    answer = await client.call(CALLS["contact.get"], {"external_userid": "wm1"})
    assert [follow["userid"] for follow in answer.result["follows"]] == ["lin", "wu"]
    assert answer.result["contact"] == {"external_userid": "wm1", "name": "小雨", "type": 1, "unionid": ""}
    assert [asked[2].get("cursor") for asked in vendor.asked] == [None, "p2"]
    assert vendor.asked[0][0] == "GET"


async def test_pages_that_do_not_end(client: WeComClient, vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor.answers = [{"errcode": 0, "next_cursor": "same"}]
    answer = await client.call(CALLS["contact.get"], {"external_userid": "wm1"})
    assert (answer.outcome, answer.errcode, len(vendor.asked)) == (Outcome.PERMANENT, errors.ENDLESS_PAGES, 2)

    async def ever_new(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"errcode": 0, "next_cursor": str(len(vendor.asked))})

    monkeypatch.setattr("bot.wecom.client.MAX_PAGES", 5)
    vendor.answers, vendor.asked = [ever_new], []
    answer = await client.call(CALLS["contact.get"], {"external_userid": "wm1"})
    assert (answer.errcode, len(vendor.asked)) == (errors.ENDLESS_PAGES, 5)


async def test_no_token_no_call(client: WeComClient, vendor: Vendor) -> None:
    vendor.token_fault = NoToken(Outcome.CONFIG, 40001, "invalid credential")
    answer = await client.call(CALLS["app.message"], TEXT)
    assert (answer.outcome, answer.errcode, answer.retry_after_s) == (Outcome.CONFIG, 40001, 300.0)
    assert vendor.asked == []


async def test_an_odd_answer_does_not_raise(client: WeComClient, vendor: Vendor) -> None:
    odd: Json = {"errcode": 0, "errmsg": None}
    for fields in ("external_contact", "follow_user", "tag_group", "userlist", "department", "group_chat", "msg_list"):
        for value in (None, "x", 5, [None, 5, "x"], {"a": None}):
            vendor.answers = [odd | {fields: value, "next_cursor": None, "invaliduser": None, "has_more": "?"}]
            for name in ("contact.get", "contact.tags", "directory.departments", "contact.follow_users"):
                assert (await client.call(CALLS[name], {"external_userid": "wm"})).outcome is Outcome.SUCCESS


async def test_a_reader_that_stumbles_is_permanent(client: WeComClient) -> None:
    call = Call(name="x.y", path="/x", build=lambda payload, ctx: {}, read=lambda answer: answer["missing"])
    answer = await client.call(call, {})
    assert (answer.outcome, answer.errcode) == (Outcome.PERMANENT, errors.UNSENDABLE)


async def test_gettoken(client: WeComClient, vendor: Vendor) -> None:
    wire: Wire = client._wire
    vendor.answers = [{"errcode": 0, "errmsg": "ok", "access_token": "t", "expires_in": 7200}]
    assert await fetch_token(wire, "ww1", "app-secret") == Token("t", 7200.0)
    assert vendor.asked == [("GET", "/cgi-bin/gettoken", {"corpid": "ww1", "corpsecret": "app-secret"}, None)]
    vendor.answers = [raw(b"", 503)]
    with pytest.raises(NoToken) as refused:
        await fetch_token(wire, "ww1", "app-secret")
    assert refused.value.outcome is Outcome.RETRY
    assert "app-secret" not in repr(refused.value) + refused.value.errmsg


async def test_nothing_secret_is_logged(client: WeComClient, vendor: Vendor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    vendor.answers = [cut, {"errcode": 40014, "errmsg": "access_token=token-secret-1"}]
    await client.call(CALLS["app.message"], TEXT)
    answer = await client.call(CALLS["app.message"], TEXT)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("aiohttp.access")]
    assert "secret" not in answer.errmsg + "".join(ours)
