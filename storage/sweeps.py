"""A run of the rules over one stretch of a cohort: everything it writes per learner is one INSERT … SELECT for the stretch.

All statements read `enrolments` in the stretch and decide by the same CASE; the enrolments themselves move last. Nothing joins a
table the run fills: PostgreSQL plans such joins by the statistics of an empty table (measured: 94 s for 100,000 learners). The
statements of a rulebook are built once: to build them takes longer than to run them over a stretch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.sql import Executable

from storage.columns import Json, UtcTime
from storage.database import Tx
from storage.rule_sql import LIVE, RuleLike, decided, with_settings
from storage.statement import insert_into
from storage.tables_camp import enrolments, journal, todos
from storage.tables_closing import placements
from storage.tables_sales import pool_entries
from storage.tables_tags import tag_marks

# Pools are named like the places whose learners they hold.
POOLS = ("conversion", "renewal")

# What differs from stretch to stretch.
_CLOSING, _COHORT, _AFTER, _UPTO, _SIZE = (
    bindparam(f"s_{name}", type_=BigInteger()) for name in ("closing", "cohort", "after", "upto", "size")
)
_NOW, _RUN_AT, _UNTIL = (bindparam(f"s_{name}", type_=UtcTime()) for name in ("now", "run_at", "until"))
_RUN, _GROUP = (bindparam(f"s_{name}", type_=String()) for name in ("run", "group"))


@dataclass(frozen=True)
class Sweep:
    """What one run looks at: the enrolments of a cohort that are in `from_place`, there since `placed_until` at the latest.

    `run_at` (its confirm) tells this run's placements from those of an earlier one; `settings` are the numbers of the camp that
    rules may name.
    """

    closing_id: int
    cohort_id: int
    rules: tuple[RuleLike, ...]
    from_place: str
    run_at: datetime
    placed_until: datetime | None = None
    settings: tuple[tuple[str, int], ...] = ()

    @property
    def shape(self) -> Shape:
        return _shape(self.rules, self.from_place, self.placed_until is not None, self.settings)

    @property
    def values(self) -> dict[str, Any]:
        until = {} if self.placed_until is None else {"s_until": self.placed_until}
        return {"s_closing": self.closing_id, "s_cohort": self.cohort_id, "s_run_at": self.run_at, **until}


@dataclass(frozen=True)
class Stretch:
    """The enrolment ids after `after` up to `upto`."""

    sweep: Sweep
    after: int
    upto: int

    @property
    def values(self) -> dict[str, Any]:
        return {**self.sweep.values, "s_after": self.after, "s_upto": self.upto}


@dataclass(frozen=True, eq=False)
class Who:
    """A condition on `enrolments` and the values it is asked with."""

    condition: ColumnElement[bool]
    values: dict[str, Any]


class Shape:
    """The statements of a run that do not depend on the cohort or the stretch."""

    def __init__(self, rules: Sequence[RuleLike], from_place: str, windowed: bool, settings: dict[str, int]) -> None:
        self.rules = rules
        self._settings = with_settings(**settings)
        own = and_(enrolments.c.cohort_id == _COHORT, enrolments.c.place == from_place)
        self.source = and_(own, enrolments.c.place_at <= _UNTIL) if windowed else own
        self.here = and_(self.source, enrolments.c.id > _AFTER, enrolments.c.id <= _UPTO)
        self.rule = self.by_rule([rule.name for rule in rules])
        self.place = self.by_rule([str(rule.move) for rule in rules])
        self.grade = self.by_rule([rule.grade for rule in rules])
        self.moving: dict[str, ColumnElement[bool]] = {}
        self._ready: dict[tuple[str, str], Executable] = {}

    def by_rule(self, results: Sequence[Any]) -> ColumnElement[Any]:
        """The result of the first rule that holds, NULL where none does or nothing is said for it."""
        return decided(self.rules, results, LIVE, self._settings)

    def bound_for(self, place: str) -> ColumnElement[bool]:
        """Who of a stretch a rule sends to this place."""
        if place not in self.moving:
            self.moving[place] = and_(self.here, self.place == place)
        return self.moving[place]

    def statement(self, name: str, dialect: str) -> Executable:
        """One of the statements below by its name."""
        if (name, dialect) not in self._ready:
            self._ready[name, dialect] = getattr(self, f"_{name}")(dialect)
        return self._ready[name, dialect]

    def _next(self, _dialect: str) -> Executable:
        ids = select(enrolments.c.id).where(self.source, enrolments.c.id > _AFTER).order_by(enrolments.c.id).limit(_SIZE)
        return select(func.max(ids.with_for_update().subquery().c.id))

    def _paid(self, _dialect: str) -> Executable:
        place: BindParameter[str] = bindparam("s_place", type_=String())
        paid = update(enrolments).where(self.here, enrolments.c.paid_count > 0)
        return paid.values(place=place, place_at=_NOW, grade=None)

    def _placements(self, dialect: str) -> Executable:
        e = enrolments.c
        facts = (e.attended, e.completed, e.paid_count)
        decisions = select(_CLOSING, e.id, self.rule, e.place, self.place, *facts, _NOW).where(self.here, self.rule.is_not(None))
        columns = ["closing_id", "enrolment_id", "rule", "from_place", "to_place", "attended", "completed", "paid_count", "at"]
        row = insert_into(dialect, placements)
        # A learner who was refunded may come through a second sale window: the newer decision counts.
        anew = {column: row.excluded[column] for column in columns[2:]}
        return row.from_select(columns, decisions).on_conflict_do_update(index_elements=["closing_id", "enrolment_id"], set_=anew)

    def _pools(self, dialect: str) -> Executable:
        e = enrolments.c
        columns = ["enrolment_id", "learner_id", "pool", "grade", "attended", "rule", "entered_at", "state"]
        entering: Select[Any] = select(e.id, e.learner_id, self.place, self.grade, e.attended, self.rule, _NOW, literal("open"))
        row = insert_into(dialect, pool_entries)
        fresh: dict[str, Any] = {"owner_id": None, "claimed_at": None, "closed_at": None}
        anew = {column: row.excluded[column] for column in columns[3:]} | fresh
        opened = row.from_select(columns, entering.where(self.here, self.place.in_(POOLS)))
        return opened.on_conflict_do_update(index_elements=["enrolment_id", "pool"], set_=anew)

    def _todos(self, dialect: str) -> Executable:
        e = enrolments.c
        text = self.by_rule([rule.todo for rule in self.rules])
        key = _RUN.concat(cast(e.id, String()))
        asked = select(e.class_teacher_id, e.learner_id, literal("closing"), text, key, _NOW)
        row = insert_into(dialect, todos).from_select(
            ["member_id", "learner_id", "kind", "text", "dedup_key", "created_at"],
            asked.where(self.here, e.class_teacher_id.is_not(None), text.is_not(None)),
        )
        return row.on_conflict_do_nothing(index_elements=["dedup_key"])

    def _journal(self, _dialect: str) -> Executable:
        by = self.by_rule([f"rule:{rule.name}" for rule in self.rules])
        detail = self.by_rule([bindparam(f"s_detail_{number}", type_=Json) for number in range(len(self.rules))])
        told = select(enrolments.c.learner_id, enrolments.c.id, _NOW, literal("placed"), by, detail)
        columns = ["learner_id", "enrolment_id", "at", "kind", "by", "detail"]
        return insert(journal).from_select(columns, told.where(self.here, self.rule.is_not(None)))

    def _tags(self, dialect: str) -> Executable:
        tag = self.by_rule([rule.tag for rule in self.rules])
        wishes = select(enrolments.c.learner_id, _GROUP, tag, literal(True), literal("closing"), _NOW)
        row = insert_into(dialect, tag_marks)
        made = row.from_select(
            ["learner_id", "group_name", "name", "wanted", "by", "at"], wishes.where(self.here, tag.is_not(None))
        )
        return made.on_conflict_do_update(
            index_elements=["learner_id", "group_name", "name"],
            set_={"wanted": True, "by": row.excluded.by, "at": row.excluded.at},
            where=tag_marks.c.wanted.is_(False),
        )

    def _arrivals(self, _dialect: str) -> Executable:
        grade = self.grade.label("grade")
        counted = select(grade, enrolments.c.attended, func.count()).where(self.bound_for(POOLS[0]))
        return counted.group_by(grade, enrolments.c.attended)

    def _move(self, _dialect: str) -> Executable:
        moved = update(enrolments).where(self.here, self.rule.is_not(None))
        return moved.values(place=self.place, grade=self.grade, place_at=_NOW)

    @cached_property
    def says(self) -> frozenset[str]:
        """Which of the statements say anything by these rules."""
        wanted = {"todos": any(r.todo for r in self.rules), "tags": any(r.tag for r in self.rules)}
        wanted["pools"] = wanted["arrivals"] = any(str(r.move) in POOLS for r in self.rules)
        return frozenset(name for name, there in wanted.items() if there)


@lru_cache(maxsize=64)
def _shape(rules: tuple[RuleLike, ...], from_place: str, windowed: bool, settings: tuple[tuple[str, int], ...]) -> Shape:
    return Shape(rules, from_place, windowed, dict(settings))


async def next_stretch(tx: Tx, sweep: Sweep, after: int, size: int) -> Stretch | None:
    """The next `size` enrolments of the source, or None at the end. On PostgreSQL they are locked: what is decided stays true."""
    found = await tx.conn.execute(sweep.shape.statement("next", tx.dialect), {**sweep.values, "s_after": after, "s_size": size})
    upto: int | None = found.scalar_one()
    return None if upto is None else Stretch(sweep, after, upto)


async def settle_paid(tx: Tx, stretch: Stretch, to_place: str) -> None:
    """Whoever paid stands in the place of those who paid, whatever rules may say."""
    await _run(tx, stretch, "paid", s_place=to_place)


async def forget_earlier(tx: Tx, stretch: Stretch) -> None:
    """Deletes what an undone run had placed here."""
    await tx.conn.execute(_FORGET, stretch.values)


_FORGET = delete(placements).where(
    placements.c.closing_id == _CLOSING,
    placements.c.enrolment_id > _AFTER,
    placements.c.enrolment_id <= _UPTO,
    placements.c.at < _RUN_AT,
)


async def place(tx: Tx, stretch: Stretch, run: str, tag_group: str) -> int:
    """Writes all that follows for those for whom a rule holds, but does not move them yet; returns how many they are.

    Each gets a placement with the facts it was decided on, a line in the journal, and, where the rule says so, a pool entry (one
    that was closed before opens again), a to-do for their class teacher (once in `run`) and a tag of `tag_group`.
    """
    decided_for = max(0, (await _run(tx, stretch, "placements")).rowcount)
    if decided_for == 0:
        return 0
    sweep = stretch.sweep
    details = [{"closing": sweep.closing_id, "rule": rule.name, "to": str(rule.move)} for rule in sweep.rules]
    await _run(tx, stretch, "journal", **{f"s_detail_{number}": detail for number, detail in enumerate(details)})
    says = sweep.shape.says
    if "pools" in says:
        await _run(tx, stretch, "pools")
    if "todos" in says:
        await _run(tx, stretch, "todos", s_run=f"{run}:")
    if "tags" in says:
        await _run(tx, stretch, "tags", s_group=tag_group)
    return int(decided_for)


def bound_for(stretch: Stretch, to_place: str) -> Who:
    """Who of the stretch a rule sends to a place."""
    return Who(stretch.sweep.shape.bound_for(to_place), stretch.values)


async def drop_tags(tx: Tx, stretch: Stretch, group: str, names: Sequence[str]) -> None:
    """Those who are placed should not carry these tags any more."""
    if not names:
        return
    shape = stretch.sweep.shape
    placed = select(enrolments.c.learner_id).where(shape.here, shape.rule.is_not(None))
    own = and_(tag_marks.c.group_name == group, tag_marks.c.name.in_(names), tag_marks.c.wanted.is_(True))
    dropped = update(tag_marks).where(tag_marks.c.learner_id.in_(placed), own)
    await tx.conn.execute(dropped.values(wanted=False, by="closing", at=tx.now), stretch.values)


async def arrivals(tx: Tx, stretch: Stretch) -> list[tuple[str | None, int, int]]:
    """Who goes to the conversion pool, as (grade, lessons attended, how many)."""
    if "arrivals" not in stretch.sweep.shape.says:
        return []
    return [(row[0], row[1], row[2]) for row in await _run(tx, stretch, "arrivals")]


async def move(tx: Tx, stretch: Stretch) -> None:
    """Puts who was placed where they belong; the last of the statements, as the others look for them where they were."""
    await _run(tx, stretch, "move")


def placed_by(closing_id: int, since: datetime) -> ColumnElement[bool]:
    """A condition on `enrolments`: a run placed them."""
    own = [placements.c.closing_id == closing_id, placements.c.enrolment_id == enrolments.c.id, placements.c.at >= since]
    return exists().where(*own)


async def _run(tx: Tx, stretch: Stretch, name: str, **values: Any) -> Any:
    statement = stretch.sweep.shape.statement(name, tx.dialect)
    return await tx.conn.execute(statement, {**stretch.values, "s_now": tx.now, **values})
