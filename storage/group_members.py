"""Who sits in which class group, as WeCom reports it; also people who are nobody's friend yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.database import Tx
from storage.tables_camp import class_groups, group_members


@dataclass(frozen=True)
class Seat:
    """A person sitting in a class group since `joined_at`."""

    class_group_id: int
    class_teacher_id: int
    joined_at: datetime


async def join(tx: Tx, group_id: int, external_userids: Sequence[str], at: datetime, scene: int | None = None) -> None:
    """These people sit in the group from now on; who sits there already stays since when they came."""
    new = sorted(set(external_userids) - await present(tx, group_id))
    if not new:
        return
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    row = make(group_members)
    rows = [{"class_group_id": group_id, "external_userid": who, "joined_at": at, "join_scene": scene} for who in new]
    await tx.conn.execute(
        row.on_conflict_do_update(
            index_elements=["class_group_id", "external_userid"],
            set_={"joined_at": row.excluded.joined_at, "join_scene": row.excluded.join_scene, "left_at": None},
        ),
        rows,
    )


async def leave(tx: Tx, group_id: int, external_userids: Sequence[str], at: datetime) -> None:
    await tx.conn.execute(
        update(group_members)
        .where(
            group_members.c.class_group_id == group_id,
            group_members.c.external_userid.in_(external_userids),
            group_members.c.left_at.is_(None),
        )
        .values(left_at=at)
    )


async def present(tx: Tx, group_id: int) -> set[str]:
    """The external_userids of those who sit in the group now."""
    query = select(group_members.c.external_userid).where(
        group_members.c.class_group_id == group_id, group_members.c.left_at.is_(None)
    )
    return {row.external_userid for row in await tx.conn.execute(query)}


async def seat_in_cohort(tx: Tx, external_userid: str, cohort_id: int) -> Seat | None:
    """The class group of the cohort this person sits in (the one joined last), or None."""
    query = (
        select(class_groups.c.id, class_groups.c.class_teacher_id, group_members.c.joined_at)
        .join(class_groups, class_groups.c.id == group_members.c.class_group_id)
        .where(
            group_members.c.external_userid == external_userid,
            group_members.c.left_at.is_(None),
            class_groups.c.cohort_id == cohort_id,
        )
        .order_by(group_members.c.joined_at.desc())
    )
    row = (await tx.conn.execute(query)).first()
    return None if row is None else Seat(row.id, row.class_teacher_id, row.joined_at)
