"""The outbox: everything we do to the outside is one row here, written in the transaction that decided it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, literal, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.sql.dml import ReturningUpdate

from storage.columns import to_dict, to_storable
from storage.database import Tx
from storage.inbox import to_key
from storage.later import write_later
from storage.statement import Upsert, built_once, in_few_lengths, insert_into
from storage.tables_loop import outbox


class State(IntEnum):
    PENDING = 0
    SENT = 1
    DEAD = 2
    EXPIRED = 3


class Priority(IntEnum):
    """The smaller goes first within its lane."""

    WELCOME = 0
    CARD_UPDATE = 1
    REPLY = 2
    READ = 3
    NOTICE = 4
    SYNC = 6
    BROADCAST = 8


class Answer(StrEnum):
    """Which outcomes come back as a fact `answer.<call>`."""

    NONE = "none"
    FAILURE = "failure"
    ALWAYS = "always"


_ANSWERS = frozenset(Answer)


@dataclass(frozen=True)
class Intent:
    """One call to the outside, as data. `payload` is neutral (docs/architecture.md); the road turns it into the wire's form.

    `dedup_key`: a second intent with the same key is never stored. `answer`: which final outcomes come back as
    a fact `answer.<call>` carrying `context`. Past `expires_at` it is not sent any more.
    """

    call: str
    payload: dict[str, Any]
    priority: Priority = Priority.NOTICE
    dedup_key: str | None = None
    not_before: datetime | None = None
    expires_at: datetime | None = None
    answer: Answer = Answer.NONE
    context: dict[str, Any] = field(default_factory=dict)

    @property
    def lane(self) -> str:
        """One lane for each API, as WeCom limits each by itself (doc 90454), so that a queue of tag marks never holds up a
        welcome; and one for each robot (doc 91770)."""
        return f"robot:{self.payload['robot']}" if self.call.startswith("robot.") else self.call


@dataclass(frozen=True)
class Due:
    """A row a lane may send now."""

    id: int
    lane: str
    call: str
    priority: int
    payload: dict[str, Any]
    context: dict[str, Any]
    answer: Answer | None  # None: what is stored cannot be read
    attempts: int
    created_at: datetime
    expires_at: datetime | None
    tried_at: datetime | None


async def add_intent(tx: Tx, intent: Intent) -> bool:
    """Stores the intent, if need be later; False when its dedup_key is known already."""
    tx.lanes.add(intent.lane)
    row = _to_row(tx, intent)
    if intent.dedup_key is None:
        await write_later(tx, _add(tx.dialect), row)
        return True
    return (await tx.conn.execute(_add(tx.dialect), row)).rowcount > 0


async def add_intents(tx: Tx, intents: Sequence[Intent]) -> None:
    """Stores these, if need be later; those whose dedup_key is known by then are left out."""
    tx.lanes.update(intent.lane for intent in intents)
    await write_later(tx, _add(tx.dialect), *(_to_row(tx, intent) for intent in intents))


@lru_cache
def _add(dialect: str) -> Upsert:
    return insert_into(dialect, outbox).on_conflict_do_nothing(index_elements=["dedup_key"])


def _to_row(tx: Tx, intent: Intent) -> dict[str, Any]:
    return {
        "lane": intent.lane,
        "call": intent.call,
        "priority": intent.priority,
        "dedup_key": None if intent.dedup_key is None else to_key(intent.dedup_key),
        "payload": intent.payload,
        "context": intent.context,
        "answer": intent.answer,
        "cause_id": tx.cause_id,
        "state": State.PENDING,
        "attempts": 0,
        "created_at": tx.now,
        "not_before": intent.not_before or tx.now,
        "expires_at": intent.expires_at,
    }


async def due(tx: Tx, lane: str, limit: int, *, without: Sequence[int] = (), closed: bool = False) -> list[Due]:
    """The rows of a lane that may be sent now, by priority and age, except those in hand; of a closed lane those that have
    expired."""
    query, values = _come(lane, tx.now, limit)
    if without:
        query, values = _come_besides(lane, tx.now, limit, in_few_lengths(without))
    if closed:
        query = query.where(outbox.c.expires_at <= tx.now)
    return [_to_due(row) for row in await tx.conn.execute(query, values)]


@built_once
def _come(in_lane: str, at: datetime, limit: int) -> Select[Any]:
    # What was to go at once goes at once, also when the clock was set back after it was written.
    come = or_(outbox.c.not_before <= at, outbox.c.not_before <= outbox.c.created_at)
    waiting = (outbox.c.lane == in_lane, outbox.c.state == State.PENDING, come)
    return select(outbox).where(*waiting).order_by(outbox.c.priority, outbox.c.id).limit(limit)


@built_once
def _come_besides(in_lane: str, at: datetime, limit: int, besides: Sequence[int]) -> Select[Any]:
    return _come.__wrapped__(in_lane, at, limit).where(outbox.c.id.not_in(besides))  # type: ignore[attr-defined,no-any-return]


async def on_its_way(tx: Tx, call: str, by: datetime) -> bool:
    """Whether a row of this call will be tried until then."""
    # Of this call's own lane (Intent.lane), so that the index serves it.
    waiting = and_(outbox.c.lane == call, outbox.c.state == State.PENDING, outbox.c.not_before <= by)
    alive = or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > tx.now)
    return bool((await tx.conn.execute(select(exists().where(waiting, alive)))).scalar_one())


async def held_back(tx: Tx, call: str) -> list[Due]:
    """The rows of this call that wait for their moment, have never reached WeCom and will not expire before it."""
    waiting = and_(outbox.c.lane == call, outbox.c.state == State.PENDING, outbox.c.not_before > tx.now)
    fresh = and_(outbox.c.tried_at.is_(None), or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > tx.now))
    return [_to_due(row) for row in await tx.conn.execute(select(outbox).where(waiting, fresh).order_by(outbox.c.id))]


async def let_go(tx: Tx, row: Due, payload: dict[str, Any]) -> None:
    """Sends a row that was held back now, with this payload; one that a lane has taken meanwhile goes as it was."""
    untouched = and_(outbox.c.id == row.id, outbox.c.state == State.PENDING, outbox.c.tried_at.is_(None))
    await tx.conn.execute(update(outbox).where(untouched).values(payload=payload, not_before=tx.now))
    tx.lanes.add(row.lane)


async def begun_since(tx: Tx, lane: str, since: datetime) -> list[Due]:
    """The rows that some process began to send since then and has not told the end of."""
    begun = and_(outbox.c.lane == lane, outbox.c.tried_at >= since, outbox.c.state == State.PENDING)
    return [_to_due(row) for row in await tx.conn.execute(select(outbox).where(begun))]


async def mark_tried(tx: Tx, row_ids: Sequence[int]) -> set[int]:
    """Notes that the rows are about to be sent, so that after a crash their fate is known to be unknown.

    Returns those that still wait: another process may have sent the others.
    """
    return set((await tx.conn.execute(*_mark(in_few_lengths(row_ids), tx.now))).scalars())


@built_once
def _mark(row_ids: Sequence[int], at: datetime) -> ReturningUpdate[tuple[int]]:
    return update(outbox).where(*_still_waiting(row_ids)).values(tried_at=at).returning(outbox.c.id)


async def finish(
    tx: Tx, row_ids: Sequence[int], state: State, *, errcode: int | None = None, error: str | None = None
) -> set[int]:
    """Ends rows; returns those that were not ended before."""
    words = to_storable(error)[:1000] if error else None
    return set((await tx.conn.execute(*_finish(in_few_lengths(row_ids), state, tx.now, errcode, words))).scalars())


@built_once
def _finish(row_ids: Sequence[int], end: State, at: datetime, code: int | None, words: str | None) -> ReturningUpdate[tuple[int]]:
    told = {"errcode": code, "error": words, "attempts": outbox.c.attempts + 1}
    ended = update(outbox).where(*_still_waiting(row_ids)).values(state=end, finished_at=at, **told)
    return ended.returning(outbox.c.id)


def _still_waiting(row_ids: Sequence[int]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    # The sum keeps SQLite from walking all that waits by the index of the state, instead of taking the few by their keys.
    return outbox.c.id.in_(row_ids), outbox.c.state + 0 == State.PENDING


async def postpone(
    tx: Tx,
    row_id: int,
    until: datetime,
    *,
    errcode: int | None,
    error: str | None,
    counted: bool = True,
    refused: bool = False,
) -> None:
    """Leaves a row for a later moment, at most until it expires (then its end is told in time).

    `counted=False` when the try says nothing about the row itself; `refused` when WeCom surely did not take it, so that the
    next try is a first one.
    """
    await tx.conn.execute(
        update(outbox)
        .where(outbox.c.id == row_id, outbox.c.state == State.PENDING)
        .values(
            not_before=case((outbox.c.expires_at < until, outbox.c.expires_at), else_=literal(until, outbox.c.not_before.type)),
            tried_at=None if refused else outbox.c.tried_at,
            errcode=errcode,
            error=to_storable(error)[:1000] if error else None,
            attempts=outbox.c.attempts + (1 if counted else 0),
        )
    )


async def retry(tx: Tx, row_ids: Sequence[int] | None = None) -> int:
    """Puts dead rows (all, or these) back in line; expired ones stay: they would be worse than none."""
    wanted = outbox.c.state == State.DEAD
    if row_ids is not None:
        wanted = and_(wanted, outbox.c.id.in_(row_ids))
    result = await tx.conn.execute(
        update(outbox)
        .where(wanted, or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > tx.now))
        .values(state=State.PENDING, not_before=tx.now, attempts=0, finished_at=None)
    )
    return result.rowcount


async def listing(tx: Tx, state: State | None, limit: int) -> list[Row[Any]]:
    """The newest rows, of one state or all, for the operator's list."""
    query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
    if state is not None:
        query = query.where(outbox.c.state == state)
    return list(await tx.conn.execute(query))


async def load(tx: Tx, row_id: int) -> Row[Any] | None:
    """One row with all its columns, or None."""
    return (await tx.conn.execute(select(outbox).where(outbox.c.id == row_id))).one_or_none()


def _to_due(row: Row[Any]) -> Due:
    return Due(
        id=row.id,
        lane=row.lane,
        call=row.call,
        priority=row.priority,
        payload=to_dict(row.payload),
        context=to_dict(row.context),
        answer=Answer(row.answer) if row.answer in _ANSWERS else None,
        attempts=row.attempts,
        created_at=row.created_at,
        expires_at=row.expires_at,
        tried_at=row.tried_at,
    )
