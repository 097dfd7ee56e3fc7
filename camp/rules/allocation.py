"""Allocation: who looks after a learner from the moment they enter, and in which class group. Nobody is ownerless."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """By what the owner was found."""

    ADDED = "added"  # the learner added this member themselves
    LEAST_LOADED = "least_loaded"
    FALLBACK = "fallback"  # the named fallback owner
    OVER_QUOTA = "over_quota"  # everybody is full and there is no fallback: still better than nobody
    MANAGER = "manager"  # the cohort has no class teacher at all
    NOBODY = "nobody"  # and the corp has no manager either


@dataclass(frozen=True)
class Teacher:
    """A class teacher of the cohort: learners held in all cohorts, in this one, and the quota over all."""

    member_id: int
    held: int
    held_here: int
    quota: int

    @property
    def has_room(self) -> bool:
        return self.held < self.quota


@dataclass(frozen=True)
class Group:
    group_id: int
    teacher_id: int
    learners: int


@dataclass(frozen=True)
class Facts:
    """`added_id` is the staff member the learner added, if any; `fallback_first`: they added a member without a position."""

    added_id: int | None
    teachers: Sequence[Teacher]
    groups: Sequence[Group]
    fallback_id: int | None
    manager_id: int | None
    fallback_first: bool = False


@dataclass(frozen=True)
class Allocation:
    owner_id: int | None
    class_group_id: int | None
    why: Why


def decide_allocation(facts: Facts) -> Allocation:
    """The member they added keeps them, whatever the quota; otherwise the least-loaded within quota, then the named fallback."""
    owner_id, why = _owner(facts)
    return Allocation(owner_id, _group(facts, owner_id), why)


def _owner(facts: Facts) -> tuple[int | None, Why]:
    if facts.added_id is not None:
        return facts.added_id, Why.ADDED
    if facts.fallback_first and facts.fallback_id is not None:
        return facts.fallback_id, Why.FALLBACK
    by_load = sorted(facts.teachers, key=lambda t: (t.held_here, t.held, t.member_id))
    free = next((t for t in by_load if t.has_room), None)
    if free is not None:
        return free.member_id, Why.LEAST_LOADED
    if facts.fallback_id is not None:
        return facts.fallback_id, Why.FALLBACK
    if by_load:
        return by_load[0].member_id, Why.OVER_QUOTA
    if facts.manager_id is not None:
        return facts.manager_id, Why.MANAGER
    return None, Why.NOBODY


def _group(facts: Facts, owner_id: int | None) -> int | None:
    """The owner's own group (the smaller of several); an owner without one gets the smallest group of the cohort."""
    own = [g for g in facts.groups if g.teacher_id == owner_id]
    smallest = min(own or facts.groups, key=lambda g: (g.learners, g.group_id), default=None)
    return None if smallest is None else smallest.group_id
