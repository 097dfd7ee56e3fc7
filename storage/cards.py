"""Cards people can tap, and WeCom's response codes: each code changes its card once, within 72 h (doc 94888)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, Update, and_, bindparam, exists, insert, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from storage.database import Tx
from storage.statement import Upsert, built_once, insert_into
from storage.tables_loop import card_codes, cards

CODE_LIVES = timedelta(hours=72)

_OPEN = insert(cards)
_CHANGE = update(cards).where(cards.c.task_id == bindparam("of"))


@dataclass(frozen=True)
class Card:
    """`message` is the face as it should look now; `closed_at` is set once nothing can be tapped any more. `chat_id`: of a card
    of the robot, as in `open_card`; None for the app's."""

    task_id: str
    kind: str
    ref: str
    recipients: tuple[str, ...]
    message: dict[str, Any]
    created_at: datetime
    closed_at: datetime | None
    chat_id: str | None


async def open_card(
    tx: Tx, task_id: str, kind: str, ref: str, recipients: Sequence[str], message: dict[str, Any], *, chat_id: str | None = None
) -> None:
    """Notes a card that is being sent. `ref` is the id of what it is about. `chat_id`: it is the robot's, in this group, or with
    an empty one in its chat with the recipient."""
    row = {"task_id": task_id, "kind": kind, "ref": ref, "recipients": list(recipients), "message": message}
    await tx.conn.execute(_OPEN, {**row, "created_at": tx.now, "chat_id": chat_id})


async def load(tx: Tx, task_id: str) -> Card | None:
    row = (await tx.conn.execute(*_by_id(task_id))).one_or_none()
    return None if row is None else _to_card(row)


async def open_of(tx: Tx, kind: str, ref: str) -> list[Card]:
    """The cards about this that can still be tapped."""
    return [_to_card(row) for row in await tx.conn.execute(*_open_of(kind, ref))]


async def open_refs(tx: Tx, kind: str) -> list[str]:
    """What the cards of a kind that can still be tapped are about."""
    rows = await tx.conn.execute(select(cards.c.ref).distinct().where(cards.c.kind == kind, cards.c.closed_at.is_(None)))
    return [row.ref for row in rows]


async def close(tx: Tx, task_id: str, message: dict[str, Any]) -> None:
    """The card is over; `message` is its dead face."""
    await tx.conn.execute(_CHANGE, {"of": task_id, "message": message, "closed_at": tx.now})


async def change(tx: Tx, task_id: str, message: dict[str, Any]) -> None:
    """The card goes on, with this face."""
    await tx.conn.execute(_CHANGE, {"of": task_id, "message": message})


async def keep_code(tx: Tx, task_id: str, code: str) -> None:
    """Keeps a response code of a send or a click; the same one again changes nothing."""
    if not code:
        return
    await tx.conn.execute(_keep_code(tx.dialect), {"response_code": code, "task_id": task_id, "obtained_at": tx.now})


async def take_code(tx: Tx, task_id: str) -> str | None:
    """The newest code that still works, used from now on; None when there is none."""
    code: str | None = (await tx.conn.execute(*_take_newest(task_id, tx.now - CODE_LIVES, tx.now))).scalar_one_or_none()
    return code


async def use_code(tx: Tx, code: str) -> bool:
    """Takes this very code; False when it was used before or is unknown."""
    return (await tx.conn.execute(*_use_code(code, tx.now))).rowcount > 0


async def was_painted(tx: Tx, task_id: str) -> bool:
    """Whether any code of the card was used: whether WeCom was ever asked to change its face."""
    query = select(exists().where(card_codes.c.task_id == task_id, card_codes.c.used_at.is_not(None)))
    return bool((await tx.conn.execute(query)).scalar_one())


@built_once
def _by_id(task_id: str) -> Select[Any]:
    return select(cards).where(cards.c.task_id == task_id)


@built_once
def _open_of(kind: str, ref: str) -> Select[Any]:
    wanted = and_(cards.c.kind == kind, cards.c.ref == ref, cards.c.closed_at.is_(None))
    return select(cards).where(wanted).order_by(cards.c.created_at, cards.c.task_id)


@lru_cache
def _keep_code(dialect: str) -> Upsert:
    return insert_into(dialect, card_codes).on_conflict_do_nothing(index_elements=["response_code"])


@built_once
def _take_newest(of: str, since: datetime, at: datetime) -> ReturningUpdate[tuple[str]]:
    unused = and_(card_codes.c.task_id == of, card_codes.c.used_at.is_(None), card_codes.c.obtained_at > since)
    newest_first = card_codes.c.obtained_at.desc(), card_codes.c.response_code
    newest = select(card_codes.c.response_code).where(unused).order_by(*newest_first).limit(1).scalar_subquery()
    taken = update(card_codes).where(card_codes.c.response_code == newest, card_codes.c.used_at.is_(None)).values(used_at=at)
    return taken.returning(card_codes.c.response_code)


@built_once
def _use_code(code: str, at: datetime) -> Update:
    return update(card_codes).where(card_codes.c.response_code == code, card_codes.c.used_at.is_(None)).values(used_at=at)


def _to_card(r: Row[Any]) -> Card:
    return Card(r.task_id, r.kind, r.ref, tuple(r.recipients), r.message, r.created_at, r.closed_at, r.chat_id)
