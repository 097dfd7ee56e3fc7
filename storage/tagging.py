"""Tags: what each learner should carry (wishes), what WeCom was told, what is on its way, and the ids of WeCom's corp tags."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, and_, case, false, func, or_, select, tuple_, update

from storage.database import Tx
from storage.statement import Upsert, built_once, insert_into
from storage.tables_camp import follows, learners, members
from storage.tables_tags import tag_marks, wecom_tags

Tag = tuple[str, str]  # (group name, tag name)

# A list of values in one statement stays under SQLite's 32,766 variables.
_ROWS_PER_INSERT = 1000


@dataclass(frozen=True)
class Wish:
    learner_id: int
    group: str
    name: str
    wanted: bool = True


@dataclass(frozen=True)
class Due:
    """A wish WeCom has not been told yet. `tag_id` is empty while the tag is unknown there."""

    learner_id: int
    group: str
    name: str
    wanted: bool
    tag_id: str | None


@dataclass(frozen=True)
class Target:
    """The friendship on which a learner's tags are marked."""

    member_id: int
    userid: str
    external_userid: str


def _due() -> ColumnElement[bool]:
    """What is on its way counts as told: a refused mark is not tried again before the night."""
    return tag_marks.c.wanted != func.coalesce(tag_marks.c.sent, tag_marks.c.marked, false())


def _reachable() -> ColumnElement[bool]:
    """WeCom marks a tag only on a live friendship (84061)."""
    return (
        select(follows.c.learner_id)
        .where(follows.c.learner_id == tag_marks.c.learner_id, or_(follows.c.ended_at.is_(None), follows.c.ended_by == "learner"))
        .exists()
    )


async def wish(tx: Tx, wishes: Sequence[Wish], by: str) -> None:
    """Records what is wanted; a wish equal to the standing one changes nothing."""
    latest = {(w.learner_id, w.group, w.name): w.wanted for w in wishes}
    rows = [
        {"learner_id": learner_id, "group_name": group, "name": name, "wanted": wanted, "by": by, "at": tx.now}
        for (learner_id, group, name), wanted in latest.items()
    ]
    for start in range(0, len(rows), _ROWS_PER_INSERT):
        await tx.conn.execute(_wish(tx.dialect), rows[start : start + _ROWS_PER_INSERT])


async def wanted_of(tx: Tx, learner_id: int) -> list[Tag]:
    """The tags a learner should carry, by group and name."""
    return [(row.group_name, row.name) for row in await tx.conn.execute(*_wanted_of(learner_id))]


async def due_of(tx: Tx, learner_ids: Collection[int]) -> list[Due]:
    """The untold wishes of these learners that can be marked now, by learner."""
    rows = await tx.conn.execute(*_due_of(list(learner_ids)))
    return [Due(r.learner_id, r.group_name, r.name, r.wanted, r.tag_id) for r in rows]


async def window_after(tx: Tx, after_id: int, size: int) -> int | None:
    """The learner up to whom the next `size` wishes reach; None when there are no more than that."""
    query = select(tag_marks.c.learner_id).where(tag_marks.c.learner_id > after_id).order_by(tag_marks.c.learner_id)
    found: int | None = (await tx.conn.execute(query.offset(size).limit(1))).scalar_one_or_none()
    return found


async def learners_due(tx: Tx, after_id: int, upto: int | None, limit: int) -> list[int]:
    """The next learners with untold wishes up to the end of a window (None: of all), by id."""
    query = select(tag_marks.c.learner_id).where(_within(after_id, upto), _due(), _reachable())
    rows = await tx.conn.execute(query.distinct().order_by(tag_marks.c.learner_id).limit(limit))
    return [row.learner_id for row in rows]


async def targets(tx: Tx, learner_ids: Collection[int]) -> dict[int, Target]:
    """Per learner the friendship to mark: with their owner, else the newest one. One the learner ended can still be marked."""
    best: dict[int, tuple[tuple[bool, bool, datetime], Target]] = {}
    for r in await tx.conn.execute(*_targets(list(learner_ids))):
        rank = (r.ended_at is None, r.member_id == r.owner_id, r.added_at)
        if r.learner_id not in best or rank > best[r.learner_id][0]:
            best[r.learner_id] = (rank, Target(r.member_id, r.userid, r.external_userid))
    return {learner_id: target for learner_id, (_, target) in best.items()}


async def mark_sent(tx: Tx, dues: Sequence[Due]) -> None:
    """Notes that these marks are on their way."""
    for wanted in (True, False):
        keys = [(d.learner_id, d.group, d.name) for d in dues if d.wanted is wanted]
        for start in range(0, len(keys), _ROWS_PER_INSERT):
            await tx.conn.execute(*_send(keys[start : start + _ROWS_PER_INSERT], wanted))


async def mark_told(tx: Tx, learner_id: int, marks: Sequence[tuple[str, str, bool]]) -> None:
    """WeCom took these (group, name, wanted) marks; what was decided otherwise meanwhile stays on its way."""
    for wanted in (True, False):
        keys = [(learner_id, group, name) for group, name, told in marks if told is wanted]
        if keys:
            still = case((tag_marks.c.sent == wanted, None), else_=tag_marks.c.sent)
            await tx.conn.execute(update(tag_marks).where(_is(keys)).values(marked=wanted, sent=still))


async def forget_told(tx: Tx, learner_id: int) -> bool:
    """The tags of a new or renewed friendship start empty, so every wish has to be told again; False when there is none."""
    return (await tx.conn.execute(*_forget(learner_id))).rowcount > 0


async def release(tx: Tx, learner_id: int, tags: Sequence[Tag]) -> None:
    """Marks that did not arrive are due again."""
    await tx.conn.execute(update(tag_marks).where(_is([(learner_id, *tag) for tag in tags])).values(sent=None))


async def release_older(tx: Tx, after_id: int, upto: int | None, before: datetime) -> None:
    """Marks of a window that are on their way since long ago were refused or lost: they are due again."""
    stuck = [_within(after_id, upto), tag_marks.c.sent.is_not(None), tag_marks.c.at < before]
    await tx.conn.execute(update(tag_marks).where(*stuck).values(sent=None))


def _within(after_id: int, upto: int | None) -> ColumnElement[bool]:
    later = tag_marks.c.learner_id > after_id
    return later if upto is None else and_(later, tag_marks.c.learner_id <= upto)


async def ask_for(tx: Tx, tags: Collection[Tag], before: datetime) -> list[Tag]:
    """Which of these unknown tags to ask WeCom about now: those nobody asked about since `before`. Notes the question."""
    rows = [{"group_name": group, "name": name} for group, name in sorted(tags)]
    if not rows:
        return []
    await tx.conn.execute(_hear_of(tx.dialect), rows)
    asked = [(r.group_name, r.name) for r in await tx.conn.execute(*_not_asked_for(list(tags), before))]
    if asked:
        await tx.conn.execute(update(wecom_tags).where(_named(asked)).values(asked_at=tx.now))
    return asked


async def still_unknown(tx: Tx, asked_at: datetime) -> list[Tag]:
    """The tags asked about at that moment (each question owns its tags) whose id is still unknown."""
    query = select(wecom_tags.c.group_name, wecom_tags.c.name).where(
        wecom_tags.c.asked_at == asked_at, wecom_tags.c.tag_id.is_(None)
    )
    return [(r.group_name, r.name) for r in await tx.conn.execute(query)]


async def learn_ids(tx: Tx, found: Sequence[tuple[str, str, str]]) -> None:
    """Keeps the ids of the tags we care about, from (group, name, id)."""
    known = {
        (r.group_name, r.name): r.tag_id
        for r in await tx.conn.execute(select(wecom_tags.c.group_name, wecom_tags.c.name, wecom_tags.c.tag_id))
    }
    for group, name, tag_id in found:
        if (group, name) in known and known[group, name] != tag_id:
            await tx.conn.execute(update(wecom_tags).where(_named([(group, name)])).values(tag_id=tag_id))
            known[group, name] = tag_id


async def forget_ids(tx: Tx, tags: Sequence[Tag], asked_before: datetime) -> list[Tag]:
    """WeCom does not know these ids any more: they are unknown again, except those asked about since `asked_before`."""
    stale = and_(_named(tags), or_(wecom_tags.c.asked_at.is_(None), wecom_tags.c.asked_at < asked_before))
    query = select(wecom_tags.c.group_name, wecom_tags.c.name).where(stale)
    forgotten = [(r.group_name, r.name) for r in await tx.conn.execute(query)]
    if forgotten:
        await tx.conn.execute(update(wecom_tags).where(_named(forgotten)).values(tag_id=None, asked_at=None))
    return forgotten


@lru_cache
def _wish(dialect: str) -> Upsert:
    row = insert_into(dialect, tag_marks)
    return row.on_conflict_do_update(
        index_elements=["learner_id", "group_name", "name"],
        set_={"wanted": row.excluded.wanted, "by": row.excluded.by, "at": row.excluded.at},
        where=tag_marks.c.wanted != row.excluded.wanted,
    )


@lru_cache
def _hear_of(dialect: str) -> Upsert:
    return insert_into(dialect, wecom_tags).on_conflict_do_nothing(index_elements=["group_name", "name"])


@built_once
def _wanted_of(learner_id: int) -> Select[Any]:
    return (
        select(tag_marks.c.group_name, tag_marks.c.name)
        .where(tag_marks.c.learner_id == learner_id, tag_marks.c.wanted.is_(True))
        .order_by(tag_marks.c.group_name, tag_marks.c.name)
    )


@built_once
def _due_of(learner_ids: Sequence[int]) -> Select[Any]:
    return (
        select(tag_marks, wecom_tags.c.tag_id)
        .outerjoin(wecom_tags, and_(wecom_tags.c.group_name == tag_marks.c.group_name, wecom_tags.c.name == tag_marks.c.name))
        .where(tag_marks.c.learner_id.in_(learner_ids), _due(), _reachable())
        .order_by(tag_marks.c.learner_id, tag_marks.c.group_name, tag_marks.c.name)
    )


@built_once
def _targets(learner_ids: Sequence[int]) -> Select[Any]:
    return (
        select(follows, members.c.userid, learners.c.external_userid, learners.c.owner_id)
        .join(members, members.c.id == follows.c.member_id)
        .join(learners, learners.c.id == follows.c.learner_id)
        .where(
            follows.c.learner_id.in_(learner_ids),
            or_(follows.c.ended_at.is_(None), follows.c.ended_by == "learner"),
            learners.c.external_userid.is_not(None),
        )
    )


@built_once
def _send(keys: Sequence[tuple[int, str, str]], told: bool) -> Update:
    return update(tag_marks).where(_is(keys)).values(sent=told)


@built_once
def _forget(of: int) -> Update:
    return update(tag_marks).where(tag_marks.c.learner_id == of, tag_marks.c.wanted.is_(True)).values(marked=None, sent=None)


@built_once
def _not_asked_for(tags: Sequence[Tag], before: datetime) -> Select[Any]:
    long_ago = or_(wecom_tags.c.asked_at.is_(None), wecom_tags.c.asked_at < before)
    return (
        select(wecom_tags.c.group_name, wecom_tags.c.name)
        .where(tuple_(wecom_tags.c.group_name, wecom_tags.c.name).in_(tags), wecom_tags.c.tag_id.is_(None), long_ago)
        .order_by(wecom_tags.c.group_name, wecom_tags.c.name)
    )


def _named(tags: Collection[Tag]) -> ColumnElement[bool]:
    return tuple_(wecom_tags.c.group_name, wecom_tags.c.name).in_(list(tags))


def _is(keys: Sequence[tuple[Any, ...]]) -> ColumnElement[bool]:
    return tuple_(tag_marks.c.learner_id, tag_marks.c.group_name, tag_marks.c.name).in_(keys)
