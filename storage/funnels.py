"""The funnel: how many of a cohort reached each step, by channel, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from storage.database import Tx
from storage.tables_camp import channels, enrolments


@dataclass(frozen=True)
class Steps:
    """Numbers of one channel (None: no channel known); each step counts for itself."""

    channel: str | None
    enrolled: int
    joined: int
    attended: int
    completed: int
    paid: int
    paid_fen: int

    @property
    def numbers(self) -> tuple[int, ...]:
        return (self.enrolled, self.joined, self.attended, self.completed, self.paid)


async def of_cohort(tx: Tx, cohort_id: int) -> list[Steps]:
    """By channel, the largest first."""
    e = enrolments.c
    query = (
        select(
            channels.c.name,
            func.count().label("enrolled"),
            _count(e.in_group_at.is_not(None)).label("joined"),
            _count(e.attended > 0).label("attended"),
            _count(e.completed > 0).label("completed"),
            _count(e.paid_count > 0).label("paid"),
            func.sum(e.paid_fen).label("fen"),
        )
        .select_from(enrolments.outerjoin(channels, channels.c.id == e.channel_id))
        .where(e.cohort_id == cohort_id)
        .group_by(channels.c.name)
        .order_by(func.count().desc(), channels.c.name)
    )
    return [
        Steps(r.name, int(r.enrolled), int(r.joined), int(r.attended), int(r.completed), int(r.paid), int(r.fen))
        for r in await tx.conn.execute(query)
    ]


def _count(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((condition, 1), else_=0))
