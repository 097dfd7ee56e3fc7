"""The tap on a card's button, as a handler of clicks finds it in the fact."""

from __future__ import annotations

from camp.card import Tap
from handlers.core.context import StaffCtx


def tap_of(ctx: StaffCtx) -> Tap:
    """Who tapped which card, with the fresh response code of the app, or the turn of the robot."""
    body = ctx.fact.body
    return Tap(ctx.member.userid, str(body.get("task_id") or ""), str(body.get("response_code") or ""), ctx.talk.turn)
