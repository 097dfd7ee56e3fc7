"""Staff rooms: the room of each cohort, who belongs in it, and who sits in it as far as WeCom told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import case, or_, select, update
from sqlalchemy.engine import Row

from storage.database import Tx
from storage.statement import insert_into
from storage.tables_camp import class_groups, cohorts, enrolments, members
from storage.tables_staff_rooms import staff_room_seats, staff_rooms

# Places in which the class teacher looks after the learner (camp.rules.place).
_HELD = ("class", "sale_window")


class State(StrEnum):
    WANTED = "wanted"  # not asked for yet: too few people
    ASKED = "asked"
    OPEN = "open"
    REFUSED = "refused"  # WeCom will not, until a person changes something there
    GONE = "gone"  # dissolved in WeCom


@dataclass(frozen=True)
class StaffRoom:
    cohort_id: int
    chatid: str
    generation: int
    tries: int
    name: str
    owner_id: int | None
    state: State
    errcode: int | None
    made_at: datetime | None
    changing_since: datetime | None


async def add(tx: Tx, cohort_id: int, chatid: str, name: str) -> None:
    """The cohort is to have a room; one that has it keeps it."""
    row = insert_into(tx.dialect, staff_rooms).values(
        cohort_id=cohort_id, chatid=chatid, generation=0, tries=0, name=name, state=State.WANTED
    )
    await tx.conn.execute(row.on_conflict_do_nothing(index_elements=["cohort_id"]))


async def load(tx: Tx, cohort_id: int) -> StaffRoom | None:
    """The cohort's room, held until the end of the transaction: two who change it do so one after the other."""
    query = select(staff_rooms).where(staff_rooms.c.cohort_id == cohort_id).with_for_update()
    row = (await tx.conn.execute(query)).one_or_none()
    return None if row is None else _to_room(row)


async def change(tx: Tx, cohort_id: int, **columns: Any) -> None:
    """Sets columns of `staff_rooms`."""
    await tx.conn.execute(update(staff_rooms).where(staff_rooms.c.cohort_id == cohort_id).values(**columns))


async def in_use(tx: Tx, closed_after: datetime) -> list[int]:
    """The cohorts with a room that are running, or were closed after that moment."""
    query = (
        select(staff_rooms.c.cohort_id)
        .join(cohorts, cohorts.c.id == staff_rooms.c.cohort_id)
        .where(or_(cohorts.c.closed_at.is_(None), cohorts.c.closed_at > closed_after))
        .order_by(staff_rooms.c.cohort_id)
    )
    return list((await tx.conn.execute(query)).scalars())


async def listing(tx: Tx) -> list[tuple[StaffRoom, str]]:
    """Every room with the code of its cohort, the newest cohort first."""
    query = select(staff_rooms, cohorts.c.code).join(cohorts, cohorts.c.id == staff_rooms.c.cohort_id)
    return [(_to_room(row), row.code) for row in await tx.conn.execute(query.order_by(cohorts.c.starts_at.desc()))]


async def belonging(tx: Tx, cohort_id: int, most: int) -> list[int]:
    """Who belongs in the room: the cohort's class teachers, the managers who wished it, sales; active staff, in this order."""
    groups = select(class_groups.c.class_teacher_id).where(class_groups.c.cohort_id == cohort_id)
    holding = select(enrolments.c.class_teacher_id).where(
        enrolments.c.cohort_id == cohort_id, enrolments.c.class_teacher_id.is_not(None), enrolments.c.place.in_(_HELD)
    )
    wished = select(staff_room_seats.c.member_id).where(
        staff_room_seats.c.cohort_id == cohort_id, staff_room_seats.c.wished.is_(True)
    )
    teaches = or_(members.c.id.in_(groups), members.c.id.in_(holding))
    wishes = members.c.id.in_(wished)
    query = (
        select(members.c.id)
        .where(or_(teaches, wishes, members.c.position == "sales"))
        .where(members.c.position.is_not(None), members.c.left_at.is_(None), members.c.disabled.is_(False))
        .order_by(case((teaches, 0), (wishes, 1), else_=2), members.c.id)
        .limit(most)
    )
    return list((await tx.conn.execute(query)).scalars())


async def met(tx: Tx, member_ids: Collection[int]) -> list[int]:
    """Those of them whom the nightly comparison has met in the directory: surely WeCom knows them."""
    query = select(members.c.id).where(members.c.id.in_(member_ids), members.c.seen_at.is_not(None))
    found = set((await tx.conn.execute(query)).scalars())
    return [member_id for member_id in member_ids if member_id in found]


async def inside(tx: Tx, cohort_id: int) -> list[int]:
    """Who sits in the room, put there by us."""
    query = select(staff_room_seats.c.member_id).where(
        staff_room_seats.c.cohort_id == cohort_id, staff_room_seats.c.inside.is_(True)
    )
    return list((await tx.conn.execute(query.order_by(staff_room_seats.c.member_id))).scalars())


async def wishes(tx: Tx, cohort_id: int) -> set[int]:
    """The managers who asked to be in it."""
    query = select(staff_room_seats.c.member_id).where(
        staff_room_seats.c.cohort_id == cohort_id, staff_room_seats.c.wished.is_(True)
    )
    return set((await tx.conn.execute(query)).scalars())


async def wish(tx: Tx, cohort_id: int, member_id: int) -> None:
    """This manager is to be in it."""
    row = insert_into(tx.dialect, staff_room_seats).values(cohort_id=cohort_id, member_id=member_id, wished=True, inside=False)
    await tx.conn.execute(row.on_conflict_do_update(index_elements=["cohort_id", "member_id"], set_={"wished": True}))


async def drop_wishes(tx: Tx, cohort_id: int, member_ids: Collection[int]) -> None:
    """These managers left the room themselves."""
    await tx.conn.execute(_seats(cohort_id, member_ids).values(wished=False))


async def seat(tx: Tx, cohort_id: int, member_ids: Sequence[int]) -> None:
    """They sit in the room now."""
    if not member_ids:
        return
    row = insert_into(tx.dialect, staff_room_seats)
    rows = [{"cohort_id": cohort_id, "member_id": member_id, "wished": False, "inside": True} for member_id in member_ids]
    await tx.conn.execute(row.on_conflict_do_update(index_elements=["cohort_id", "member_id"], set_={"inside": True}), rows)


async def unseat(tx: Tx, cohort_id: int, member_ids: Collection[int] | None = None) -> None:
    """They (or all) sit in it no more."""
    everybody = update(staff_room_seats).where(staff_room_seats.c.cohort_id == cohort_id)
    changed = everybody if member_ids is None else _seats(cohort_id, member_ids)
    await tx.conn.execute(changed.values(inside=False))


def _seats(cohort_id: int, member_ids: Collection[int]) -> Any:
    seats = staff_room_seats.c
    return update(staff_room_seats).where(seats.cohort_id == cohort_id, seats.member_id.in_(member_ids))


def _to_room(r: Row[Any]) -> StaffRoom:
    return StaffRoom(
        cohort_id=r.cohort_id,
        chatid=r.chatid,
        generation=r.generation,
        tries=r.tries,
        name=r.name,
        owner_id=r.owner_id,
        state=State(r.state),
        errcode=r.errcode,
        made_at=r.made_at,
        changing_since=r.changing_since,
    )
