"""Many inputs against one world: counted by outcome, findings kept with the bytes that made them, memory watched."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.attempt import Attempt
from tests.fuzz.world import Finding, World, named

CORPUS = Path(__file__).with_name("corpus")
# After so many inputs the world begins afresh: what is stored stays small, and so does what one input can spoil for others.
CHUNK = 5_000
_HANGS_AFTER_S = 60.0


@dataclass
class Tally:
    """What came of a campaign. `findings`: what went wrong, with the edge and the bytes. `rss_mib`: at each chunk's end."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    applied: int = 0
    findings: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    rss_mib: list[int] = field(default_factory=list)

    @property
    def inputs(self) -> int:
        return self.outcomes.total()


class Campaign:
    """Plays inputs of one edge (or "all"). `told(n)` is called with the number of inputs just played."""

    def __init__(self, world: World, edge: str, told: Callable[[int], None] = lambda n: None) -> None:
        self._world, self._edge, self._told = world, edge, told
        self._since = 0
        self.tally = Tally()

    async def play(self, inputs: Sequence[bytes]) -> None:
        """Plays them at once, as many senders would; then the worker applies what was stored."""
        made = [(data, self._world.attempt_of(self._edge, data)) for data in inputs]
        found = [words for words in await asyncio.gather(*(self._attack(attempt) for _, attempt in made)) if words]
        found += await self._kept(self._world.apply())
        if found:
            await self._blame(inputs, found)
        self._told(len(inputs))
        self._since += len(inputs)
        if self._since >= CHUNK:
            await self.finish_chunk()

    async def finish_chunk(self) -> None:
        """What this chunk left behind is looked at, then the world begins afresh."""
        for words in await self._kept(self._world.check_bounds(self._since)):
            self.tally.findings.setdefault(words, (self._edge, b""))
        self._since = 0
        await self._world.open()
        self.tally.rss_mib.append(_rss_mib())

    async def _attack(self, attempt: Attempt) -> str | None:
        try:
            async with asyncio.timeout(_HANGS_AFTER_S):
                outcome = await self._world.attack(attempt)
        except Finding as finding:
            self.tally.outcomes[attempt.edge, "FINDING"] += 1
            return str(finding)
        except TimeoutError:
            self.tally.outcomes[attempt.edge, "FINDING"] += 1
            return f"{attempt.edge}: hangs"
        self.tally.outcomes[attempt.edge, outcome] += 1
        return None

    async def _kept(self, work: object) -> list[str]:
        try:
            done = await work  # type: ignore[misc]
        except Finding as finding:
            return [str(finding)]
        self.tally.applied += done or 0
        return []

    async def _blame(self, inputs: Sequence[bytes], found: Sequence[str]) -> None:
        """Which input it was: each once more, alone. What only fails among others is kept with the last of them."""
        if set(found) <= self.tally.findings.keys():
            return
        await self._world.open()
        again = [(await self.replay(data), data) for data in inputs] if len(inputs) > 1 else [(found[0], inputs[0])]
        culprits = [(words, data) for words, data in again if words]
        for words, data in culprits or [(words, inputs[-1]) for words in found]:
            self.tally.findings.setdefault(words, (self._edge, data))
        await self._world.open()

    async def replay(self, data: bytes) -> str | None:
        """Plays one input by itself and applies what it stored; what went wrong, or None."""
        try:
            async with asyncio.timeout(_HANGS_AFTER_S):
                await self._world.attack(self._world.attempt_of(self._edge, data))
                await self._world.apply()
        except Finding as finding:
            return str(finding)
        except TimeoutError:
            return "hangs"
        return None


def keep(findings: dict[str, tuple[str, bytes]]) -> None:
    """Writes the failing inputs where the short test finds them: `<edge>-<hash>`."""
    CORPUS.mkdir(exist_ok=True)
    for edge, data in [named(*found) for found in findings.values()]:
        if data:
            (CORPUS / f"{edge}-{hashlib.sha256(data).hexdigest()[:12]}").write_bytes(data)


def _rss_mib() -> int:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 // 1_048_576
