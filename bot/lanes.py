"""The lanes: each drains its part of the outbox in order of priority, near WeCom's limits and never over them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot import metrics
from bot.pacer import Pacer
from bot.settler import FATE_UNKNOWN, Settler, Verdict, judge
from bot.wecom.client import UNREADABLE_PAYLOAD, Answer, WeComClient
from bot.wecom.errors import Outcome
from bot.wecom.road import Call, Road
from storage import outbox
from storage.database import Database, StorageAway, StorageBusy
from storage.outbox import Due

log = structlog.get_logger("lanes")

# Little's law: 167 calls/s at 30 ms are 5 in flight; WeCom's 45033 asks for at most 10 in parallel per API.
_PARALLEL = 8
# A row stays in hand until its end is written; while the worker is busy that takes longer than the call, and must not set the
# pace. What is not sent yet is never more than the wire takes, or a welcome would wait behind it.
_IN_HAND = 32
_LOOK_AHEAD = 100
_LOOK_FAR = 2_000
_POLL_SECONDS = 1.0
_BUSY_PAUSE_SECONDS = 0.1
# Later words to a person wait for an earlier one that is retried, but not for one that WeCom keeps refusing.
_KEEPS_ORDER_SECONDS = 10.0


@dataclass(frozen=True)
class _Held:
    """A row put off for a moment: what comes after it for the same people waits until then (loop seconds)."""

    place: tuple[int, int]  # priority, id
    people: frozenset[str]
    until: float


class Lane:
    """One lane: rows in hand are never taken twice, rows to the same person stay in order, also around a retry."""

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
        self._going: set[int] = set()  # of those in hand, the ones whose call is not over
        self._held: dict[int, _Held] = {}
        self._not_before: dict[int, float] = {}  # rows to be tried again, in loop seconds: the house's time may stand still
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
                except StorageAway as error:
                    log.warning("lane waits for the database", lane=self.name, error=type(error).__name__)
                except StorageBusy:
                    pause = _BUSY_PAUSE_SECONDS
                except Exception as error:  # a fault of one lane must not stop the others
                    log.error("lane failed", lane=self.name, error=type(error).__name__, exc_info=error)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._wake.wait()
        finally:
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=4)

    async def _start_due(self) -> float:
        """Starts what may go now; returns the seconds until something else may."""
        if self._full():
            return _POLL_SECONDS
        rows, next_at = await self._look(_LOOK_AHEAD)
        now = self._database.now()
        if not rows:
            return _POLL_SECONDS if next_at is None else min(_POLL_SECONDS, max(0.01, (next_at - now).total_seconds()))
        chosen, pause = self._choose(rows, now)
        if not chosen and len(rows) == _LOOK_AHEAD and not self._full():
            # All of them wait for the same few people: those behind are not to wait with them.
            rows, _ = await self._look(_LOOK_FAR)
            chosen, pause = self._choose(rows, now)
        if chosen:
            await self._start(chosen)
        return pause

    def _full(self) -> bool:
        return len(self._going) >= _PARALLEL or len(self._in_hand) >= _IN_HAND

    async def _look(self, limit: int) -> tuple[list[Due], datetime | None]:
        closed = self._pacer.closed_calls()
        async with self._database.read() as tx:
            rows = await outbox.due(tx, self.name, limit, without=tuple(self._in_hand), closed_calls=closed)
            return rows, None if rows else await outbox.next_due_at(tx, self.name)

    async def _start(self, chosen: list[Due]) -> None:
        try:
            async with self._database.write() as tx:
                await outbox.mark_tried(tx, [row.id for row in chosen])
        except BaseException:
            for row in chosen:  # not sent: back in line
                self._in_hand.pop(row.id, None)
                self._going.discard(row.id)
            raise
        for row in chosen:
            task = asyncio.create_task(self._send(row))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _choose(self, rows: list[Due], now: datetime) -> tuple[list[Due], float]:
        """The rows to start, each with its slot taken, and the pause until the next slot."""
        chosen: list[Due] = []
        pause = _POLL_SECONDS
        busy = frozenset().union(*self._in_hand.values()) if self._in_hand else frozenset()
        self._forget_held()
        for row in rows:
            if row.expires_at is not None and row.expires_at <= now:
                self._give_up(row, Verdict.expired())
                continue
            if self._full():
                break
            again_in = self._not_before.get(row.id, 0.0) - asyncio.get_running_loop().time()
            if again_in > 0:
                pause = min(pause, again_in)
                continue
            people = _people(row)
            if people & (busy | self._held_before(row)):
                busy |= people  # those behind must not overtake either
                continue
            try:
                wait = self._pacer.wait(self._calls.get(row.call), row)
            except UNREADABLE_PAYLOAD as fault:
                self._give_up(row, Verdict.impossible(f"{row.call}: {type(fault).__name__}"))
                continue
            if wait > 0:
                pause = min(pause, wait)
                busy |= people
                continue
            self._in_hand[row.id] = people
            self._going.add(row.id)
            self._held.pop(row.id, None)
            busy |= people
            chosen.append(row)
        return chosen, pause

    def _give_up(self, row: Due, verdict: Verdict) -> None:
        self._in_hand[row.id] = frozenset()
        self._settler.put(row, verdict, self._settled)

    def _held_before(self, row: Due) -> frozenset[str]:
        place = (row.priority, row.id)
        return frozenset().union(*(held.people for held in self._held.values() if held.place < place))

    def _forget_held(self) -> None:
        now = asyncio.get_running_loop().time()
        self._held = {row_id: held for row_id, held in self._held.items() if held.until > now}
        self._not_before = {row_id: until for row_id, until in self._not_before.items() if until > now}

    async def _send(self, row: Due) -> None:
        try:
            verdict = await self._call(row)
        except Exception as error:  # a bug in one road must not leave its row in hand for ever
            log.error("call failed", call=row.call, outbox_id=row.id, error=type(error).__name__, exc_info=error)
            verdict = Verdict.impossible(f"{row.call}: {type(error).__name__}")
        self._going.discard(row.id)
        self._wake.set()
        pause = verdict.pause.total_seconds()
        if verdict.state is None:
            self._not_before[row.id] = asyncio.get_running_loop().time() + pause
        if verdict.state is None and (pause <= _KEEPS_ORDER_SECONDS or verdict.closes_lane_for is not None):
            until = asyncio.get_running_loop().time() + pause + 2 * _POLL_SECONDS
            self._held[row.id] = _Held((row.priority, row.id), _people(row), until)
        self._settler.put(row, verdict, self._settled)

    async def _call(self, row: Due) -> Verdict:
        call = self._calls.get(row.call)
        if call is None:
            return Verdict.impossible(f"no road knows the call {row.call}")
        if row.tried_at is not None and not call.repeatable:
            return Verdict.uncertain()  # the process died between the call and noting its end
        payload = row.payload
        if row.tried_at is not None and row.call == "app.message":
            # The process may have died after sending: ask WeCom to drop an identical repetition (doc 90236).
            payload = {**payload, "duplicate_check": True}
        with metrics.call_seconds.labels(call=row.call).time():
            answer = await self._client.call(call, payload)
        metrics.calls.labels(call=row.call, outcome=answer.outcome.value).inc()
        if row.tried_at is not None and answer.errcode in call.used_codes:
            answer = Answer(Outcome.SUCCESS, answer.errcode, answer.errmsg)
        fate_known = call.repeatable or answer.errcode not in FATE_UNKNOWN
        verdict = judge(row, answer) if fate_known else Verdict.uncertain()
        if verdict.closes_lane_for is not None:
            self._pacer.close(call, row, verdict.closes_lane_for)
        if answer.errcode:
            log.info("WeCom refused", call=row.call, outbox_id=row.id, errcode=answer.errcode, outcome=answer.outcome.value)
        return verdict

    def _settled(self, row: Due) -> None:
        self._in_hand.pop(row.id, None)
        self._wake.set()


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
                        names |= set(await outbox.lanes_in_use(tx))
                    self.up = True
                for name in sorted(names - self._lanes.keys()):
                    lane = Lane(name, self._database, self._client, self._calls, self._pacer, self._settler)
                    self._lanes[name] = lane
                    group.create_task(lane.run(lambda name=name: holds(f"lane:{name}")))  # type: ignore[misc]
                self._pacer.forget_idle()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_SECONDS):
                        await self._seen.wait()


def _people(row: Due) -> frozenset[str]:
    """Whom a row concerns: what is said to one person, one customer's tags, one robot's group keep their order."""
    if row.lane.startswith("robot:"):
        return frozenset([row.lane])
    to = row.payload.get("to") or row.payload.get("userids") or row.payload.get("external_userid")
    people = to if isinstance(to, list) else [to] if to else []
    return frozenset(str(person).lower() for person in people)
