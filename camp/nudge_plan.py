"""Who missed a lesson and can be reminded of it by mass send, who cannot and why; nothing is sent here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from camp.policy import Policy
from camp.rules.nudge import LeftOut, Spent, left_out, spans
from camp.rules.place import Place
from storage import members, nudge_budgets, nudges
from storage.cohorts import Lesson
from storage.database import Tx
from storage.members import Member
from storage.nudge_budgets import Missing, Spans
from storage.scopes import Scope

# Their class teacher still looks after who is here.
_HERE = frozenset({Place.CLASS, Place.PAID, Place.SALE_WINDOW})


class Kind(StrEnum):
    """What a nudge is about."""

    ABSENT = "absent"
    UNFINISHED = "unfinished"

    @property
    def without(self) -> str:
        """What the learners have not: the column of `attendance`."""
        return "attended" if self is Kind.ABSENT else "completed"


@dataclass(frozen=True)
class Share:
    """The learners of one class teacher who can be reminded now."""

    teacher: Member
    external_userids: tuple[str, ...]
    learner_ids: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """`missing` learners in all; who is in no share is counted in `left`. `spent`: the most one of the shares got this month,
    of `monthly`. `waiting`: the class teachers who have a task of this kind to send already.
    """

    lesson: Lesson
    kind: Kind
    missing: int
    shares: tuple[Share, ...]
    left: Mapping[LeftOut, int]
    spent: int
    monthly: int
    waiting: frozenset[int]

    @property
    def reachable(self) -> int:
        return sum(len(share.learner_ids) for share in self.shares)

    @property
    def open_shares(self) -> tuple[Share, ...]:
        """Those for whom a task may be made now."""
        return tuple(share for share in self.shares if share.teacher.id not in self.waiting)


def spans_now(tx: Tx, policy: Policy) -> Spans:
    """The beginnings of this day, week and month in the camp's zone."""
    return spans(tx.now.astimezone(policy.zone))


async def plan(tx: Tx, policy: Policy, lesson: Lesson, kind: Kind, scope: Scope | None) -> Plan:
    """The nudge of everybody in the scope."""
    rows = await nudge_budgets.missing(tx, lesson.id, kind.without, scope, spans_now(tx, policy))
    return _sorted_out(tx, policy, lesson, kind, rows, await _teachers(tx, rows), await _waiting(tx, lesson, kind))


async def plans_by_teacher(tx: Tx, policy: Policy, lesson: Lesson, kind: Kind) -> dict[int, Plan]:
    """The same for each class teacher of the lesson by themselves; as many queries as for one."""
    rows = await nudge_budgets.missing(tx, lesson.id, kind.without, None, spans_now(tx, policy))
    teachers = await _teachers(tx, rows)
    mine: dict[int, list[Missing]] = {}
    for row in rows:
        if row.class_teacher_id is not None:
            mine.setdefault(row.class_teacher_id, []).append(row)
    waiting = await _waiting(tx, lesson, kind)
    return {who: _sorted_out(tx, policy, lesson, kind, own, teachers, waiting) for who, own in mine.items()}


async def _waiting(tx: Tx, lesson: Lesson, kind: Kind) -> frozenset[int]:
    return frozenset(nudge.teacher_id for nudge in await nudges.waiting_for(tx, lesson.id, kind))


async def _teachers(tx: Tx, rows: Sequence[Missing]) -> dict[int, Member]:
    """The class teachers who can send anything."""
    found = await members.load_many(tx, [row.class_teacher_id for row in rows if row.class_teacher_id is not None])
    return {member.id: member for member in found.values() if member.active}


def _sorted_out(
    tx: Tx,
    policy: Policy,
    lesson: Lesson,
    kind: Kind,
    rows: Sequence[Missing],
    teachers: Mapping[int, Member],
    waiting: frozenset[int],
) -> Plan:
    today = tx.now.astimezone(policy.zone).date()
    left: Counter[LeftOut] = Counter()
    chosen: dict[int, list[Missing]] = {}
    for row in rows:
        teacher = teachers.get(row.class_teacher_id or 0)
        friend = row.friend and row.external_userid is not None and teacher is not None
        here = row.place in _HERE
        why = left_out(policy.nudge, today, Spent(*row.spent), unsubscribed=row.unsubscribed, here=here, friend=friend)
        if why is not None:
            left[why] += 1
        elif teacher is not None:
            chosen.setdefault(teacher.id, []).append(row)
    shares = [
        Share(teachers[who], tuple(r.external_userid or "" for r in own), tuple(r.learner_id for r in own))
        for who, own in sorted(chosen.items())
    ]
    spent = max((row.spent[2] for own in chosen.values() for row in own), default=0)
    busy = waiting & {row.class_teacher_id for row in rows if row.class_teacher_id is not None}
    return Plan(lesson, kind, len(rows), tuple(shares), left, spent, policy.nudge.monthly(today), busy)
