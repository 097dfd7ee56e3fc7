"""`doctor` against the look-alike: all is well, and each missing right is named with its place in the console."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from aiohttp.test_utils import TestServer

from bot.cli.doctor import examine
from bot.settings import load_settings
from camp.phrases import say_in
from sandbox.app import build_sandbox
from sandbox.config import SandboxConfig
from sandbox.people.staff import put_member
from sandbox.stage import STAGE

SECRET = "an-app-secret"


async def test_all_is_well(config: Path) -> None:
    app = build_sandbox(replace(SandboxConfig(), secret=SECRET))
    async with TestServer(app) as server:
        put_member(app[STAGE], "lin", "林老师", [1])
        found = await examine(_settings(config, server), say_in("zh"))
    assert [(each.name, each.remedy) for each in found if not each.ok] == []
    assert len(found) == 7


async def test_what_is_missing_is_named(config: Path) -> None:
    app = build_sandbox(replace(SandboxConfig(), secret=SECRET, open_kfid="wkOther"))
    async with TestServer(app) as server:
        found = await examine(_settings(config, server), say_in("zh"))
    missing = {each.name: each.remedy for each in found if not each.ok}
    assert "权限配置" in missing["客户联系：成员"]
    assert "wkSandboxDesk000000000000001" in missing["微信客服：客服账号"]


async def test_a_wrong_secret_ends_the_examination(config: Path) -> None:
    async with TestServer(build_sandbox(SandboxConfig())) as server:
        found = await examine(_settings(config, server), say_in("zh"))
    assert len(found) == 1
    assert "Secret" in found[0].remedy
    assert SECRET not in found[0].remedy


def _settings(config: Path, server: TestServer):  # type: ignore[no-untyped-def]
    config.write_text(config.read_text().replace("http://127.0.0.1:9", str(server.make_url("")).rstrip("/")))
    return load_settings(config)
