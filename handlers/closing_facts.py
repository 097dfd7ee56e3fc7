"""A running close goes on (camp.close), and the buttons of the verdict card."""

from __future__ import annotations

from camp.closing import sweep_next
from camp.verdict import accept, hold
from handlers._tap import tap_of
from handlers.core.context import Ctx, StaffCtx
from handlers.core.reply import Reply
from handlers.core.router import MANAGER, Router
from handlers.manager_close import outcome_in_words
from storage import closings, cohorts
from storage.cohorts import Cohort

router = Router()


@router.fact("camp.close")
async def go_on(ctx: Ctx) -> None:
    """One chunk of a close; the fact of the next chunk is made in the same transaction."""
    await sweep_next(ctx.tx, ctx.policy, int(ctx.fact.body["closing_id"]), int(ctx.fact.body["after"]))


@router.click("close", positions=MANAGER)
async def confirmed(ctx: StaffCtx, rest: str) -> Reply | None:
    cohort = await _cohort_of(ctx, rest)
    if cohort is None:
        return None
    return Reply.text(outcome_in_words(ctx.say, ctx.policy, await accept(ctx.tx, ctx.policy, cohort, ctx.member, tap_of(ctx))))


@router.click("close_hold", positions=MANAGER)
async def held(ctx: StaffCtx, rest: str) -> Reply | None:
    cohort = await _cohort_of(ctx, rest)
    if cohort is None:
        return None
    return Reply.text(outcome_in_words(ctx.say, ctx.policy, await hold(ctx.tx, ctx.policy, cohort, ctx.member, tap_of(ctx))))


async def _cohort_of(ctx: StaffCtx, closing_id: str) -> Cohort | None:
    closing = await closings.load(ctx.tx, int(closing_id)) if closing_id.isdigit() else None
    return None if closing is None else await cohorts.load_cohort(ctx.tx, closing.cohort_id)
