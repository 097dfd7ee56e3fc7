"""A call that must not be repeated: after an uncertain try it ends, and whoever asked is told to look."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from storage import inbox, outbox
from storage.outbox import Answer, Intent
from tests.loop.conftest import FakeWecom, Rig

SENT, DEAD = 1, 2


def task() -> Intent:
    payload = {"userid": "lin", "external_userids": ["wm1"], "text": "第3课没看到你"}
    return Intent("contact.mass_send", payload, answer=Answer.ALWAYS, context={"nudge_id": 7})


async def told(rig: Rig) -> dict[str, Any]:
    async with rig.database.read() as tx:
        (row,) = await inbox.listing(tx, None, 100)
    assert row.kind == "answer.contact.mass_send"
    body: dict[str, Any] = row.body
    return body


async def test_a_process_that_died_between_call_and_note_does_not_call_again(rig: Rig, wecom: FakeWecom) -> None:
    await rig.add(task())
    async with rig.database.write() as tx:
        await outbox.mark_tried(tx, [1])
    await rig.start()
    await rig.drained()
    assert wecom.asked == []
    assert await rig.states() == [DEAD]
    body = await told(rig)
    assert (body["ok"], body["errcode"], body["context"]) == (False, -10, {"nudge_id": 7})


@pytest.mark.parametrize("answer", [web.Response(status=502), web.Response(text="<html>")])
async def test_an_answer_that_says_nothing_ends_it(rig: Rig, wecom: FakeWecom, answer: web.Response) -> None:
    wecom.script = [answer]
    await rig.start()
    await rig.add(task())
    await rig.drained()
    assert len(wecom.asked) == 1
    assert (await told(rig))["errcode"] == -10


async def test_an_operators_retry_does_not_call_again_either(rig: Rig, wecom: FakeWecom) -> None:
    wecom.script = [web.Response(status=502)]
    await rig.start()
    await rig.add(task())
    await rig.drained()
    async with rig.database.write() as tx:
        assert await outbox.retry(tx) == 1
    rig.lanes.wake({"contact.mass_send"})
    await rig.drained()
    assert len(wecom.asked) == 1
    assert await rig.states() == [DEAD]


async def test_what_wecom_refused_for_a_moment_is_tried_again(rig: Rig, wecom: FakeWecom) -> None:
    wecom.script = [{"errcode": 45033, "errmsg": "too many at once"}, {"errcode": 0, "msgid": "m1", "fail_list": []}]
    await rig.start()
    await rig.add(task())
    await rig.drained()
    assert len(wecom.asked) == 2
    assert (await told(rig))["result"] == {"msgid": "m1", "failed": []}


async def test_nobody_can_receive_it(rig: Rig, wecom: FakeWecom) -> None:
    wecom.script = [{"errcode": 41048, "errmsg": "no customer"}]
    await rig.start()
    await rig.add(task())
    await rig.drained()
    body = await told(rig)
    assert (body["ok"], body["errcode"], body["result"]) == (True, 41048, {"msgid": "", "failed": []})
    assert await rig.states() == [SENT]
