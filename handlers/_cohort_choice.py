"""What a command means that may name a cohort or a pool: what was said, else what the group is bound to, else the only one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from camp.room import bound_in_words
from camp.scope import scope_of
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest, UsageError
from storage import cohorts
from storage.cohorts import Cohort
from storage.scopes import Scope

_CHARACTERS = 100


def meant(ctx: StaffCtx, rest: Rest) -> tuple[str, Scope]:
    """The words for a cohort at the end of a command, and whose learners of it: in a group bound to a class those of the class.

    The words are empty where nothing was said and the group is bound to no cohort.
    """
    words, room = rest.text(_CHARACTERS), ctx.talk.room
    if words or room is None or room.cohort_code is None:
        return words, scope_of(ctx.member)
    return room.cohort_code, scope_here(ctx, room.cohort_id)


def scope_here(ctx: StaffCtx, cohort_id: int | None) -> Scope:
    """Whose learners of a cohort a tap means: in a group bound to a class of it those of the class."""
    scope, room = scope_of(ctx.member), ctx.talk.room
    narrow = room is not None and room.cohort_id == cohort_id
    return replace(scope, class_group_id=room.class_group_id) if narrow and room is not None else scope


def none_here(ctx: StaffCtx, scope: Scope) -> str | None:
    """For an empty answer that the group narrowed to its class: nobody there is theirs, which says nothing of their others."""
    room = ctx.talk.room
    if room is None or scope.class_group_id is None:
        return None
    return ctx.say("room.none_of_yours", what=bound_in_words(ctx.say, room), code=room.cohort_code)


def meant_pool(ctx: StaffCtx, rest: Rest) -> str:
    """The words for a pool; where nothing was said the one the group is bound to."""
    return rest.text(20) or (ctx.talk.room.pool if ctx.talk.room else None) or ""


async def need_cohort(ctx: StaffCtx, rest: Rest, fits: Callable[[Cohort], bool]) -> Cohort:
    """The cohort named, or the only one for which `fits` holds; UsageError says which there are."""
    words, _ = meant(ctx, rest)
    if words:
        found = await cohorts.find_cohort(ctx.tx, words)
        if found is not None:
            return found
    known = await cohorts.cohorts_of(ctx.tx)
    candidates = [cohort for cohort in known if fits(cohort)]
    if not words and len(candidates) == 1:
        return candidates[0]
    names = "、".join(cohort.code for cohort in (candidates or known)[-8:]) or "-"
    if not words:
        raise UsageError("common.problem_missing", what=f"营期（{names}）")
    raise UsageError("closing.problem_cohort", text=words[:30], known=names)
