"""为什么: why a learner is where they are, for everybody who may see them."""

from __future__ import annotations

from camp.explain import Event, Explanation, Placed, explain
from camp.money import yuan
from camp.rule_words import rule_in_words, settings_of
from camp.rules.place import Place
from camp.scope import find_learner
from camp.when import day_and_time
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import STAFF, Router

router = Router()


@router.staff(
    "为什么",
    "why",
    positions=STAFF,
    usage=("为什么 #编号", "why #NUMBER"),
    example=("为什么 #12", "why #12"),
    summary=("学员为什么在这里：规则、事实、时间", "why a learner is where they are: rule, facts, time"),
)
async def why(ctx: StaffCtx, rest: Rest) -> Reply:
    number = rest.need_hash()
    learner = await find_learner(ctx.tx, ctx.member, number)
    if learner is None:
        return Reply.text(ctx.say("closing.not_found", number=number))
    found = await explain(ctx.tx, ctx.policy, learner)
    if found is None:
        return Reply.text(ctx.say("closing.no_enrolment", name=learner.shown, number=learner.id))
    place = ctx.say(f"common.place_{found.enrolment.place}")
    head = ctx.say("closing.why_head", name=learner.shown, number=learner.id, place=place, cohort=found.cohort_name)
    return Reply.listing(head, [*_reason(ctx, found), *_since(ctx, found)])


def _reason(ctx: StaffCtx, found: Explanation) -> list[str]:
    placed = found.placed
    if placed is None:
        return _not_yet(ctx, found)
    rule = next((r for r in ctx.policy.rulebook.rules if r.name == placed.rule), None)
    if rule is None:
        words = ctx.say("closing.why_rule_gone", name=placed.rule)
    else:
        words = ctx.say("closing.why_rule", rule=rule_in_words(ctx.say, rule, settings_of(placed.camp)))
    facts = placed.facts
    lines = [
        words,
        ctx.say("closing.why_facts", attended=facts.attended, completed=facts.completed, paid=facts.paid),
        _moved(ctx, placed),
        ctx.say("closing.why_by", member=placed.confirmed_by) if placed.confirmed_by else ctx.say("closing.why_by_clock"),
    ]
    if found.today is not None and found.today.name != placed.rule:
        lines.append(ctx.say("closing.why_today", rule=rule_in_words(ctx.say, found.today, settings_of(placed.camp))))
    return [*lines, ctx.say("closing.why_undone")] if placed.undone else lines


def _not_yet(ctx: StaffCtx, found: Explanation) -> list[str]:
    lines = [ctx.say("closing.why_none", at=day_and_time(ctx.policy, found.enrolment.enrolled_at))]
    if found.today is not None and found.enrolment.place == Place.CLASS:
        lines.append(ctx.say("closing.why_if_closed", rule=rule_in_words(ctx.say, found.today, settings_of(found.camp))))
    return lines


def _moved(ctx: StaffCtx, placed: Placed) -> str:
    return ctx.say(
        "closing.why_move",
        at=day_and_time(ctx.policy, placed.at),
        cohort=placed.cohort_name,
        moment=ctx.say(f"closing.moment_{placed.moment}", days=placed.camp.sale_window_days),
        from_place=ctx.say(f"common.place_{placed.from_place}"),
        to_place=ctx.say(f"common.place_{placed.to_place}"),
    )


def _since(ctx: StaffCtx, found: Explanation) -> list[str]:
    told = [_event(ctx, event) for event in found.since if event.kind in _TOLD]
    return [ctx.say("closing.why_since"), *told] if told else []


_TOLD = ("pooled", "given_up", "claimed", "returned", "sold", "sale_confirmed", "refunded", "unplaced", "nudged")


def _event(ctx: StaffCtx, event: Event) -> str:
    detail = event.detail
    return ctx.say(
        f"closing.since_{event.kind}",
        at=day_and_time(ctx.policy, event.at),
        by=event.by,
        pool=ctx.say(f"pool.{detail.get('pool', 'conversion')}"),
        reason=str(detail.get("reason", "")),
        course=str(detail.get("course", "")),
        order_no=str(detail.get("order_no", "")),
        amount=yuan(int(detail.get("amount_fen", 0))),
        lesson=str(detail.get("lesson", "")),
    )
