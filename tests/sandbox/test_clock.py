"""The clock: held, stepped, sent ahead, run faster, waited for; and the traffic time that goes on beside it."""

import asyncio
from datetime import UTC, datetime

import pytest

from sandbox.calendar import Mark
from sandbox.clock import DAY, HOUR, Clock
from tests.sandbox.conftest import NOW, Play


class Machine:
    """The machine's time, as a test wants it."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> float:
        return self.time


def test_a_held_clock_stands_and_goes_on_from_there() -> None:
    machine = Machine()
    clock = Clock(machine)
    clock.hold()
    machine.time += 500
    assert clock.now() == NOW
    clock.step(60)
    assert (clock.now(), clock.offset_s) == (NOW + 60, 60)
    clock.release()
    assert clock.now() == NOW + 60
    machine.time += 10
    assert (clock.now(), clock.offset_s) == (NOW + 70, -440)
    clock.shift(0)
    assert clock.now() == machine.time


def test_a_clock_jumps_forward_only() -> None:
    clock = Clock(Machine())
    clock.to(NOW + 90 * DAY)
    assert clock.now() == NOW + 90 * DAY
    with pytest.raises(ValueError, match="forward"):
        clock.to(NOW)


def test_a_clock_runs_faster_and_slower() -> None:
    machine = Machine()
    clock = Clock(machine)
    clock.run(60)
    machine.time += 10
    assert clock.now() == NOW + 600
    clock.run(0.5)
    machine.time += 10
    assert clock.now() == NOW + 605
    clock.hold()
    clock.run(3)
    machine.time += 100
    assert clock.now() == NOW + 605
    clock.release()
    machine.time += 100
    assert clock.now() == NOW + 905
    for speed in (0, -1, 86_401):
        with pytest.raises(ValueError, match="speed"):
            clock.run(speed)


def test_traffic_is_real_time_and_every_jump_forward() -> None:
    machine = Machine()
    clock = Clock(machine)
    begun = clock.traffic()
    clock.hold()
    machine.time += 30
    assert (clock.now(), clock.traffic() - begun) == (NOW, 30)
    clock.step(HOUR)
    assert clock.traffic() - begun == HOUR + 30
    clock.hold(1000)  # back by years: traffic never goes back
    assert (clock.now(), clock.traffic() - begun) == (1000, HOUR + 30)
    clock.release()
    clock.run(60)
    machine.time += 10
    assert clock.traffic() - begun == HOUR + 30 + 600
    clock.run(0.1)
    machine.time += 10
    assert clock.traffic() - begun == HOUR + 30 + 610


def test_the_next_morning_is_eight_in_shanghai() -> None:
    clock = Clock(Machine())
    clock.hold(datetime(2026, 10, 5, 23, 59, 59, tzinfo=UTC).timestamp())  # 07:59:59 of the 6th
    assert clock.next_morning() == clock.now() + 1
    clock.step(1)
    assert clock.next_morning() == clock.now() + DAY


async def test_clock_control(play: Play) -> None:
    told = await play.see("/clock")
    assert told == {"now": NOW, "offset_s": 0.0, "held": False, "speed": 1.0, "version": 1}
    held = await play.act("/clock", hold=1000, offset_s=5)
    assert (held["now"], held["offset_s"], held["held"]) == (1005.0, 5.0, True)
    assert (await play.act("/clock", step_s=20))["now"] == 1025
    assert (await play.act("/clock", to=2000))["now"] == 2000
    fast = await play.act("/clock", release=True, speed=60, offset_s=0)
    assert (fast["now"], fast["held"], fast["speed"]) == (NOW, False, 60)
    assert await play.see("/clock") == fast


@pytest.mark.parametrize(
    "wish", [{"offset_s": "soon"}, {"to": NOW - 1}, {"step_s": -1}, {"speed": 0}, {"speed": "x"}, {"hold": "x"}, {"to": 1e999}]
)
async def test_what_a_clock_cannot_do(play: Play, wish: dict[str, object]) -> None:
    assert (await play.act("/clock", 400, **wish))["error"]
    assert (await play.see("/clock"))["now"] == NOW


async def test_step_to_the_next_lesson_morning_and_close(play: Play) -> None:
    marks = [Mark(int(NOW) + 500, "lesson", "第 1 课"), Mark(int(NOW) + 900, "close", "结营")]
    play.stage.calendar.replace(marks)
    assert (await play.act("/clock", next="lesson"))["now"] == NOW + 500
    assert "没有课" in (await play.act("/clock", 400, next="lesson"))["error"]
    assert (await play.act("/clock", next="close"))["now"] == NOW + 900
    assert (await play.act("/clock", next="day"))["now"] % DAY == 0  # 00:00 UTC is 08:00 in Shanghai
    await play.act("/clock", 400, next="month")


async def test_whoever_waits_for_the_clock_wakes_at_its_next_change(play: Play) -> None:
    version = (await play.see("/clock"))["version"]
    waiting = asyncio.create_task(play.see(f"/clock?after={version}&wait=20"))
    while play.stage.clock.version == version:
        await asyncio.sleep(0)
        if not waiting.done():
            play.later(3)
    async with asyncio.timeout(5):
        assert (await waiting)["version"] > version
    assert (await play.see(f"/clock?after={version + 9}&wait=0.01"))["now"] == play.clock.now()
    assert (await play.client.get("/_sandbox/clock?after=x")).status == 400


async def test_readers_of_the_page_are_told(play: Play) -> None:
    reader = play.stage.changes.open()
    play.later(1)
    assert "clock" in reader.take()
    play.stage.changes.close(reader)
