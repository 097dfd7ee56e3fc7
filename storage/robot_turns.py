"""What people did with the robot, and what WeCom is given for it: an answer is a row, so any node may have made it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, and_, delete, select, update

from storage.columns import to_dict
from storage.database import Tx
from storage.statement import built_once, insert_into
from storage.tables_robot import robot_turns as turns

URL, SOCKET = "url", "socket"


class Kind(StrEnum):
    MESSAGE = "message"
    ENTER = "enter"
    CLICK = "click"


@dataclass(frozen=True)
class Turn:
    """`chat` is the conversation an answer counts against (`member:<userid>` or `room:<chatid>`).

    `until`: a direct answer is taken until then. `answer` (URL mode) is what WeCom gets when it asks next: `texts`, `card`,
    `update`; once `taken_at` it changes no more. `answers` counts all that was said for this turn.
    """

    id: int
    kind: Kind
    mode: str
    userid: str
    chat_id: str
    chat: str
    opened_at: datetime
    until: datetime
    req_id: str = ""
    task_id: str = ""
    response_url: str | None = None
    answers: int = 0
    answer: dict[str, Any] | None = None
    taken_at: datetime | None = None
    late_at: datetime | None = None


def turn_id(msgid: str) -> int:
    """The number of a callback's turn: told twice, it is the same turn."""
    return int.from_bytes(hashlib.sha256(f"aibot:{msgid}".encode()).digest()[:8], "big") >> 1


def chat_of(userid: str, chat_id: str) -> str:
    """The conversation as limits and order count it."""
    return f"room:{chat_id}" if chat_id else f"member:{userid.lower()}"


def conversation_of(userid: str, chat_id: str) -> str:
    """Whose order a fact keeps: what one person says in one chat."""
    return f"room:{chat_id}:{userid.lower()}" if chat_id else f"member:{userid.lower()}"


async def open_turn(tx: Tx, turn: Turn) -> None:
    """Keeps it; one that is known stays as it is."""
    # A None given for JSON would be stored as JSON's null.
    row = {name: value for name in Turn.__dataclass_fields__ if (value := getattr(turn, name)) is not None}
    add = insert_into(tx.dialect, turns).on_conflict_do_nothing(index_elements=["id"])
    await tx.conn.execute(add, row)


async def load(tx: Tx, turn: int, *, lock: bool = False) -> Turn | None:
    """The turn; with `lock` nobody else changes it before this transaction ends."""
    query, values = _by_id(turn)
    row = (await tx.conn.execute(query.with_for_update() if lock else query, values)).one_or_none()
    return None if row is None else _to_turn(row)


async def change(tx: Tx, turn: int, **columns: Any) -> None:
    """Sets columns of one turn."""
    await tx.conn.execute(update(turns).where(turns.c.id == turn).values(**columns))


async def take(tx: Tx, turn: int, *, or_close: bool = False) -> dict[str, Any] | None:
    """The answer, which is WeCom's from now on; asked again, the same; None while there is none.

    `or_close`: WeCom will not ask again, so an answer that comes later has to go another way.
    """
    found = await load(tx, turn, lock=True)
    if found is None or (found.answer is None and not or_close):
        return None
    if found.taken_at is None:
        await change(tx, turn, taken_at=tx.now)
    return found.answer


async def left_behind(tx: Tx) -> list[Turn]:
    """Those whose answer WeCom did not come for in time."""
    waiting = and_(turns.c.answer.is_not(None), turns.c.taken_at.is_(None), turns.c.until < tx.now)
    rows = await tx.conn.execute(select(turns).where(waiting).order_by(turns.c.until, turns.c.id).with_for_update())
    return [_to_turn(row) for row in rows]


async def last_opened_at(tx: Tx, mode: str) -> datetime | None:
    """When the robot was last told something in this mode."""
    query = select(turns.c.opened_at).where(turns.c.mode == mode).order_by(turns.c.opened_at.desc()).limit(1)
    moment: datetime | None = (await tx.conn.execute(query)).scalar_one_or_none()
    return moment


async def forget(tx: Tx, older_than: timedelta) -> None:
    """Deletes turns that can be answered no more."""
    await tx.conn.execute(delete(turns).where(turns.c.opened_at < tx.now - older_than))


@built_once
def _by_id(turn: int) -> Select[Any]:
    return select(turns).where(turns.c.id == turn)


def _to_turn(row: Row[Any]) -> Turn:
    values = dict(row._mapping)
    answer = None if row.answer is None else to_dict(row.answer)
    return Turn(**{**values, "kind": Kind(row.kind), "answer": answer})
