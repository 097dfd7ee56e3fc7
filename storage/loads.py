"""How much each class teacher and class group carries: counted when somebody is to be placed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, func, or_, select

from storage.database import Tx
from storage.tables_camp import enrolments, learners

# Places in which the class teacher looks after the learner (camp.rules.place).
_HELD = ("class", "sale_window")


async def held(tx: Tx, member_ids: Sequence[int], cohort_id: int) -> dict[int, tuple[int, int]]:
    """Per class teacher: learners they look after in all cohorts, and in this one."""
    inside = func.sum(case((enrolments.c.cohort_id == cohort_id, 1), else_=0))
    query = (
        select(enrolments.c.class_teacher_id, func.count(), inside)
        .where(enrolments.c.class_teacher_id.in_(member_ids), enrolments.c.place.in_(_HELD))
        .group_by(enrolments.c.class_teacher_id)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in await tx.conn.execute(query)}


async def in_groups(tx: Tx, cohort_id: int) -> dict[int, int]:
    """Per class group of the cohort: enrolments placed in it."""
    query = (
        select(enrolments.c.class_group_id, func.count())
        .where(enrolments.c.cohort_id == cohort_id, enrolments.c.class_group_id.is_not(None), enrolments.c.place.in_(_HELD))
        .group_by(enrolments.c.class_group_id)
    )
    return {row[0]: int(row[1]) for row in await tx.conn.execute(query)}


async def left_behind(tx: Tx, member_id: int) -> int:
    """Learners for whom this member is the owner or the class teacher now."""
    taught = select(enrolments.c.learner_id).where(enrolments.c.class_teacher_id == member_id, enrolments.c.place.in_(_HELD))
    query = select(func.count()).select_from(learners).where(or_(learners.c.owner_id == member_id, learners.c.id.in_(taught)))
    return int((await tx.conn.execute(query)).scalar_one())
