"""What WeCom tells about customer groups (change_external_chat, doc 92130). Of a chat that nobody declared only whether it
opened behind one of our join codes matters."""

from __future__ import annotations

from camp import class_group, join_overflow
from handlers._event_time import moment_of
from handlers.core.context import Ctx
from handlers.core.event_field import text_of
from handlers.core.router import Router
from storage import cohorts

router = Router()

EVENT = "change_external_chat"


@router.event(EVENT, "update")
async def changed(ctx: Ctx) -> None:
    """Members came or went, or the chat got another owner or name; a new notice changes nothing here."""
    chat_id = text_of(ctx.fact.body, "ChatId")
    if await cohorts.class_group_of_chat(ctx.tx, chat_id) is not None:
        await class_group.take_change(ctx.tx, ctx.policy, ctx.fact.body, moment_of(ctx.fact.body, ctx.now))
    elif text_of(ctx.fact.body, "UpdateDetail") == "add_member":
        await join_overflow.look_at(ctx.tx, [chat_id], "joined")


@router.event(EVENT, "create")
async def created(ctx: Ctx) -> None:
    """A chat declared before WeCom told of it: its members are read. Any other may have opened behind a join code."""
    chat_id = text_of(ctx.fact.body, "ChatId")
    group = await cohorts.class_group_of_chat(ctx.tx, chat_id)
    if group is not None:
        await class_group.read_group(ctx.tx, group)
    else:
        await join_overflow.look_at(ctx.tx, [chat_id], "created")


@router.event(EVENT, "dismiss")
async def dismissed(ctx: Ctx) -> None:
    """The group is no more: everybody in it has left."""
    group = await cohorts.class_group_of_chat(ctx.tx, text_of(ctx.fact.body, "ChatId"))
    if group is not None:
        await class_group.dismiss(ctx.tx, ctx.policy, group, moment_of(ctx.fact.body, ctx.now))
