"""Who missed a lesson and can be reminded of it by mass send, who cannot and why; nothing is sent here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

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
    """`people`: who missed it, by number; who of them is in no share is counted in `left`. `spent`: the most one of the shares
    got this month, of `monthly`. `waiting`: the class teachers who have a task of this kind to send already.
    """

    lesson: Lesson
    kind: Kind
    people: Sequence[Missing]
    shares: tuple[Share, ...]
    left: Mapping[LeftOut, int]
    spent: int
    monthly: int
    waiting: frozenset[int]

    @property
    def missing(self) -> int:
        return len(self.people)

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
    return frozenset(await nudges.senders_waiting(tx, lesson.id, kind))


async def _teachers(tx: Tx, rows: Sequence[Missing]) -> dict[int, Member]:
    """The class teachers who can send anything."""
    found = await members.load_many(tx, {row.class_teacher_id for row in rows if row.class_teacher_id is not None})
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
    alike: dict[tuple[Any, ...], list[Missing]] = {}
    for row in rows:
        alike.setdefault(row.standing, []).append(row)
    left: Counter[LeftOut] = Counter()
    chosen: dict[int, list[Missing]] = {}
    spent = 0
    for own in alike.values():
        one = own[0]
        teacher = teachers.get(one.class_teacher_id or 0)
        got, friend = Spent(*one.spent), one.friend and teacher is not None
        why = left_out(policy.nudge, today, got, unsubscribed=one.unsubscribed, here=one.place in _HERE, friend=friend)
        if why is not None:
            left[why] += len(own)
        elif teacher is not None:
            chosen.setdefault(teacher.id, []).extend(own)
            spent = max(spent, one.month)
    shares = [_share(teachers[who], sorted(own)) for who, own in sorted(chosen.items())]
    busy = waiting & {one.class_teacher_id for (one, *_) in alike.values() if one.class_teacher_id is not None}
    return Plan(lesson, kind, rows, tuple(shares), left, spent, policy.nudge.monthly(today), busy)


def _share(teacher: Member, own: Sequence[Missing]) -> Share:
    return Share(teacher, tuple(one.external_userid or "" for one in own), tuple(one.learner_id for one in own))
