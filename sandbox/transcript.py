"""Numbered lines in people's words: who said what to whom, what the bot sent, what got lost."""

import asyncio
import re
from collections import deque
from typing import TypedDict

from sandbox.changes import Changes
from sandbox.clock import Clock


class Line(TypedDict):
    seq: int
    at: int
    who: str
    to: str
    what: str
    kind: str


class Transcript:
    """The newest lines (at most `keep`), with a long-poll for readers."""

    def __init__(self, clock: Clock, changes: Changes, keep: int = 20_000) -> None:
        self._clock = clock
        self._changes = changes
        self._lines: deque[Line] = deque(maxlen=keep)
        self._seq = 0
        self._grown = asyncio.Event()
        self._hushed: re.Pattern[str] | None = None

    def hush(self, names: re.Pattern[str] | None) -> None:
        """From now on no line is kept whose speaker or hearer bears such a name: a crowd of thousands is told in summaries."""
        self._hushed = names

    def add(self, who: str, to: str, what: str, kind: str) -> Line:
        """Write one line and wake the readers."""
        if self._hushed is not None and (self._hushed.search(who) or self._hushed.search(to)):
            return Line(seq=self._seq, at=self._clock.seconds(), who=who, to=to, what=what, kind=kind)
        self._seq += 1
        line = Line(seq=self._seq, at=self._clock.seconds(), who=who, to=to, what=what, kind=kind)
        self._lines.append(line)
        self._changes.tell("transcript")
        self._grown.set()
        self._grown = asyncio.Event()
        return line

    def after(self, seq: int) -> list[Line]:
        if seq >= self._seq:
            return []
        return [line for line in self._lines if line["seq"] > seq]

    async def wait_after(self, seq: int, seconds: float) -> list[Line]:
        """Lines after `seq`; waits up to `seconds` for the first of them."""
        if not self.after(seq):
            try:
                async with asyncio.timeout(seconds):
                    await self._grown.wait()
            except TimeoutError:
                return []
        return self.after(seq)
