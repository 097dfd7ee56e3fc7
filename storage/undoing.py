"""Taking a close back: placements are reversed where nothing has happened since; what happened stays and can be listed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, insert, literal, or_, select, update

from storage.carry_over import SOURCE
from storage.closings import Closing
from storage.columns import Json, UtcTime
from storage.database import Tx
from storage.placements import POOLS
from storage.tables_camp import attendance, enrolments, journal, learners, orders, placements, pool_entries, todos

_HELD = ("claimed", "sold")


async def take_back_enrolments(tx: Tx, closing: Closing, next_cohort_id: int, to_place: str) -> None:
    """Deletes the enrolments the close made in the next cohort, where nothing is known of them there yet."""
    movers = select(enrolments.c.learner_id).join(placements, placements.c.enrolment_id == enrolments.c.id)
    movers = movers.where(_of(closing), placements.c.to_place == to_place, enrolments.c.place == to_place)
    e = enrolments.alias("e")
    unused = select(e.c.id).where(
        e.c.cohort_id == next_cohort_id,
        e.c.source == SOURCE,
        e.c.enrolled_at >= closing.confirmed_at,
        e.c.in_group_at.is_(None),
        e.c.paid_count == 0,
        e.c.learner_id.in_(movers),
        *(~exists().where(table.c.enrolment_id == e.c.id) for table in (attendance, orders, pool_entries, placements)),
    )
    ids = [row.id for row in await tx.conn.execute(unused)]
    for start in range(0, len(ids), 500):
        await tx.conn.execute(delete(enrolments).where(enrolments.c.id.in_(ids[start : start + 500])))


async def withdraw_entries(tx: Tx, closing: Closing) -> list[int]:
    """Withdraws the pool entries of the close that nobody has claimed; returns their ids."""
    placed = select(placements.c.enrolment_id).where(_of(closing), placements.c.to_place.in_(POOLS))
    result = await tx.conn.execute(
        update(pool_entries)
        .where(pool_entries.c.enrolment_id.in_(placed), pool_entries.c.state == "open")
        .values(state="withdrawn", closed_at=tx.now)
        .returning(pool_entries.c.id)
    )
    return [row.id for row in result]


async def reverse(tx: Tx, closing: Closing, next_cohort_id: int | None, *, moved: str, kept: tuple[str, ...]) -> int:
    """Puts enrolments back where they came from; those sold or claimed, moved and busy there, or in `kept` stay.

    `moved` is the place of those who carry on in `next_cohort_id`. Returns how many went back.
    """
    carried = enrolments.alias("carried")
    goes_on = exists().where(carried.c.learner_id == enrolments.c.learner_id, carried.c.cohort_id == (next_cohort_id or 0))
    held = exists().where(pool_entries.c.enrolment_id == enrolments.c.id, pool_entries.c.state.in_(_HELD))
    own = and_(_of(closing), placements.c.enrolment_id == enrolments.c.id)
    free: ColumnElement[bool] = and_(
        enrolments.c.place.not_in(kept),
        or_(enrolments.c.place != moved, ~goes_on),
        or_(enrolments.c.place.not_in(POOLS), ~held),
    )
    still = exists().where(own, placements.c.to_place == enrolments.c.place)
    detail = literal({"closing": closing.id}, Json)
    await tx.conn.execute(
        insert(journal).from_select(
            ["learner_id", "enrolment_id", "at", "kind", "by", "detail"],
            select(
                enrolments.c.learner_id,
                enrolments.c.id,
                literal(tx.now, UtcTime()),
                literal("unplaced"),
                literal("undo"),
                detail,
            ).where(still, free),
        )
    )
    back = select(placements.c.from_place).where(own).scalar_subquery()
    result = await tx.conn.execute(update(enrolments).where(still, free).values(place=back, place_at=tx.now, grade=None))
    return result.rowcount


async def left_over(tx: Tx, closing: Closing) -> list[Row[Any]]:
    """(learner_id, name, place) of those the undo could not put back."""
    query: Select[Any] = (
        select(enrolments.c.learner_id, learners.c.name, enrolments.c.place)
        .join(placements, placements.c.enrolment_id == enrolments.c.id)
        .join(learners, learners.c.id == enrolments.c.learner_id)
        .where(_of(closing), enrolments.c.place != placements.c.from_place)
        .order_by(enrolments.c.place, enrolments.c.learner_id)
    )
    return list(await tx.conn.execute(query))


async def placed_with(tx: Tx, closing: Closing) -> list[tuple[int, str]]:
    """(learner id, rule) of those who are back where they were."""
    rows = await tx.conn.execute(
        select(enrolments.c.learner_id, placements.c.rule)
        .join(placements, placements.c.enrolment_id == enrolments.c.id)
        .where(_of(closing), enrolments.c.place == placements.c.from_place)
        .order_by(enrolments.c.learner_id)
    )
    return [(row.learner_id, row.rule) for row in rows]


async def drop_todos(tx: Tx, run: str) -> None:
    """Closes the to-dos a run made and nobody has done."""
    await tx.conn.execute(
        update(todos).where(todos.c.dedup_key.like(f"{run}:%"), todos.c.done_at.is_(None)).values(done_at=tx.now)
    )


def _of(closing: Closing) -> ColumnElement[bool]:
    return and_(placements.c.closing_id == closing.id, placements.c.at >= closing.confirmed_at)
