"""Friendships of members with learners (follow relations): begun, ended, and compared with WeCom's own list at night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, exists, func, or_, select, tuple_, update
from sqlalchemy.engine import Row

from storage.database import Tx
from storage.statement import Upsert, built_once, insert_into
from storage.tables_camp import enrolments, follows, learners


@dataclass(frozen=True)
class Follow:
    """`channel_code` is the `state` WeCom reported, kept as it came. `ended_by`: learner, member, transfer, gone."""

    learner_id: int
    member_id: int
    added_at: datetime
    channel_code: str | None
    ended_at: datetime | None
    ended_by: str | None

    @property
    def live(self) -> bool:
        return self.ended_at is None


async def find(tx: Tx, learner_id: int, member_id: int) -> Follow | None:
    query = select(follows).where(follows.c.learner_id == learner_id, follows.c.member_id == member_id)
    row = (await tx.conn.execute(query)).one_or_none()
    return None if row is None else _to_follow(row)


async def of_learners(tx: Tx, learner_ids: Sequence[int]) -> list[Follow]:
    """All follows of these learners, ended ones too, the newest first."""
    return [_to_follow(row) for row in await tx.conn.execute(*_of_learners(learner_ids))]


async def begin(tx: Tx, learner_id: int, member_id: int, channel_code: str | None, at: datetime) -> None:
    """The friendship exists since `at`; one that had ended lives again. A later add without a channel keeps the first one."""
    row = {"learner_id": learner_id, "member_id": member_id, "added_at": at, "channel_code": channel_code}
    await tx.conn.execute(_begin(tx.dialect), row)


async def end(tx: Tx, learner_id: int, member_id: int, by: str) -> bool:
    """Ends a live friendship; False when there is none."""
    result = await tx.conn.execute(
        update(follows)
        .where(follows.c.learner_id == learner_id, follows.c.member_id == member_id, follows.c.ended_at.is_(None))
        .values(ended_at=tx.now, ended_by=by)
    )
    return result.rowcount > 0


async def mark_seen(tx: Tx, pairs: Sequence[tuple[int, int]], run_at: datetime) -> None:
    """Notes that WeCom's own list has these (learner, member) pairs."""
    if pairs:
        await tx.conn.execute(
            update(follows).where(tuple_(follows.c.learner_id, follows.c.member_id).in_(pairs)).values(seen_at=run_at)
        )


async def unseen(tx: Tx, member_ids: Sequence[int], run_at: datetime) -> list[Follow]:
    """Live follows of these members that the comparison begun at `run_at` did not meet, except those begun since."""
    query = select(follows).where(
        follows.c.member_id.in_(member_ids),
        follows.c.ended_at.is_(None),
        follows.c.added_at < run_at,
        or_(follows.c.seen_at.is_(None), follows.c.seen_at < run_at),
    )
    return [_to_follow(row) for row in await tx.conn.execute(query)]


async def window_after(tx: Tx, after_id: int, size: int) -> int | None:
    """The learner up to whom the next `size` follows reach; None when there are no more than that."""
    query = select(follows.c.learner_id).where(follows.c.learner_id > after_id).order_by(follows.c.learner_id)
    found: int | None = (await tx.conn.execute(query.offset(size).limit(1))).scalar_one_or_none()
    return found


async def without_enrolment(tx: Tx, after_id: int, upto: int | None, limit: int) -> list[Follow]:
    """The newest live follow of each learner (the next ones by id, up to `upto`) who added somebody and is enrolled nowhere."""
    enrolled = exists().where(enrolments.c.learner_id == follows.c.learner_id)
    waiting = (
        select(follows.c.learner_id)
        .join(learners, learners.c.id == follows.c.learner_id)
        .where(follows.c.learner_id > after_id, follows.c.ended_at.is_(None), learners.c.unsubscribed_at.is_(None), ~enrolled)
    )
    if upto is not None:
        waiting = waiting.where(follows.c.learner_id <= upto)
    ids = [row.learner_id for row in await tx.conn.execute(waiting.distinct().order_by(follows.c.learner_id).limit(limit))]
    query = select(follows).where(follows.c.learner_id.in_(ids), follows.c.ended_at.is_(None))
    query = query.order_by(follows.c.learner_id, follows.c.added_at.desc())
    newest: dict[int, Follow] = {}
    for row in await tx.conn.execute(query):
        newest.setdefault(row.learner_id, _to_follow(row))
    return list(newest.values())


@built_once
def _of_learners(learner_ids: Sequence[int]) -> Select[Any]:
    return select(follows).where(follows.c.learner_id.in_(learner_ids)).order_by(follows.c.added_at.desc(), follows.c.member_id)


@lru_cache
def _begin(dialect: str) -> Upsert:
    row = insert_into(dialect, follows)
    first = func.coalesce(row.excluded.channel_code, follows.c.channel_code)
    again = {"added_at": row.excluded.added_at, "channel_code": first, "ended_at": None, "ended_by": None}
    return row.on_conflict_do_update(index_elements=["learner_id", "member_id"], set_=again)


def _to_follow(r: Row[Any]) -> Follow:
    return Follow(r.learner_id, r.member_id, r.added_at, r.channel_code, r.ended_at, r.ended_by)
