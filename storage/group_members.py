"""Who sits in which class group, as WeCom reports it; also people who are nobody's friend yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.cohorts import ClassGroup, load_class_group
from storage.database import Tx
from storage.enrolments import Enrolment, to_enrolment
from storage.statement import built_once
from storage.tables_camp import class_groups, cohorts, enrolments, group_members, identities


@dataclass(frozen=True)
class Seat:
    """A person sitting in a class group since `joined_at`."""

    class_group_id: int
    class_teacher_id: int
    joined_at: datetime
    state: str | None = None  # of the code they came by


async def join(tx: Tx, group_id: int, external_userids: Sequence[str], at: datetime, scene: int | None = None) -> None:
    """These people sit in the group from now on; who sits there already stays since when they came.

    Who comes back does so by another way, or by none we know: `state` is of the last time.
    """
    new = sorted(set(external_userids) - await present(tx, group_id))
    if not new:
        return
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    row = make(group_members)
    rows = [{"class_group_id": group_id, "external_userid": who, "joined_at": at, "join_scene": scene} for who in new]
    await tx.conn.execute(
        row.on_conflict_do_update(
            index_elements=["class_group_id", "external_userid"],
            set_={
                "joined_at": row.excluded.joined_at,
                "join_scene": row.excluded.join_scene,
                "left_at": None,
                "quit_scene": None,
                "state": None,
            },
        ),
        rows,
    )


async def leave(tx: Tx, group_id: int, external_userids: Sequence[str], at: datetime, scene: int | None = None) -> None:
    """`scene` as WeCom numbers it: 0 they left, 1 they were removed (doc 92130)."""
    await tx.conn.execute(
        update(group_members)
        .where(
            group_members.c.class_group_id == group_id,
            group_members.c.external_userid.in_(external_userids),
            group_members.c.left_at.is_(None),
        )
        .values(left_at=at, quit_scene=scene)
    )


async def keep_states(tx: Tx, group_id: int, states: Mapping[str, str]) -> set[str]:
    """By which code those who sit in the group came, `external_userid` → `state`; returns those of whom that is new."""
    known = select(group_members.c.external_userid, group_members.c.state).where(
        group_members.c.class_group_id == group_id, group_members.c.left_at.is_(None)
    )
    before = {row.external_userid: row.state for row in await tx.conn.execute(known)}
    new = {who: state for who, state in states.items() if who in before and before[who] != state}
    if new:
        change = update(group_members).where(
            group_members.c.class_group_id == group_id, group_members.c.external_userid == bindparam("who")
        )
        rows = [{"who": who, "state": state} for who, state in sorted(new.items())]
        await tx.conn.execute(change, rows)
    return set(new)


async def present(tx: Tx, group_id: int) -> set[str]:
    """The external_userids of those who sit in the group now."""
    query = select(group_members.c.external_userid).where(
        group_members.c.class_group_id == group_id, group_members.c.left_at.is_(None)
    )
    return {row.external_userid for row in await tx.conn.execute(query)}


async def change_group(tx: Tx, group_id: int, **columns: Any) -> None:
    """Sets columns of `class_groups` that WeCom tells of the chat."""
    await tx.conn.execute(update(class_groups).where(class_groups.c.id == group_id).values(**columns))


async def keep_version(tx: Tx, group_id: int, version: str) -> None:
    """Keeps which state of the group's membership we know (WeCom's member_version)."""
    await tx.conn.execute(update(class_groups).where(class_groups.c.id == group_id).values(member_version=version))


async def next_declared(tx: Tx, after_id: int) -> ClassGroup | None:
    """The next class group with a living chat in a cohort that is not closed, by id."""
    query = (
        select(class_groups)
        .join(cohorts, cohorts.c.id == class_groups.c.cohort_id)
        .where(
            class_groups.c.id > after_id,
            class_groups.c.chat_id.is_not(None),
            class_groups.c.dismissed_at.is_(None),
            cohorts.c.closed_at.is_(None),
        )
        .order_by(class_groups.c.id)
        .limit(1)
    )
    row = (await tx.conn.execute(query)).first()
    return None if row is None else await load_class_group(tx, row.id)


async def enrolled_in_cohort(tx: Tx, cohort_id: int, external_userids: Sequence[str]) -> dict[str, Enrolment]:
    """The enrolments of these people in the cohort."""
    query = (
        select(enrolments, identities.c.value)
        .join(identities, identities.c.learner_id == enrolments.c.learner_id)
        .where(
            identities.c.kind == "external_userid",
            identities.c.value.in_(external_userids),
            enrolments.c.cohort_id == cohort_id,
        )
    )
    return {row.value: to_enrolment(row) for row in await tx.conn.execute(query)}


async def seat_in_cohort(tx: Tx, external_userid: str, cohort_id: int) -> Seat | None:
    """The class group of the cohort this person sits in (the one joined last), or None."""
    row = (await tx.conn.execute(*_seats(external_userid, cohort_id))).first()
    return None if row is None else Seat(row.id, row.class_teacher_id, row.joined_at, row.state)


@built_once
def _seats(external_userid: str, cohort_id: int) -> Select[Any]:
    return (
        select(class_groups.c.id, class_groups.c.class_teacher_id, group_members.c.joined_at, group_members.c.state)
        .join(class_groups, class_groups.c.id == group_members.c.class_group_id)
        .where(
            group_members.c.external_userid == external_userid,
            group_members.c.left_at.is_(None),
            class_groups.c.cohort_id == cohort_id,
        )
        .order_by(group_members.c.joined_at.desc())
    )
