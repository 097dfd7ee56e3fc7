"""Every hour: rows whose use is over go, so that the tables of the loop stay small."""

from __future__ import annotations

from datetime import timedelta

from camp.policy import Policy
from jobs.core.job import Job
from storage import inbox, listings, nonces, pools, robot_turns
from storage.database import Tx

_TICKS_KEPT = timedelta(days=1)
# A signed request older than five minutes is refused by its timestamp alone.
_NONCES_KEPT = timedelta(hours=1)
# A day is the longest that WeCom takes an answer of the robot (doc 101463).
_TURNS_KEPT = timedelta(days=2)


async def tidy(tx: Tx, policy: Policy) -> None:
    """Forgets old clock ticks, finished listings, used nonces and the robot's turns; nothing the story refers to."""
    await inbox.forget_ticks(tx, _TICKS_KEPT)
    await listings.forget_expired(tx)
    await nonces.forget(tx, _NONCES_KEPT)
    await robot_turns.forget(tx, _TURNS_KEPT)
    await pools.forget_views(tx, before_day=tx.now.astimezone(policy.zone).date().isoformat())


JOB = Job("housekeeping", tidy, every=timedelta(hours=1))
