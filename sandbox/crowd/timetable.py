"""When the lessons of a crowd are: by the marks of the calendar and the look-alike's clock, or one after the other at once."""

import math
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from sandbox.clock import HOUR
from sandbox.crowd.plan import Plan
from sandbox.stage import Stage

LATEST_S = 2 * HOUR
_LOOK_EVERY_S = 1.0  # real time, while nobody turns the clock


@dataclass(frozen=True)
class Lesson:
    """`number` is what people call it, `place` its place in this play from 0; moments are sandbox time."""

    number: int
    place: int
    starts_at: float
    ends_at: float


class Timetable:
    """The lessons of one play."""

    def __init__(self, stage: Stage, plan: Plan) -> None:
        self._stage = stage
        self._plan = plan

    async def lessons(self, begin: Callable[[str], None]) -> AsyncIterator[Lesson]:
        """Each lesson once it has begun; `begin` hears what is waited for."""
        if not self._plan.calendar:
            for place, number in enumerate(self._plan.lessons):
                begin(f"第{number}课")
                yield Lesson(number, place, -math.inf, math.inf)
            return
        number = 1
        while (starts_at := self._start(number)) is not None:
            begin(f"等第{number}课")
            await self._until(starts_at)
            begin(f"第{number}课")
            yield Lesson(number, number - 1, starts_at, self._end(starts_at))
            number += 1

    async def until_end(self, lesson: Lesson) -> None:
        """Returns when the lesson is over; at once without a calendar."""
        if math.isfinite(lesson.ends_at):
            await self._until(lesson.ends_at)

    def _start(self, number: int) -> float | None:
        starts = [mark.at for mark in self._stage.calendar.marks if mark.kind == "lesson"]
        return starts[number - 1] if number <= len(starts) else None

    def _end(self, starts_at: float) -> float:
        marks = self._stage.calendar.marks
        ends = [mark.at for mark in marks if mark.kind == "lesson_end" and mark.at > starts_at]
        later = [mark.at for mark in marks if mark.kind == "lesson" and mark.at > starts_at]
        return min([starts_at + LATEST_S, *ends[:1], *later[:1]])

    async def _until(self, moment: float) -> None:
        clock = self._stage.clock
        while (left := moment - clock.now()) > 0:
            seconds = _LOOK_EVERY_S if clock.held_at is not None else min(_LOOK_EVERY_S, left / clock.speed)
            await clock.wait_after(clock.version, seconds)
