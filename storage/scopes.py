"""Who may see which learner: the one filter of every list, count and card."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, bindparam, cast, or_, select, true, union

from storage.tables_camp import class_groups, cohorts, departments, enrolments, learners, members
from storage.tables_sales import pool_entries

# A claim makes the learner the claimer's, and the sale keeps it so.
_HELD = ("claimed", "sold")
_MEMBER: Any = bindparam("scope_member", type_=BigInteger)
_DEPARTMENT: Any = bindparam("scope_department", type_=BigInteger)
_CLASS: Any = bindparam("scope_class", type_=BigInteger)


class Range(StrEnum):
    SELF = "self"
    DEPARTMENT = "department"
    BELOW = "below"  # the department and all under it
    ALL = "all"


@dataclass(frozen=True)
class Scope:
    """Whose learners are seen. Without a known department, `department` and `below` shrink to the member alone.

    `class_group_id`: in lists and counts only those of this class, of what the range shows.
    """

    range: Range
    member_id: int
    department_id: int | None = None
    class_group_id: int | None = None

    @property
    def shape(self) -> Scope:
        """The same with parameters for whom and where, for a statement that is built once; `values` fill them."""
        department = None if self.department_id is None else _DEPARTMENT
        return Scope(self.range, _MEMBER, department, None if self.class_group_id is None else _CLASS)

    @property
    def values(self) -> dict[str, Any]:
        return {"scope_member": self.member_id, "scope_department": self.department_id, "scope_class": self.class_group_id}


def enrolment_within(scope: Scope) -> ColumnElement[bool]:
    """A condition on `enrolments`: taught by somebody in the scope, or claimed by them."""
    if scope.range is Range.ALL:
        return true()
    return or_(enrolments.c.class_teacher_id.in_(_people(scope)), enrolments.c.id.in_(_claimed(scope)))


def enrolment_listed(scope: Scope, cohort_ids: Any) -> ColumnElement[bool]:
    """The same where the learners of whole cohorts are asked for: read by the indexes of who teaches and who claimed, not
    learner by learner. `cohort_ids`: what `in_` takes."""
    of_class = true() if scope.class_group_id is None else enrolments.c.class_group_id.in_(_chats(scope.class_group_id))
    if scope.range is Range.ALL:
        return of_class
    mine = enrolments.alias("taught")
    taught = select(mine.c.id).where(mine.c.class_teacher_id.in_(_people(scope)), mine.c.cohort_id.in_(cohort_ids))
    return and_(enrolments.c.id.in_(union(taught, _claimed(scope))), of_class)


def listed_cohort(scope: Scope | None) -> ColumnElement[int]:
    """`enrolments.cohort_id` beside `enrolment_listed`: the sum keeps SQLite from walking a whole cohort by its index, instead of
    taking the few by their keys."""
    return enrolments.c.cohort_id if scope is None or scope.range is Range.ALL else enrolments.c.cohort_id + 0


def learner_within(scope: Scope) -> ColumnElement[bool]:
    """A condition on `learners`: owned, taught at any time, or claimed by somebody in the scope."""
    if scope.range is Range.ALL:
        return true()
    people = _people(scope)
    mine = learners.alias("mine")
    owned = select(mine.c.id).where(mine.c.owner_id.in_(people))
    taught = select(enrolments.c.learner_id).where(enrolments.c.class_teacher_id.in_(people))
    claimed = select(pool_entries.c.learner_id).where(pool_entries.c.owner_id.in_(people), pool_entries.c.state.in_(_HELD))
    # One list, not three conditions: so it is read by the indexes of the three, and not learner by learner.
    return learners.c.id.in_(union(owned, taught, claimed))


def group_within(scope: Scope) -> ColumnElement[bool]:
    """A condition on `class_groups`: run by somebody in the scope."""
    of_class = true() if scope.class_group_id is None else class_groups.c.id.in_(_chats(scope.class_group_id))
    return of_class if scope.range is Range.ALL else and_(class_groups.c.class_teacher_id.in_(_people(scope)), of_class)


def cohort_within(scope: Scope) -> ColumnElement[bool]:
    """A condition on `cohorts`: somebody in the scope has a learner or a class group there."""
    if scope.range is Range.ALL:
        return true()
    taught = select(enrolments.c.cohort_id).where(enrolments.c.class_teacher_id.in_(_people(scope)))
    claimed = select(enrolments.c.cohort_id).where(enrolments.c.id.in_(_claimed(scope)))
    run = select(class_groups.c.cohort_id).where(group_within(scope))
    # One list, as above: PostgreSQL reads every enrolment there is for conditions joined by OR.
    return cohorts.c.id.in_(union(taught, claimed, run))


def member_within(scope: Scope, member_id: ColumnElement[int]) -> ColumnElement[bool]:
    """A condition on a column that names a member: somebody in the scope."""
    return true() if scope.range is Range.ALL else member_id.in_(_people(scope))


def _chats(class_group_id: int) -> Select[tuple[int]]:
    """The class group itself, and the chats that opened behind it when it was full."""
    chats = class_groups.alias("chats")
    return select(chats.c.id).where(or_(chats.c.id == class_group_id, chats.c.overflow_of == class_group_id))


def _claimed(scope: Scope) -> Select[tuple[int]]:
    """The enrolments that somebody in the scope claimed."""
    return select(pool_entries.c.enrolment_id).where(pool_entries.c.owner_id.in_(_people(scope)), pool_entries.c.state.in_(_HELD))


def _people(scope: Scope) -> Select[tuple[int]]:
    if scope.range is Range.SELF or scope.department_id is None:
        return select(members.c.id).where(members.c.id == scope.member_id)
    mine = members.c.id == scope.member_id
    if scope.range is Range.DEPARTMENT:
        return select(members.c.id).where(or_(mine, members.c.department_id == scope.department_id))
    tree = select(cast(scope.department_id, BigInteger).label("id")).cte(recursive=True)
    # UNION, not UNION ALL: a cycle in the directory must end.
    tree = tree.union(select(departments.c.id).join(tree, departments.c.parent_id == tree.c.id))
    return select(members.c.id).where(or_(mine, members.c.department_id.in_(select(tree.c.id))))
