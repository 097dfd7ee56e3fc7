"""WeCom stumbles once at every step of a join code: the code is there all the same, once, and so is its picture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.wecom import client, errors
from tests.groups.conftest import GROUP, Groups
from tests.loopback import Camp, open_camp

WAY = "externalcontact/groupchat"
FAULTS: dict[str, dict[str, Any]] = {
    "45009 too often": {"errcode": 45009},
    "-1 busy": {"errcode": -1},
    "502": {"http_status": 502},
    "not JSON": {"junk": True},
    "cut before": {"cut": "before"},
    "cut after": {"cut": "after"},
}


@pytest.fixture
async def camp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Camp]:
    """Waits are short: what is tested is that nothing is lost meanwhile."""
    monkeypatch.setattr(errors, "MINUTE_S", 0.3)
    monkeypatch.setattr(client.WeComClient.__init__, "__defaults__", (0.6,))
    async with open_camp(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_code_comes_through(camp: Camp, groups: Groups, fault: str) -> None:
    for path in (f"{WAY}/add_join_way", f"{WAY}/get_join_way", "media/upload", f"{WAY}/get"):
        await camp.corp.act("/faults", path=path, times=1, **FAULTS[fault])
    _, picture = await groups.code("lin", "入群码 read-01 dy01")
    await camp.quiet()
    shown = [bubble for bubble in await camp.corp.screen("member", "lin") if bubble["kind"] == "image"]
    assert len(shown) == 1
    assert await camp.count("SELECT count(*) FROM join_ways WHERE config_id IS NOT NULL") == 1
    # Whoever does not hear the answer asks again: WeCom then has a code that nobody was given.
    assert len(groups.ways()) == (2 if fault == "cut after" else 1)
    assert await groups.scans("wmYu", picture) == GROUP
    for _ in range(2):
        await groups.some_seconds()
    assert await camp.count("SELECT count(*) FROM enrolments e JOIN channels c ON c.id = e.channel_id WHERE c.code = 'dy01'") == 1
