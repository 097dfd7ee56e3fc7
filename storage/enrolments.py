"""Enrolments: one learner in one cohort, with the live facts and the one place where somebody looks after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, update
from sqlalchemy.engine import Row

from storage.database import Tx
from storage.declared import LEAVES_KNOWN
from storage.statement import built_once
from storage.tables_camp import enrolments

NEWEST_FIRST = (enrolments.c.enrolled_at.desc(), enrolments.c.id.desc())
# Who is counted is counted up to an id (storage.loads), and a new one lies behind it.
_ADD = insert(enrolments).returning(enrolments).execution_options(**LEAVES_KNOWN)
_CHANGE = update(enrolments).where(enrolments.c.id == bindparam("of"))


@dataclass(frozen=True)
class Enrolment:
    id: int
    learner_id: int
    cohort_id: int
    class_group_id: int | None
    class_teacher_id: int | None
    channel_id: int | None
    source: str
    enrolled_at: datetime
    in_group_at: datetime | None
    left_group_at: datetime | None
    place: str
    place_at: datetime
    grade: str | None
    attended: int
    completed: int
    paid_count: int
    paid_fen: int
    last_seen_at: datetime | None

    @property
    def in_group(self) -> bool:
        return self.in_group_at is not None and self.left_group_at is None


async def load(tx: Tx, enrolment_id: int) -> Enrolment:
    return to_enrolment((await tx.conn.execute(*_by_id(enrolment_id))).one())


async def find(tx: Tx, learner_id: int, cohort_id: int) -> Enrolment | None:
    row = (await tx.conn.execute(*_in_cohort(learner_id, cohort_id))).one_or_none()
    return None if row is None else to_enrolment(row)


async def of_learner(tx: Tx, learner_id: int) -> list[Enrolment]:
    """All enrolments of a learner, the newest first; the first one is the current one."""
    return [to_enrolment(r) for r in await tx.conn.execute(*_of_learner(learner_id))]


async def current(tx: Tx, learner_id: int) -> Enrolment | None:
    """The enrolment that counts now: the newest one (a moved learner's is the one in the next cohort)."""
    found = await of_learner(tx, learner_id)
    return found[0] if found else None


async def add(tx: Tx, **columns: Any) -> Enrolment:
    """A new enrolment from columns of `enrolments`; counters start at 0, `enrolled_at` and `place_at` are now."""
    row = {"enrolled_at": tx.now, "place_at": tx.now, "attended": 0, "completed": 0, "paid_count": 0, "paid_fen": 0, **columns}
    return to_enrolment((await tx.conn.execute(_ADD, row)).one())


async def change(tx: Tx, enrolment_id: int, **columns: Any) -> None:
    """Sets columns of `enrolments`."""
    await tx.conn.execute(_CHANGE, {**columns, "of": enrolment_id})


async def move(tx: Tx, enrolment_id: int, place: str, *, grade: str | None = None) -> None:
    """Puts the enrolment into its new place, now."""
    await change(tx, enrolment_id, place=place, place_at=tx.now, grade=grade)


@built_once
def _by_id(enrolment_id: int) -> Select[Any]:
    return select(enrolments).where(enrolments.c.id == enrolment_id)


@built_once
def _in_cohort(learner_id: int, cohort_id: int) -> Select[Any]:
    return select(enrolments).where(enrolments.c.learner_id == learner_id, enrolments.c.cohort_id == cohort_id)


@built_once
def _of_learner(learner_id: int) -> Select[Any]:
    return select(enrolments).where(enrolments.c.learner_id == learner_id).order_by(*NEWEST_FIRST)


def to_enrolment(r: Row[Any]) -> Enrolment:
    """A row that holds the columns of `enrolments`."""
    return Enrolment(
        r.id,
        r.learner_id,
        r.cohort_id,
        r.class_group_id,
        r.class_teacher_id,
        r.channel_id,
        r.source,
        r.enrolled_at,
        r.in_group_at,
        r.left_group_at,
        r.place,
        r.place_at,
        r.grade,
        r.attended,
        r.completed,
        r.paid_count,
        r.paid_fen,
        r.last_seen_at,
    )
