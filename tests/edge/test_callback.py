"""WeCom's callbacks: what is authentic is stored once and answered with nothing; what is not learns nothing."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

import bot.web
from bot.inbox_writer import InboxFull
from storage.faults import StorageBusy
from tests.edge.conftest import AES, CORP, Edge, envelope, seal, signed


def event(**fields: Any) -> str:
    given = {"ToUserName": CORP, "FromUserName": "sys", "CreateTime": 1_790_000_000, "MsgType": "event"} | fields
    return f"<xml>{''.join(f'<{key}>{value}</{key}>' for key, value in given.items())}</xml>"


ADDED = event(
    Event="change_external_contact", ChangeType="add_external_contact", UserID="lin", ExternalUserID="wm1", State="dy01"
)


async def test_the_console_gets_its_echo_verbatim(edge: Edge) -> None:
    words = " 1616140317555161061 é中文<&>\n"
    encrypted = seal(words)
    answer = await edge.client.get("/wecom/callback", params={**signed(encrypted), "echostr": encrypted})
    assert (answer.status, await answer.text(), answer.content_type) == (200, words, "text/plain")
    assert await edge.facts() == []


@pytest.mark.parametrize("broken", ["msg_signature", "timestamp", "nonce", "echostr"])
async def test_a_forged_echo_learns_nothing(edge: Edge, broken: str) -> None:
    encrypted = seal("42")
    query = {**signed(encrypted), "echostr": encrypted}
    for value in ("", "x" * 40, None):
        changed = {k: v for k, v in (query | {broken: value}).items() if v is not None}
        answer = await edge.client.get("/wecom/callback", params=changed)
        assert (answer.status in (400, 403), await answer.read()) == (True, b"")


async def test_an_event_is_stored_and_answered_with_nothing(edge: Edge) -> None:
    before = await edge.count("wecamp_callbacks_total", outcome="stored")
    assert await edge.callback(ADDED) == (200, "")
    (fact,) = await edge.facts()
    assert (fact.kind, fact.conversation, fact.source) == ("wecom.event", "learner:wm1", "callback")
    assert fact.body["State"] == "dy01"
    assert await edge.count("wecamp_callbacks_total", outcome="stored") - before == 1
    assert time.time() - await edge.count("wecamp_last_callback_timestamp_seconds") < 60


async def test_three_deliveries_are_one_fact_and_twins_of_a_second_are_two(edge: Edge) -> None:
    encrypted = seal(ADDED)
    deliveries = [edge.post(envelope(encrypted), **signed(encrypted, nonce=f"n{n}")) for n in range(3)]
    assert await asyncio.gather(*deliveries) == [(200, "")] * 3
    assert await edge.callback(ADDED) == (200, "")  # encrypted anew: the same event all the same
    assert len(await edge.facts()) == 1
    await edge.callback(ADDED.replace("wm1", "wm2"))
    assert len(await edge.facts()) == 2


async def test_messages_are_told_apart_by_their_id(edge: Edge) -> None:
    text = {"FromUserName": "Lin", "MsgType": "text", "Content": "名单", "AgentID": 1}
    for msg_id in (1, 2, 1):
        assert await edge.callback(event(**text, MsgId=msg_id)) == (200, "")
    facts = await edge.facts()
    assert [(fact.kind, fact.body) for fact in facts] == [
        ("app.text", {"userid": "Lin", "text": "名单", "msg_id": "1"}),
        ("app.text", {"userid": "Lin", "text": "名单", "msg_id": "2"}),
    ]
    assert {fact.conversation for fact in facts} == {"member:lin"}


async def test_many_at_once_are_all_stored(edge: Edge) -> None:
    answers = await asyncio.gather(*(edge.callback(ADDED.replace("wm1", f"wm{n}")) for n in range(60)))
    assert answers == [(200, "")] * 60
    assert len(await edge.facts()) == 60


async def test_an_unknown_event_is_kept(edge: Edge) -> None:
    assert await edge.callback(event(Event="brand_new_event", Odd="<a><b>1</b></a>")) == (200, "")
    (fact,) = await edge.facts()
    assert fact.body["Odd"] == {"a": {"b": "1"}}


@pytest.mark.parametrize(
    "how",
    [
        {"token": "another"},
        {"receiver": "ww9999999999999999"},
        {"stamp": "-400"},
        {"stamp": "+400"},
        {"stamp": "soon"},
    ],
)
async def test_what_is_not_authentic_is_refused_without_a_word(edge: Edge, how: dict[str, str]) -> None:
    if how.get("stamp", "")[:1] in ("-", "+"):  # seconds from now, when it is sent
        how = {"stamp": str(int(time.time()) + int(how["stamp"]))}
    before = await edge.count("wecamp_callbacks_total", outcome="refused_403")
    assert await edge.callback(ADDED, **how) == (403, "")
    assert await edge.facts() == []
    assert await edge.count("wecamp_callbacks_total", outcome="refused_403") - before == 1


async def test_a_changed_body_is_refused(edge: Edge) -> None:
    encrypted, other = seal(ADDED), seal(ADDED)
    assert await edge.post(envelope(other), **signed(encrypted)) == (403, "")
    assert await edge.post(envelope(encrypted)) == (403, "")  # no query at all
    answer = await edge.client.post(
        f"/wecom/callback?msg_signature=%ff%fe&timestamp={int(time.time())}&nonce=%ff", data=envelope(other)
    )
    assert (answer.status, await answer.read()) == (403, b"")


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><xml><Event>&b;</Event></xml>'
FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Event>&a;</Event></xml>'


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "junk",
        "{}",
        "<xml>",
        "<xml/>",
        "<xml>words</xml>",
        BOMB,
        FILE,
        "<xml>" + "<a>" * 200 + "</a>" * 200 + "</xml>",
        "\x00",
    ],
)
async def test_junk_inside_an_authentic_envelope_is_taken_once_and_counted(edge: Edge, xml: str) -> None:
    """It is WeCom's own: a refusal would only bring it three times."""
    before = await edge.count("wecamp_callbacks_total", outcome="unreadable")
    assert await edge.callback(xml) == (200, "")
    assert await edge.facts() == []
    assert await edge.count("wecamp_callbacks_total", outcome="unreadable") == before + 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"junk",
        b"<xml></xml>",
        b"<xml><Encrypt></Encrypt></xml>",
        b"<xml><Encrypt>" + b"A" * 64 + b"</Encrypt></xml>",
        BOMB.encode(),
        FILE.encode(),
        b"<xml>" + b"<a>" * 200 + b"</a>" * 200 + b"</xml>",
        b"\xff\xfe<\x00x\x00m\x00l\x00",
        b'{"encrypt": "x"}',
    ],
)
async def test_junk_instead_of_an_envelope(edge: Edge, body: bytes) -> None:
    status, words = await edge.post(body, **signed("A" * 64))
    assert status in (400, 403)
    assert words == ""
    assert await edge.facts() == []


async def test_signed_but_not_decryptable(edge: Edge) -> None:
    for encrypted in ("AAAA", "!!!!", "A" * 64, seal(ADDED, aes=AES[::-1].replace("=", "A"))):
        status, words = await edge.post(envelope(encrypted), **signed(encrypted))
        assert (status in (400, 403), words) == (True, "")


async def test_an_oversize_body_is_refused_before_it_is_read(edge: Edge) -> None:
    big = envelope(seal(event(Event="x", Blob="y" * 70_000)))
    assert await edge.post(big, **signed("x")) == (413, "")

    async def drip() -> Any:
        for _ in range(100):
            yield b"x" * 10_000

    answer = await edge.client.post("/wecom/callback", data=drip())  # chunked: no length is told
    assert (answer.status, await answer.read()) == (413, b"")


@pytest.mark.parametrize("fault", [StorageBusy("locked"), InboxFull(), TimeoutError()])
async def test_what_cannot_be_stored_is_asked_for_again(edge: Edge, fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    async def submit(*_given: Any) -> Any:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr("bot.inbox_writer.InboxWriter.submit", submit)
        assert await edge.callback(ADDED) == (503, "")
    assert await edge.callback(ADDED) == (200, "")
    assert len(await edge.facts()) == 1


async def test_a_slow_disk_is_an_honest_503_before_wecom_gives_up(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.web, "_STORE_SECONDS", 0.05)
    async with edge.database.write():
        assert await edge.callback(ADDED) == (503, "")
    monkeypatch.undo()
    assert await edge.callback(ADDED) == (200, "")
    assert len(await edge.facts()) == 1


async def test_a_bug_shows_nothing_to_the_caller(edge: Edge, monkeypatch: pytest.MonkeyPatch, logged: list[Any]) -> None:
    def to_fact(*_given: Any) -> Any:
        raise KeyError("inner secret")

    monkeypatch.setattr("bot.web.to_fact", to_fact)
    assert await edge.callback(ADDED) == (500, "")
    assert [entry["error"] for entry in logged if entry["event"] == "edge failed"] == ["KeyError"]


async def test_other_methods_and_paths_are_refused_without_a_word(edge: Edge) -> None:
    answer = await edge.client.put("/wecom/callback", data=b"x")
    assert (answer.status, await answer.read(), answer.headers["Allow"]) == (405, b"", "GET,HEAD,POST")
    answer = await edge.client.get("/nothing/here")
    assert (answer.status, await answer.read()) == (404, b"")
