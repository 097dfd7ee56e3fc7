"""Learners refuse to be handed over (doc 92125)."""

from typing import Any

from sandbox.handover import fail
from sandbox.people import Impossible
from sandbox.stage import Stage
from sandbox.transfer import REFUSED


def refuse(stage: Stage, external_userid: str, handover: str) -> dict[str, Any]:
    """Within 24 h the learner stays with the member (`handover`, when several are under way)."""
    move = stage.transfers.waiting(external_userid, handover)
    if move is None:
        raise Impossible(f"{stage.world.name_of(external_userid)} 没有等待中的转接")
    fail(stage, move, REFUSED, "customer_refused")
    return {"handover": move.handover, "takeover": move.takeover}
