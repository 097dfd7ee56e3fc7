"""What WeCom answers about mass-send tasks, of nudges and of messages to class groups: made or not, tapped or not, whom they
reached, taken back."""

from __future__ import annotations

from camp import group_message, group_message_result, nudge, nudge_result
from handlers.core.context import Ctx
from handlers.core.router import Router

router = Router()


@router.fact("answer.contact.mass_owner")
async def owner_read(ctx: Ctx) -> None:
    await group_message.take_owner(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.contact.mass_send")
async def task_made(ctx: Ctx) -> None:
    take = group_message.take_made if _of_group(ctx) else nudge.take_made
    await take(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.contact.mass_list")
async def list_read(ctx: Ctx) -> None:
    take = group_message.take_list if _of_group(ctx) else nudge.take_list
    await take(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.contact.mass_task")
async def task_read(ctx: Ctx) -> None:
    take = group_message_result.take_task if _of_group(ctx) else nudge_result.take_task
    await take(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.contact.mass_result")
async def result_read(ctx: Ctx) -> None:
    take = nudge_result.take_result
    if _of_group(ctx):
        asked_whose = "whose" in ctx.fact.body["context"]
        take = group_message.take_whose if asked_whose else group_message_result.take_result
    await take(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.contact.mass_cancel")
async def task_taken_back(ctx: Ctx) -> None:
    take = group_message_result.take_cancelled if _of_group(ctx) else nudge_result.take_cancelled
    await take(ctx.tx, ctx.policy, ctx.fact.body)


def _of_group(ctx: Ctx) -> bool:
    return f"{group_message.ABOUT}_id" in ctx.fact.body["context"]
