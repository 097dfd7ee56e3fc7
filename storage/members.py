"""Members of the corp, and the staff among them (those with a position)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, or_, select, update
from sqlalchemy.engine import Row

from storage.database import Tx
from storage.declared import read_once
from storage.statement import built_once
from storage.tables_camp import members


@dataclass(frozen=True)
class Member:
    """An employee account. `position` is empty for a member who is not staff."""

    id: int
    userid: str
    name: str | None
    department_id: int | None
    position: str | None
    scope: str | None
    disabled: bool
    left_at: datetime | None
    quota: int | None

    @property
    def shown(self) -> str:
        return self.name or self.userid

    @property
    def active(self) -> bool:
        return self.left_at is None and not self.disabled


@read_once(members)
async def find(tx: Tx, userid: str) -> Member | None:
    """The member of this userid, compared without case as WeCom does in its answers (doc 90236)."""
    row = (await tx.conn.execute(*_by_userid(userid.lower()))).one_or_none()
    return None if row is None else _to_member(row)


@read_once(members)
async def load(tx: Tx, member_id: int) -> Member:
    return _to_member((await tx.conn.execute(*_by_id(member_id))).one())


@read_once(members)
async def load_many(tx: Tx, member_ids: Collection[int]) -> dict[int, Member]:
    return {row.id: _to_member(row) for row in await tx.conn.execute(*_by_ids(set(member_ids)))}


async def ensure(tx: Tx, userid: str, *, name: str | None = None) -> Member:
    """The member of this userid, made known when it is new; a given name is kept."""
    known = await find(tx, userid)
    if known is None:
        await tx.conn.execute(insert(members).values(userid=userid, userid_key=userid.lower(), name=name, disabled=False))
        known = await find(tx, userid)
        assert known is not None
    elif name and known.name != name:
        await tx.conn.execute(update(members).where(members.c.id == known.id).values(name=name))
        known = await load(tx, known.id)
    return known


@read_once(members)
async def with_position(tx: Tx, *positions: str) -> list[Member]:
    """The active staff of these positions, oldest entry first."""
    rows = await tx.conn.execute(
        select(members)
        .where(members.c.position.in_(positions), members.c.left_at.is_(None), members.c.disabled.is_(False))
        .order_by(members.c.id)
    )
    return [_to_member(row) for row in rows]


async def greet(tx: Tx, member_id: int, on_day: str) -> bool:
    """Notes that the member was greeted on this day (2026-12-01); False when they were greeted on it before."""
    new = or_(members.c.greeted_on.is_(None), members.c.greeted_on != on_day)
    result = await tx.conn.execute(update(members).where(members.c.id == member_id, new).values(greeted_on=on_day))
    return result.rowcount > 0


async def change(tx: Tx, member_id: int, **columns: Any) -> None:
    """Sets columns of `members`."""
    await tx.conn.execute(update(members).where(members.c.id == member_id).values(**columns))


@built_once
def _by_userid(userid_key: str) -> Select[Any]:
    return select(members).where(members.c.userid_key == userid_key)


@built_once
def _by_id(member_id: int) -> Select[Any]:
    return select(members).where(members.c.id == member_id)


@built_once
def _by_ids(member_ids: Collection[int]) -> Select[Any]:
    return select(members).where(members.c.id.in_(member_ids))


def _to_member(row: Row[Any]) -> Member:
    return Member(
        id=row.id,
        userid=row.userid,
        name=row.name,
        department_id=row.department_id,
        position=row.position,
        scope=row.scope,
        disabled=row.disabled,
        left_at=row.left_at,
        quota=row.quota,
    )
