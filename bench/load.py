"""Load over HTTP/1.1 with keep-alive: closed loop (how much at most) and open loop (how long somebody waits)."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field


@dataclass
class Load:
    """What became of the requests. `waits` are seconds, one for each answer; `statuses` counts HTTP statuses, 0 = no answer."""

    waits: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answers of 200 a second."""
        return self.statuses[200] / self.seconds

    def ms(self, share: float) -> float:
        """The wait that this share of the answers did not exceed, in milliseconds; 1.0 is the longest."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000

    def insist(self) -> Load:
        """Itself; RuntimeError when anything was not answered with 200: a rate of refusals is no rate."""
        if set(self.statuses) != {200}:
            raise RuntimeError(f"not everything was answered with 200: {dict(self.statuses)}")
        return self


class _Line(asyncio.Protocol):
    """One connection; `answered(line, status)` when an answer is complete, with 0 when the connection ended instead."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._asked = False
        self.meant = 0.0
        self.answered: Callable[[_Line, int], None] = lambda line, status: None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self, request: bytes, meant: float) -> None:
        """`meant` is the moment from which its wait is counted."""
        self.meant, self._asked = meant, True
        if self._transport is None:
            self._end(0)
        else:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if found and len(rest) >= _length(head):
            self._buffer = b""
            self._end(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._end(0)

    def _end(self, status: int) -> None:
        if self._asked:
            self._asked = False
            self.answered(self, status)

    @property
    def open(self) -> bool:
        return self._transport is not None

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


class _Drive:
    """One run: what is left to send, what came of the rest."""

    def __init__(self, lines: Sequence[_Line]) -> None:
        self.load = Load()
        self.over = asyncio.get_running_loop().create_future()
        self._lines = lines
        for line in lines:
            line.answered = self._answered

    def _answered(self, line: _Line, status: int) -> None:
        now = time.perf_counter()
        self.load.statuses[status] += 1
        self.load.waits.append(now - line.meant)
        self.next(line, now)

    def next(self, line: _Line, now: float) -> None:
        """What a line does that has become free."""
        raise NotImplementedError

    def end(self) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def close(self) -> None:
        for line in self._lines:
            line.answered = lambda line, status: None
            line.close()


class _Closed(_Drive):
    def __init__(self, lines: Sequence[_Line], requests: Iterable[bytes], until: float) -> None:
        super().__init__(lines)
        self._left, self._until, self._busy = iter(requests), until, len(lines)

    def next(self, line: _Line, now: float) -> None:
        request = next(self._left, None) if now < self._until and line.open else None
        if request is not None:
            line.send(request, now)
            return
        self._busy -= 1
        if not self._busy:
            self.end()


class _Open(_Drive):
    def __init__(self, lines: Sequence[_Line], expected: int) -> None:
        super().__init__(lines)
        self._idle, self._waiting, self._expected = deque(lines), deque[tuple[bytes, float]](), expected

    def arrive(self, request: bytes, meant: float) -> None:
        if self._idle:
            self._idle.popleft().send(request, meant)
        else:
            self._waiting.append((request, meant))

    def next(self, line: _Line, now: float) -> None:
        if len(self.load.waits) >= self._expected:
            self.end()
        if not line.open:
            return
        if self._waiting:
            line.send(*self._waiting.popleft())
        else:
            self._idle.append(line)


async def closed_loop(port: int, requests: Iterable[bytes], *, connections: int = 64, seconds: float = float("inf")) -> Load:
    """Every connection sends its next request as soon as it has an answer, until none is left or the time is over."""
    lines = await _lines(port, connections)
    started = time.perf_counter()
    drive = _Closed(lines, requests, started + seconds)
    try:
        for line in lines:
            drive.next(line, time.perf_counter())
        await drive.over
    finally:
        drive.close()
    drive.load.seconds = time.perf_counter() - started
    return drive.load


async def open_loop(
    port: int, requests: Sequence[bytes], *, rate: float, connections: int = 128, seed: int = 1, give_up_s: float = 30.0
) -> Load:
    """Requests arrive by chance (Poisson), `rate` a second, whatever the server does.

    A wait counts from the moment a request was meant to go, also while all connections are taken, so that a stall is felt by
    everybody who came during it. What has no answer `give_up_s` after the last was meant to go counts as status 0.
    """
    lines, dice = await _lines(port, connections), random.Random(seed)
    drive = _Open(lines, len(requests))
    started = meant = time.perf_counter()
    try:
        for request in requests:
            meant += dice.expovariate(rate)
            if (pause := meant - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            drive.arrive(request, meant)
        async with asyncio.timeout(give_up_s):
            await drive.over
    except TimeoutError:
        drive.load.statuses[0] += len(requests) - len(drive.load.waits)
    finally:
        drive.close()
    drive.load.seconds = time.perf_counter() - started
    return drive.load


async def _lines(port: int, connections: int) -> list[_Line]:
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(_Line, "127.0.0.1", port) for _ in range(connections)]
    return [line for _, line in made]
