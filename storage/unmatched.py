"""Events whose learner or camp nobody knows yet: kept, put back in line when the missing piece appears, never dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Row

from storage.columns import to_micros
from storage.database import Tx
from storage.inbox import FactDraft, add_facts
from storage.statement import built_once
from storage.tables_camp import identities
from storage.tables_loop import unmatched_events, unmatched_identities


@dataclass(frozen=True)
class Unmatched:
    """An event that waits. `body` holds no phone number in the clear."""

    id: int
    source: str
    event_id: str
    type: str
    identity_kind: str | None
    identity_value: str | None
    reason: str
    body: dict[str, Any]
    received_at: datetime


async def park(
    tx: Tx,
    *,
    source: str,
    event_id: str,
    type_: str,
    identity: tuple[str, str] | None,
    reason: str,
    body: dict[str, Any],
    also: Sequence[tuple[str, str]] = (),
) -> None:
    """Keeps the event until `identity` or one of `also` is released; parked again, it waits again for its new reason."""
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    kind, value = identity or (None, None)
    columns = {"identity_kind": kind, "identity_value": value, "reason": reason[:160], "body": body, "matched_at": None}
    row = make(unmatched_events).values(source=source, event_id=event_id, type=type_, received_at=tx.now, **columns)
    stored = await tx.conn.execute(
        row.on_conflict_do_update(index_elements=["source", "event_id"], set_=columns).returning(unmatched_events.c.id)
    )
    parked_id: int = stored.scalar_one()
    pairs = {pair for pair in (identity, *also) if pair is not None}
    if pairs:
        rows = [{"kind": kind, "value": value, "unmatched_id": parked_id} for kind, value in sorted(pairs)]
        await tx.conn.execute(make(unmatched_identities).on_conflict_do_nothing(), rows)


async def release(tx: Tx, named: Sequence[tuple[str, str]]) -> int:
    """Puts the events waiting for these (kind, value) identities back in line; returns how many."""
    if not named:
        return 0
    return await _put_back(tx, _waiting_for(named))


async def release_of(tx: Tx, learner_id: int) -> int:
    """The same for all identities of a learner."""
    return await _put_back(tx, _waiting_for_learner(learner_id))


async def release_for(tx: Tx, reasons: Sequence[str]) -> int:
    """Puts the events waiting for one of these reasons back in line; returns how many."""
    return await _put_back(tx, _waiting_because(reasons))


async def waiting(tx: Tx, limit: int) -> list[Unmatched]:
    """The oldest events that still wait, for the operator's list."""
    query = select(unmatched_events).where(unmatched_events.c.matched_at.is_(None)).order_by(unmatched_events.c.id).limit(limit)
    return [_to_unmatched(row) for row in await tx.conn.execute(query)]


@built_once
def _waiting_for(named: Sequence[tuple[str, str]]) -> Select[Any]:
    here = tuple_(unmatched_identities.c.kind, unmatched_identities.c.value).in_(named)
    return _still(unmatched_events.c.id.in_(select(unmatched_identities.c.unmatched_id).where(here)))


@built_once
def _waiting_for_learner(learner_id: int) -> Select[Any]:
    theirs = and_(identities.c.kind == unmatched_identities.c.kind, identities.c.value == unmatched_identities.c.value)
    query = select(unmatched_identities.c.unmatched_id).join(identities, theirs).where(identities.c.learner_id == learner_id)
    return _still(unmatched_events.c.id.in_(query))


@built_once
def _waiting_because(reasons: Sequence[str]) -> Select[Any]:
    return _still(unmatched_events.c.reason.in_(reasons))


def _still(wanted: ColumnElement[bool]) -> Select[Any]:
    return select(unmatched_events).where(wanted, unmatched_events.c.matched_at.is_(None)).order_by(unmatched_events.c.id)


async def _put_back(tx: Tx, waiting: tuple[Select[Any], dict[str, Any]]) -> int:
    found = [_to_unmatched(row) for row in await tx.conn.execute(*waiting)]
    if not found:
        return 0
    # The moment is part of the key: an event released in vain is parked again and may be released once more.
    moment = to_micros(tx.now)
    await add_facts(
        tx,
        [
            FactDraft(
                e.source, f"ingest.{e.type}", f"unmatched:{e.id}:{moment}", f"ingest:{e.source}", {**e.body, "source": e.source}
            )
            for e in found
        ],
    )
    ids = [e.id for e in found]
    await tx.conn.execute(update(unmatched_events).where(unmatched_events.c.id.in_(ids)).values(matched_at=tx.now))
    return len(found)


def _to_unmatched(r: Row[Any]) -> Unmatched:
    return Unmatched(r.id, r.source, r.event_id, r.type, r.identity_kind, r.identity_value, r.reason, r.body, r.received_at)
