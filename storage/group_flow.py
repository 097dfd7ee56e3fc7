"""How people come and go in class groups: who left, and counts per day, of what WeCom's events and reads have told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select

from storage.cohorts import Lesson
from storage.columns import LearnerName
from storage.database import Tx
from storage.tables_camp import class_groups, group_members, identities, learners


class Leaver(NamedTuple):
    """`learner_id` is None for somebody who is no learner of ours; `quit_scene`: 0 they left, 1 removed, None not told."""

    left_at: datetime
    quit_scene: int | None
    group_code: str
    learner_id: int | None
    name: LearnerName | None


class DayCount(NamedTuple):
    joined: int
    left: int


async def leavers(tx: Tx, group_ids: Sequence[int]) -> list[Leaver]:
    """Who left these groups and sits in no other group of the cohort now, the last first."""
    query = (
        _gone(group_members.c.left_at, group_members.c.quit_scene, class_groups.c.code, learners.c.id, learners.c.name)
        .outerjoin(learners, learners.c.id == identities.c.learner_id)
        .where(group_members.c.class_group_id.in_(group_ids))
        .order_by(group_members.c.left_at.desc(), group_members.c.external_userid)
    )
    return [Leaver(*row) for row in await tx.conn.execute(query)]


async def left_during(tx: Tx, lesson: Lesson) -> frozenset[int]:
    """The learners who left the cohort's groups while the lesson ran and sit in none now; not those of a group that was
    dissolved, whom nobody lost one by one."""
    query = _gone(identities.c.learner_id).where(
        class_groups.c.cohort_id == lesson.cohort_id,
        class_groups.c.dismissed_at.is_(None),
        group_members.c.left_at >= lesson.starts_at,
        group_members.c.left_at < lesson.ends_at,
        identities.c.learner_id.is_not(None),
    )
    return frozenset((await tx.conn.execute(query)).scalars())


def _gone(*columns: ColumnElement[Any]) -> Select[Any]:
    """Of people who left a group and sit in no other of its cohort now; `identities` says which learner they are, if any."""
    elsewhere, there = group_members.alias("elsewhere"), class_groups.alias("there")
    stays = exists().where(
        elsewhere.c.external_userid == group_members.c.external_userid,
        elsewhere.c.left_at.is_(None),
        elsewhere.c.class_group_id == there.c.id,
        there.c.cohort_id == class_groups.c.cohort_id,
    )
    known = and_(identities.c.kind == "external_userid", identities.c.value == group_members.c.external_userid)
    seats = group_members.join(class_groups, class_groups.c.id == group_members.c.class_group_id).outerjoin(identities, known)
    return select(*columns).select_from(seats).where(group_members.c.left_at.is_not(None), ~stays)


async def per_day(tx: Tx, group_ids: Sequence[int], days: Sequence[tuple[datetime, datetime]]) -> list[DayCount]:
    """Joins and leaves in these groups within each of the spans (from, until); one query."""
    joined, left = group_members.c.joined_at, group_members.c.left_at
    sums = [
        func.coalesce(func.sum(case((and_(moment >= since, moment < until), 1), else_=0)), 0)
        for since, until in days
        for moment in (joined, left)
    ]
    row = (await tx.conn.execute(select(*sums).where(group_members.c.class_group_id.in_(group_ids)))).one()
    return [DayCount(int(row[2 * n]), int(row[2 * n + 1])) for n in range(len(days))]


async def inside(tx: Tx, group_ids: Sequence[int]) -> int:
    """How many outside people sit in these groups now; who sits in two counts once."""
    query = select(func.count(group_members.c.external_userid.distinct()))
    here = query.where(group_members.c.class_group_id.in_(group_ids), group_members.c.left_at.is_(None))
    return int((await tx.conn.execute(here)).scalar_one())
