"""Scope: whose learners a member may see and change. Everything that names a learner to staff passes through here."""

from __future__ import annotations

from storage import rosters
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.learners import Learner
from storage.members import Member
from storage.scopes import Range, Scope

_BY_POSITION = {"manager": Range.ALL, "operator": Range.ALL}


def scope_of(member: Member) -> Scope:
    """The member's own `scope`, else the position's: managers and operators see all, everybody else their own."""
    own = Range(member.scope) if member.scope else _BY_POSITION.get(member.position or "", Range.SELF)
    return Scope(own, member.id, member.department_id)


async def find_learner(tx: Tx, member: Member, learner_id: int) -> Learner | None:
    """The learner, if they are in the member's scope; None says nothing about whether they exist."""
    return await rosters.find_learner(tx, scope_of(member), learner_id)


async def find_enrolment(tx: Tx, member: Member, learner_id: int) -> Enrolment | None:
    """The learner's newest enrolment that is in the member's scope."""
    return await rosters.find_enrolment(tx, scope_of(member), learner_id)
