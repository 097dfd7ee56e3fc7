"""What a lane has to know before its first call: a process that just took it over is not the first to speak."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.pacer import Pacer
from bot.wecom.road import Call
from bot.wecom.wire import DEFAULT_TIMEOUT_S
from storage import outbox, pace
from storage.database import Database
from storage.outbox import Due

# The longest of WeCom's windows that a lane paces (doc 90454).
_WINDOW = timedelta(hours=1)
# From the note "about to be sent" to the end of the call (bot/lane.py sends within 2 s or not at all).
_CALL_LASTS = timedelta(seconds=DEFAULT_TIMEOUT_S + 2)


async def recall(database: Database, pacer: Pacer, calls: Mapping[str, Call], lane: str) -> list[tuple[Due, float]]:
    """Tells the pacer what the lane sent lately and how long WeCom keeps it closed.

    Returns the rows that another node, cut off or stopped, may have on the wire, each with the seconds until its call is
    surely over. A SQLite file belongs to one process, whose calls ended with it.
    """
    call = calls.get("robot.message" if lane.startswith("robot:") else lane)
    if call is None:
        return []
    async with database.read() as tx:
        look = pace.sent_one_by_one if pacer.counts_receivers(call) else pace.sent_since
        pacer.recall(call, lane, await look(tx, lane, tx.now - _WINDOW), tx.now)
        closed = await pace.closed_until(tx, lane)
        begun = [] if database.is_sqlite else await outbox.begun_since(tx, lane, tx.now - _CALL_LASTS)
    if closed is not None and (left := (closed - tx.now).total_seconds()) > 0:
        pacer.close(call, lane, left)
    return [(row, (row.tried_at + _CALL_LASTS - tx.now).total_seconds()) for row in begun if row.tried_at is not None]
