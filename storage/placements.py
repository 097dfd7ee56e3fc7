"""Placing the learners of a cohort: set-based statements over a stretch of enrolment ids; the forecast uses the same ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, case, cast, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.columns import Json, UtcTime
from storage.database import Tx
from storage.rule_sql import RuleLike, by_rule, decided_name, decided_place
from storage.tables_camp import camps, closings, cohorts, enrolments, journal, learners, placements, pool_entries, todos
from storage.tables_loop import kf_windows

# Pools are named like the places whose learners they hold.
POOLS = ("conversion", "renewal")


@dataclass(frozen=True)
class Sweep:
    """What one run looks at: the enrolments of a cohort that are in `from_place`, there since `placed_until` at the latest.

    `run_at` (its confirm) tells this run's placements from those of an earlier one.
    """

    closing_id: int
    cohort_id: int
    rules: Sequence[RuleLike]
    from_place: str
    run_at: datetime
    placed_until: datetime | None = None

    @property
    def source(self) -> ColumnElement[bool]:
        found = and_(enrolments.c.cohort_id == self.cohort_id, enrolments.c.place == self.from_place)
        return found if self.placed_until is None else and_(found, enrolments.c.place_at <= self.placed_until)


@dataclass(frozen=True)
class Stretch:
    """The enrolment ids after `after` up to `upto`."""

    sweep: Sweep
    after: int
    upto: int

    @property
    def placed(self) -> ColumnElement[bool]:
        """The placements of this run in this stretch."""
        return and_(
            placements.c.closing_id == self.sweep.closing_id,
            placements.c.enrolment_id > self.after,
            placements.c.enrolment_id <= self.upto,
            placements.c.at >= self.sweep.run_at,
        )


def whole_run(closing_id: int, cohort_id: int, run_at: datetime) -> Stretch:
    """Everything a finished run placed."""
    return Stretch(Sweep(closing_id, cohort_id, (), "", run_at), 0, 2**62)


async def forecast(tx: Tx, sweep: Sweep) -> dict[str, int]:
    """How many of the cohort would be where after the run: every enrolment counts once."""
    after = case((sweep.source, func.coalesce(decided_place(sweep.rules), enrolments.c.place)), else_=enrolments.c.place)
    query = select(after.label("place"), func.count().label("number")).select_from(_joined())
    rows = await tx.conn.execute(query.where(enrolments.c.cohort_id == sweep.cohort_id).group_by(after))
    return {row.place: row.number for row in rows}


async def next_stretch(tx: Tx, sweep: Sweep, after: int, size: int) -> Stretch | None:
    """The next `size` enrolments of the source, or None at the end."""
    ids = select(enrolments.c.id).where(sweep.source, enrolments.c.id > after).order_by(enrolments.c.id).limit(size).subquery()
    upto: int | None = (await tx.conn.execute(select(func.max(ids.c.id)))).scalar_one()
    return None if upto is None else Stretch(sweep, after, upto)


async def place(tx: Tx, stretch: Stretch) -> int:
    """Notes for each enrolment the first rule that holds, with the facts it was decided on; returns how many were decided."""
    sweep = stretch.sweep
    name = decided_name(sweep.rules)
    decided = (
        select(
            literal(sweep.closing_id),
            enrolments.c.id,
            name,
            enrolments.c.place,
            decided_place(sweep.rules),
            enrolments.c.attended,
            enrolments.c.completed,
            enrolments.c.paid_count,
            literal(tx.now, UtcTime()),
        )
        .select_from(_joined())
        .where(sweep.source, enrolments.c.id > stretch.after, enrolments.c.id <= stretch.upto, name.is_not(None))
    )
    columns = ["closing_id", "enrolment_id", "rule", "from_place", "to_place", "attended", "completed", "paid_count", "at"]
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    row = make(placements).from_select(columns, decided)
    # A learner who was refunded may come through a second sale window: the newer decision counts.
    anew = {column: row.excluded[column] for column in columns[2:]}
    done = row.on_conflict_do_update(index_elements=["closing_id", "enrolment_id"], set_=anew)
    return max(0, (await tx.conn.execute(done)).rowcount)


async def move(tx: Tx, stretch: Stretch, grades: Mapping[str, str | None]) -> None:
    """Puts the placed enrolments into their places; `grades` by rule."""
    own = and_(stretch.placed, placements.c.enrolment_id == enrolments.c.id)
    await tx.conn.execute(
        update(enrolments)
        .where(enrolments.c.id.in_(select(placements.c.enrolment_id).where(stretch.placed)))
        .values(
            place=select(placements.c.to_place).where(own).scalar_subquery(),
            grade=select(by_rule(placements.c.rule, grades)).where(own).scalar_subquery(),
            place_at=tx.now,
        )
    )


async def fill_pools(tx: Tx, stretch: Stretch, grades: Mapping[str, str | None]) -> None:
    """Opens the pool entries of those who were placed in a pool; one that was closed before opens again."""
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    columns = ["enrolment_id", "learner_id", "pool", "grade", "rule", "entered_at", "state"]
    entering = _placed(
        stretch,
        enrolments.c.id,
        enrolments.c.learner_id,
        placements.c.to_place,
        by_rule(placements.c.rule, grades),
        placements.c.rule,
        literal(tx.now, UtcTime()),
        literal("open"),
    ).where(placements.c.to_place.in_(POOLS))
    row = make(pool_entries).from_select(columns, entering)
    anew = {column: row.excluded[column] for column in columns[3:]} | {"owner_id": None, "claimed_at": None, "closed_at": None}
    await tx.conn.execute(row.on_conflict_do_update(index_elements=["enrolment_id", "pool"], set_=anew))


async def add_todos(tx: Tx, stretch: Stretch, kind: str, words: Mapping[str, str | None], run: str) -> None:
    """A to-do for the class teacher of each placed learner whose rule asks for one."""
    text = by_rule(placements.c.rule, words)
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    asked = _placed(
        stretch,
        enrolments.c.class_teacher_id,
        enrolments.c.learner_id,
        literal(kind),
        text,
        literal(f"{run}:").concat(cast(enrolments.c.id, String())),
        literal(tx.now, UtcTime()),
    ).where(enrolments.c.class_teacher_id.is_not(None), text.is_not(None))
    row = make(todos).from_select(["member_id", "learner_id", "kind", "text", "dedup_key", "created_at"], asked)
    await tx.conn.execute(row.on_conflict_do_nothing(index_elements=["dedup_key"]))


async def record(tx: Tx, stretch: Stretch) -> None:
    """A journal entry for each placed learner: one statement for each rule and place that occurred."""
    pairs = await tx.conn.execute(select(placements.c.rule, placements.c.to_place).where(stretch.placed).distinct())
    for rule, to_place in pairs.all():
        detail = {"closing": stretch.sweep.closing_id, "rule": rule, "to": to_place}
        told = _placed(
            stretch,
            enrolments.c.learner_id,
            enrolments.c.id,
            literal(tx.now, UtcTime()),
            literal("placed"),
            literal(f"rule:{rule}"),
            literal(detail, Json),
        ).where(placements.c.rule == rule, placements.c.to_place == to_place)
        await tx.conn.execute(insert(journal).from_select(["learner_id", "enrolment_id", "at", "kind", "by", "detail"], told))


async def placed_learners(tx: Tx, stretch: Stretch) -> list[tuple[int, str]]:
    """(learner id, rule) of the stretch, for the tags."""
    rows = await tx.conn.execute(_placed(stretch, enrolments.c.learner_id, placements.c.rule).order_by(enrolments.c.id))
    return [(row.learner_id, row.rule) for row in rows]


async def within_reach(tx: Tx, stretch: Stretch, to_place: str) -> list[Row[Any]]:
    """The learners placed there who ever opened a kf session: rows with the columns of `learners`."""
    query = (
        select(learners)
        .join(kf_windows, kf_windows.c.learner_id == learners.c.id)
        .where(
            learners.c.id.in_(
                _placed(stretch, enrolments.c.learner_id).where(placements.c.to_place == to_place, enrolments.c.place == to_place)
            ),
            kf_windows.c.closed_at.is_(None),
        )
        .order_by(learners.c.id)
    )
    return list(await tx.conn.execute(query))


async def count_by_place(tx: Tx, cohort_id: int) -> dict[str, int]:
    """How many enrolments of the cohort are where."""
    query = select(enrolments.c.place, func.count().label("number")).where(enrolments.c.cohort_id == cohort_id)
    return {row.place: row.number for row in await tx.conn.execute(query.group_by(enrolments.c.place))}


def placed_in(closing_id: int, since: datetime, to_place: str | None = None) -> Select[Any]:
    """The enrolment ids a run placed (there)."""
    query = select(placements.c.enrolment_id).where(placements.c.closing_id == closing_id, placements.c.at >= since)
    return query if to_place is None else query.where(placements.c.to_place == to_place)


async def roster_by_teacher(tx: Tx, cohort_id: int, names: int, run: tuple[int, datetime] | None = None) -> list[Row[Any]]:
    """(member_id, place, number, learner_id, name): for each class teacher and place how many, and the first `names` of them.

    Of the whole cohort, or of those a run (closing id, its confirm) placed.
    """
    own: list[ColumnElement[Any]] = [enrolments.c.class_teacher_id, enrolments.c.place]
    ranked = select(
        enrolments.c.class_teacher_id.label("member_id"),
        enrolments.c.place,
        enrolments.c.learner_id,
        func.count().over(partition_by=own).label("number"),
        func.row_number().over(partition_by=own, order_by=enrolments.c.learner_id).label("rank"),
    ).where(enrolments.c.cohort_id == cohort_id, enrolments.c.class_teacher_id.is_not(None))
    if run is not None:
        ranked = ranked.where(enrolments.c.id.in_(placed_in(*run)))
    first = ranked.subquery()
    query = (
        select(first.c.member_id, first.c.place, first.c.number, first.c.learner_id, learners.c.name)
        .join(learners, learners.c.id == first.c.learner_id)
        .where(first.c.rank <= names)
        .order_by(first.c.member_id, first.c.place, first.c.learner_id)
    )
    return list(await tx.conn.execute(query))


async def newest(tx: Tx, learner_id: int) -> Row[Any] | None:
    """The last placement of a learner with its closing's confirm and its cohort."""
    query = (
        select(
            placements,
            closings.c.moment,
            closings.c.confirmed_by,
            closings.c.confirmed_at,
            closings.c.state.label("closing_state"),
            cohorts.c.name.label("cohort_name"),
            cohorts.c.camp_id,
        )
        .join(enrolments, enrolments.c.id == placements.c.enrolment_id)
        .join(closings, closings.c.id == placements.c.closing_id)
        .join(cohorts, cohorts.c.id == enrolments.c.cohort_id)
        .where(enrolments.c.learner_id == learner_id)
        .order_by(placements.c.at.desc(), placements.c.enrolment_id.desc())
        .limit(1)
    )
    return (await tx.conn.execute(query)).one_or_none()


def _joined() -> Any:
    return enrolments.join(cohorts, cohorts.c.id == enrolments.c.cohort_id).join(camps, camps.c.id == cohorts.c.camp_id)


def _placed(stretch: Stretch, *columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(placements.join(enrolments, enrolments.c.id == placements.c.enrolment_id))
        .where(stretch.placed)
    )
