"""Who may see which learner: the one filter of every list, count and card."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger, ColumnElement, Select, cast, literal, or_, select, true, union

from storage.tables_camp import class_groups, departments, enrolments, learners, members, pool_entries

# A claim makes the learner the claimer's, and the sale keeps it so.
_HELD = ("claimed", "sold")


class Range(StrEnum):
    SELF = "self"
    DEPARTMENT = "department"
    BELOW = "below"  # the department and all under it
    ALL = "all"


@dataclass(frozen=True)
class Scope:
    """Whose learners are seen. Without a known department, `department` and `below` shrink to the member alone."""

    range: Range
    member_id: int
    department_id: int | None = None


def enrolment_within(scope: Scope) -> ColumnElement[bool]:
    """A condition on `enrolments`: taught by somebody in the scope, or claimed by them."""
    if scope.range is Range.ALL:
        return true()
    people = _people(scope)
    claimed = select(pool_entries.c.enrolment_id).where(pool_entries.c.owner_id.in_(people), pool_entries.c.state.in_(_HELD))
    return or_(enrolments.c.class_teacher_id.in_(people), enrolments.c.id.in_(claimed))


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
    return true() if scope.range is Range.ALL else class_groups.c.class_teacher_id.in_(_people(scope))


def member_within(scope: Scope, member_id: ColumnElement[int]) -> ColumnElement[bool]:
    """A condition on a column that names a member: somebody in the scope."""
    return true() if scope.range is Range.ALL else member_id.in_(_people(scope))


def _people(scope: Scope) -> Select[tuple[int]]:
    if scope.range is Range.SELF or scope.department_id is None:
        return select(members.c.id).where(members.c.id == scope.member_id)
    mine = members.c.id == scope.member_id
    if scope.range is Range.DEPARTMENT:
        return select(members.c.id).where(or_(mine, members.c.department_id == scope.department_id))
    tree = select(cast(literal(scope.department_id), BigInteger).label("id")).cte(recursive=True)
    # UNION, not UNION ALL: a cycle in the directory must end.
    tree = tree.union(select(departments.c.id).join(tree, departments.c.parent_id == tree.c.id))
    return select(members.c.id).where(or_(mine, members.c.department_id.in_(select(tree.c.id))))
