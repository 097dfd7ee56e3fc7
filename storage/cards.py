"""Cards people can tap, and WeCom's response codes: each code changes its card once, within 72 h (doc 94888)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.database import Tx
from storage.tables_loop import card_codes, cards

CODE_LIVES = timedelta(hours=72)


@dataclass(frozen=True)
class Card:
    """`message` is the face as it should look now; `closed_at` is set once nothing can be tapped any more."""

    task_id: str
    kind: str
    ref: str
    recipients: tuple[str, ...]
    message: dict[str, Any]
    created_at: datetime
    closed_at: datetime | None


async def open_card(tx: Tx, task_id: str, kind: str, ref: str, recipients: Sequence[str], message: dict[str, Any]) -> None:
    """Notes a card that is being sent. `ref` is the id of what it is about."""
    await tx.conn.execute(
        insert(cards).values(task_id=task_id, kind=kind, ref=ref, recipients=list(recipients), message=message, created_at=tx.now)
    )


async def load(tx: Tx, task_id: str) -> Card | None:
    row = (await tx.conn.execute(select(cards).where(cards.c.task_id == task_id))).one_or_none()
    return None if row is None else _to_card(row)


async def open_of(tx: Tx, kind: str, ref: str) -> list[Card]:
    """The cards about this that can still be tapped."""
    query = select(cards).where(cards.c.kind == kind, cards.c.ref == ref, cards.c.closed_at.is_(None))
    return [_to_card(row) for row in await tx.conn.execute(query.order_by(cards.c.created_at, cards.c.task_id))]


async def open_refs(tx: Tx, kind: str) -> list[str]:
    """What the cards of a kind that can still be tapped are about."""
    rows = await tx.conn.execute(select(cards.c.ref).distinct().where(cards.c.kind == kind, cards.c.closed_at.is_(None)))
    return [row.ref for row in rows]


async def close(tx: Tx, task_id: str, message: dict[str, Any]) -> None:
    """The card is over; `message` is its dead face."""
    await tx.conn.execute(update(cards).where(cards.c.task_id == task_id).values(message=message, closed_at=tx.now))


async def keep_code(tx: Tx, task_id: str, code: str) -> None:
    """Keeps a response code of a send or a click; the same one again changes nothing."""
    if not code:
        return
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    await tx.conn.execute(
        make(card_codes)
        .values(response_code=code, task_id=task_id, obtained_at=tx.now)
        .on_conflict_do_nothing(index_elements=["response_code"])
    )


async def take_code(tx: Tx, task_id: str) -> str | None:
    """The newest code that still works, used from now on; None when there is none."""
    query = (
        select(card_codes.c.response_code)
        .where(
            card_codes.c.task_id == task_id,
            card_codes.c.used_at.is_(None),
            card_codes.c.obtained_at > tx.now - CODE_LIVES,
        )
        .order_by(card_codes.c.obtained_at.desc(), card_codes.c.response_code)
        .limit(1)
    )
    code: str | None = (await tx.conn.execute(query)).scalar_one_or_none()
    return code if code and await use_code(tx, code) else None


async def use_code(tx: Tx, code: str) -> bool:
    """Takes this very code; False when it was used before or is unknown."""
    result = await tx.conn.execute(
        update(card_codes).where(card_codes.c.response_code == code, card_codes.c.used_at.is_(None)).values(used_at=tx.now)
    )
    return result.rowcount > 0


async def was_painted(tx: Tx, task_id: str) -> bool:
    """Whether any code of the card was used: whether WeCom was ever asked to change its face."""
    query = select(exists().where(card_codes.c.task_id == task_id, card_codes.c.used_at.is_not(None)))
    return bool((await tx.conn.execute(query)).scalar_one())


def _to_card(r: Row[Any]) -> Card:
    return Card(r.task_id, r.kind, r.ref, tuple(r.recipients), r.message, r.created_at, r.closed_at)
