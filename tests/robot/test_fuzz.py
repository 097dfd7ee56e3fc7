"""Odd insides of authentic callbacks, by both ways in: never a 500, never a fact that cannot be applied."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import robot_edge
from bot.wecom.envelope import BadEnvelope
from bot.wecom.robot_inbound import read_json, to_heard
from storage.robot_turns import Kind
from tests.edge.conftest import seal, signed
from tests.robot.conftest import open_play
from tests.robot.test_url_edge import AES, TOKEN

ODD: list[Any] = [None, True, 0, -1, 2**70, 1.5, "", "\x00", "\ud800", "好" * 50, [], {}, [{}], {"a": []}, "x" * 300]
PARTS: dict[str, list[Any]] = {
    "msgid": ["m", "m" * 500, "\x00m", 7],
    "chatid": ["c", "c" * 300, "c\x00", ""],
    "chattype": ["single", "group", "else"],
    "from": [{"userid": "lin"}, {"userid": "LIN"}, {"userid": "x" * 200}, {"userid": "\ud800"}, {"userid": 7}],
    "msgtype": ["text", "voice", "mixed", "file", "image", "event", "stream", "new"],
    "text": [{"content": "帮助"}, {"content": "帮" * 3000}, {"content": 7}],
    "voice": [{"content": "帮助"}],
    "mixed": [{"msg_item": [{"text": {"content": "名单"}}, {"image": 7}]}, {"msg_item": {"text": "x"}}],
    "file": [{"url": "https://127.0.0.1:9/x", "aeskey": "x"}, {"url": 7}],
    "quote": [{"msgtype": "text", "text": {"content": "引用"}}, {"msgtype": "mixed"}],
    "stream": [{"id": "1"}, {"id": "９"}, {"id": 5}, {"id": "9" * 40}],
    "response_url": ["https://x/?response_code=1", "no address"],
    "event": [
        {"eventtype": "enter_chat"},
        {"eventtype": "template_card_event", "template_card_event": {"event_key": "close:99999999999999999999", "task_id": "t"}},
        {"eventtype": "template_card_event", "template_card_event": {"event_key": "sheet:yes:x", "selected_items": [7]}},
        {"eventtype": "feedback_event", "feedback_event": {"type": "2", "id": []}},
        {"eventtype": "disconnected_event"},
    ],
}


def callbacks(number: int) -> Iterator[dict[str, Any]]:
    """The same every time."""
    source = random.Random(5)
    for serial in range(number):
        body = {"msgid": f"m{serial}", "from": {"userid": "lin"}, "msgtype": source.choice(PARTS["msgtype"])}
        for name in source.sample(sorted(PARTS), source.randint(1, 6)):
            body[name] = source.choice(PARTS[name] if source.random() < 0.8 else ODD)
        yield body


@pytest.mark.parametrize("mode", ["url", "socket"])
async def test_odd_callbacks(tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # WeCom's 5 s are not waited for where there is nothing to say.
    monkeypatch.setattr(robot_edge, "_ANSWER_SECONDS", dict.fromkeys(Kind, 0.0))
    monkeypatch.setattr(robot_edge, "_MORE_SECONDS", 0.0)
    async with open_play(tmp_path, mode) as play, aiohttp.ClientSession() as session:
        edge, link = play.camp.house.robot.edge, play.camp.house.robot.link
        for body in callbacks(250):
            if link is not None:
                try:
                    heard = to_heard(read_json(json.dumps(body)))
                except BadEnvelope:
                    continue
                await link._hear(heard, "r1")
                continue
            assert edge is not None
            encrypted = seal(json.dumps(body), receiver="", aes=AES)
            raw = json.dumps({"encrypt": encrypted}).encode()
            async with session.post(play.robot.callback_url, data=raw, params=signed(encrypted, token=TOKEN)) as answer:
                assert answer.status == 200, body

        async def applied() -> bool:
            return not await play.camp.count("SELECT count(*) FROM inbox WHERE state = 0")

        await play.camp.until(applied, "all of it is applied", 60)
        failed = await play.camp.rows("SELECT kind, error, body FROM inbox WHERE state = 2")
        assert [(row.kind, row.error, row.body) for row in failed] == []
        assert await play.camp.count("SELECT count(*) FROM inbox WHERE source = 'aibot'") > 100
