"""Who a person is: finding many at once, making one row per person, and folding two rows of one person into one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, delete, exists, func, select, update
from sqlalchemy.sql.dml import ReturningInsert

from storage.database import Tx
from storage.learners import Learner, add_identity, find, to_learner
from storage.statement import built_once, insert_into
from storage.tables_camp import attendance, enrolments, follows, identities, learners
from storage.tables_closing import placements
from storage.tables_loop import kf_windows, metadata
from storage.tables_nudge import nudge_learners
from storage.tables_sales import pool_entries
from storage.tables_tags import tag_marks

# What these hold of a learner is unique per learner and needs more than a new learner_id; all other tables just follow.
_SPECIAL = {"enrolments", "follows", "tag_marks", "kf_windows", "nudge_learners"}
_SPECIAL_OF_ENROLMENT = {"attendance", "placements", "pool_entries"}
# Of two entries in the same pool the one that went further stays.
_POOL_ORDER = ("withdrawn", "open", "claimed", "sold")


async def ensure(tx: Tx, external_userid: str) -> tuple[Learner, bool]:
    """The one learner of this external_userid, and whether they are new."""
    known = await find(tx, "external_userid", external_userid)
    if known is not None:
        return known, False
    added = await tx.conn.execute(_add(tx.dialect), {"external_userid": external_userid, "created_at": tx.now})
    # A row without its identity is theirs all the same.
    here = (
        added.one_or_none()
        or (await tx.conn.execute(select(learners).where(learners.c.external_userid == external_userid))).one()
    )
    made = to_learner(here)
    await add_identity(tx, made.id, "external_userid", external_userid)
    return made, True


async def by_external_userids(tx: Tx, external_userids: Sequence[str]) -> dict[str, Learner]:
    """The known learners among these."""
    query = (
        select(learners, identities.c.value)
        .join(identities, identities.c.learner_id == learners.c.id)
        .where(identities.c.kind == "external_userid", identities.c.value.in_(external_userids))
    )
    return {row.value: to_learner(row) for row in await tx.conn.execute(query)}


async def of_learner(tx: Tx, learner_id: int) -> list[tuple[str, str]]:
    """All (kind, value) identities of a learner."""
    return [(row.kind, row.value) for row in await tx.conn.execute(*_of_learner(learner_id))]


async def of_learners(tx: Tx, learner_ids: Sequence[int]) -> dict[int, set[tuple[str, str]]]:
    """The same for many learners."""
    found: dict[int, set[tuple[str, str]]] = {}
    for row in await tx.conn.execute(select(identities).where(identities.c.learner_id.in_(learner_ids))):
        found.setdefault(row.learner_id, set()).add((row.kind, row.value))
    return found


async def fold_enrolments(tx: Tx, keep_id: int, drop_id: int, **columns: Any) -> None:
    """Two enrolments that mean the same become `keep_id`, which then gets `columns`; `attended` and `completed` are recounted."""
    await _fold_attendance(tx, keep_id, drop_id)
    await _fold_pools(tx, keep_id, drop_id)
    same_closing = select(placements.c.closing_id).where(placements.c.enrolment_id == keep_id)
    await tx.conn.execute(
        delete(placements).where(placements.c.enrolment_id == drop_id, placements.c.closing_id.in_(same_closing))
    )
    await tx.conn.execute(update(placements).where(placements.c.enrolment_id == drop_id).values(enrolment_id=keep_id))
    for table in metadata.sorted_tables:
        if "enrolment_id" in table.c and table.name not in _SPECIAL_OF_ENROLMENT:
            await tx.conn.execute(update(table).where(table.c.enrolment_id == drop_id).values(enrolment_id=keep_id))
    await tx.conn.execute(delete(enrolments).where(enrolments.c.id == drop_id))
    counted = {
        name: select(func.count()).where(attendance.c.enrolment_id == keep_id, attendance.c[name].is_(True)).scalar_subquery()
        for name in ("attended", "completed")
    }
    await tx.conn.execute(update(enrolments).where(enrolments.c.id == keep_id).values(**columns, **counted))
    waiting = update(pool_entries).where(pool_entries.c.enrolment_id == keep_id)
    await tx.conn.execute(waiting.values(attended=counted["attended"]))


async def merge(tx: Tx, keep_id: int, drop_id: int, **columns: Any) -> None:
    """Everything of `drop_id` becomes `keep_id`'s, which then gets `columns`; enrolments of equal cohorts are folded before."""
    for move in (_move_follows, _move_tags, _move_window, _move_nudges):
        await move(tx, keep_id, drop_id)
    await tx.conn.execute(update(enrolments).where(enrolments.c.learner_id == drop_id).values(learner_id=keep_id))
    for table in metadata.sorted_tables:
        if "learner_id" in table.c and table.name not in _SPECIAL:
            await tx.conn.execute(update(table).where(table.c.learner_id == drop_id).values(learner_id=keep_id))
    await tx.conn.execute(delete(learners).where(learners.c.id == drop_id))
    # People remember the number: #12 still finds the person it was given to.
    await add_identity(tx, keep_id, "merged", str(drop_id))
    await tx.conn.execute(update(learners).where(learners.c.id == keep_id).values(**columns))


@lru_cache
def _add(dialect: str) -> ReturningInsert[Any]:
    row = insert_into(dialect, learners)
    return row.on_conflict_do_nothing(index_elements=["external_userid"]).returning(learners)


@built_once
def _of_learner(learner_id: int) -> Select[Any]:
    return select(identities.c.kind, identities.c.value).where(identities.c.learner_id == learner_id)


async def _fold_attendance(tx: Tx, keep_id: int, drop_id: int) -> None:
    rows = await tx.conn.execute(select(attendance).where(attendance.c.enrolment_id.in_([keep_id, drop_id])))
    by_lesson: dict[int, dict[int, dict[str, Any]]] = {}
    for row in rows.mappings():
        by_lesson.setdefault(row["lesson_id"], {})[row["enrolment_id"]] = dict(row)
    for lesson_id, both in by_lesson.items():
        if len(both) == 2:
            here = and_(attendance.c.enrolment_id == keep_id, attendance.c.lesson_id == lesson_id)
            await tx.conn.execute(update(attendance).where(here).values(**_joined(both[keep_id], both[drop_id])))
            there = and_(attendance.c.enrolment_id == drop_id, attendance.c.lesson_id == lesson_id)
            await tx.conn.execute(delete(attendance).where(there))
    await tx.conn.execute(update(attendance).where(attendance.c.enrolment_id == drop_id).values(enrolment_id=keep_id))


def _joined(mine: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Every witness of both rows; where both saw something the row that stays is believed, of watched seconds the longer."""
    joined = {name: other[name] if value is None else value for name, value in mine.items()}
    joined["watched_seconds"] = max(
        (v for v in (mine["watched_seconds"], other["watched_seconds"]) if v is not None), default=None
    )
    joined["attended"] = mine["attended"] or other["attended"]
    joined["completed"] = mine["completed"] or other["completed"]
    return {name: value for name, value in joined.items() if name not in ("enrolment_id", "lesson_id")}


async def _fold_pools(tx: Tx, keep_id: int, drop_id: int) -> None:
    query = select(pool_entries).where(pool_entries.c.enrolment_id.in_([keep_id, drop_id]))
    by_pool: dict[str, list[Any]] = {}
    for row in await tx.conn.execute(query):
        by_pool.setdefault(row.pool, []).append(row)
    for both in by_pool.values():
        both.sort(key=lambda r: (_POOL_ORDER.index(r.state), r.enrolment_id == keep_id))
        if len(both) == 2:
            await tx.conn.execute(delete(pool_entries).where(pool_entries.c.id == both[0].id))
        await tx.conn.execute(update(pool_entries).where(pool_entries.c.id == both[-1].id).values(enrolment_id=keep_id))


async def _move_follows(tx: Tx, keep_id: int, drop_id: int) -> None:
    """With the same member on both sides a live friendship outweighs an ended one."""
    rows = await tx.conn.execute(select(follows).where(follows.c.learner_id.in_([keep_id, drop_id])))
    by_member: dict[int, list[Any]] = {}
    for row in rows:
        by_member.setdefault(row.member_id, []).append(row)
    for member_id, both in by_member.items():
        both.sort(key=lambda r: (r.ended_at is None, r.learner_id == keep_id))
        if len(both) == 2:
            loser = both[0].learner_id
            await tx.conn.execute(delete(follows).where(follows.c.learner_id == loser, follows.c.member_id == member_id))
    await tx.conn.execute(update(follows).where(follows.c.learner_id == drop_id).values(learner_id=keep_id))


async def _move_tags(tx: Tx, keep_id: int, drop_id: int) -> None:
    mine = tag_marks.alias()
    same = exists().where(
        mine.c.learner_id == keep_id, mine.c.group_name == tag_marks.c.group_name, mine.c.name == tag_marks.c.name
    )
    await tx.conn.execute(delete(tag_marks).where(tag_marks.c.learner_id == drop_id, same))
    await tx.conn.execute(update(tag_marks).where(tag_marks.c.learner_id == drop_id).values(learner_id=keep_id))
    # Which of the two rows WeCom was told about is not worth knowing: marking again changes nothing there.
    await tx.conn.execute(
        update(tag_marks).where(tag_marks.c.learner_id == keep_id, tag_marks.c.wanted.is_(True)).values(marked=None, sent=None)
    )


async def _move_window(tx: Tx, keep_id: int, drop_id: int) -> None:
    """A kf window belongs to the external_userid, which only one of the two has; of two windows the one last spoken in stays."""
    tx.windows.clear()
    query = select(kf_windows).where(kf_windows.c.learner_id.in_([keep_id, drop_id]))
    both = sorted(await tx.conn.execute(query), key=lambda r: (r.learner_spoke_at is not None, r.learner_spoke_at or 0))
    if len(both) == 2:
        await tx.conn.execute(delete(kf_windows).where(kf_windows.c.learner_id == both[0].learner_id))
    await tx.conn.execute(update(kf_windows).where(kf_windows.c.learner_id == drop_id).values(learner_id=keep_id))


async def _move_nudges(tx: Tx, keep_id: int, drop_id: int) -> None:
    """Where both rows of one person were in one task, the one that stays counts once."""
    mine = select(nudge_learners.c.nudge_id).where(nudge_learners.c.learner_id == keep_id)
    await tx.conn.execute(
        delete(nudge_learners).where(nudge_learners.c.learner_id == drop_id, nudge_learners.c.nudge_id.in_(mine))
    )
    await tx.conn.execute(update(nudge_learners).where(nudge_learners.c.learner_id == drop_id).values(learner_id=keep_id))
