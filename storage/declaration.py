"""Makes what a camp.toml declares true: rows are added or changed by key, never deleted; unchanged ones are left alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, insert, select, update
from sqlalchemy.engine import Row

from storage.database import Tx
from storage.tables_camp import camps, channels, class_groups, cohorts, departments, lessons, members
from storage.tables_group_message import camp_messages, camp_rhythms

# What WeCom told of the chat a class group had.
_OF_ONE_CHAT = {"member_version": None, "chat_name": None, "owner": None, "dismissed_at": None}

Key = tuple[Any, ...]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Tally:
    added: int
    changed: int


@dataclass(frozen=True)
class Saved:
    """Ids of the declared rows by their key, and how many were new or different from before."""

    ids: Mapping[Key, int]
    tally: Tally


async def departments_by_name(tx: Tx) -> dict[str, int]:
    """Department id by its name and by its own number as text; of equal names the lowest id."""
    rows = (await tx.conn.execute(select(departments.c.id, departments.c.name).order_by(departments.c.id.desc()))).all()
    return {row.name: row.id for row in rows} | {str(row.id): row.id for row in rows}


async def save_camps(tx: Tx, rows: Sequence[Values]) -> Saved:
    return await _save(tx, camps, ("code",), rows)


async def save_cohorts(tx: Tx, rows: Sequence[Values]) -> Saved:
    return await _save(tx, cohorts, ("code",), rows)


async def save_channels(tx: Tx, rows: Sequence[Values]) -> Saved:
    return await _save(tx, channels, ("code",), rows)


async def save_staff(tx: Tx, rows: Sequence[Values]) -> Saved:
    """Members by `userid_key`; a new one is made known, and what a row does not name is left as the directory told it."""
    return await _save(tx, members, ("userid_key",), rows)


async def save_lessons(tx: Tx, rows: Sequence[Values]) -> Saved:
    """Lessons by (cohort_id, seq). One that moves into the future is reminded of, and summed up, once more."""
    keys = ("cohort_id", "seq")
    known = await _known(tx, lessons, keys, rows)
    moved: list[Values] = []
    for row in rows:
        before = known.get((row["cohort_id"], row["seq"]))
        marks: dict[str, None] = {}
        if before is not None and before.starts_at != row["starts_at"] and row["starts_at"] > tx.now:
            marks["reminded_at"] = None
        if before is not None and before.ends_at != row["ends_at"] and row["ends_at"] > tx.now:
            marks["digested_at"] = None
        moved.append({**row, **marks})
    return await _save(tx, lessons, keys, moved)


async def save_class_groups(tx: Tx, rows: Sequence[Values]) -> Saved:
    """Class groups by (cohort_id, code). A chat goes where the file says: whoever held it before lets go first."""
    keys = ("cohort_id", "code")
    known = await _known(tx, class_groups, keys, rows)
    taken = {row["chat_id"]: (row["cohort_id"], row["code"]) for row in rows if row["chat_id"]}
    holders = await tx.conn.execute(select(class_groups).where(class_groups.c.chat_id.in_(taken)))
    losers = [holder.id for holder in holders if (holder.cohort_id, holder.code) != taken[holder.chat_id]]
    if losers:
        await tx.conn.execute(update(class_groups).where(class_groups.c.id.in_(losers)).values(chat_id=None, **_OF_ONE_CHAT))
    # The version counts the members of one chat (doc 92119): of another chat it says nothing, nor do name and owner.
    fresh: list[Values] = []
    for row in rows:
        before = known.get((row["cohort_id"], row["code"]))
        other_chat = before is not None and before.chat_id not in (None, row["chat_id"])
        fresh.append({**row, **_OF_ONE_CHAT} if other_chat else row)
    return await _save(tx, class_groups, keys, fresh)


async def save_rhythms(tx: Tx, rows: Sequence[Values]) -> Saved:
    return await _save(tx, camp_rhythms, ("camp_id",), rows)


async def save_messages(tx: Tx, rows: Sequence[Values]) -> Saved:
    """Messages by (camp_id, code). One that is new, or declared otherwise than before, counts from now on."""
    keys = ("camp_id", "code")
    known = await _known(tx, camp_messages, keys, rows)
    dated: list[Values] = []
    for row in rows:
        before = known.get((row["camp_id"], row["code"]))
        same = before is not None and all(_same(before._mapping[name], value) for name, value in row.items())
        dated.append({**row, "changed_at": before.changed_at if same and before is not None else tx.now})
    return await _save(tx, camp_messages, keys, dated)


async def messages_besides(tx: Tx, camp_ids: Collection[int], keys: Collection[Key]) -> list[str]:
    """The codes of the messages of these camps that are not disabled and whose (camp_id, code) is not among the keys."""
    spoken = and_(camp_messages.c.camp_id.in_(camp_ids), camp_messages.c.disabled.is_(False))
    rows = await tx.conn.execute(select(camp_messages).where(spoken).order_by(camp_messages.c.id))
    return [row.code for row in rows if (row.camp_id, row.code) not in keys]


async def staff_besides(tx: Tx, userid_keys: Collection[str]) -> list[str]:
    """The userids of active staff that are not among these (lower-case) ids."""
    query = select(members.c.userid, members.c.userid_key).where(
        members.c.position.is_not(None), members.c.disabled.is_(False), members.c.left_at.is_(None)
    )
    rows = await tx.conn.execute(query.order_by(members.c.id))
    return [row.userid for row in rows if row.userid_key not in userid_keys]


async def cohorts_besides(tx: Tx, codes: Collection[str]) -> list[str]:
    """The codes of cohorts that are not closed and not among these."""
    rows = await tx.conn.execute(select(cohorts.c.code).where(cohorts.c.closed_at.is_(None)).order_by(cohorts.c.starts_at))
    return [row.code for row in rows if row.code not in codes]


async def lessons_besides(tx: Tx, cohort_ids: Collection[int], keys: Collection[Key]) -> list[tuple[str, int]]:
    """(cohort code, seq) of the lessons of these cohorts whose (cohort_id, seq) is not among the keys."""
    query = (
        select(cohorts.c.code, lessons.c.cohort_id, lessons.c.seq)
        .join(cohorts, cohorts.c.id == lessons.c.cohort_id)
        .where(lessons.c.cohort_id.in_(cohort_ids))
        .order_by(cohorts.c.starts_at, lessons.c.seq)
    )
    return [(row.code, row.seq) for row in await tx.conn.execute(query) if (row.cohort_id, row.seq) not in keys]


async def _known(tx: Tx, table: Table, keys: Sequence[str], rows: Sequence[Values]) -> dict[Key, Row[Any]]:
    """The rows of the table that these values are about, by key; one query."""
    # Each key column is bounded by itself: a superset that both databases find by index, sorted out here.
    bounds = [table.c[name].in_({row[name] for row in rows}) for name in keys]
    wanted = {tuple(row[name] for name in keys) for row in rows}
    found = await tx.conn.execute(select(table).where(and_(*bounds)))
    by_key = {tuple(row._mapping[name] for name in keys): row for row in found}
    return {key: row for key, row in by_key.items() if key in wanted}


async def _save(tx: Tx, table: Table, keys: Sequence[str], rows: Sequence[Values]) -> Saved:
    known = await _known(tx, table, keys, rows)
    new = [row for row in rows if tuple(row[name] for name in keys) not in known]
    changed = 0
    for row in rows:
        before = known.get(tuple(row[name] for name in keys))
        if before is None:
            continue
        different = {name: value for name, value in row.items() if not _same(before._mapping[name], value)}
        if different:
            changed += 1
            await tx.conn.execute(update(table).where(table.c.id == before.id).values(different))
    for row in new:
        # One by one: rows may name different columns, and a calendar is small.
        await tx.conn.execute(insert(table).values(dict(row)))
    if new:
        known = await _known(tx, table, keys, rows)
    return Saved({key: row.id for key, row in known.items()}, Tally(len(new), changed))


def _same(before: Any, now: Any) -> bool:
    if isinstance(before, datetime) and isinstance(now, datetime):
        return before == now
    return type(before) is type(now) and bool(before == now)
