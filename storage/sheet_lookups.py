"""What is known of the people, seats and orders that the rows of a sheet name: many rows at a time, one query for each kind."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import and_, select, tuple_

from storage.database import Tx
from storage.enrolments import NEWEST_FIRST, Enrolment, to_enrolment
from storage.orders import Order, to_order
from storage.scopes import Range, Scope, enrolment_within, group_within
from storage.tables_camp import attendance, class_groups, enrolments, identities, learners
from storage.tables_loop import unmatched_events
from storage.tables_sales import orders

Pair = tuple[str, str]


async def learners_by(tx: Tx, pairs: Collection[Pair]) -> dict[Pair, int]:
    """The learner ids of those (kind, value) identities that are known."""
    if not pairs:
        return {}
    query = select(identities).where(tuple_(identities.c.kind, identities.c.value).in_(sorted(pairs)))
    return {(row.kind, row.value): row.learner_id for row in await tx.conn.execute(query)}


async def learners_numbered(tx: Tx, numbers: Collection[int]) -> dict[int, int]:
    """The learner ids behind these numbers; one that was merged into another is the other."""
    if not numbers:
        return {}
    here = await tx.conn.scalars(select(learners.c.id).where(learners.c.id.in_(numbers)))
    merged = await learners_by(tx, {("merged", str(number)) for number in numbers})
    return {int(number): learner_id for (_, number), learner_id in merged.items()} | {found: found for found in here}


async def learners_called(tx: Tx, cohort_id: int, names: Collection[str]) -> dict[str, list[int]]:
    """The learners of a cohort who are called so."""
    if not names:
        return {}
    query = (
        select(learners.c.id, learners.c.name)
        .join(enrolments, enrolments.c.learner_id == learners.c.id)
        .where(enrolments.c.cohort_id == cohort_id, learners.c.name.in_(sorted(names)))
        .order_by(learners.c.id)
    )
    found: dict[str, list[int]] = {}
    for row in await tx.conn.execute(query):
        found.setdefault(str(row.name), []).append(row.id)
    return found


async def enrolments_of(tx: Tx, learner_ids: Collection[int]) -> dict[int, list[Enrolment]]:
    """All enrolments of these learners, the newest first."""
    found: dict[int, list[Enrolment]] = {}
    if learner_ids:
        query = select(enrolments).where(enrolments.c.learner_id.in_(learner_ids)).order_by(*NEWEST_FIRST)
        for row in await tx.conn.execute(query):
            found.setdefault(row.learner_id, []).append(to_enrolment(row))
    return found


async def enrolments_within(tx: Tx, scope: Scope, enrolment_ids: Collection[int]) -> set[int]:
    """Those of them that are in the scope."""
    if scope.range is Range.ALL or not enrolment_ids:
        return set(enrolment_ids)
    query = select(enrolments.c.id).where(enrolments.c.id.in_(enrolment_ids), enrolment_within(scope))
    return set(await tx.conn.scalars(query))


async def groups_within(tx: Tx, scope: Scope) -> set[int]:
    """The class groups in the scope."""
    return set(await tx.conn.scalars(select(class_groups.c.id).where(group_within(scope))))


async def watched_in(tx: Tx, seats: Collection[tuple[int, int]]) -> dict[tuple[int, int], tuple[int, bool]]:
    """By (enrolment, lesson): the seconds watched, and whether a check-in or a teacher's word is noted."""
    if not seats:
        return {}
    wanted = tuple_(attendance.c.enrolment_id, attendance.c.lesson_id).in_(sorted(seats))
    rows = await tx.conn.execute(select(attendance).where(wanted))
    return {
        (row.enrolment_id, row.lesson_id): (
            row.watched_seconds or 0,
            row.checked_in_at is not None or row.teacher_mark_at is not None,
        )
        for row in rows
    }


async def orders_numbered(tx: Tx, numbers: Collection[str]) -> dict[str, Order]:
    if not numbers:
        return {}
    rows = await tx.conn.execute(select(orders).where(orders.c.order_no.in_(sorted(numbers))))
    return {row.order_no: to_order(row) for row in rows}


async def waiting_events(tx: Tx, source: str, event_ids: Sequence[str]) -> set[str]:
    """Those of these events that wait among the unmatched ones."""
    if not event_ids:
        return set()
    here = and_(unmatched_events.c.source == source, unmatched_events.c.event_id.in_(event_ids))
    return set(await tx.conn.scalars(select(unmatched_events.c.event_id).where(here, unmatched_events.c.matched_at.is_(None))))
