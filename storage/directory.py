"""The corp's directory as the nightly comparison reads it: departments, members met, members missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.database import Tx
from storage.tables_camp import departments, members


async def keep_departments(tx: Tx, found: Sequence[tuple[int, str, int | None]]) -> None:
    """Keeps (id, name, parent id) of each department."""
    rows = [{"id": id_, "name": name, "parent_id": parent} for id_, name, parent in found]
    if not rows:
        return
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    row = make(departments)
    changed = {"name": row.excluded.name, "parent_id": row.excluded.parent_id}
    await tx.conn.execute(row.on_conflict_do_update(index_elements=["id"], set_=changed), rows)


async def next_department(tx: Tx, after_id: int) -> int | None:
    """The next department by id."""
    query = select(func.min(departments.c.id)).where(departments.c.id > after_id)
    found: int | None = (await tx.conn.execute(query)).scalar_one()
    return found


async def meet_members(tx: Tx, department_id: int, found: Sequence[tuple[str, str]], run_at: datetime) -> None:
    """Keeps names and department of the (userid, name) met in the directory; new ones become known."""
    known = {
        r.userid_key: r
        for r in await tx.conn.execute(select(members).where(members.c.userid_key.in_([u.lower() for u, _ in found])))
    }
    for userid, name in found:
        seen: dict[str, Any] = {"seen_at": run_at, "department_id": department_id, **({"name": name} if name else {})}
        row = known.get(userid.lower())
        if row is None:
            await tx.conn.execute(insert(members).values(userid=userid, userid_key=userid.lower(), disabled=False, **seen))
        elif row.seen_at == run_at:
            # Met in an earlier department of the same night: one member may sit in several, the first one counts.
            continue
        else:
            await tx.conn.execute(update(members).where(members.c.id == row.id).values(**seen))


async def missing(tx: Tx, run_at: datetime) -> list[str]:
    """Userids met on an earlier night but not since `run_at`; who was never met may just be out of our sight."""
    query = select(members.c.userid).where(members.c.seen_at < run_at, members.c.left_at.is_(None)).order_by(members.c.id)
    return [row.userid for row in await tx.conn.execute(query)]


async def lines(tx: Tx) -> dict[int, tuple[str, ...]]:
    """Of each department what it can be called, then those above it up to the root: number, name, number, name …"""
    rows = {row.id: row for row in await tx.conn.execute(select(departments))}
    found: dict[int, tuple[str, ...]] = {}
    for start in rows:
        seen: list[int] = []
        at: int | None = start
        while at is not None and at in rows and at not in seen:  # a cycle in the directory must end
            seen.append(at)
            at = rows[at].parent_id
        found[start] = tuple(name for one in seen for name in (str(one), rows[one].name))
    return found
