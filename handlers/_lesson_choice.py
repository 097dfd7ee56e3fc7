"""The lesson a member asks about, or the answer why there is nothing to say of it."""

from __future__ import annotations

from camp.roster import LessonOf, NoCohort, choose_lesson, lesson_name
from camp.when import day_and_time
from handlers._cohort_choice import meant
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply


async def begun_lesson(ctx: StaffCtx, rest: Rest) -> LessonOf | Reply:
    """The lesson a member means, once it has begun; else the answer why there is nothing to list."""
    seq = rest.need_lesson()
    words, scope = meant(ctx, rest)
    found = await choose_lesson(ctx.tx, scope, seq, words)
    if isinstance(found, NoCohort):
        return no_cohort(ctx, found, words)
    if not isinstance(found, LessonOf):
        return Reply.text(ctx.say("teacher.no_lesson", cohort=found.cohort.name, seq=seq, lessons=found.lessons))
    if found.lesson.starts_at > ctx.now:
        start = day_and_time(ctx.policy, found.lesson.starts_at)
        return Reply.text(ctx.say("teacher.not_begun", lesson=lesson_name(ctx.say, found.lesson), start=start))
    return found


def no_cohort(ctx: StaffCtx, missing: NoCohort, words: str) -> Reply:
    """The member has no such cohort; names those they have."""
    if not missing.known:
        return Reply.text(ctx.say("teacher.no_cohort"))
    known = "、".join(c.code for c in missing.known[-10:])
    return Reply.text(ctx.say("teacher.unknown_cohort", text=words[:20], known=known))
