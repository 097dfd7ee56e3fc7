"""A config file that is right, made anew for each test, and a command line to try it with."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli.program import app

GOOD = """
[server]
host = "127.0.0.1"
port = 0
[storage]
url = "sqlite+aiosqlite:///{database}"
[wecom]
corp_id = "ww0000000000000000"
api_base_url = "http://127.0.0.1:9"
[wecom.app]
agent_id = 1000002
secret = "an-app-secret"
token = "sandboxToken"
encoding_aes_key = "c2FuZGJveC1rZXktMDEyMzQ1Njc4OWFiY2RlZmdoaWo"
[wecom.kf]
open_kfid = "wkSandboxDesk000000000000001"
"""

CAMP = """
[[camps]]
code = "read7"
name = "7天阅读营"
warm_lessons = 2
[[cohorts]]
code = "read7-01"
camp = "read7"
starts_at = 2026-12-01T00:00:00+08:00
closes_at = 2026-12-07T23:00:00+08:00
next = "read7-02"
[[cohorts.lessons]]
seq = 1
title = "第1课"
starts_at = 2026-12-01T19:00:00+08:00
minutes = 60
[[cohorts.lessons]]
seq = 2
title = "第2课"
starts_at = 2026-12-02T19:00:00
minutes = 45
[[cohorts.class_groups]]
code = "A"
chat_id = "wrA"
class_teacher = "lin"
[[cohorts]]
code = "read7-02"
camp = "read7"
starts_at = 2026-12-11T00:00:00+08:00
closes_at = 2026-12-17T23:00:00+08:00
[[channels]]
code = "dy01"
name = "抖音投放"
[[staff]]
userid = "lin"
position = "class_teacher"
[[staff]]
userid = "zhou"
position = "sales"
"""


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("WECAMP_"):
            monkeypatch.delenv(name)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(GOOD.format(database=tmp_path / "wecamp.db"), encoding="utf-8")
    return file


@pytest.fixture
def camp_file(tmp_path: Path) -> Path:
    file = tmp_path / "camp.toml"
    file.write_text(CAMP, encoding="utf-8")
    return file


@pytest.fixture
def wecamp(config: Path) -> Callable[..., Result]:
    """Runs `wecamp … --config <the good config>`."""

    def run(*words: str, settings: Sequence[str] | None = None) -> Result:
        given = ["--config", str(config)] if settings is None else list(settings)
        return CliRunner().invoke(app, [*words, *given])

    return run
