"""What became of what the robot said, and of its connection."""

from __future__ import annotations

from camp import robot, room
from camp.messages import text
from camp.outgoing import alert_operators
from handlers.core.context import Ctx
from handlers.core.router import Router

router = Router()


@router.fact("answer.aibot.say", "answer.aibot.response")
async def not_said(ctx: Ctx) -> None:
    """Only failures are told: the people get it another way, and of a bound group one person hears why."""
    await room.note_refusal(ctx.tx, ctx.policy, ctx.fact.body)
    await robot.go_another_way(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("aibot.given_up")
async def connection_given_up(ctx: Ctx) -> None:
    """Another connection took the robot over, or WeCom does not take our secret: a person has to look."""
    body = ctx.fact.body
    words = ctx.say(f"robot.{body['state']}", errcode=body["errcode"], times=body["times"])
    await alert_operators(ctx.tx, text(words), dedup_key=f"aibot-given-up:{body['state']}:{ctx.fact.id}")
