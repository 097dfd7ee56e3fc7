"""Fault × story: the whole main job passes under every single fault, with nothing lost and nothing doubled.

Each API that a story lives on meets the fault on its first call, or the story's first callback meets it. The table of the
closing note is made of these tests: one line a fault, one column a story.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.conftest import Camp
from tests.faults.main_job import STORIES

Fault = dict[str, Any]

API: dict[str, Fault] = {
    "-1 busy": {"errcode": -1},
    "45009 too often": {"errcode": 45009},
    "45033 too parallel": {"errcode": 45033},
    "502": {"http_status": 502},
    "not JSON": {"junk": True},
    "hangs past the timeout": {"hang_s": 0.9},
    "cut before": {"cut": "before"},
    "cut after": {"cut": "after"},
}
CALLBACK: dict[str, Fault] = {
    "lost": {"kind": "lose"},
    "first try lost": {"kind": "fail"},
    "doubled": {"kind": "double"},
    "late": {"kind": "delay", "delay_s": 0.5},
    "out of order": {"kind": "reorder"},
    "same-second twins": {"kind": "twins"},
    "clock 4 min ahead": {"kind": "skew", "skew_s": 240},
    "clock 4 min behind": {"kind": "skew", "skew_s": -240},
}


@pytest.mark.parametrize("name", ["none", *API, "token dropped early", *CALLBACK])
async def test_the_main_job_passes_under(camp: Camp, name: str) -> None:
    camp.fault = name
    camp.loses = name == "lost"
    for story in [s for s in STORIES if s.name != "nudge"]:
        if name in API:
            for path in story.calls:
                await camp.corp.act("/faults", path=path, times=1, **API[name])
        elif name == "token dropped early":
            await camp.corp.act("/tokens/drop")
        elif name in CALLBACK:
            await camp.corp.act("/faults", times=1, **CALLBACK[name])
        await story.play(camp)
        await camp.corp.remove("/faults")
    await nothing_lost_nothing_doubled(camp)


async def nothing_lost_nothing_doubled(camp: Camp) -> None:
    """No fact failed, no effect was given up, and nobody was told the same thing twice unasked."""
    await camp.quiet()
    assert not await camp.rows("SELECT kind, error FROM inbox WHERE state = 2")
    assert not await camp.rows("SELECT call, errcode FROM outbox WHERE state IN (2, 3)")
    for learner in camp.learners.values():
        said = [b["text"] for b in await learner.screen() if b["from"] != "me"]
        assert len(said) == len(set(said)), said
