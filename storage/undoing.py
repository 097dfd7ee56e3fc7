"""Taking a close back, stretch by stretch: placements are reversed where nothing has happened since; what happened stays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, delete, exists, insert, literal, or_, select, update

from storage.carry_over import SOURCE
from storage.closings import Closing
from storage.columns import Json, UtcTime
from storage.database import Tx
from storage.tables_camp import attendance, enrolments, journal, learners, todos
from storage.tables_closing import placements
from storage.tables_sales import orders, pool_entries
from storage.tables_tags import tag_marks

_HELD = ("claimed", "sold")


@dataclass(frozen=True)
class Placed:
    """A learner the close placed, and where they are now."""

    enrolment_id: int
    learner_id: int
    name: str | None
    rule: str
    from_place: str
    to_place: str
    place: str


async def placed_after(tx: Tx, closing: Closing, after: int, limit: int) -> list[Placed]:
    """The next enrolments of the close, by id."""
    own = select(placements.c.enrolment_id, placements.c.rule, placements.c.from_place, placements.c.to_place).where(
        placements.c.closing_id == closing.id, placements.c.enrolment_id > after, placements.c.at >= closing.confirmed_at
    )
    some = own.order_by(placements.c.enrolment_id).limit(limit).subquery()
    query = (
        select(some.c.enrolment_id, enrolments.c.learner_id, learners.c.name, *list(some.c)[1:], enrolments.c.place)
        .join(enrolments, enrolments.c.id == some.c.enrolment_id)
        .join(learners, learners.c.id == enrolments.c.learner_id)
        .order_by(some.c.enrolment_id)
    )
    return [Placed(*tuple(row)) for row in await tx.conn.execute(query)]


async def take_back_enrolments(tx: Tx, closing: Closing, learner_ids: Sequence[int], next_cohort_id: int) -> None:
    """Deletes the enrolments the close made for them in the next cohort, where nothing is known of them there yet."""
    unused = [
        enrolments.c.cohort_id == next_cohort_id,
        enrolments.c.source == SOURCE,
        enrolments.c.enrolled_at >= closing.confirmed_at,
        enrolments.c.in_group_at.is_(None),
        enrolments.c.paid_count == 0,
        enrolments.c.learner_id.in_(learner_ids),
        *(~exists().where(table.c.enrolment_id == enrolments.c.id) for table in (attendance, orders, pool_entries, placements)),
    ]
    await tx.conn.execute(delete(enrolments).where(*unused))


async def withdraw_entries(tx: Tx, enrolment_ids: Sequence[int], pools: Sequence[str]) -> list[int]:
    """Withdraws their pool entries that nobody has claimed; returns the entries' ids."""
    result = await tx.conn.execute(
        update(pool_entries)
        .where(pool_entries.c.enrolment_id.in_(enrolment_ids), pool_entries.c.pool.in_(pools), pool_entries.c.state == "open")
        .values(state="withdrawn", closed_at=tx.now)
        .returning(pool_entries.c.id)
    )
    return [row.id for row in result]


async def held_back(tx: Tx, placed: Collection[Placed], next_cohort_id: int | None) -> set[int]:
    """The enrolments among these whose learner was claimed or bought, or goes on in the next cohort."""
    ids = [one.enrolment_id for one in placed]
    carried = enrolments.alias("carried")
    goes_on = exists().where(carried.c.learner_id == enrolments.c.learner_id, carried.c.cohort_id == (next_cohort_id or 0))
    held = exists().where(pool_entries.c.enrolment_id == enrolments.c.id, pool_entries.c.state.in_(_HELD))
    kept = or_(
        and_(enrolments.c.place == "next_cohort", goes_on),
        and_(enrolments.c.place.in_(["conversion", "renewal"]), held),
    )
    return {row.id for row in await tx.conn.execute(select(enrolments.c.id).where(enrolments.c.id.in_(ids), kept))}


async def put_back(tx: Tx, closing: Closing, back: Sequence[Placed]) -> None:
    """They are where they came from, and their story says so."""
    came_from: dict[str, list[int]] = {}
    for one in back:
        came_from.setdefault(one.from_place, []).append(one.enrolment_id)
    own = enrolments.c.id.in_([one.enrolment_id for one in back])
    story = select(
        enrolments.c.learner_id,
        enrolments.c.id,
        literal(tx.now, UtcTime()),
        literal("unplaced"),
        literal("undo"),
        literal({"closing": closing.id}, Json),
    ).where(own)
    await tx.conn.execute(insert(journal).from_select(["learner_id", "enrolment_id", "at", "kind", "by", "detail"], story))
    place: Any = case(*((enrolments.c.id.in_(ids), place) for place, ids in came_from.items()))
    if len(came_from) == 1:
        place = next(iter(came_from))
    await tx.conn.execute(update(enrolments).where(own).values(place=place, place_at=tx.now, grade=None))


async def drop_todos(tx: Tx, run: str, enrolment_ids: Sequence[int]) -> None:
    """Closes the to-dos the run made about them and nobody has done."""
    keys = [f"{run}:{enrolment_id}" for enrolment_id in enrolment_ids]
    await tx.conn.execute(update(todos).where(todos.c.dedup_key.in_(keys), todos.c.done_at.is_(None)).values(done_at=tx.now))


async def drop_tag(tx: Tx, learner_ids: Sequence[int], group: str, name: str) -> None:
    """They should not carry this tag any more."""
    own = [tag_marks.c.learner_id.in_(learner_ids), tag_marks.c.group_name == group, tag_marks.c.name == name]
    await tx.conn.execute(update(tag_marks).where(*own, tag_marks.c.wanted.is_(True)).values(wanted=False, by="undo", at=tx.now))
