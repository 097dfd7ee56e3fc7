"""Marks of the time bar from a camp.toml, in process and by the command line."""

import asyncio
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from sandbox import cli
from sandbox.app import build_sandbox
from sandbox.calendar_file import Unreadable, marks_in
from sandbox.config import SandboxConfig
from sandbox.story.corp import Corp

CAMP = """
[[camps]]
code = "read7"
[[cohorts]]
code = "read7-01"
camp = "read7"
closes_at = 2026-12-07T23:00:00+08:00
[[cohorts.lessons]]
seq = 1
title = "开课啦"
starts_at = 2026-12-01T19:00:00
minutes = 90
"""


def at(day: int, hour: int, minute: int = 0) -> int:
    return int(datetime(2026, 12, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())


def test_lessons_and_closes_in_their_order() -> None:
    assert marks_in(CAMP) == [
        {"at": at(1, 19), "kind": "lesson", "label": "read7-01 第1课 开课啦"},
        {"at": at(1, 20, 30), "kind": "lesson_end", "label": "read7-01 第1课 开课啦 下课"},
        {"at": at(7, 23), "kind": "close", "label": "read7-01 结营"},
    ]


def test_a_file_without_cohorts_has_no_marks() -> None:
    assert marks_in('[[staff]]\nuserid = "lin"') == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("cohorts = [", "不是 TOML"),
        ("[[cohorts]]\ncode = 1\n[[cohorts.lessons]]\nseq = 1\nminutes = 60", "缺 starts_at"),
        ('[[cohorts]]\ncode = 1\ncloses_at = "soon"', "读不懂的时间"),
        ("cohorts = 7", "读不懂"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, complaint: str) -> None:
    with pytest.raises(Unreadable, match=complaint):
        marks_in(text)


async def test_by_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "camp.toml"
    file.write_text(CAMP, encoding="utf-8")
    async with TestServer(build_sandbox(SandboxConfig())) as server, aiohttp.ClientSession() as session:
        url = str(server.make_url("")).rstrip("/")
        assert await asyncio.to_thread(cli.main, ["calendar", str(file), "--url", url]) == 0
        assert (await Corp(url, session).see("/calendar"))["marks"] == marks_in(CAMP)
        assert "read7-01 结营" in capsys.readouterr().out
        assert await asyncio.to_thread(cli.main, ["calendar", str(tmp_path / "none.toml"), "--url", url]) == 1
        assert "none.toml" in capsys.readouterr().err
