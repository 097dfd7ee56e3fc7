"""For a while every answer of WeCom is slow, wrong, cut or nonsense, the token's too; then it is as always."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.loopback import Camp, open_camp

# What every call meets for a while. A cut after WeCom has acted is tests/faults' affair.
ODD: dict[str, dict[str, Any]] = {
    "slow": {"hang_s": 4.9, "times": 6},
    "busy": {"errcode": -1, "times": 2},
    "503": {"http_status": 503, "times": 9},
    "cut before": {"cut": "before", "times": 9},
    "not JSON": {"junk": True, "times": 9},
}
EVERYBODY = [f"p{number}" for number in range(12)]


@pytest.mark.parametrize("how", ODD)
async def test_everybody_is_answered_once(tmp_path: Path, how: str) -> None:
    async with open_camp(tmp_path) as camp:
        camp.fault = how
        await _hire(camp)
        await camp.corp.act("/faults", path="*", **ODD[how])
        await _everybody_writes(camp)
        await _each_is_told_once(camp)


async def test_the_token_dies_at_every_turn(tmp_path: Path) -> None:
    async with open_camp(tmp_path) as camp:
        camp.fault = "tokens dropped"
        await _hire(camp)
        for userid in EVERYBODY:
            await camp.corp.act("/app/say", userid=userid, text="帮助")
            await camp.corp.act("/tokens/drop")
        await _each_is_told_once(camp)


async def _hire(camp: Camp) -> None:
    for userid in EVERYBODY:
        await camp.corp.act("/members", userid=userid, name=userid)


async def _everybody_writes(camp: Camp) -> None:
    for userid in EVERYBODY:
        await camp.corp.act("/app/say", userid=userid, text="帮助")


async def _each_is_told_once(camp: Camp) -> None:
    async def all_ended() -> bool:
        taken = await camp.count("SELECT count(*) FROM inbox WHERE kind = 'app.text' AND state = 1") == len(EVERYBODY)
        return taken and await camp.count("SELECT count(*) FROM outbox WHERE call = 'app.message' AND state = 0") == 0

    await camp.until(all_ended, "everything has its end", 60)
    assert await camp.rows("SELECT call, errcode FROM outbox WHERE call = 'app.message' AND state <> 1") == []
    assert await camp.rows("SELECT error FROM inbox WHERE state = 2") == []
    for userid in EVERYBODY:
        assert len([b for b in await camp.corp.screen("member", userid) if b["from"] != "me"]) == 1, userid
