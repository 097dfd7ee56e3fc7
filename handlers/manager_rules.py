"""The rules in words and what another number would do: 规则, 试算."""

from __future__ import annotations

import re

from camp.place_words import ORDER
from camp.rehearsal import CohortRehearsal, Rehearsal, find_rule, rehearse
from camp.rule_words import book_in_lines, rule_in_words, settings_of
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest, UsageError
from handlers.core.reply import Reply
from handlers.core.router import MANAGER, Router
from storage import cohorts

router = Router()

_LARGEST = 999


@router.staff(
    "规则",
    "rules",
    positions=MANAGER,
    usage=("规则", "rules"),
    example=("规则", "rules"),
    summary=("分流规则和每个训练营的数字", "the rules in words with each camp's numbers"),
    arguments=False,
)
async def rules(ctx: StaffCtx, rest: Rest) -> Reply:
    lines = book_in_lines(ctx.say, ctx.policy.rulebook, await cohorts.all_camps(ctx.tx))
    return Reply.listing(ctx.say("closing.rules_head"), [*lines, ctx.say("closing.rules_hint")])


@router.staff(
    "试算",
    "rehearse",
    positions=MANAGER,
    usage=("试算 规则 [数字]", "rehearse RULE [NUMBER]"),
    example=("试算 warm 3", "rehearse warm 3"),
    summary=("换个数字会移动多少人，不改动任何人", "how many another number would move; nothing changes"),
)
async def rehearsal(ctx: StaffCtx, rest: Rest) -> Reply:
    words = rest.text(60).split()
    if not words:
        raise UsageError("common.problem_missing", what="规则")
    number = _number(words.pop()) if _looks_numeric(words[-1]) else None
    if len(words) > 1:
        raise UsageError("closing.problem_number", text=words[-1][:20])
    rule = find_rule(ctx.policy, words[0] if words else "")
    if rule is None:
        known = "、".join(r.name for r in ctx.policy.rulebook.rules)
        raise UsageError("closing.problem_rule", text=words[0][:20] if words else "", known=known)
    return _shown(ctx, await rehearse(ctx.tx, ctx.policy, rule, number), await _head(ctx, rule.name))


async def _head(ctx: StaffCtx, name: str) -> str:
    rule = find_rule(ctx.policy, name)
    camps = await cohorts.all_camps(ctx.tx)
    if rule is None or not camps:
        return name
    return rule_in_words(ctx.say, rule, settings_of(camps[0]))


def _shown(ctx: StaffCtx, found: Rehearsal, rule: str) -> Reply:
    head = ctx.say("closing.rehearsal_head", rule=rule)
    if found.number is not None:
        key = "closing.rehearsal_setting" if found.setting else "closing.rehearsal_number"
        head += "\n" + ctx.say(key, name=found.setting or found.rule.name, number=found.number)
    if not found.cohorts:
        return Reply.text(head + "\n" + ctx.say("closing.rehearsal_none"))
    return Reply.listing(head, [line for cohort in found.cohorts for line in _cohort_lines(ctx, found, cohort)])


def _cohort_lines(ctx: StaffCtx, found: Rehearsal, cohort: CohortRehearsal) -> list[str]:
    name = ctx.say("closing.rehearsal_closed" if cohort.closed else "closing.rehearsal_open", cohort=cohort.name)
    place = ctx.say(f"common.place_{found.rule.move}")
    lines = [ctx.say("closing.rehearsal_line", cohort=name, total=cohort.total, place=place, now=cohort.now, then=cohort.then)]
    for move in sorted(cohort.moves, key=lambda m: [str(place) for place in ORDER].index(m.there)):
        here, there = ctx.say(f"common.place_{move.here}"), ctx.say(f"common.place_{move.there}")
        lines.append(ctx.say("closing.rehearsal_move", number=move.number, here=here, there=there, paid=move.paid))
    return lines


def _looks_numeric(word: str) -> bool:
    return word.lstrip("+-").replace(".", "").isdigit()


def _number(word: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", word) or int(word) > _LARGEST:
        raise UsageError("closing.problem_number", text=word[:20])
    return int(word)
