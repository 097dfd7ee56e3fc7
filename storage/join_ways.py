"""Join codes (加入群聊): one for each cohort, channel and class, made once; and the chats that opened behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy.engine import Row

from storage.cohorts import Channel, ClassGroup, to_channel, to_group
from storage.database import Tx
from storage.scopes import Scope, group_within
from storage.statement import insert_into
from storage.tables_camp import channels, class_groups, cohorts, group_members
from storage.tables_join import join_ways


@dataclass(frozen=True)
class JoinWay:
    """One code. `chat_ids`, `room_name` and `room_number` are what WeCom was told last; `waiting` have asked for the picture."""

    id: int
    cohort_id: int
    class_group_id: int | None
    channel_id: int | None
    state: str
    config_id: str | None
    qr_code: str | None
    chat_ids: tuple[str, ...]
    room_name: str
    room_number: int
    media_id: str | None
    media_until: datetime | None
    waiting: tuple[str, ...]
    made_at: datetime | None


async def ensure(
    tx: Tx,
    *,
    cohort_id: int,
    class_group_id: int | None,
    channel_id: int | None,
    state: str,
    chat_ids: Sequence[str],
    room_name: str,
    room_number: int,
) -> tuple[JoinWay, bool]:
    """The code of this cohort, class and channel, and whether it is new: then WeCom has not been asked for it."""
    key = f"{cohort_id}.{class_group_id or 0}.{channel_id or 0}"
    row = {"cohort_id": cohort_id, "class_group_id": class_group_id, "channel_id": channel_id, "state": state}
    told = {"chat_ids": list(chat_ids), "room_name": room_name, "room_number": room_number}
    add = insert_into(tx.dialect, join_ways).values(key=key, **row, **told, waiting=[], asked_at=tx.now)
    made = await tx.conn.execute(add.on_conflict_do_nothing(index_elements=["key"]))
    found = (await tx.conn.execute(select(join_ways).where(join_ways.c.key == key))).one()
    return _to_way(found), made.rowcount > 0


async def load(tx: Tx, way_id: int) -> JoinWay | None:
    row = (await tx.conn.execute(select(join_ways).where(join_ways.c.id == way_id))).one_or_none()
    return None if row is None else _to_way(row)


async def change(tx: Tx, way_id: int, **columns: Any) -> None:
    """Sets columns of `join_ways`."""
    await tx.conn.execute(update(join_ways).where(join_ways.c.id == way_id).values(**columns))


async def remove(tx: Tx, way_id: int) -> None:
    """Forgets a code that WeCom did not make."""
    await tx.conn.execute(delete(join_ways).where(join_ways.c.id == way_id))


async def live(tx: Tx, *, state: Sequence[str] | None = None) -> list[JoinWay]:
    """The codes that WeCom has made for cohorts that are not closed, by id; with `state` those of these states."""
    query = select(join_ways).join(cohorts, cohorts.c.id == join_ways.c.cohort_id)
    query = query.where(join_ways.c.config_id.is_not(None), cohorts.c.closed_at.is_(None)).order_by(join_ways.c.id)
    if state is not None:
        query = query.where(join_ways.c.state.in_(state))
    return [_to_way(row) for row in await tx.conn.execute(query)]


async def leads_into(tx: Tx, cohort_id: int) -> bool:
    """Whether there is a code by which people come into groups of this cohort."""
    query = select(join_ways.c.id).where(join_ways.c.cohort_id == cohort_id, join_ways.c.config_id.is_not(None)).limit(1)
    return (await tx.conn.execute(query)).first() is not None


async def channels_of_states(tx: Tx, states: Sequence[str]) -> dict[str, int]:
    """State → the channel it stands for: of one of our codes, else a declared channel of just that code; others are left out."""
    named = await tx.conn.execute(select(channels.c.code, channels.c.id).where(channels.c.code.in_(states)))
    found = {row.code: row.id for row in named}
    ours = select(join_ways.c.state, join_ways.c.channel_id).where(join_ways.c.state.in_(states))
    for row in await tx.conn.execute(ours):
        if row.channel_id is None:
            found.pop(row.state, None)
        else:
            found[row.state] = row.channel_id
    return found


async def came_by(tx: Tx, way: JoinWay) -> int:
    """How many sit in the groups of the code now who came by it."""
    query = (
        select(func.count(group_members.c.external_userid.distinct()))
        .join(class_groups, class_groups.c.id == group_members.c.class_group_id)
        .where(
            group_members.c.state == way.state,
            group_members.c.left_at.is_(None),
            class_groups.c.cohort_id == way.cohort_id,
        )
    )
    if way.class_group_id is not None:
        query = query.where(of_class(way.class_group_id))
    return int((await tx.conn.execute(query)).scalar_one())


async def code_for(tx: Tx, cohort_id: int, class_group_id: int, channel_id: int | None) -> str | None:
    """Where the picture of the code for this class is, that of the learner's channel first; None when nobody made one."""
    query = select(join_ways.c.qr_code).where(
        join_ways.c.cohort_id == cohort_id,
        join_ways.c.qr_code.is_not(None),
        or_(join_ways.c.class_group_id.is_(None), join_ways.c.class_group_id == class_group_id),
        or_(join_ways.c.channel_id.is_(None), join_ways.c.channel_id == (channel_id or 0)),
    )
    best = (join_ways.c.class_group_id.is_(None), join_ways.c.channel_id.is_(None), join_ways.c.id)
    url: str | None = (await tx.conn.execute(query.order_by(*best).limit(1))).scalar_one_or_none()
    return url


async def groups_within(tx: Tx, scope: Scope, cohort_id: int) -> list[ClassGroup]:
    """The class groups of the scope in this cohort, chats that opened by themselves among them, by id."""
    query = select(class_groups).where(class_groups.c.cohort_id == cohort_id, group_within(scope)).order_by(class_groups.c.id)
    return [to_group(row) for row in await tx.conn.execute(query)]


async def channels_for(tx: Tx, camp_id: int) -> list[Channel]:
    """The channels of this camp, and those of none, by id."""
    wanted = or_(channels.c.camp_id == camp_id, channels.c.camp_id.is_(None))
    return [to_channel(row) for row in await tx.conn.execute(select(channels).where(wanted).order_by(channels.c.id))]


async def add_overflow(tx: Tx, root: ClassGroup, *, code: str, chat_id: str, chat_name: str, owner: str) -> ClassGroup:
    """A chat that opened by itself, with the class teacher of its class."""
    row = {"cohort_id": root.cohort_id, "code": code, "chat_id": chat_id, "class_teacher_id": root.class_teacher_id}
    told = {"chat_name": chat_name, "owner": owner, "overflow_of": root.class_id}
    made = await tx.conn.execute(insert(class_groups).values(**row, **told).returning(class_groups))
    return to_group(made.one())


async def follow_classes(tx: Tx) -> None:
    """A chat that opened behind a class has its class teacher, also when the class gets another."""
    root = class_groups.alias("root")
    theirs = select(root.c.class_teacher_id).where(root.c.id == class_groups.c.overflow_of).scalar_subquery()
    moved = and_(class_groups.c.overflow_of.is_not(None), class_groups.c.class_teacher_id != theirs)
    await tx.conn.execute(update(class_groups).where(moved).values(class_teacher_id=theirs))


def of_class(class_group_id: int) -> ColumnElement[bool]:
    """A condition on `class_groups`: the class itself, or a chat that opened behind it."""
    return or_(class_groups.c.id == class_group_id, class_groups.c.overflow_of == class_group_id)


def _to_way(r: Row[Any]) -> JoinWay:
    return JoinWay(
        id=r.id,
        cohort_id=r.cohort_id,
        class_group_id=r.class_group_id,
        channel_id=r.channel_id,
        state=r.state,
        config_id=r.config_id,
        qr_code=r.qr_code,
        chat_ids=tuple(r.chat_ids),
        room_name=r.room_name,
        room_number=r.room_number,
        media_id=r.media_id,
        media_until=r.media_until,
        waiting=tuple(r.waiting),
        made_at=r.made_at,
    )
