"""The kf callback and the pages it makes us pull (doc 94670): the callback itself holds no content."""

from __future__ import annotations

from camp.kf_pull import hear_callback, take_failure, take_page
from handlers.core.context import Ctx
from handlers.core.event_field import text_of
from handlers.core.router import Router

router = Router()


@router.event("kf_msg_or_event", overtaken=True)
async def hear(ctx: Ctx) -> None:
    open_kfid = text_of(ctx.fact.body, "OpenKfId") or ctx.policy.open_kfid
    await hear_callback(ctx.tx, open_kfid, text_of(ctx.fact.body, "Token") or None)


@router.fact("answer.kf.sync")
async def page(ctx: Ctx) -> None:
    asked = ctx.fact.body.get("context") or {}
    if ctx.fact.body.get("ok"):
        await take_page(ctx.tx, asked, ctx.fact.body.get("result") or {})
    else:
        await take_failure(ctx.tx, asked, int(ctx.fact.body.get("errcode") or 0))
