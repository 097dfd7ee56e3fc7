"""The story's hand on the look-alike's clock: it goes forward only, and others may hold and move it, too."""

import math
import time
from datetime import datetime

from sandbox.story.calendar import ZONE
from sandbox.story.corp import Corp, Json, Refused
from sandbox.story.rhythm import Rhythm

# A clock that is elsewhere than it should be by less than this was not moved by anybody.
_SLACK_S = 30.0
_WAIT_S = 20
_DAYS = "一二三四五六日"
HELD = "⏸ 时钟停住了：故事在这里等，机器人照常回答。点“继续”就接着演。"
GOES_ON = "▶ 时钟又走了，故事接着演。"


class Moved(Exception):
    """Somebody else moved the clock, and the story cannot go on from there."""


class StoryClock:
    """Follows the clock; while it is held the rhythm rests. `moved` once somebody else has moved it."""

    def __init__(self, corp: Corp, rhythm: Rhythm) -> None:
        self._corp = corp
        self._rhythm = rhythm
        self._told, self._told_at, self._speed = time.time(), time.monotonic(), 1.0
        self._version = -1
        self._target = -math.inf
        self._before = math.inf
        self.moved = False

    def now(self) -> float:
        """Unix seconds, as far as it was told."""
        return self._told + (time.monotonic() - self._told_at) * self._speed

    async def watch(self) -> None:
        """Until cancelled; Moved once the present scene is over for good."""
        while True:
            told = await self._corp.see(f"/clock?after={self._version}&wait={_WAIT_S}")
            if int(told["version"]) > self._version:
                await self._hear(told)
                self.check()

    async def jump(self, moment: datetime, before: datetime | None = None) -> None:
        """Forward to that moment; a clock past it goes on. What is played next makes sense `before` that other moment."""
        await self._rhythm.turn()
        self._target = moment.timestamp()
        self._before = before.timestamp() if before else math.inf
        if self.now() < self._target:
            try:
                self._take(await self._corp.act("/clock", to=self._target))
            except Refused:  # somebody was quicker
                self.moved = True
        self.check()

    def check(self) -> None:
        """Moved when the present scene can make no sense any more."""
        if self.moved and self.now() > self._before:
            raise Moved

    def excuse(self) -> None:
        """Moved when that may be why something did not come true."""
        if self.moved:
            raise Moved

    async def _hear(self, told: Json) -> None:
        expected, held = self.now(), self._rhythm.held
        first = self._version < 0
        self._take(told)
        ours = any(abs(self._told - moment) <= _SLACK_S for moment in (expected, self._target))
        self.moved |= (not ours and not first) or float(told["speed"]) != 1.0
        if self._rhythm.held != held:
            await self._corp.tell(HELD if self._rhythm.held else GOES_ON)

    def _take(self, told: Json) -> None:
        if int(told["version"]) <= self._version:  # older than what is known
            return
        self._version = int(told["version"])
        held = bool(told["held"])
        self._told, self._told_at, self._speed = float(told["now"]), time.monotonic(), 0.0 if held else float(told["speed"])
        if held:
            self._rhythm.hold()
        else:
            self._rhythm.release()


def in_words(moment: datetime) -> str:
    """`11-23 周一 19:00`."""
    local = moment.astimezone(ZONE)
    return f"{local:%m-%d} 周{_DAYS[local.weekday()]} {local:%H:%M}"
