"""How much each class teacher and class group carries: counted when somebody is to be placed.

Among thousands that takes milliseconds, so a transaction counts once: who was there then is remembered, who came since is added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select

from storage.database import Tx
from storage.declared import read_once
from storage.statement import built_once
from storage.tables_camp import enrolments, learners

# Places in which the class teacher looks after the learner (camp.rules.place).
_HELD = ("class", "sale_window")
# Where they sit: class teacher and class group.
_Seat = tuple[int | None, int | None]


async def held(tx: Tx, member_ids: Sequence[int], cohort_id: int) -> dict[int, tuple[int, int]]:
    """Per class teacher: learners they look after in all cohorts, and in this one."""
    here, away = Counter[int | None](), Counter[int | None]()
    for (teacher_id, _), number in (await _sitting(tx, cohort_id, await _last(tx))).items():
        here[teacher_id] += number
    away.update(await _elsewhere(tx, set(member_ids), cohort_id, await _last(tx)))
    for row in await tx.conn.execute(*_since(await _last(tx), _HELD)):
        (here if row.cohort_id == cohort_id else away)[row.class_teacher_id] += row.number
    return {member_id: (here[member_id] + away[member_id], here[member_id]) for member_id in member_ids}


async def in_groups(tx: Tx, cohort_id: int) -> dict[int, int]:
    """Per class group of the cohort: enrolments placed in it."""
    sizes = Counter[int]()
    for (_, group_id), number in (await _sitting(tx, cohort_id, await _last(tx))).items():
        if group_id is not None:
            sizes[group_id] += number
    for row in await tx.conn.execute(*_since(await _last(tx), _HELD)):
        if row.cohort_id == cohort_id and row.class_group_id is not None:
            sizes[row.class_group_id] += row.number
    return dict(sizes)


async def left_behind(tx: Tx, member_id: int) -> int:
    """Learners for whom this member is the owner or the class teacher now."""
    taught = select(enrolments.c.learner_id).where(enrolments.c.class_teacher_id == member_id, enrolments.c.place.in_(_HELD))
    query = select(func.count()).select_from(learners).where(or_(learners.c.owner_id == member_id, learners.c.id.in_(taught)))
    return int((await tx.conn.execute(query)).scalar_one())


@read_once(enrolments)
async def _last(tx: Tx) -> int:
    """The newest enrolment when the transaction first asked; what is remembered reaches up to it."""
    return int((await tx.conn.execute(select(func.coalesce(func.max(enrolments.c.id), 0)))).scalar_one())


@read_once(enrolments)
async def _sitting(tx: Tx, cohort_id: int, upto: int) -> dict[_Seat, int]:
    rows = await tx.conn.execute(*_seats(cohort_id, upto, _HELD))
    return {(row.class_teacher_id, row.class_group_id): row.number for row in rows}


@read_once(enrolments)
async def _elsewhere(tx: Tx, member_ids: Collection[int], cohort_id: int, upto: int) -> dict[int, int]:
    rows = await tx.conn.execute(*_in_other_cohorts(list(member_ids), cohort_id, upto, _HELD))
    return {row.class_teacher_id: row.number for row in rows}


@built_once
def _seats(cohort_id: int, upto: int, places: Sequence[str]) -> Select[Any]:
    here = (enrolments.c.cohort_id == cohort_id, enrolments.c.place.in_(places), enrolments.c.id <= upto)
    seat = (enrolments.c.class_teacher_id, enrolments.c.class_group_id)
    return select(*seat, func.count().label("number")).where(*here).group_by(*seat)


@built_once
def _in_other_cohorts(member_ids: Sequence[int], cohort_id: int, upto: int, places: Sequence[str]) -> Select[Any]:
    away = (enrolments.c.cohort_id != cohort_id, enrolments.c.place.in_(places), enrolments.c.id <= upto)
    teacher = enrolments.c.class_teacher_id
    return select(teacher, func.count().label("number")).where(teacher.in_(member_ids), *away).group_by(teacher)


@built_once
def _since(after: int, places: Sequence[str]) -> Select[Any]:
    seat = (enrolments.c.cohort_id, enrolments.c.class_teacher_id, enrolments.c.class_group_id)
    came = (enrolments.c.id > after, enrolments.c.place.in_(places))
    return select(*seat, func.count().label("number")).where(*came).group_by(*seat)
