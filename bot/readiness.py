"""`/readyz`: whether this node may be given traffic, and what an operator wants to see at a glance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics
from storage import inbox, outbox
from storage.database import Database, StorageBusy

# What is tried again in a moment is under way, not put off.
_SOON = timedelta(seconds=5)


@dataclass
class Readiness:
    """200 once storage answers and the lanes are up, before any token or callback; 503 from the moment of shutting down.

    `practice`: this node lives in the time of a look-alike. It then says also what time it has (unix s), and whether it is
    at rest: nothing came in that is not handled, nothing is due to go out.
    """

    database: Database
    lanes_up: Callable[[], bool] = lambda: False
    has_token: Callable[[], bool] = lambda: False
    last_callback_at: float | None = None
    leaving: bool = False
    practice: bool = False
    _at_rest: bool = False

    async def answer(self, _request: web.Request) -> web.Response:
        storage_ok = await self._look()
        ready = storage_ok and self.lanes_up() and not self.leaving
        ago = None if self.last_callback_at is None else self.database.now().timestamp() - self.last_callback_at
        body = {
            "ready": ready,
            "storage": storage_ok,
            "lanes": self.lanes_up(),
            "last_callback_seconds_ago": None if ago is None else round(max(0.0, ago), 1),
            "token": self.has_token(),
            "practice": self.practice,
        }
        if self.practice:
            body |= {"now": self.database.now().timestamp(), "at_rest": self._at_rest}
        return web.json_response(body, status=200 if ready else 503)

    async def _look(self) -> bool:
        try:
            async with self.database.read() as tx:
                await tx.conn.execute(text("SELECT 1"))
                backlog = await outbox.backlog(tx)
                waiting = await inbox.counts(tx)
                due = [await outbox.next_due_at(tx, lane) for lane, _, _ in backlog] if self.practice else []
        except (SQLAlchemyError, StorageBusy, OSError):
            return False
        soon = self.database.now() + _SOON
        self._at_rest = not waiting.get(inbox.State.PENDING) and not any(at is not None and at <= soon for at in due)
        metrics.outbox_waiting.clear()  # a lane that was emptied is not in the backlog
        for lane, number, _age in backlog:
            metrics.outbox_waiting.labels(lane=lane).set(number)
        for state in (inbox.State.PENDING, inbox.State.FAILED):
            metrics.inbox_waiting.labels(state=state.name.lower()).set(waiting.get(state, 0))
        return True
