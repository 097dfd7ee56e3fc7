"""A manager closes a cohort: 结营, 确认结营, 撤销结营."""

from __future__ import annotations

from datetime import timedelta

from camp.phrases import Say
from camp.place_words import places_in_words
from camp.policy import Policy
from camp.undoing import undo, undone_in_words
from camp.verdict import Outcome, Verdict, accept, ask
from camp.when import day_and_time
from handlers._cohort_choice import need_cohort
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import MANAGER, Router

router = Router()


@router.staff(
    "结营",
    "close",
    positions=MANAGER,
    usage=("结营 期", "close COHORT"),
    example=("结营 read7-01", "close read7-01"),
    summary=("预演分流并发出结营确认卡", "rehearse the close and send the verdict card"),
    in_groups=True,
)
async def close(ctx: StaffCtx, rest: Rest) -> Reply | None:
    """The card is the answer to a manager who gets one where they speak; to others the same numbers come as text."""
    cohort = await need_cohort(ctx, rest, lambda c: c.closed_at is None and c.starts_at <= ctx.now)
    outcome = await ask(ctx.tx, ctx.policy, cohort, ctx.talk)
    if outcome.shown_here:
        return None
    return Reply.text(outcome_in_words(ctx.say, ctx.policy, outcome))


@router.staff(
    "确认结营",
    "confirm",
    positions=MANAGER,
    usage=("确认结营 期", "confirm COHORT"),
    example=("确认结营 read7-01", "confirm read7-01"),
    summary=("确认后按规则分流", "run the rules of a proposed close"),
    in_groups=True,
)
async def confirm(ctx: StaffCtx, rest: Rest) -> Reply:
    cohort = await need_cohort(ctx, rest, lambda c: c.closed_at is None and c.starts_at <= ctx.now)
    return Reply.text(outcome_in_words(ctx.say, ctx.policy, await accept(ctx.tx, ctx.policy, cohort, ctx.member)))


@router.staff(
    "撤销结营",
    "undo",
    positions=MANAGER,
    usage=("撤销结营 期", "undo COHORT"),
    example=("撤销结营 read7-01", "undo read7-01"),
    summary=("24 小时内撤回一次结营", "take a close back within 24 h"),
    in_groups=True,
)
async def take_back(ctx: StaffCtx, rest: Rest) -> Reply:
    recent = ctx.now - ctx.policy.undo_within - timedelta(hours=1)
    cohort = await need_cohort(ctx, rest, lambda c: c.closed_at is not None and c.closed_at >= recent)
    undone = await undo(ctx.tx, ctx.policy, cohort, ctx.member)
    head, *stuck = undone_in_words(ctx.say, ctx.policy, cohort, undone)
    return Reply.listing(head, stuck) if stuck else Reply.text(head)


def outcome_in_words(say: Say, policy: Policy, outcome: Outcome) -> str:
    """The answer to the manager who spoke or tapped."""
    closing = outcome.closing
    at = closing.confirmed_at if closing is not None else None
    return say(
        f"closing.{outcome.verdict}",
        cohort=outcome.cohort.name,
        code=outcome.cohort.code,
        counts=places_in_words(say, outcome.counts) if outcome.verdict is Verdict.ASKED else "",
        managers=len(outcome.asked),
        at=day_and_time(policy, at) if at else "",
        hours=int(policy.confirm_within.total_seconds() // 3600),
    )
