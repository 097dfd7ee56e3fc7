"""Logs: one line a thing, and nothing in it that could open a door or name a learner."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import aiohttp
import pytest

from bot.logs import frames_of, redact
from bot.wecom.tokens import Token
from bot.wecom.wire import Wire


def cleaned(**event: Any) -> dict[str, Any]:
    return dict(redact(None, "info", {"event": "x", **event}))


@pytest.mark.parametrize(
    "key",
    [
        "secret",
        "app_secret",
        "token",
        "access_token",
        "encoding_aes_key",
        "key",
        "phone",
        "Mobile",
        "content",
        "text",
        "passphrase",
    ],
)
def test_values_are_blanked_by_the_name_of_their_key(key: str) -> None:
    assert cleaned(**{key: "abc", "n": 3}) == {"event": "x", key: "***", "n": 3}
    assert cleaned(outer={"inner": [{key: "abc"}]}) == {"event": "x", "outer": {"inner": [{key: "***"}]}}


@pytest.mark.parametrize(
    ("words", "clean"),
    [
        ("GET /x?access_token=AbC-1_2&debug=1", "GET /x?access_token=***&debug=1"),
        ("https://qy/webhook/send?key=693a-aa", "https://qy/webhook/send?key=***"),
        ("corpsecret=s3, corpid=ww1", "corpsecret=***, corpid=ww1"),
        ("{'access_token': 'AbC', 'n': 1}", "{'access_token': '***', 'n': 1}"),
        ('{"secret": "AbC"}', '{"secret": "***"}'),
        ("电话13800138000。", "电话***。"),
        ("+8613800138000", "***"),
        ("86 138 0013 8000", "***"),
        ("138-0013-8000", "***"),
        ("outbox 1380013800012345", "outbox 1380013800012345"),  # a longer number is no phone
        ("1790000000", "1790000000"),
    ],
)
def test_secrets_inside_a_sentence_are_blanked(words: str, clean: str) -> None:
    assert cleaned(said=words)["said"] == clean
    assert cleaned(deep=[words])["deep"] == [clean]
    assert cleaned(error=ValueError(words))["error"] == clean


def test_where_an_exception_came_from_without_what_it_says() -> None:
    with pytest.raises(ValueError, match="机密") as caught:
        int("机密")
    assert frames_of(caught.value).startswith("test_logs.py:")
    assert "机密" not in frames_of(caught.value)


async def test_no_secret_in_what_the_client_raises_or_returns() -> None:
    async with aiohttp.ClientSession() as session:
        wire = Wire(session, "http://127.0.0.1:9", 0.5)
        reply = await wire.ask("POST", "/cgi-bin/x", {"access_token": "S3CRET"}, {})
    assert reply.errcode < 0
    assert "S3CRET" not in repr(reply)
    assert "S3CRET" not in repr(Token("S3CRET", 7200.0))


PROGRAM = """
import logging, structlog
from bot import logs
logs.configure("info", True)
structlog.get_logger("t").info("hello", access_token="S3CRET", phone="13800138000", name="李")
structlog.get_logger("t").debug("not shown")
try:
    raise ValueError("key=S3CRET of 13800138000")
except ValueError as error:
    structlog.get_logger("t").error("bad", exc_info=error)
logging.getLogger("asyncio").error("library said access_token=S3CRET to 13800138000")
logging.getLogger("asyncio").info("not shown")
"""


def test_a_process_writes_json_lines_without_secrets_whoever_logs() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=20, check=True)
    lines = run.stderr.strip().splitlines()
    first, second = json.loads(lines[0]), json.loads(lines[1])
    assert (first["event"], first["level"], first["name"]) == ("hello", "info", "李")
    assert "timestamp" in first
    assert "ValueError" in second["exception"]
    assert "library said" in lines[2]
    assert len(lines) == 3
    assert "S3CRET" not in run.stderr
    assert "13800138000" not in run.stderr
    assert run.stdout == ""
