"""What WeCom tells about members of the corp (change_contact). Whether our app gets these is unsure, so the night looks too."""

from __future__ import annotations

from camp import member
from handlers.core.context import Ctx
from handlers.core.router import Router
from storage import members

router = Router()

EVENT = "change_contact"
# `Status` of a member: 1 active, 2 disabled, 4 not activated, 5 left the corp.
_ACTIVE, _LEFT = "1", "5"


@router.event(EVENT, "create_user")
async def created(ctx: Ctx) -> None:
    body = ctx.fact.body
    await member.come_back(ctx.tx, body["UserID"])
    await members.ensure(ctx.tx, body["UserID"], name=body.get("Name") or None)


@router.event(EVENT, "update_user")
async def updated(ctx: Ctx) -> None:
    """Renamed, left (status 5), active again, or of another name."""
    body = ctx.fact.body
    userid = str(body["UserID"])
    if body.get("NewUserID"):
        await member.rename(ctx.tx, ctx.policy, userid, str(body["NewUserID"]))
        userid = str(body["NewUserID"])
    status = str(body.get("Status") or "")
    if status == _LEFT:
        await member.leave(ctx.tx, ctx.policy, userid)
    elif status == _ACTIVE:
        await member.come_back(ctx.tx, userid)
    if body.get("Name"):
        await members.ensure(ctx.tx, userid, name=str(body["Name"]))


@router.event(EVENT, "delete_user")
async def deleted(ctx: Ctx) -> None:
    await member.leave(ctx.tx, ctx.policy, ctx.fact.body["UserID"])
