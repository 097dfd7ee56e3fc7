"""The cohort a manager means: by code or name; without words the only one that comes into question."""

from __future__ import annotations

from collections.abc import Callable

from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest, UsageError
from storage import cohorts
from storage.cohorts import Cohort


async def need_cohort(ctx: StaffCtx, rest: Rest, meant: Callable[[Cohort], bool]) -> Cohort:
    """The cohort named, or the only one for which `meant` holds; UsageError says which there are."""
    words = rest.text(100)
    if words:
        found = await cohorts.find_cohort(ctx.tx, words)
        if found is not None:
            return found
    known = await cohorts.cohorts_of(ctx.tx)
    candidates = [cohort for cohort in known if meant(cohort)]
    if not words and len(candidates) == 1:
        return candidates[0]
    names = "、".join(cohort.code for cohort in (candidates or known)[-8:]) or "-"
    if not words:
        raise UsageError("common.problem_missing", what=f"营期（{names}）")
    raise UsageError("closing.problem_cohort", text=words[:30], known=names)
