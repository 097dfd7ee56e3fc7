"""Fault × story, callbacks: the whole main job passes under every single one, nothing lost and nothing doubled.

The first callback of each story meets the fault. docs/sandbox.md shows the table: a line for each fault, a column for each
story.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.main_job import Story, play_main_job
from tests.loopback import Camp

CALLBACKS: dict[str, dict[str, Any]] = {
    "lost": {"kind": "lose"},
    "first try lost": {"kind": "fail"},
    "doubled": {"kind": "double"},
    "late": {"kind": "delay", "delay_s": 0.5},
    "out of order": {"kind": "reorder"},
    "same-second twins": {"kind": "twins"},
    "clock 4 min ahead": {"kind": "skew", "skew_s": 240},
    "clock 4 min behind": {"kind": "skew", "skew_s": -240},
}


@pytest.mark.parametrize("fault", CALLBACKS)
async def test_the_main_job_when_a_callback_is(camp: Camp, fault: str) -> None:
    camp.fault = fault
    camp.loses = fault == "lost"

    async def arm(story: Story) -> None:
        await camp.corp.act("/faults", times=1, **CALLBACKS[fault])

    await play_main_job(camp, arm)
