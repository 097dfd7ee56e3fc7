"""What the operators are told when WeCom refuses for a reason only a person can mend, or did not answer until it was too late."""

from __future__ import annotations

from camp.messages import text
from camp.outgoing import alert_operators
from handlers.core.context import Ctx
from handlers.core.router import Router

router = Router()


@router.fact("camp.call_refused")
async def tell_operators(ctx: Ctx) -> None:
    """One alert a day for each call and error code."""
    body = ctx.fact.body
    if body.get("expired"):
        words = ctx.say("common.alert_expired", call=body["call"], outbox_id=body["outbox_id"])
    else:
        words = ctx.say(
            "common.alert_call",
            call=body["call"],
            outbox_id=body["outbox_id"],
            errcode=body["errcode"],
            hint=body["hint"]["en" if ctx.policy.language == "en" else "zh"],
        )
    await alert_operators(ctx.tx, text(words), dedup_key=f"refused:{body['call']}:{body['errcode']}:{ctx.now:%Y%m%d}")
