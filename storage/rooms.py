"""Internal groups and what they are bound to: a cohort, a class of it, or a pool; with who bound them and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select, update

from storage.database import Tx
from storage.statement import insert_into
from storage.tables_camp import class_groups, cohorts
from storage.tables_rooms import rooms


@dataclass(frozen=True)
class Room:
    """A group as it is bound now. Either `cohort_id` (with a class or as a whole) or `pool` is set."""

    chat_id: str
    cohort_id: int | None
    class_group_id: int | None
    pool: str | None
    bound_by: int
    bound_at: datetime
    cohort_code: str | None
    cohort_name: str | None
    class_code: str | None
    class_teacher_id: int | None

    def is_about(self, cohort_id: int | None, class_group_id: int | None, pool: str | None) -> bool:
        return (self.cohort_id, self.class_group_id, self.pool) == (cohort_id, class_group_id, pool)


async def find(tx: Tx, chat_id: str) -> Room | None:
    """What the group is bound to now."""
    row = (await tx.conn.execute(_bound().where(rooms.c.chat_id == chat_id))).one_or_none()
    return None if row is None else _to_room(row)


async def bound_to(
    tx: Tx, *, cohort_id: int | None = None, class_group_id: int | None = None, pool: str | None = None
) -> list[Room]:
    """The groups bound to this cohort as a whole, to this class, or to this pool; of several named, those of any."""
    wanted: list[ColumnElement[bool]] = []
    if cohort_id is not None:
        wanted.append((rooms.c.cohort_id == cohort_id) & rooms.c.class_group_id.is_(None))
    if class_group_id is not None:
        wanted.append(rooms.c.class_group_id == class_group_id)
    if pool is not None:
        wanted.append(rooms.c.pool == pool)
    if not wanted:
        return []
    return [_to_room(row) for row in await tx.conn.execute(_bound().where(or_(*wanted)).order_by(rooms.c.id))]


async def of_cohort(tx: Tx, cohort_id: int) -> list[Room]:
    """The groups bound to this cohort, as a whole or one of its classes."""
    return [_to_room(row) for row in await tx.conn.execute(_bound().where(rooms.c.cohort_id == cohort_id).order_by(rooms.c.id))]


async def bind(
    tx: Tx,
    chat_id: str,
    member_id: int,
    *,
    cohort_id: int | None = None,
    class_group_id: int | None = None,
    pool: str | None = None,
) -> None:
    """Binds a group; what it was bound to before is over and stays as its story. Of two at once the later one holds."""
    row = {"cohort_id": cohort_id, "class_group_id": class_group_id, "pool": pool}
    new = insert_into(tx.dialect, rooms).values(chat_id=chat_id, bound_by=member_id, bound_at=tx.now, **row)
    new = new.on_conflict_do_nothing(index_elements=["chat_id"], index_where=rooms.c.ended_at.is_(None))
    await unbind(tx, chat_id, member_id)
    while (await tx.conn.execute(new)).rowcount == 0:
        await unbind(tx, chat_id, member_id)


async def unbind(tx: Tx, chat_id: str, member_id: int) -> bool:
    """False when the group was not bound."""
    over = update(rooms).where(rooms.c.chat_id == chat_id, rooms.c.ended_at.is_(None))
    return (await tx.conn.execute(over.values(ended_by=member_id, ended_at=tx.now))).rowcount > 0


def _bound() -> Select[Any]:
    return (
        select(
            rooms,
            cohorts.c.code.label("cohort_code"),
            cohorts.c.name.label("cohort_name"),
            class_groups.c.code.label("class_code"),
            class_groups.c.class_teacher_id,
        )
        .select_from(rooms)
        .outerjoin(cohorts, cohorts.c.id == rooms.c.cohort_id)
        .outerjoin(class_groups, class_groups.c.id == rooms.c.class_group_id)
        .where(rooms.c.ended_at.is_(None))
    )


def _to_room(r: Row[Any]) -> Room:
    return Room(
        r.chat_id,
        r.cohort_id,
        r.class_group_id,
        r.pool,
        r.bound_by,
        r.bound_at,
        r.cohort_code,
        r.cohort_name,
        r.class_code,
        r.class_teacher_id,
    )
