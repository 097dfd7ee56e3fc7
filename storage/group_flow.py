"""How people come and go in class groups: who left, and counts per day, of what WeCom's events and reads have told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, case, exists, func, select

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
    elsewhere, there = group_members.alias("elsewhere"), class_groups.alias("there")
    stays = exists().where(
        elsewhere.c.external_userid == group_members.c.external_userid,
        elsewhere.c.left_at.is_(None),
        elsewhere.c.class_group_id == there.c.id,
        there.c.cohort_id == class_groups.c.cohort_id,
    )
    query = (
        select(group_members.c.left_at, group_members.c.quit_scene, class_groups.c.code, learners.c.id, learners.c.name)
        .join(class_groups, class_groups.c.id == group_members.c.class_group_id)
        .outerjoin(
            identities, and_(identities.c.kind == "external_userid", identities.c.value == group_members.c.external_userid)
        )
        .outerjoin(learners, learners.c.id == identities.c.learner_id)
        .where(group_members.c.class_group_id.in_(group_ids), group_members.c.left_at.is_not(None), ~stays)
        .order_by(group_members.c.left_at.desc(), group_members.c.external_userid)
    )
    return [Leaver(*row) for row in await tx.conn.execute(query)]


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
