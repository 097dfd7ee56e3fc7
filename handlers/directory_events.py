"""What WeCom tells about members of the corp (change_contact). Whether our app gets these is unsure, so the night looks too."""

from __future__ import annotations

from camp import member
from handlers.core.context import Ctx
from handlers.core.event_field import text_of
from handlers.core.router import Router
from storage import members

router = Router()

EVENT = "change_contact"
# `Status` of a member: 1 active, 2 disabled, 4 not activated, 5 left the corp.
_ACTIVE, _LEFT = "1", "5"


@router.event(EVENT, "create_user", needs=["UserID"])
async def created(ctx: Ctx) -> None:
    body = ctx.fact.body
    await member.come_back(ctx.tx, ctx.policy, text_of(body, "UserID"))
    await members.ensure(ctx.tx, text_of(body, "UserID"), name=text_of(body, "Name") or None)


@router.event(EVENT, "update_user", needs=["UserID"])
async def updated(ctx: Ctx) -> None:
    """Renamed, left (status 5), active again, or of another name."""
    body = ctx.fact.body
    userid = text_of(body, "UserID")
    renamed = text_of(body, "NewUserID")
    if renamed:
        await member.rename(ctx.tx, ctx.policy, userid, renamed)
        userid = renamed
    status = text_of(body, "Status")
    if status == _LEFT:
        await member.leave(ctx.tx, ctx.policy, userid)
    elif status == _ACTIVE:
        await member.come_back(ctx.tx, ctx.policy, userid)
    name = text_of(body, "Name")
    if name:
        await members.ensure(ctx.tx, userid, name=name)


@router.event(EVENT, "delete_user", needs=["UserID"])
async def deleted(ctx: Ctx) -> None:
    await member.leave(ctx.tx, ctx.policy, text_of(ctx.fact.body, "UserID"))
