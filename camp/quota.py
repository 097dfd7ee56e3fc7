"""Quota: how many claimed learners a salesperson may hold, and who still has room."""

from __future__ import annotations

from dataclasses import dataclass

from camp.policy import Policy
from storage import members, pools
from storage.database import Tx
from storage.members import Member

_DEFAULT = 100


@dataclass(frozen=True)
class Room:
    """`held` of `limit` learners."""

    member: Member
    held: int
    limit: int

    @property
    def free(self) -> int:
        return max(0, self.limit - self.held)


def limit_of(policy: Policy, member: Member) -> int:
    """The member's own quota, else that of the position, else that of sales."""
    if member.quota is not None:
        return member.quota
    return policy.quota.get(member.position or "", policy.quota.get("sales", _DEFAULT))


async def room_of(tx: Tx, policy: Policy, member: Member) -> Room:
    held = await pools.holdings(tx, [member.id])
    return Room(member, held[member.id], limit_of(policy, member))


async def rooms_of_sales(tx: Tx, policy: Policy) -> list[Room]:
    """All active salespeople with what they hold."""
    people = await members.with_position(tx, "sales")
    held = await pools.holdings(tx, [p.id for p in people])
    return [Room(p, held[p.id], limit_of(policy, p)) for p in people]
