"""Moments as people read them, in the camp's own zone; digits only, so that one form serves both languages."""

from __future__ import annotations

from datetime import datetime

from camp.policy import Policy


def day_and_time(policy: Policy, moment: datetime) -> str:
    """`12-01 19:00`."""
    return moment.astimezone(policy.zone).strftime("%m-%d %H:%M")


def day_and_time_near(policy: Policy, moment: datetime, now: datetime) -> str:
    """`19:00` on the same day, else `12-01 19:00`."""
    local = moment.astimezone(policy.zone)
    if local.date() == now.astimezone(policy.zone).date():
        return local.strftime("%H:%M")
    return local.strftime("%m-%d %H:%M")
