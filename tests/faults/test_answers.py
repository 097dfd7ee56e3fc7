"""Fault × story, WeCom's answers: the whole main job passes under every single one, nothing lost and nothing doubled.

Each API that a story lives on meets the fault at its first call. docs/sandbox.md shows the table: a line for each fault, a
column for each story.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.main_job import Story, play_main_job
from tests.loopback import Camp

ANSWERS: dict[str, dict[str, Any]] = {
    "-1 busy": {"errcode": -1},
    "45009 too often": {"errcode": 45009},
    "45033 too parallel": {"errcode": 45033},
    "502": {"http_status": 502},
    "not JSON": {"junk": True},
    "hangs past the timeout": {"hang_s": 0.9},
    "cut before": {"cut": "before"},
    "cut after": {"cut": "after"},
}


async def test_the_main_job_in_fair_weather(camp: Camp) -> None:
    async def nothing(story: Story) -> None:
        return None

    await play_main_job(camp, nothing)


@pytest.mark.parametrize("fault", ANSWERS)
async def test_the_main_job_when_the_answer_is(camp: Camp, fault: str) -> None:
    camp.fault = fault

    async def arm(story: Story) -> None:
        for path in story.calls:
            await camp.corp.act("/faults", path=path, times=1, **ANSWERS[fault])

    await play_main_job(camp, arm)


async def test_the_main_job_when_the_token_is_dropped_early(camp: Camp) -> None:
    camp.fault = "token dropped early"

    async def arm(story: Story) -> None:
        await camp.corp.act("/tokens/drop")

    await play_main_job(camp, arm)
