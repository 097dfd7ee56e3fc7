"""All lanes of a node: one for each part of the outbox, started when the outbox first names it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from bot.lane import Lane
from bot.pacer import Pacer
from bot.settler import Settler
from bot.wecom.client import WeComClient
from bot.wecom.road import Road
from storage import lanes
from storage.database import Database
from storage.faults import StorageBusy

_POLL_SECONDS = 1.0


class Lanes:
    """All lanes of this node: one for each that the outbox names, started when first seen."""

    def __init__(
        self,
        database: Database,
        client: WeComClient,
        roads: tuple[Road, ...],
        settler: Settler,
        ahead: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._database = database
        self._client = client
        self._calls = {call.name: call for road in roads for call in road.calls}
        self._pacer = Pacer(roads, ahead)
        self._settler = settler
        self._lanes: dict[str, Lane] = {}
        self._new: set[str] = set()
        self._seen = asyncio.Event()
        self.up = False

    def wake(self, names: set[str]) -> None:
        """These lanes got rows."""
        self._new.update(names - self._lanes.keys())
        if self._new:
            self._seen.set()
        for name in names & self._lanes.keys():
            self._lanes[name].wake()

    def wake_all(self) -> None:
        """The time has moved: what waited for its moment may be due."""
        for lane in self._lanes.values():
            lane.wake()

    async def run(self, holds: Callable[[str], Awaitable[bool]]) -> None:
        """Runs the lanes until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._seen.clear()
                names, self._new = self._new, set()
                with contextlib.suppress(StorageBusy):
                    async with self._database.read() as tx:
                        names |= set(await lanes.lanes_in_use(tx))
                    self.up = True
                for name in sorted(names - self._lanes.keys()):
                    lane = Lane(name, self._database, self._client, self._calls, self._pacer, self._settler)
                    self._lanes[name] = lane
                    group.create_task(lane.run(lambda name=name: holds(f"lane:{name}")))  # type: ignore[misc]
                self._pacer.forget_idle()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_SECONDS):
                        await self._seen.wait()
