"""The worker: takes facts in order, one transaction per batch, so each is applied exactly once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from bot import metrics
from bot.apology import apologise, family_of
from bot.flood import Flood
from bot.logs import frames_of
from camp.phrases import say_in
from camp.policy import Policy
from handlers.core.context import Ctx
from handlers.core.router import Handlers
from jobs.core.job import Job
from storage import inbox
from storage.columns import Unreadable
from storage.database import Database, Tx
from storage.faults import StorageAway, StorageBusy, is_away, is_busy
from storage.inbox import Fact
from storage.later import put_off, write_out

log = structlog.get_logger("worker")

_BATCH = 64
# Of each batch this many may be events another system sent in bulk: a person who writes meanwhile waits for these at most.
_BULK = 8
# A welcome code lives 20 s (doc 92599); what has waited so long already would hardly leave its lane the time for the rest.
_URGENT_FOR = timedelta(seconds=14)
# On SQLite callbacks wait while a batch is applied, so a batch ends after this many seconds, whatever is left.
_BATCH_SECONDS = 0.1
_POLL_SECONDS = 1.0
# What comes just after the first is applied with it: a batch costs as much as three facts.
_COMPANY_SECONDS = 0.01
_BUSY_PAUSE_SECONDS = 0.05
# Long walks go in steps, so nothing honest takes so long.
_HANDLE_SECONDS = 30.0


class _Stumble(Exception):
    """A fact of the batch failed."""


class _Stuck(Exception):
    """What applies this fact does not come to its end; it is not begun again."""

    def __init__(self, fact: Fact, fault: TimeoutError) -> None:
        self.fact, self.fault = fact, fault


class _Torn(Exception):
    """A fact took the whole transaction back, its neighbours' part of it included."""


@dataclass
class _Batch:
    """What came of the facts of one transaction, and which lanes got rows."""

    applied: list[Fact] = field(default_factory=list)
    failed: int = 0
    unknown: int = 0
    lanes: set[str] = field(default_factory=set)

    def add(self, other: _Batch) -> None:
        self.applied += other.applied
        self.failed += other.failed
        self.unknown += other.unknown
        self.lanes |= other.lanes


class Worker:
    """Applies facts."""

    def __init__(
        self,
        database: Database,
        handlers: Handlers,
        jobs: Mapping[str, Job],
        policy: Policy,
        flood: Flood | None = None,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._jobs = jobs
        self._policy = policy
        self._woken: Callable[[set[str]], None] = lambda lanes: None
        self._wake = asyncio.Event()
        self._flood = flood or Flood()

    def wakes(self, woken: Callable[[set[str]], None]) -> None:
        """Whom to wake after each commit, with the lanes that got rows."""
        self._woken = woken

    def wake(self) -> None:
        """There are new facts."""
        self._wake.set()

    async def run(self, may_work: Callable[[], Awaitable[bool]]) -> None:
        """Works until cancelled; `may_work` says whether this node holds the worker's lease."""
        while True:
            self._wake.clear()
            try:
                busy = await may_work() and await self.apply_batch() > 0
            except StorageBusy as error:
                away = isinstance(error, StorageAway)
                if away:
                    log.warning("worker waits for the database", error=str(error))
                await asyncio.sleep(_POLL_SECONDS if away else _BUSY_PAUSE_SECONDS)
                continue
            if not busy:
                try:
                    async with asyncio.timeout(_POLL_SECONDS):
                        await self._wake.wait()
                except TimeoutError:
                    continue
                await asyncio.sleep(_COMPANY_SECONDS)

    async def apply_batch(self) -> int:
        """Applies the oldest pending facts; returns how many left the line (applied or kept as failed).

        Facts hardly ever fail, so a batch goes without savepoints first. If one does, nothing of it stands, and the same facts
        are applied again with a savepoint each.
        """
        try:
            batch = await self._apply_some()
        except (_Stuck, StorageBusy) as error:
            # PostgreSQL ends a transaction in which nothing happens; then that is what is heard of it first.
            if (stuck := _stuck_before(error)) is None:
                raise
            batch = await self._give_up(stuck.fact, stuck.fault)
        for fact in batch.applied:
            metrics.facts.labels(kind=self._label(fact), outcome="applied").inc()
            self._flood.applied(fact.conversation)
        metrics.unknown_facts.inc(batch.unknown)
        if batch.lanes:
            self._woken(batch.lanes)
        return len(batch.applied) + batch.failed

    async def _apply_some(self) -> _Batch:
        try:
            return await self._apply_all(apart=False)
        except _Stumble:
            return await self._apply_again()

    async def _apply_again(self) -> _Batch:
        try:
            return await self._apply_all(apart=True)
        except _Torn:
            return await self._apply_alone()

    async def _apply_all(self, *, apart: bool) -> _Batch:
        batch = _Batch()
        async with self._database.write() as tx:
            started = time.monotonic()
            slowed = self._flood.slowed()
            facts = await inbox.pending(tx, _BATCH, bulk=_BULK, urgent_for=_URGENT_FOR, without=slowed)
            # Each with a savepoint of its own stands alone: nothing of it is left to another.
            overtaken = set() if apart else self._handlers.overtaken_among(facts)
            if not apart:
                put_off(tx)
            for fact in facts:
                if fact.id in overtaken:
                    batch.applied.append(fact)
                elif apart:
                    await self._apply_apart(tx, fact, batch)
                else:
                    await self._together(tx, self._handle(tx, fact, batch))
                if time.monotonic() - started > _BATCH_SECONDS:
                    break
                await asyncio.sleep(0)  # on SQLite a fact may pass without any pause, and somebody calls meanwhile
            await self._together(tx, write_out(tx))
            await inbox.settle(tx, [fact.id for fact in batch.applied])
        return batch

    async def _together(self, tx: Tx, deed: Coroutine[Any, Any, None]) -> None:
        try:
            await deed
        except _FAULTS as error:  # the batch is done again, and there whoever fails is kept
            if _passes(error):
                raise  # the whole batch is tried again
            raise _Stumble from error
        if not tx.stands:
            raise _Stumble

    async def _apply_apart(self, tx: Tx, fact: Fact, batch: _Batch) -> None:
        own = _Batch()
        try:
            async with tx.conn.begin_nested():
                await self._handle(tx, fact, own)
        except _FAULTS as error:  # the one place where a bug in a handler must not stop the others
            if _passes(error):
                raise
            if tx.stands:
                await self._keep_failed(tx, fact, error, batch)
        else:
            batch.add(own)
        if not tx.stands:
            raise _Torn

    async def _apply_alone(self) -> _Batch:
        """The first fact in a transaction of its own, as one of those that wait leaves nothing of the one it is in."""
        batch, fact = _Batch(), None
        try:
            async with self._database.write() as tx:
                fact = next(iter(await inbox.pending(tx, 1, urgent_for=_URGENT_FOR)), None)
                if fact is not None:
                    await self._handle(tx, fact, batch)
                    if not tx.stands:
                        raise _Torn("it ended the transaction it was in")
                    await inbox.settle(tx, [fact.id])
        except _FAULTS as error:
            if fact is None or _passes(error):
                raise
            return await self._give_up(fact, error)
        return batch

    async def _give_up(self, fact: Fact, error: BaseException) -> _Batch:
        """Keeps it as failed in a transaction of its own; whatever it was in is gone."""
        batch = _Batch()
        async with self._database.write() as tx:
            await self._keep_failed(tx, fact, error, batch)
        return batch

    async def _handle(self, tx: Tx, fact: Fact, batch: _Batch) -> None:
        """In the time that a fact has; _Stuck after that."""
        try:
            async with asyncio.timeout(_HANDLE_SECONDS) as limit:
                await self._do(tx, fact, batch)
        except TimeoutError as error:
            if not limit.expired():
                raise
            where = error.__cause__.__traceback__ if error.__cause__ else None  # of the CancelledError
            raise _Stuck(fact, TimeoutError(f"not over after {_HANDLE_SECONDS:g} s").with_traceback(where)) from error

    async def _do(self, tx: Tx, fact: Fact, batch: _Batch) -> None:
        """The fact's arrival is its `now`: late work changes nothing."""
        if isinstance(fact.body, Unreadable):
            raise ValueError("what is stored as its body cannot be read")
        own = Tx(tx.conn, fact.received_at, fact.id, later=tx.later)
        if fact.kind.startswith("tick."):
            job = self._jobs.get(fact.kind.removeprefix("tick."))
            if job is not None:
                await job.run(own, self._policy)
        elif (handler := self._handlers.find_fact(fact.kind, fact.body)) is not None:
            await handler(Ctx(own, fact, self._policy, say_in(self._policy.language)))
        else:
            batch.unknown += 1
            log.info("nobody handles this fact", fact_id=fact.id, kind=family_of(fact))
        batch.applied.append(fact)
        batch.lanes |= own.lanes

    def _label(self, fact: Fact) -> str:
        """As many labels as there are handlers and jobs: each costs memory for as long as the process lives."""
        if fact.kind.removeprefix("tick.") in self._jobs:
            return fact.kind
        return self._handlers.name_of(fact.kind, fact.body) or "unknown"

    async def _keep_failed(self, tx: Tx, fact: Fact, error: BaseException, batch: _Batch) -> None:
        metrics.facts.labels(kind=self._label(fact), outcome="failed").inc()
        # Where, not what: the message may quote what a person wrote; it is kept with the fact (`wecamp inbox show`).
        log.error("fact failed", fact_id=fact.id, kind=family_of(fact), error=type(error).__name__, at=frames_of(error))
        batch.failed += 1
        await inbox.fail(tx, fact.id, f"{type(error).__name__}: {error}")
        own = Tx(tx.conn, fact.received_at, fact.id)
        try:
            async with tx.conn.begin_nested():
                await apologise(own, self._policy, fact, type(error).__name__)
        except Exception as second:  # noqa: BLE001 - an apology that fails must not hide or repeat the first failure
            log.error("apology failed", fact_id=fact.id, error=type(second).__name__, at=frames_of(second))
            return
        batch.lanes |= own.lanes


# All that a handler can end with; a handler that lets SystemExit or a stray cancellation out ends nobody but itself.
_FAULTS = (Exception, asyncio.CancelledError, SystemExit)


def _passes(error: BaseException) -> bool:
    """Whether it is no fault of the fact: the database is busy or away, or it is the worker itself that is told to end. And
    whether it needs no second try to know whose fault it is."""
    if isinstance(error, asyncio.CancelledError):
        me = asyncio.current_task()
        return me is not None and me.cancelling() > 0
    if isinstance(error, DBAPIError):
        return is_busy(error) or is_away(error)
    return isinstance(error, StorageBusy | _Stuck)


def _stuck_before(error: BaseException | None) -> _Stuck | None:
    """This fault, or the one it came on top of."""
    while error is not None and not isinstance(error, _Stuck):
        error = error.__context__
    return error
