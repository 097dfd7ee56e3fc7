"""Somebody judged one of the robot's answers."""

from __future__ import annotations

from camp import feedback
from handlers.core.context import Ctx
from handlers.core.router import Router

router = Router()


@router.fact("aibot.feedback")
async def judged(ctx: Ctx) -> None:
    """WeCom takes no answer to it (doc 101027)."""
    body = ctx.fact.body
    values = {"userid": str(body["userid"]), "answer": str(body["id"]), "words": " ".join(str(body["content"]).split())}
    await feedback.take(ctx.tx, ctx.policy, judged=int(body["type"]), **values)
