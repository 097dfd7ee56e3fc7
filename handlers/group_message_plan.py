"""预演: the whole schedule of a cohort's messages to its class groups, by day, with what is left of the allowance after each."""

from __future__ import annotations

from camp.group_message_preview import preview_of
from handlers._message_choice import meant_cohort
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import TEACHER, Router

router = Router()


@router.staff(
    "预演",
    "preview",
    positions=TEACHER,
    usage=("预演 [期]", "preview [cohort]"),
    example=("预演 read7-01", "preview read7-01"),
    summary=("这一期往班群发什么、几点、额度还剩多少", "what goes to the class groups, when, and what is left of the allowance"),
    in_groups=True,
)
async def preview(ctx: StaffCtx, rest: Rest) -> Reply:
    cohort = await meant_cohort(ctx, rest)
    if isinstance(cohort, Reply):
        return cohort
    head, *lines = await preview_of(ctx.tx, ctx.policy, ctx.say, cohort)
    return Reply.listing(head, lines)
