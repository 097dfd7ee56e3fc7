"""What one card about a learner shows beside the learner: where each enrolment sits, and the newest questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from storage.database import Tx
from storage.tables_camp import camps, channels, class_groups, cohorts, enrolments, follows, members, questions


@dataclass(frozen=True)
class Surroundings:
    """The names around one enrolment; empty where there is none."""

    camp: str
    cohort: str
    cohort_code: str
    group: str | None
    class_teacher: str | None
    channel: str | None


@dataclass(frozen=True)
class Asked:
    """`id` is the question's number; `answer` is empty while nobody has answered."""

    id: int
    text: str
    asked_at: datetime
    answer: str | None


async def surroundings(tx: Tx, learner_id: int) -> dict[int, Surroundings]:
    """By enrolment."""
    query = (
        select(
            enrolments.c.id,
            camps.c.name,
            cohorts.c.name,
            cohorts.c.code,
            class_groups.c.code,
            members.c.name,
            members.c.userid,
            channels.c.name,
        )
        .join(cohorts, cohorts.c.id == enrolments.c.cohort_id)
        .join(camps, camps.c.id == cohorts.c.camp_id)
        .outerjoin(class_groups, class_groups.c.id == enrolments.c.class_group_id)
        .outerjoin(members, members.c.id == enrolments.c.class_teacher_id)
        .outerjoin(channels, channels.c.id == enrolments.c.channel_id)
        .where(enrolments.c.learner_id == learner_id)
    )
    return {r[0]: Surroundings(r[1], r[2], r[3], r[4], r[5] or r[6], r[7]) for r in await tx.conn.execute(query)}


async def newest_questions(tx: Tx, learner_id: int, limit: int) -> list[Asked]:
    """The newest first."""
    query = select(questions).where(questions.c.learner_id == learner_id).order_by(questions.c.id.desc()).limit(limit)
    return [Asked(r.id, r.text, r.asked_at, r.answer) for r in await tx.conn.execute(query)]


async def friends_of(tx: Tx, learner_id: int) -> list[str]:
    """The names of the members who are friends of the learner now, the longest first."""
    query = (
        select(members.c.name, members.c.userid)
        .join(follows, follows.c.member_id == members.c.id)
        .where(follows.c.learner_id == learner_id, follows.c.ended_at.is_(None))
        .order_by(follows.c.added_at, members.c.id)
    )
    return [r.name or r.userid for r in await tx.conn.execute(query)]
