"""Sign-ups told by outside systems through the signed ingest."""

from __future__ import annotations

from camp import sign_up
from handlers.core.context import Ctx
from handlers.core.router import Router

router = Router()


@router.fact("ingest.enrolment.added")
async def enrolment_added(ctx: Ctx) -> None:
    await sign_up.take_sign_up(ctx.tx, ctx.policy, ctx.fact.body)
