"""Signed events about money: order.paid, order.refunded."""

from __future__ import annotations

from camp.order_event import take_paid, take_refunded
from handlers.core.context import Ctx
from handlers.core.router import Router

router = Router()


@router.fact("ingest.order.paid")
async def paid(ctx: Ctx) -> None:
    await take_paid(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("ingest.order.refunded")
async def refunded(ctx: Ctx) -> None:
    await take_refunded(ctx.tx, ctx.policy, ctx.fact.body)
