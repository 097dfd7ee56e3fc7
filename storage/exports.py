"""Whole cohorts as flat rows, for files that leave the house on an operator's order."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from storage.database import Tx
from storage.tables_camp import channels, class_groups, enrolments, learners, members


@dataclass(frozen=True)
class ReportLine:
    """One enrolment; `place` is the value of camp.rules.place.Place, `paid_fen` integer fen."""

    learner_id: int
    name: str | None
    place: str
    attended: int
    completed: int
    paid_fen: int
    channel: str | None
    class_teacher: str | None
    class_group: str | None


async def report_of(tx: Tx, cohort_id: int) -> list[ReportLine]:
    """Every enrolment of a cohort, one query, in order of the learners' numbers."""
    query = (
        select(
            learners.c.id,
            learners.c.name,
            enrolments.c.place,
            enrolments.c.attended,
            enrolments.c.completed,
            enrolments.c.paid_fen,
            channels.c.name.label("channel"),
            func.coalesce(members.c.name, members.c.userid).label("class_teacher"),
            class_groups.c.code.label("class_group"),
        )
        .select_from(enrolments)
        .join(learners, learners.c.id == enrolments.c.learner_id)
        .outerjoin(channels, channels.c.id == enrolments.c.channel_id)
        .outerjoin(members, members.c.id == enrolments.c.class_teacher_id)
        .outerjoin(class_groups, class_groups.c.id == enrolments.c.class_group_id)
        .where(enrolments.c.cohort_id == cohort_id)
        .order_by(learners.c.id)
    )
    return [ReportLine(*row) for row in await tx.conn.execute(query)]
