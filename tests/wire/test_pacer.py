"""The pacer against every documented window: any pattern, slow wires, a lane that changes hands; and nothing wasted."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pacer import Pacer
from bot.wecom.roads import load_roads
from storage.outbox import Answer, Due
from storage.pace import Sent
from tests.wire.test_bucket import busiest

ROADS = load_roads()
CALLS = {call.name: call for road in ROADS for call in road.calls}
BEGIN = datetime(2026, 12, 1, tzinfo=UTC)
LANES: dict[str, tuple[str, dict[str, Any], int]] = {
    "robot": ("robot.message", {"robot": "sales", "message": {"type": "text", "text": "a"}}, 20),
    "member": ("app.message", {"to": ["lin"], "message": {"type": "text", "text": "a"}}, 30),
    "api": ("contact.mark_tag", {"userid": "lin", "external_userid": "wm1", "add": [], "remove": []}, 10_000),
}


class Line:
    """One lane that says the same over and over, on a clock of its own; `arrived` is when WeCom saw each call."""

    def __init__(self, lane: str) -> None:
        self.call_name, self.payload, self.count = LANES[lane]
        self.call = CALLS[self.call_name]
        self.lane = "robot:sales" if lane == "robot" else self.call_name
        self.row = Due(1, self.lane, self.call_name, 4, self.payload, {}, Answer.NONE, 0, BEGIN, None, None)
        self.now = 0.0
        self.noted: list[float] = []
        self.arrived: list[float] = []
        self.pacer = self.new()

    def new(self) -> Pacer:
        return Pacer(ROADS, lambda: self.now - asyncio.get_running_loop().time())

    def change_hands(self) -> None:
        """Another process takes over; what it knows is when each row was noted as about to be sent."""
        self.pacer = self.new()
        lately = [BEGIN + timedelta(seconds=at) for at in self.noted if at > self.now - 3600]
        known = [Sent(self.call_name, at, 1, self.payload) for at in lately]
        self.pacer.recall(self.call, self.lane, known, BEGIN + timedelta(seconds=self.now))

    def take(self) -> None:
        while (wait := self.pacer.wait(self.call, self.row)) > 0:
            self.now += wait + 1e-6  # the loop's own time goes on too
        self.noted.append(self.now)

    def speak(self, lasts: float, arrives: float) -> None:
        """One call that takes `lasts` seconds; WeCom sees it after that share of them."""
        self.take()
        self.arrived.append(self.now + lasts * arrives)
        self.now += lasts
        self.pacer.over(self.call, self.row)


def played(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


calls = st.tuples(
    st.sampled_from([0.0, 0.0, 0.0, 0.5, 5.0, 61.0]) | st.floats(0, 70),  # a pause before it
    st.sampled_from([0.0, 0.01, 0.05, 3.0, 9.9]),
    st.sampled_from([0.0, 1.0]),
)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["robot", "member"]),
    st.lists(calls, min_size=25, max_size=120),
    st.sets(st.integers(0, 119), max_size=3),
)
def test_no_sliding_minute_is_ever_too_full(lane: str, pattern: list[tuple[float, float, float]], changes: set[int]) -> None:
    """However slow a call is, whenever it arrives, and whoever takes the lane over."""

    async def play() -> None:
        line = Line(lane)
        for number, (pause, lasts, arrives) in enumerate(pattern):
            line.now += pause
            if number in changes:
                line.change_hands()
            line.speak(lasts, arrives)
        assert busiest(line.arrived, 60.0) <= line.count

    played(play)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 9_000), st.integers())
def test_an_api_holds_its_minute_with_eight_on_the_wire_and_a_change_of_hands(change: int, seed: int) -> None:
    async def play() -> None:
        dice = random.Random(seed)
        line = Line("api")
        for number in range(12_000):
            if number == change:
                line.change_hands()
            line.take()
            # Eight on the wire: each arrives within the next seven slots, or a second late.
            line.arrived.append(line.now + dice.choice([0.0, 0.01, 0.04, 1.0]))
            line.pacer.over(line.call, line.row)
        line.arrived.sort()
        assert busiest(line.arrived, 60.0) <= line.count

    played(play)


@pytest.mark.parametrize("lane", LANES)
def test_ten_minutes_are_used_to_the_full(lane: str) -> None:
    async def play() -> None:
        line = Line(lane)
        while line.now < 600:
            line.speak(0.0 if lane == "api" else 0.03, 1.0)
        line.arrived.pop()
        assert 0.97 * 10 * line.count <= len([at for at in line.arrived if at < 600]) <= 10 * line.count
        assert busiest(line.arrived, 60.0) <= line.count

    played(play)


def test_the_hour_is_used_and_held() -> None:
    async def play() -> None:
        line = Line("api")
        while line.now < 3_700:
            line.speak(0.0, 1.0)
        assert len([at for at in line.arrived if at < 3_600]) >= 0.97 * 150_000
        assert busiest(line.arrived, 3_600.0) <= 150_000

    played(play)


def test_a_closing_lasts_as_documented_and_doubles_while_it_meets_the_first_call() -> None:
    async def play() -> None:
        line = Line("api")
        lasted = []
        for _ in range(8):
            assert not line.pacer.closed(line.lane)
            lasted.append(round(line.pacer.close(line.call, line.lane, 60.0)))
            assert round(line.pacer.close(line.call, line.lane, 60.0)) == lasted[-1], "the other seven on the wire say the same"
            assert line.pacer.wait(line.call, line.row) > 0
            line.now += lasted[-1] + 1
        assert lasted == [60, 120, 240, 480, 960, 1920, 3600, 3600]
        line.pacer.passed(line.lane)
        assert round(line.pacer.close(line.call, line.lane, 60.0)) == 60
        line.now += 61
        assert round(line.pacer.close(line.call, line.lane, 86_400.0)) == 86_400, "the hint said till the next day"

    played(play)


def test_looking_ahead_takes_nothing() -> None:
    async def play() -> None:
        line = Line("api")
        assert 64 <= line.pacer.free(line.call, line.lane, 0.0) <= 65
        assert 104 <= line.pacer.free(line.call, line.lane, 0.25) <= 106
        assert line.pacer.wait_for_slot(line.call, line.lane) == 0
        for _ in range(64):
            line.take()
        assert line.pacer.free(line.call, line.lane, 0.0) == 0
        assert 0 < line.pacer.wait_for_slot(line.call, line.lane) < 0.01

    played(play)
