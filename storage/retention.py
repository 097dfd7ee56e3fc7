"""What was said is forgotten after a while: bodies of facts and intents are emptied, spent cards go. Keys, kinds, times, states
and the story stay. Each step is one stretch of keys in a transaction of its own, so that nobody waits long behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, case, delete, func, literal, or_, select, update

from storage import inbox as facts
from storage import outbox as intents
from storage.database import Tx
from storage.inbox import to_key
from storage.tables_loop import card_codes, cards, inbox, outbox, unmatched_events

# The purge's own marks say where it has been, not what anybody said.
PURGE_KIND = "camp.purge"
SWEEPS = ("inbox", "outbox", "unmatched_events", "cards", "card_codes")


@dataclass(frozen=True)
class Step:
    """One stretch: the last key looked at, how many rows were (or would be) purged, and the first row that is kept for now."""

    upto: int | str
    purged: int
    first_kept: int | None = None


@dataclass(frozen=True)
class _Sweep:
    """`key` is walked upwards; rows that are `spent` get `empty` values, or go where there are none.

    `born` and `kept` are for the tables that only grow: the walk ends where all are born after the date, and the next one may
    begin at the first row that was kept.
    """

    key: Column[Any]
    spent: ColumnElement[bool]
    empty: Mapping[str, Any] = field(default_factory=dict)
    born: Column[Any] | None = None
    kept: ColumnElement[bool] | None = None


def _sweep(name: str, now: datetime, before: datetime) -> _Sweep:
    if name == "inbox":
        read = and_(_unindexed(inbox.c.state) == facts.State.DONE, inbox.c.received_at < before)
        spent = and_(read, inbox.c.kind != PURGE_KIND, _filled(inbox.c.body))
        return _Sweep(inbox.c.id, spent, {"body": {}}, inbox.c.received_at, ~read)
    if name == "outbox":
        # A dead row past its expiry cannot be put back in line any more (storage.outbox.retry).
        over = or_(
            _unindexed(outbox.c.state).in_([intents.State.SENT, intents.State.EXPIRED]),
            and_(_unindexed(outbox.c.state) == intents.State.DEAD, func.coalesce(outbox.c.expires_at <= now, False)),
        )
        ended = and_(over, func.coalesce(outbox.c.finished_at < before, False))
        spent = and_(ended, _filled(outbox.c.payload))
        return _Sweep(outbox.c.id, spent, {"payload": {}, "context": {}}, outbox.c.created_at, ~ended)
    if name == "unmatched_events":
        spent = and_(unmatched_events.c.matched_at < before, _filled(unmatched_events.c.body))
        return _Sweep(unmatched_events.c.id, spent, {"body": {}})
    if name == "cards":
        return _Sweep(cards.c.task_id, cards.c.closed_at < before)
    assert name == "card_codes"
    return _Sweep(card_codes.c.response_code, card_codes.c.obtained_at < before)


async def purge_stretch(
    tx: Tx, name: str, before: datetime, after: int | str | None, chunk: int, *, rehearse: bool = False
) -> Step | None:
    """The next `chunk` keys of one of SWEEPS behind `after` (None: from the start); None when nothing older is left.

    Never touched: facts that wait or failed, intents that wait or may be put back in line, cards that can still be tapped.
    `rehearse` only counts.
    """
    sweep = _sweep(name, tx.now, before)
    key = sweep.key
    columns = [key.label("key"), (sweep.born if sweep.born is not None else literal(None)).label("born")]
    columns.append((case((sweep.kept, key)) if sweep.kept is not None else literal(None)).label("kept"))
    some = select(*columns).order_by(key).limit(chunk)
    stretch = (some if after is None else some.where(key > after)).subquery()
    # NULLs do not count: the smallest kept key, the earliest birth.
    found = select(func.max(stretch.c.key), func.min(stretch.c.born), func.min(stretch.c.kept))
    upto, born, kept = (await tx.conn.execute(found)).one()
    if upto is None or (born is not None and born >= before):
        return None
    within = and_(sweep.spent, key <= upto, *([] if after is None else [key > after]))
    return Step(upto, await _purge(tx, sweep, within, rehearse), kept)


async def _purge(tx: Tx, sweep: _Sweep, within: ColumnElement[bool], rehearse: bool) -> int:
    if rehearse:
        return int((await tx.conn.execute(select(func.count()).where(within))).scalar_one())
    table = sweep.key.table
    work = update(table).values(**sweep.empty) if sweep.empty else delete(table)
    return (await tx.conn.execute(work.where(within))).rowcount


async def newest_mark(tx: Tx, dedup_keys: list[str]) -> dict[str, Any] | None:
    """What the newest of these facts of the purge says; None when there is none of them."""
    query = select(inbox.c.body).where(inbox.c.dedup_key.in_([to_key(key) for key in dedup_keys]), inbox.c.kind == PURGE_KIND)
    body: dict[str, Any] | None = (await tx.conn.execute(query.order_by(inbox.c.id.desc()).limit(1))).scalar_one_or_none()
    return body


def _unindexed(column: Column[Any]) -> ColumnElement[Any]:
    """The number itself: SQLite would else take the index of states, which holds nearly all rows, and not the stretch of keys."""
    return column + 0


def _filled(column: Column[Any]) -> ColumnElement[bool]:
    return column != literal({}, column.type)
