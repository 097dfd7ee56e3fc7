"""What WeCom answers about mass-send tasks: made or not, tapped or not, whom they reached, taken back."""

from __future__ import annotations

from camp import nudge, nudge_result
from handlers.core.context import Ctx
from handlers.core.router import Router

router = Router()


@router.fact("answer.contact.mass_send")
async def task_made(ctx: Ctx) -> None:
    await nudge.take_made(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.contact.mass_list")
async def list_read(ctx: Ctx) -> None:
    await nudge.take_list(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.contact.mass_task")
async def task_read(ctx: Ctx) -> None:
    await nudge_result.take_task(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.contact.mass_result")
async def result_read(ctx: Ctx) -> None:
    await nudge_result.take_result(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.contact.mass_cancel")
async def task_taken_back(ctx: Ctx) -> None:
    await nudge_result.take_cancelled(ctx.tx, ctx.policy, ctx.fact.body)
