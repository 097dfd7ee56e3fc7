"""The way into a class group that a learner can go alone: the link camp.toml gives, else the picture of a join code."""

from __future__ import annotations

from dataclasses import dataclass

from camp.harmless import Ours
from storage import cohorts, join_ways
from storage.cohorts import ClassGroup
from storage.database import Tx


@dataclass(frozen=True)
class WayIn:
    """`scanned`: the address shows a QR code, which is to be pressed."""

    url: Ours
    scanned: bool


async def way_into(tx: Tx, group: ClassGroup, channel_id: int | None) -> WayIn | None:
    """For a learner of this channel; None when there is neither, so somebody has to invite them."""
    own = group if group.overflow_of is None else await cohorts.load_class_group(tx, group.overflow_of)
    if own.join_url:
        return WayIn(Ours(own.join_url), False)
    code = await join_ways.code_for(tx, own.cohort_id, own.id, channel_id)
    return WayIn(Ours(code), True) if code else None
