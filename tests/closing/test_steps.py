"""A close takes steps as long as people can wait for, whatever the machine: measured, and never without bounds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from camp.rules.step import LEAST, next_size
from tests.closing.town import CLOSE_TIME, Town, camp_toml


@pytest.mark.parametrize(
    ("size", "seconds", "wanted"),
    [
        (3_000, 0.05, 3_000),  # as long as it should be
        (3_000, 0.10, 1_500),  # twice as long
        (1_000, 0.04, 1_250),  # more fit in
        (1_000, 0.001, 2_000),  # not more than twice as many at once: one quick step says little
        (2_000, 0.0, 3_000),  # never more than the most
        (3_000, 60.0, LEAST),  # a machine that stood still
        (LEAST, 60.0, LEAST),
        (2, 60.0, LEAST),
    ],
)
def test_the_next_step(size: int, seconds: float, wanted: int) -> None:
    assert next_size(size, seconds, aim=0.05, most=3_000) == wanted


def test_most_counts_before_least() -> None:
    assert next_size(2, 60.0, aim=0.05, most=2) == 2


async def _sizes(house: Any) -> list[int]:
    await house.apply(camp_toml())
    house.now = CLOSE_TIME
    town = Town(house)
    for number in range(LEAST + 50):
        await town.enrol(f"学员{number}", attended=5)
    await town.close()
    assert set((await town.places()).values()) == {"conversion"}
    return [row.size for row in await house.rows("select body ->> 'size' size from inbox where kind = 'camp.close' order by id")]


async def test_a_slow_machine_takes_small_steps(house: Any) -> None:
    house.configure(sweep_chunk=LEAST + 20, sweep_step=timedelta(0))
    assert await _sizes(house) == [LEAST + 20, LEAST, LEAST]


async def test_a_quick_one_takes_all_it_may(house: Any) -> None:
    house.configure(sweep_chunk=LEAST + 20, sweep_step=timedelta(hours=1))
    assert await _sizes(house) == [LEAST + 20] * 3
