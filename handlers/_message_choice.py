"""The cohort and the message to its class groups that a member means: `期 代码`, in a bound group `代码` alone."""

from __future__ import annotations

from camp.roster import NoCohort, choose_cohort
from handlers._cohort_choice import meant
from handlers._lesson_choice import no_cohort
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest, UsageError
from handlers.core.reply import Reply
from storage import camp_messages, cohorts
from storage.camp_messages import CampMessage
from storage.cohorts import Cohort


async def meant_cohort(ctx: StaffCtx, rest: Rest) -> Cohort | Reply:
    """The cohort named, else the one of the group, else the current one."""
    words, scope = meant(ctx, rest)
    found = await choose_cohort(ctx.tx, scope, words)
    return no_cohort(ctx, found, words) if isinstance(found, NoCohort) else found


async def meant_message(ctx: StaffCtx, rest: Rest) -> tuple[Cohort, CampMessage, str] | Reply:
    """The cohort, the declared message, and what follows (a class code or nothing)."""
    words = rest.text(100).split()
    if not words:
        raise UsageError("common.problem_missing", what="期 代码")
    named = await cohorts.find_cohort(ctx.tx, words[0])
    if named is not None:
        words = words[1:]
    cohort = named or await meant_cohort(ctx, Rest(""))
    if isinstance(cohort, Reply):
        return cohort
    declared = (await camp_messages.of_camps(ctx.tx, [cohort.camp_id])).get(cohort.camp_id, [])
    code = words[0] if words else ""
    message = next((one for one in declared if one.code.casefold() == code.casefold()), None)
    if message is None:
        known = "、".join(one.code for one in declared) or "-"
        raise UsageError("group_message.problem_code", text=code[:32], known=known)
    return cohort, message, " ".join(words[1:])
