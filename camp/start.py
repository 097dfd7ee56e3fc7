"""What a process asks for when it starts: the kf link, the messages that came while nobody listened; robots get a new chance."""

from __future__ import annotations

from camp.kf_pull import catch_up
from camp.policy import Policy
from camp.welcome import ensure_kf_link
from storage import silent_robots
from storage.database import Tx


async def on_start(tx: Tx, policy: Policy) -> None:
    """Adds the intents of a start; safe to run as often as processes start."""
    await ensure_kf_link(tx, policy)
    await catch_up(tx, policy)
    await silent_robots.forget(tx)
