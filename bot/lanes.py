"""The lanes: each drains its part of the outbox in order of priority, near WeCom's limits and never over them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

import structlog

from bot import metrics
from bot.pacer import Pacer
from bot.settler import Settler, Verdict, judge
from bot.wecom.client import WeComClient
from bot.wecom.road import Call, Road
from storage import outbox
from storage.database import Database, StorageBusy
from storage.outbox import Due

log = structlog.get_logger("lanes")

# Little's law: 167 calls/s at 30 ms are 5 in flight; WeCom's 45033 asks for at most 10 in parallel per API.
_PARALLEL = 8
_LOOK_AHEAD = 100
_POLL_SECONDS = 1.0


class Lane:
    """One lane: rows in hand are never taken twice, rows to the same person stay in order."""

    def __init__(
        self, name: str, database: Database, client: WeComClient, calls: Mapping[str, Call], pacer: Pacer, settler: Settler
    ) -> None:
        self.name = name
        self._database = database
        self._client = client
        self._calls = calls
        self._pacer = pacer
        self._settler = settler
        self._wake = asyncio.Event()
        self._in_hand: dict[int, frozenset[str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        self._wake.set()

    async def run(self, may_work: Callable[[], Awaitable[bool]]) -> None:
        """Drains until cancelled; then the calls under way are given the time to finish."""
        try:
            while True:
                self._wake.clear()
                pause = _POLL_SECONDS
                try:
                    if await may_work():
                        pause = await self._start_due()
                except StorageBusy:
                    pause = 0.1
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._wake.wait()
        finally:
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=4)

    async def _start_due(self) -> float:
        """Starts what may go now; returns the seconds until something else may."""
        if len(self._in_hand) >= _PARALLEL:
            return _POLL_SECONDS
        async with self._database.read() as tx:
            rows = await outbox.due(tx, self.name, _LOOK_AHEAD, tuple(self._in_hand))
            next_at = None if rows else await outbox.next_due_at(tx, self.name)
        now = datetime.now(UTC)
        if not rows:
            return _POLL_SECONDS if next_at is None else min(_POLL_SECONDS, max(0.01, (next_at - now).total_seconds()))
        chosen, pause = self._choose(rows, now)
        if chosen:
            async with self._database.write() as tx:
                await outbox.mark_tried(tx, [row.id for row in chosen])
            for row in chosen:
                task = asyncio.create_task(self._send(row))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return pause

    def _choose(self, rows: list[Due], now: datetime) -> tuple[list[Due], float]:
        """The rows to start, each with its slot taken, and the pause until the next slot."""
        chosen: list[Due] = []
        pause = _POLL_SECONDS
        busy = frozenset().union(*self._in_hand.values()) if self._in_hand else frozenset()
        for row in rows:
            if row.expires_at is not None and row.expires_at <= now:
                self._in_hand[row.id] = frozenset()
                self._settler.put(row, Verdict.expired(), self._settled)
                continue
            if len(self._in_hand) >= _PARALLEL:
                break
            people = _people(row)
            if people & busy:
                busy |= people  # those behind must not overtake either
                continue
            wait = self._pacer.wait(self._calls.get(row.call), row)
            if wait > 0:
                pause = min(pause, wait)
                busy |= people
                continue
            self._in_hand[row.id] = people
            busy |= people
            chosen.append(row)
        return chosen, pause

    async def _send(self, row: Due) -> None:
        call = self._calls.get(row.call)
        if call is None:
            self._settler.put(row, Verdict.impossible(f"no road knows the call {row.call}"), self._settled)
            return
        payload = row.payload
        if row.tried_at is not None and row.call == "app.message":
            # The process may have died after sending: ask WeCom to drop an identical repetition (doc 90236).
            payload = {**payload, "duplicate_check": True}
        with metrics.call_seconds.labels(call=row.call).time():
            answer = await self._client.call(call, payload)
        metrics.calls.labels(call=row.call, outcome=answer.outcome.value).inc()
        verdict = judge(row, answer)
        if verdict.closes_lane_for is not None:
            self._pacer.close(call, row, verdict.closes_lane_for)
        if answer.errcode:
            log.info("WeCom refused", call=row.call, outbox_id=row.id, errcode=answer.errcode, outcome=answer.outcome.value)
        self._settler.put(row, verdict, self._settled)

    def _settled(self, row: Due) -> None:
        self._in_hand.pop(row.id, None)
        self._wake.set()


class Lanes:
    """All lanes of this node: one for each that the outbox names, started when first seen."""

    def __init__(self, database: Database, client: WeComClient, roads: tuple[Road, ...], settler: Settler) -> None:
        self._database = database
        self._client = client
        self._calls = {call.name: call for road in roads for call in road.calls}
        self._pacer = Pacer(roads)
        self._settler = settler
        self._lanes: dict[str, Lane] = {}
        self.up = False

    def wake(self, names: set[str]) -> None:
        """These lanes got rows."""
        self._new.update(names - self._lanes.keys())
        if self._new:
            self._seen.set()
        for name in names & self._lanes.keys():
            self._lanes[name].wake()

    async def run(self, holds: Callable[[str], Awaitable[bool]]) -> None:
        """Runs the lanes until cancelled."""
        self._new: set[str] = set()
        self._seen = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            while True:
                self._seen.clear()
                names, self._new = self._new, set()
                with contextlib.suppress(StorageBusy):
                    async with self._database.read() as tx:
                        names |= set(await outbox.lanes_in_use(tx))
                for name in sorted(names - self._lanes.keys()):
                    lane = Lane(name, self._database, self._client, self._calls, self._pacer, self._settler)
                    self._lanes[name] = lane
                    group.create_task(lane.run(lambda name=name: holds(f"lane:{name}")))  # type: ignore[misc]
                self.up = True
                self._pacer.forget_idle()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_SECONDS):
                        await self._seen.wait()


def _people(row: Due) -> frozenset[str]:
    """Whom a row speaks to: messages to one person keep their order."""
    to = row.payload.get("to") or row.payload.get("userids")
    if isinstance(to, str):
        return frozenset([to])
    return frozenset(str(person).lower() for person in to) if to else frozenset()
