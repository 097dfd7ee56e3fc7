"""A close, its undo and what follows them go on step by step, and the buttons of the verdict card."""

from __future__ import annotations

from camp.closing import sweep_next
from camp.closing_report import tell_teachers
from camp.moving_on import carry_next, tell_next_movers
from camp.undoing import undo_next
from camp.verdict import accept, hold
from handlers._tap import tap_of
from handlers.core.context import Ctx, StaffCtx
from handlers.core.grammar import row_number
from handlers.core.reply import Reply
from handlers.core.router import MANAGER, Router
from handlers.manager_close import outcome_in_words
from storage import closings, cohorts
from storage.cohorts import Cohort

router = Router()


@router.fact("camp.close")
async def go_on(ctx: Ctx) -> None:
    """One chunk of a close; the fact of the next chunk is made in the same transaction."""
    await sweep_next(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("camp.close_told")
async def tell_on(ctx: Ctx) -> None:
    """The next class teachers hear of a close."""
    await tell_teachers(ctx.tx, ctx.policy, int(ctx.fact.body["closing_id"]), int(ctx.fact.body["after"]))


@router.fact("camp.carry")
async def carry_on(ctx: Ctx) -> None:
    """The next stretch of a waiting list."""
    await carry_next(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("camp.moved")
async def tell_movers_on(ctx: Ctx) -> None:
    """The next learners who moved on hear of it."""
    await tell_next_movers(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("camp.undo")
async def undo_on(ctx: Ctx) -> None:
    """The next chunk of an undo."""
    await undo_next(ctx.tx, ctx.policy, ctx.fact.body)


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


async def _cohort_of(ctx: StaffCtx, rest: str) -> Cohort | None:
    closing_id = row_number(rest)
    closing = None if closing_id is None else await closings.load(ctx.tx, closing_id)
    return None if closing is None else await cohorts.load_cohort(ctx.tx, closing.cohort_id)
