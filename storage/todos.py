"""To-dos of staff (待办): what a rule or a person left them to do, each made once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Row

from storage.database import Tx
from storage.declared import read_once
from storage.statement import built_once
from storage.tables_camp import learners, todos

_TEXT_CHARACTERS = 256


@dataclass(frozen=True)
class Todo:
    """`id` is the number people close it by; the learner it is about, if any, stands beside."""

    id: int
    text: str
    learner_id: int | None
    learner_name: str | None
    created_at: datetime
    done_at: datetime | None


async def add(tx: Tx, member_id: int, *, kind: str, text: str, dedup_key: str, learner_id: int | None = None) -> bool:
    """A new to-do; False when the dedup_key was used before."""
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    stored = await tx.conn.execute(
        make(todos)
        .values(
            member_id=member_id,
            learner_id=learner_id,
            kind=kind,
            text=text[:_TEXT_CHARACTERS],
            dedup_key=dedup_key,
            created_at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=["dedup_key"])
    )
    return stored.rowcount > 0


async def open_of(tx: Tx, member_id: int) -> list[Todo]:
    """What the member has still to do, the oldest first."""
    rows = await tx.conn.execute(
        select(todos, learners.c.name)
        .outerjoin(learners, learners.c.id == todos.c.learner_id)
        .where(todos.c.member_id == member_id, todos.c.done_at.is_(None))
        .order_by(todos.c.id)
    )
    return [_to_todo(row) for row in rows]


@read_once(todos)
async def count_open(tx: Tx, member_id: int) -> int:
    return int((await tx.conn.execute(*_open(member_id))).scalar_one())


async def find(tx: Tx, member_id: int, todo_id: int) -> Todo | None:
    """The member's own to-do of this number; somebody else's is not found."""
    row = (
        await tx.conn.execute(
            select(todos, learners.c.name)
            .outerjoin(learners, learners.c.id == todos.c.learner_id)
            .where(todos.c.id == todo_id, todos.c.member_id == member_id)
        )
    ).one_or_none()
    return None if row is None else _to_todo(row)


async def close(tx: Tx, todo_id: int) -> None:
    await tx.conn.execute(update(todos).where(todos.c.id == todo_id, todos.c.done_at.is_(None)).values(done_at=tx.now))


async def close_by_key(tx: Tx, dedup_key: str) -> None:
    """Closes what nobody has to do any more."""
    await tx.conn.execute(update(todos).where(todos.c.dedup_key == dedup_key, todos.c.done_at.is_(None)).values(done_at=tx.now))


@built_once
def _open(member_id: int) -> Select[Any]:
    return select(func.count()).select_from(todos).where(todos.c.member_id == member_id, todos.c.done_at.is_(None))


def _to_todo(r: Row[Any]) -> Todo:
    return Todo(r.id, r.text, r.learner_id, r.name, r.created_at, r.done_at)
