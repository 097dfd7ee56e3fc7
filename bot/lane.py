"""One lane: drains its part of the outbox in order of priority, near WeCom's limits and never over them.

A row goes through four places: in sight (read, nothing done), ready (noted as about to be sent), on the wire, over (its end
is being written). Many are noted in one transaction and sent one by one, each when a slot of its windows is free.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping

import structlog

from bot.caller import Caller
from bot.lane_start import recall
from bot.pacer import Pacer
from bot.settler import Settler, Verdict
from bot.sight import Sight
from bot.turns import Turns, place_of
from bot.weather import Weather, clear_up
from bot.wecom.client import UNREADABLE_PAYLOAD, WeComClient
from bot.wecom.road import Call
from storage.database import Database
from storage.faults import StorageAway, StorageBusy
from storage.outbox import Due

log = structlog.get_logger("lanes")

# Little's law: 167 calls/s at 60 ms are 10 on the wire; WeCom's 45033 asks for at most 10 in parallel per API.
_PARALLEL = 10
# Ready are what the windows let out within this time, and never more than so many: what is urgent waits behind them, and after a
# crash nobody knows whether they were sent. Half of them last for as long as the note of the next may wait behind others.
_READY_SECONDS = 0.25
_READY = 64
# While WeCom is slow they would wait longer; then they are read anew, so that what is urgent passes them, and the next owner of
# the lane can tell by the note how long a call may still be on the wire.
_STALE_SECONDS = 2.0
_IN_HAND = 256
_POLL_SECONDS = 1.0
_BUSY_PAUSE_SECONDS = 0.1
_STOP_SECONDS = 4.0
# Later words to a person wait for an earlier one that is retried, but not for one that WeCom keeps refusing.
_KEEPS_ORDER_SECONDS = 10.0


class Lane:
    """Rows in hand are never taken twice, rows to the same person stay in order, also around a retry."""

    def __init__(
        self, name: str, database: Database, client: WeComClient, calls: Mapping[str, Call], pacer: Pacer, settler: Settler
    ) -> None:
        self.name = name
        self._database = database
        self._caller = Caller(client, calls, pacer, self._heard)
        self._calls = calls
        self._call = calls.get("robot.message" if name.startswith("robot:") else name)
        self._pacer = pacer
        self._settler = settler
        self._may_work: Callable[[], Awaitable[bool]]
        self._wake = asyncio.Event()
        self._turns = Turns()
        self._weather = Weather()
        self._sight = Sight(database, name)
        self._ready: list[Due] = []
        self._stale_at = 0.0  # when the oldest note among them is too old, in loop seconds
        self._in_hand: set[int] = set()  # from the moment it is chosen until its end is written
        self._noting: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """There may be something new to send."""
        self._sight.look_within(0.0)
        self._wake.set()

    async def run(self, may_work: Callable[[], Awaitable[bool]]) -> None:
        """Drains until cancelled; then the calls on the wire are given the time to finish."""
        self._may_work = may_work
        begun = False
        try:
            while True:
                self._wake.clear()
                pause = _POLL_SECONDS
                try:
                    if not await may_work():
                        begun = self._drop()
                    else:
                        if not begun:
                            await self._begin()
                            begun = True
                        pause = await self._go_on()
                except StorageAway as error:
                    log.warning("lane waits for the database", lane=self.name, error=type(error).__name__)
                except StorageBusy:
                    pause = _BUSY_PAUSE_SECONDS
                except Exception as error:  # a fault of one lane must not stop the others
                    log.error("lane failed", lane=self.name, error=type(error).__name__, exc_info=error)
                if pause > 0:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(min(pause, _POLL_SECONDS)):
                            await self._wake.wait()
        finally:
            await self._leave()

    async def _begin(self) -> None:
        """The lane is this node's now: what was sent before counts, and what is perhaps still on the wire is waited for."""
        self._sight.forget()
        for row, seconds in await recall(self._database, self._pacer, self._calls, self.name):
            if row.id not in self._in_hand:
                self._turns.put_off(row, seconds, keeps_order=True)

    def _drop(self) -> bool:
        """The lane is another node's: what is not on the wire is its business. Returns that we have not begun."""
        for row in self._ready:
            self._forget(row)
        self._ready = []
        self._sight.forget()
        return False

    async def _leave(self) -> None:
        if self._noting is not None:
            await asyncio.wait([self._noting], timeout=_STOP_SECONDS)
        self._put_back()
        if self._sending:
            await asyncio.wait(self._sending, timeout=_STOP_SECONDS)

    async def _go_on(self) -> float:
        """Does what can be done now; returns the seconds until there is more to do."""
        closed = self._pacer.closed(self.name) or self._weather.pause() > 0
        if self._ready and (closed or asyncio.get_running_loop().time() > self._stale_at):
            self._put_back()
        pause, room = self._send_ready(), self._room()
        if room <= 0 and not self._ready:
            pause = min(pause, max(0.01, self._pacer.wait_for_slot(self._call, self.name) - _READY_SECONDS))
        if self._noting is not None or len(self._in_hand) >= _IN_HAND or (room <= 0 and not closed):
            return pause
        if self._sight.pause(closed) <= 0:
            await self._sight.look(self._in_hand, closed=closed)
        chosen, wait = self._choose(room)
        if chosen:
            self._noting = asyncio.create_task(self._note(chosen))
        elif self._sight.look_farther():  # all of them wait for the same few people: those behind are not to wait with them
            return 0.0
        return min(pause, wait, self._sight.pause(closed))

    def _room(self) -> int:
        """How many rows may become ready now; only when half of those that were are gone, so that many are noted at once."""
        if self._weather.away:
            return 1 if self._weather.pause() <= 0 and not self._ready and not self._sending else 0
        most = min(_READY, self._pacer.free(self._call, self.name, _READY_SECONDS))
        if self._call is not None and not self._call.repeatable:
            most = min(most, _PARALLEL - len(self._sending))
        return most - len(self._ready) if len(self._ready) <= most // 2 else 0

    def _choose(self, room: int) -> tuple[list[Due], float]:
        """The rows to be noted, taken out of sight, and the seconds until another may be."""
        chosen: list[Due] = []
        left: list[tuple[Due, frozenset[str]]] = []
        pause, now, busy = _POLL_SECONDS, self._database.now(), self._turns.busy()
        for number, (row, people) in enumerate(self._sight.rows):
            if row.expires_at is not None and row.expires_at <= now:
                self._give_up(row, Verdict.expired())
                continue
            if row.answer is None:
                self._give_up(row, Verdict.impossible("what is stored as its answer cannot be read"))
                continue
            if len(chosen) >= room:
                left += self._sight.rows[number:]
                break
            try:
                blocked = self._turns.waits(row, people, busy)
                wait = 0.0 if blocked else self._turns.seconds_until(row)
                if not blocked and wait <= 0:
                    wait = self._pacer.wait_for_recipients(self._calls.get(row.call), row)
            except UNREADABLE_PAYLOAD as fault:
                self._give_up(row, Verdict.impossible(f"{row.call}: {type(fault).__name__}"))
                continue
            busy |= people  # those behind must not overtake either
            if blocked or wait > 0:
                pause = pause if blocked else min(pause, wait)
                left.append((row, people))
                continue
            self._turns.begin(row)
            self._in_hand.add(row.id)
            chosen.append(row)
        self._sight.rows = left
        return chosen, pause

    async def _note(self, chosen: list[Due]) -> None:
        """Durably: about to be sent. What cannot be noted is not sent, and looked at again."""
        noted: set[int] = set()
        stale_at = asyncio.get_running_loop().time() + _STALE_SECONDS
        try:
            noted = await self._settler.mark([row.id for row in chosen])
        except Exception as error:  # noqa: BLE001 - whatever it was, the next look finds the rows
            log.error("not noted", lane=self.name, error=type(error).__name__)
            self._sight.look_within(_BUSY_PAUSE_SECONDS)
        finally:
            self._noting = None
            for row in chosen:
                if row.id not in noted:
                    self._forget(row)
            self._stale_at = self._stale_at if self._ready else stale_at
            self._ready = sorted([*self._ready, *(row for row in chosen if row.id in noted)], key=place_of)
            self._wake.set()

    def _send_ready(self) -> float:
        """Sends what has a slot this moment; returns the seconds until the next has one."""
        while self._ready and len(self._sending) < _PARALLEL:
            row = self._ready[0]
            if row.expires_at is not None and row.expires_at <= self._database.now():
                self._turns.end(self._ready.pop(0))
                self._give_up(row, Verdict.expired())
                continue
            wait = self._pacer.wait(self._calls.get(row.call), row)
            if wait > 0:
                return wait
            task = asyncio.create_task(self._send(self._ready.pop(0)))
            self._sending.add(task)
            task.add_done_callback(self._sent)
        return _POLL_SECONDS

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._wake.set()

    async def _send(self, row: Due) -> None:
        try:
            if not await self._may_work():  # this process stood still, and the lane is another node's by now
                self._forget(row)
                return
            verdict = await self._caller.call(row)
        except Exception as error:  # a bug in one road must not leave its row in hand for ever
            log.error("call failed", call=row.call, outbox_id=row.id, error=type(error).__name__, exc_info=error)
            verdict = Verdict.impossible(f"{row.call}: {type(error).__name__}")
        finally:
            self._pacer.over(self._calls.get(row.call), row)
        if verdict.state is None:
            pause = verdict.pause.total_seconds()
            self._turns.put_off(row, pause, keeps_order=pause <= _KEEPS_ORDER_SECONDS or verdict.closes_lane_for is not None)
        self._turns.end(row)
        harmless = self._call is not None and self._call.harmless_twice
        self._settler.put(row, verdict, self._settled, at_once=not harmless)

    async def _heard(self, errcode: int) -> None:
        if self._weather.heard(errcode):
            await clear_up(self._database, self.name)
            self._turns.hasten()
            self._sight.forget()

    def _put_back(self) -> None:
        """What is ready is not sent now."""
        for row in self._ready:
            self._turns.end(row)
            self._settler.put(row, Verdict.not_sent(), self._settled)
        self._ready = []
        self._sight.forget()

    def _give_up(self, row: Due, verdict: Verdict) -> None:
        self._in_hand.add(row.id)
        self._settler.put(row, verdict, self._settled)

    def _forget(self, row: Due) -> None:
        self._in_hand.discard(row.id)
        self._turns.end(row)

    def _settled(self, row: Due) -> None:
        self._in_hand.discard(row.id)
        again_in = self._turns.seconds_until(row)
        if again_in > 0:
            self._sight.look_within(again_in)
        self._wake.set()
