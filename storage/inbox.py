"""The inbox: everything that happens is one row here, stored once, applied once, kept with its error when it fails."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, and_, delete, func, select, union_all, update
from sqlalchemy.engine import Row

from storage.columns import to_dict, to_storable
from storage.database import Tx
from storage.new_rows import add_new
from storage.statement import built_once, in_few_lengths
from storage.tables_loop import inbox

_KEY_LENGTH = 200
_PEOPLE_PER_BULK = 8
# The source of the steps of a walk: a close, an undo, the tags that follow, the night's forgetting.
WALK = "walk"
_LINE = 7_205_940_194  # any number that storage.migrate does not use
_ROWS_BETWEEN_TICKS = 20_000
_TICKS_LOOKED_AT = 20  # those of daily jobs, which name a day, among them


class State(IntEnum):
    PENDING = 0
    DONE = 1
    FAILED = 2


class Turn(IntEnum):
    """Who goes first among what waits; each keeps the order of its ids."""

    URGENT = 0  # carries a code that dies within seconds
    PEOPLE = 1
    BULK = 2  # came by the hundred from another system, where nobody sits waiting for an answer
    WALK = 3  # a step of a long walk over many rows, which makes its own next step


@dataclass(frozen=True)
class FactDraft:
    """A fact before it is stored. `dedup_key` makes it happen once; `conversation` keeps its order among its like."""

    source: str
    kind: str
    dedup_key: str
    conversation: str
    body: dict[str, Any]

    @property
    def turn(self) -> Turn:
        if self.source == WALK:
            return Turn.WALK
        if self.source.startswith("ingest"):
            return Turn.BULK
        return Turn.URGENT if _holds_code(self.body) else Turn.PEOPLE


@dataclass(frozen=True)
class Fact:
    """A stored fact, in arrival order of `id`."""

    id: int
    source: str
    kind: str
    conversation: str
    body: dict[str, Any]
    received_at: datetime
    attempts: int = 0


async def line_up(tx: Tx) -> None:
    """Until this transaction ends nobody else who lines up stores facts, so what commits later has the greater ids.

    Else a node's slow commit could make visible what the worker has passed by: a person's second message, taken in by
    another node, would be applied before the first. SQLite has one writer anyway.
    """
    if tx.dialect == "postgresql":
        await tx.conn.execute(select(func.pg_advisory_xact_lock(_LINE)))


async def add_facts(tx: Tx, drafts: Sequence[FactDraft], *, in_line: bool = False) -> int:
    """Stores the drafts; those whose dedup_key is known already are left out. Returns how many were new.

    Ids rise in the order of the drafts. On PostgreSQL two transactions may commit in another order than their ids: those that
    `line_up` first, or store `in_line`, which is the same without a journey of its own, do not (all that comes in from outside);
    an answer and a callback that meet may be applied either way round.
    """
    if not drafts:
        return 0
    tx.facts = True
    each = {
        "source": [d.source for d in drafts],
        "kind": [d.kind for d in drafts],
        "dedup_key": [to_key(d.dedup_key) for d in drafts],
        "conversation": [to_storable(d.conversation)[:160] for d in drafts],
        "body": [d.body for d in drafts],
        "turn": [int(d.turn) for d in drafts],
    }
    every = {"received_at": tx.now, "state": int(State.PENDING), "attempts": 0}
    return await add_new(tx, inbox, "dedup_key", each, every, lock=_LINE if in_line else None)


def to_key(words: str) -> str:
    """A dedup_key that fits its column: a longer one keeps its beginning and is told apart by its hash."""
    words = to_storable(words)
    if len(words) <= _KEY_LENGTH:
        return words
    return f"{words[:120]}#{hashlib.sha256(words.encode()).hexdigest()}"


async def pending(
    tx: Tx,
    limit: int,
    *,
    bulk: int | None = None,
    urgent_for: timedelta = timedelta.max,
    without: Sequence[str] = (),
) -> list[Fact]:
    """The oldest facts that wait to be applied: the urgent ones alone while there are any, with what their conversations said
    before; else what people wait for, among it at most `bulk` of what came in bulk, and one step of one walk.

    What was urgent for longer than `urgent_for` waits like everything else: its code is dead, and behind it others can still be
    in time. The conversations in `without` are passed by. Each line keeps its own order, and the bulk moves on also while people
    keep writing. The rows are locked: a node that lost its lease in the middle is waited for, not repeated.
    """
    heads = await _heads(tx, limit, limit if bulk is None else bulk, without)
    if heads[Turn.URGENT] and tx.now - heads[Turn.URGENT][0].received_at > urgent_for:
        await _calm(tx, tx.now - urgent_for)
        heads = await _heads(tx, limit, limit if bulk is None else bulk, without)
    if not (urgent := heads[Turn.URGENT]):
        line = heads[Turn.PEOPLE]
        # Not behind them all: a batch may end before its end, and then these would never have their turn.
        for number, fact in enumerate(heads[Turn.BULK], start=1):
            line.insert(number * _PEOPLE_PER_BULK, fact)
        step = 2 * _PEOPLE_PER_BULK
        return [*line[:step], *heads[Turn.WALK], *line[step:]]
    talks = {fact.conversation for fact in urgent}
    before = await tx.conn.execute(*_before(urgent[-1].id, list(talks), limit))
    return sorted([*urgent, *map(_to_fact, before)], key=lambda fact: fact.id)


async def _calm(tx: Tx, before: datetime) -> None:
    await tx.conn.execute(
        update(inbox)
        .where(inbox.c.state == State.PENDING, inbox.c.turn == Turn.URGENT, inbox.c.received_at < before)
        .values(turn=Turn.PEOPLE)
    )


async def _heads(tx: Tx, limit: int, bulk: int, without: Sequence[str]) -> dict[Turn, list[Fact]]:
    """The first of each line, all by one statement; of the conversations in `without` only what came in bulk."""
    heads: dict[Turn, list[Fact]] = {turn: [] for turn in Turn}
    for row in await tx.conn.execute(*_first_in_line(limit, bulk, in_few_lengths(without))):
        heads[Turn(row.turn)].append(_to_fact(row))
    return heads


@built_once
def _first_in_line(limit: int, bulk: int, besides: Sequence[str]) -> Select[Any]:
    heard = [inbox.c.conversation.not_in(besides)]
    lines = {Turn.URGENT: (limit, heard), Turn.PEOPLE: (limit, heard), Turn.BULK: (bulk, []), Turn.WALK: (1, [])}
    heads = [
        select(select(inbox.c.id).where(_pending(turn), *which).order_by(inbox.c.id).limit(most).subquery().c.id)
        for turn, (most, which) in lines.items()
    ]
    first = union_all(*heads).subquery()
    # Asked again: another node may have applied it before its row was free to be locked.
    still = inbox.c.state + 0 == State.PENDING
    return select(inbox).where(inbox.c.id.in_(select(first.c.id)), still).order_by(inbox.c.id).with_for_update()


@built_once
def _before(upto: int, talks: Sequence[str], limit: int) -> Select[Any]:
    said = (_pending(Turn.PEOPLE), inbox.c.conversation.in_(talks), inbox.c.id < upto)
    return select(inbox).where(*said).order_by(inbox.c.id).limit(limit).with_for_update()


def _pending(turn: Turn) -> ColumnElement[bool]:
    return and_(inbox.c.state == State.PENDING, inbox.c.turn == turn)


async def any_pending(tx: Tx, conversation: str) -> bool:
    """Whether a step of the walk with this conversation waits."""
    query = select(inbox.c.id).where(inbox.c.state == State.PENDING, inbox.c.turn == Turn.WALK)
    return (await tx.conn.execute(query.where(inbox.c.conversation == conversation).limit(1))).first() is not None


async def settle(tx: Tx, fact_ids: Sequence[int]) -> None:
    """Marks facts as applied."""
    if fact_ids:
        await tx.conn.execute(*_settle(in_few_lengths(fact_ids), tx.now))


@built_once
def _settle(fact_ids: Sequence[int], at: datetime) -> Update:
    return update(inbox).where(inbox.c.id.in_(fact_ids)).values(state=State.DONE, done_at=at, error=None)


async def fail(tx: Tx, fact_id: int, error: str) -> None:
    """Keeps a fact whose handler raised, with its error; it waits for `wecamp inbox retry`."""
    await tx.conn.execute(
        update(inbox)
        .where(inbox.c.id == fact_id)
        .values(state=State.FAILED, error=to_storable(error)[:4000], attempts=inbox.c.attempts + 1)
    )


async def retry(tx: Tx, fact_ids: Sequence[int] | None = None) -> int:
    """Puts failed facts (all, or these) back in line; returns how many."""
    wanted = inbox.c.state == State.FAILED
    if fact_ids is not None:
        wanted = and_(wanted, inbox.c.id.in_(fact_ids))
    result = await tx.conn.execute(update(inbox).where(wanted).values(state=State.PENDING))
    return result.rowcount


async def listing(tx: Tx, state: State | None, limit: int) -> list[Row[Any]]:
    """The newest rows, of one state or all, for the operator's list."""
    query = select(inbox).order_by(inbox.c.id.desc()).limit(limit)
    if state is not None:
        query = query.where(inbox.c.state == state)
    return list(await tx.conn.execute(query))


async def load(tx: Tx, fact_id: int) -> Row[Any] | None:
    """One row with all its columns, or None."""
    return (await tx.conn.execute(select(inbox).where(inbox.c.id == fact_id))).one_or_none()


async def counts(tx: Tx) -> dict[State, int]:
    """How many rows wait and how many failed (done rows are not counted: they are many and of no concern)."""
    # Named states, not "all but done": only so the index serves it when done rows are millions.
    concern = inbox.c.state.in_([State.PENDING, State.FAILED])
    rows = await tx.conn.execute(select(inbox.c.state, func.count()).where(concern).group_by(inbox.c.state))
    return {State(state): number for state, number in rows}


async def forget_ticks(tx: Tx, older_than: timedelta) -> int:
    """Deletes clock ticks past their use, failed ones too; the story never refers to them."""
    result = await tx.conn.execute(
        delete(inbox).where(inbox.c.source == "clock", inbox.c.state != State.PENDING, inbox.c.received_at < tx.now - older_than)
    )
    return result.rowcount


async def latest_tick(tx: Tx) -> float:
    """The moment (unix seconds) of the interval the last stored clock tick stands for; 0 when none is to be seen.

    It is looked for among the last rows only, where it is while a process runs.
    """
    last = select(func.coalesce(func.max(inbox.c.id), 0)).scalar_subquery()
    query = (
        select(inbox.c.dedup_key)
        .where(inbox.c.id > last - _ROWS_BETWEEN_TICKS, inbox.c.source == "clock")
        .order_by(inbox.c.id.desc())
        .limit(_TICKS_LOOKED_AT)
    )
    moments = [key.rpartition(":")[2].partition("@")[0] for key in await tx.conn.scalars(query)]
    return max((float(moment) for moment in moments if moment.isdecimal()), default=0.0)


def _holds_code(body: dict[str, Any]) -> bool:
    """Whether it is a new friend, somebody entering customer service, or the answer a welcome waits for (docs 92599, 95122)."""
    event, context = body.get("event"), body.get("context")
    return bool(
        body.get("WelcomeCode")
        or (isinstance(event, dict) and event.get("welcome_code"))
        or (isinstance(context, dict) and context.get("code"))
    )


def _to_fact(row: Row[Any]) -> Fact:
    return Fact(
        id=row.id,
        source=row.source,
        kind=row.kind,
        conversation=row.conversation,
        body=to_dict(row.body),
        received_at=row.received_at,
        attempts=row.attempts,
    )
