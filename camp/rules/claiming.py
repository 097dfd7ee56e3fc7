"""Whether somebody may take a learner out of a pool."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# The one who gave a learner back leaves them to others for a while.
COOL_DOWN = timedelta(days=3)


class ClaimRefusal(StrEnum):
    """Why not; each has its wording `pool.refused_<value>`."""

    MINE = "mine"
    TAKEN = "taken"
    SOLD = "sold"
    WITHDRAWN = "withdrawn"
    COOL_DOWN = "cool_down"
    QUOTA = "quota"
    DAY_CAP = "day_cap"


@dataclass(frozen=True)
class ClaimFacts:
    """`held` learners of `limit`, `claimed_today` of `per_day`; `returned_at` is when this member last gave this one back."""

    state: str
    mine: bool
    held: int
    limit: int
    claimed_today: int
    per_day: int
    returned_at: datetime | None = None


def may_claim(facts: ClaimFacts, now: datetime) -> ClaimRefusal | None:
    """None when the claim may be tried, else the first reason against it."""
    if facts.state == "claimed":
        return ClaimRefusal.MINE if facts.mine else ClaimRefusal.TAKEN
    if facts.state == "sold":
        return ClaimRefusal.SOLD
    if facts.state != "open":
        return ClaimRefusal.WITHDRAWN
    if facts.returned_at is not None and now < facts.returned_at + COOL_DOWN:
        return ClaimRefusal.COOL_DOWN
    if facts.held >= facts.limit:
        return ClaimRefusal.QUOTA
    return ClaimRefusal.DAY_CAP if facts.claimed_today >= facts.per_day else None
