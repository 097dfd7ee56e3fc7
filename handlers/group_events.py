"""What WeCom tells about customer groups (change_external_chat, doc 92130). Chats that nobody declared are ignored."""

from __future__ import annotations

from camp import class_group
from handlers._event_time import moment_of
from handlers.core.context import Ctx
from handlers.core.event_field import text_of
from handlers.core.router import Router
from storage import cohorts

router = Router()

EVENT = "change_external_chat"


@router.event(EVENT, "update")
async def changed(ctx: Ctx) -> None:
    """Members came or went; new owners, names and notices change nothing here."""
    await class_group.take_change(ctx.tx, ctx.policy, ctx.fact.body, moment_of(ctx.fact.body, ctx.now))


@router.event(EVENT, "create")
async def created(ctx: Ctx) -> None:
    """A chat declared before WeCom told of it: its members are read."""
    group = await cohorts.class_group_of_chat(ctx.tx, text_of(ctx.fact.body, "ChatId"))
    if group is not None:
        await class_group.read_group(ctx.tx, group)


@router.event(EVENT, "dismiss")
async def dismissed(ctx: Ctx) -> None:
    """The group is no more: everybody in it has left."""
    group = await cohorts.class_group_of_chat(ctx.tx, text_of(ctx.fact.body, "ChatId"))
    if group is not None:
        await class_group.empty(ctx.tx, group, moment_of(ctx.fact.body, ctx.now))
