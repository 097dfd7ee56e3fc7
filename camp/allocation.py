"""Allocation with the facts of the database: who looks after a learner entering a cohort."""

from __future__ import annotations

from collections.abc import Sequence

from camp.policy import Policy
from camp.rules.allocation import Allocation, Facts, Group, Teacher, decide_allocation
from storage import cohorts, loads, members
from storage.cohorts import ClassGroup
from storage.database import Tx
from storage.members import Member


async def allocate(tx: Tx, policy: Policy, cohort_id: int, *, added: Member | None, prefer_fallback: bool = False) -> Allocation:
    """Owner and class group of a learner entering the cohort.

    `added` is the staff member they added (or whom a new enrolment is to stay with). `prefer_fallback`: they added a member
    without a position, so the named fallback owner comes before the least-loaded class teacher.
    """
    everything = await cohorts.class_groups_of(tx, cohort_id)
    groups = [group for group in everything if group.overflow_of is None]
    if added is not None:
        return await _to_added(tx, cohort_id, added, groups, everything)
    teachers = await members.load_many(tx, [g.class_teacher_id for g in groups])
    active = [t for t in teachers.values() if t.active]
    held = await loads.held(tx, [t.id for t in active], cohort_id)
    sizes = await _sizes(tx, cohort_id, everything)
    fallback = await _fallback(tx, policy)
    managers = await members.with_position(tx, "manager")
    return decide_allocation(
        Facts(
            added_id=None,
            teachers=[Teacher(t.id, *held.get(t.id, (0, 0)), quota_of(policy, t)) for t in active],
            groups=[Group(g.id, g.class_teacher_id, sizes.get(g.id, 0)) for g in groups],
            fallback_id=fallback.id if fallback else None,
            manager_id=managers[0].id if managers else None,
            fallback_first=prefer_fallback,
        )
    )


def quota_of(policy: Policy, member: Member) -> int:
    """How many learners may be given to this member: their own quota, else their position's, else no limit to speak of."""
    if member.quota is not None:
        return member.quota
    return policy.quota.get(member.position or "", 1_000_000)


async def _to_added(
    tx: Tx, cohort_id: int, added: Member, groups: Sequence[ClassGroup], everything: Sequence[ClassGroup]
) -> Allocation:
    """The member they added keeps them, whatever anybody carries: only the smallest of several groups has to be counted."""
    choice = [g for g in groups if g.class_teacher_id == added.id] or groups
    sizes = await _sizes(tx, cohort_id, everything) if len(choice) > 1 else {}
    places = [Group(g.id, g.class_teacher_id, sizes.get(g.id, 0)) for g in choice]
    return decide_allocation(Facts(added.id, (), places, fallback_id=None, manager_id=None))


async def _sizes(tx: Tx, cohort_id: int, groups: Sequence[ClassGroup]) -> dict[int, int]:
    """Learners per class; who sits in a chat that opened behind it is one of them."""
    held, sizes = await loads.in_groups(tx, cohort_id), dict[int, int]()
    for group in groups:
        sizes[group.class_id] = sizes.get(group.class_id, 0) + held.get(group.id, 0)
    return sizes


async def _fallback(tx: Tx, policy: Policy) -> Member | None:
    if policy.fallback_owner is None:
        return None
    member = await members.find(tx, policy.fallback_owner)
    return member if member is not None and member.active else None
