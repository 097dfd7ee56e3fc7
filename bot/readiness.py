"""`/readyz`: whether this node may be given traffic, and what an operator wants to see at a glance."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics
from storage import inbox, lanes, leases
from storage.database import Database, machine_now
from storage.faults import StorageBusy

# What is tried again in a moment is under way, not put off.
_SOON = timedelta(seconds=5)
# Who asked within these seconds watches, and will ask again.
_WATCHES_SECONDS = 60.0
# Whoever asks `/readyz` is not kept longer than that.
_LOOK_SECONDS = 3.0


@dataclass
class Readiness:
    """200 once storage takes writes and the lanes are up, before any token or callback; 503 from the moment of shutting down.

    `reason` says in plain words why not, for operators; it names nothing of the data.
    `robot`: the mode of the robot people talk to, if there is one; that it cannot be reached is told and does not make the node
    unready: everything else goes on. `robot_link()` is how its long connection stands here.
    `practice`: this node lives in the time of a look-alike. It then says also what time it has (unix s), and whether it is
    at rest: nothing came in that is not handled, nothing is due to go out.
    """

    database: Database
    lanes_up: Callable[[], bool] = lambda: False
    has_token: Callable[[], bool] = lambda: False
    last_callback_at: float | None = None
    leaving: bool = False
    practice: bool = False
    robot: str | None = None
    robot_link: Callable[[], str] = lambda: "elsewhere"
    robot_heard_at: float | None = None
    _at_rest: bool = False
    _asked_at: float = float("-inf")

    @property
    def watched(self) -> bool:
        """Whether somebody (a load balancer) asks now and then."""
        return time.monotonic() - self._asked_at < _WATCHES_SECONDS

    async def answer(self, _request: web.Request) -> web.Response:
        self._asked_at = time.monotonic()
        fault = await self._look()
        reason = "leaving" if self.leaving else fault or (None if self.lanes_up() else "starting")
        ready = reason is None
        body = {
            "ready": ready,
            "reason": reason,
            "storage": fault is None,
            "lanes": self.lanes_up(),
            "last_callback_seconds_ago": self._ago(self.last_callback_at),
            "token": self.has_token(),
            "robot": self._robot(),
            "practice": self.practice,
        }
        if self.practice:
            body |= {"now": self.database.now().timestamp(), "at_rest": self._at_rest}
        return web.json_response(body, status=200 if ready else 503)

    def robot_heard(self) -> None:
        """An authentic callback of the robot came."""
        self.robot_heard_at = self.database.now().timestamp()

    def _robot(self) -> dict[str, str | float | None] | None:
        if self.robot == "socket":
            return {"mode": self.robot, "link": self.robot_link()}
        if self.robot is None:
            return None
        return {"mode": self.robot, "last_callback_seconds_ago": self._ago(self.robot_heard_at)}

    def _ago(self, moment: float | None) -> float | None:
        return None if moment is None else round(max(0.0, self.database.now().timestamp() - moment), 1)

    async def _look(self) -> str | None:
        """What is wrong with the storage, if anything."""
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._count()
                await self._write_again()
        except StorageBusy as busy:
            return busy.reason
        except (SQLAlchemyError, OSError):  # TimeoutError among them
            return "the database does not answer"
        return None

    async def _write_again(self) -> None:
        """After a write that failed only one that succeeds shows that the disk takes them again."""
        if self.database.fault is None:
            return
        async with self.database.write(machine_now()) as tx:
            await leases.take(tx, "readyz", "readyz", timedelta(0))
        self.database.fault = None

    async def _count(self) -> None:
        async with self.database.read() as tx:
            await tx.conn.execute(text("SELECT 1"))
            backlog = await lanes.backlog(tx)
            waiting = await inbox.counts(tx)
            due = [await lanes.next_due_at(tx, lane) for lane, _, _ in backlog] if self.practice else []
        soon = self.database.now() + _SOON
        self._at_rest = not waiting.get(inbox.State.PENDING) and not any(at is not None and at <= soon for at in due)
        metrics.outbox_waiting.clear()  # a lane that was emptied is not in the backlog
        for lane, number, _age in backlog:
            metrics.outbox_waiting.labels(lane=lane).set(number)
        for state in (inbox.State.PENDING, inbox.State.FAILED):
            metrics.inbox_waiting.labels(state=state.name.lower()).set(waiting.get(state, 0))
