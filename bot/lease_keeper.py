"""Leases of this node: the worker and each lane are run by one node at a time."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from storage import leases
from storage.database import Database
from storage.faults import StorageBusy

log = structlog.get_logger("leases")

# After a crash another node takes over within the term and one renewal; DESIGN asks for 10 s.
TERM = timedelta(seconds=6)
_RENEW_SECONDS = 2.0
# A node stops believing before another can take over: what it began is then over, or about to be.
_BELIEVES = 0.8
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # Linux has the first


class LeaseKeeper:
    """Takes and renews leases. A SQLite file belongs to one process, so there every lease is held without asking.

    `holds` may be asked right before a deed: a process that stood still (stopped, swapped out, its machine asleep) finds
    out there that its time is over, before it has spoken to anybody.
    """

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner
        self._wanted: set[str] = set()
        self._held: set[str] = set()
        self._renewed_at = 0.0
        self._renewing = asyncio.Lock()

    async def holds(self, name: str) -> bool:
        """Whether this node holds the lease now; asks the database at the first question, after that only its memory."""
        if self._database.is_sqlite:
            return True
        if name not in self._wanted:
            self._wanted.add(name)
            await self._renew()
        fresh = _awake_or_asleep() - self._renewed_at < TERM.total_seconds() * _BELIEVES
        return name in self._held and fresh

    async def run(self) -> None:
        """Renews until cancelled."""
        while not self._database.is_sqlite:
            await asyncio.sleep(_RENEW_SECONDS)
            try:
                await self._renew()
            except (StorageBusy, SQLAlchemyError) as error:
                log.warning("leases not renewed", error=type(error).__name__)
        await asyncio.Event().wait()

    async def let_go(self, name: str) -> None:
        """Frees one lease; it is taken again when somebody asks for it."""
        if not self._database.is_sqlite:
            async with self._renewing, self._database.write() as tx:
                self._wanted.discard(name)
                self._held = self._held - {name}
                await leases.give_back(tx, self._owner, name)

    async def give_back(self) -> None:
        """Frees everything for the other nodes."""
        if not self._database.is_sqlite and self._wanted:
            async with self._renewing, self._database.write() as tx:
                self._held = set()
                await leases.give_back(tx, self._owner)

    async def _renew(self) -> None:
        # One at a time: an older answer must not overwrite a newer one that knows more names.
        async with self._renewing:
            started = _awake_or_asleep()
            async with self._database.write() as tx:
                held = await leases.take_all(tx, self._wanted, self._owner, TERM)
            if lost := self._held - held:
                log.warning("another node took over", leases=sorted(lost))
            self._held, self._renewed_at = held, started


def _awake_or_asleep() -> float:
    """Seconds that pass also while the machine sleeps."""
    return time.clock_gettime(_CLOCK)
