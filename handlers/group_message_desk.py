"""停发, 恢复, 现在发: what a manager does by hand with a declared message to the class groups of one cohort."""

from __future__ import annotations

from camp.group_message_now import post_now, quiet_now, resume, stop
from camp.group_message_words import title_in
from camp.rules.group_message import from_plain
from camp.when import day_and_time_near
from camp.workplace import rest_comes
from handlers._message_choice import meant_message
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest, UsageError
from handlers.core.reply import Reply
from handlers.core.router import MANAGER, Router
from storage import cohorts
from storage.cohorts import ClassGroup, Cohort

router = Router()


@router.staff(
    "停发",
    "stop",
    positions=MANAGER,
    usage=("停发 期 代码", "stop COHORT CODE"),
    example=("停发 read7-01 offer", "stop read7-01 offer"),
    summary=("这一期不再发这条群发，等点的任务撤销", "no more of this message for the cohort; waiting tasks are taken back"),
    in_groups=True,
)
async def stop_message(ctx: StaffCtx, rest: Rest) -> Reply:
    found = await meant_message(ctx, rest)
    if isinstance(found, Reply):
        return found
    cohort, declared, _ = found
    values = {"cohort": cohort.name, "cohort_code": cohort.code, "code": declared.code}
    back = await stop(ctx.tx, cohort, declared, ctx.member)
    if back is None:
        return Reply.text(ctx.say("group_message.stopped_before", **values))
    waiting = ctx.say("group_message.stopped_back", number=back) if back else ""
    return Reply.text(ctx.say("group_message.stopped", back=waiting, **values))


@router.staff(
    "恢复",
    "resume",
    positions=MANAGER,
    usage=("恢复 期 代码", "resume COHORT CODE"),
    example=("恢复 read7-01 offer", "resume read7-01 offer"),
    summary=("停发的群发接着发", "lets a stopped message go on"),
    in_groups=True,
)
async def resume_message(ctx: StaffCtx, rest: Rest) -> Reply:
    found = await meant_message(ctx, rest)
    if isinstance(found, Reply):
        return found
    cohort, declared, _ = found
    values = {"cohort": cohort.name, "code": declared.code}
    plan = await resume(ctx.tx, ctx.policy, cohort, declared)
    if plan is None:
        return Reply.text(ctx.say("group_message.resumed_before", **values))
    coming = [slot for slot in plan.slots if slot.declared.id == declared.id and slot.row is None and slot.skip is None]
    if not coming:
        return Reply.text(ctx.say("group_message.resumed_none", **values))
    at = day_and_time_near(ctx.policy, coming[0].occurrence.due_at, ctx.now)
    return Reply.text(ctx.say("group_message.resumed", at=at, **values))


@router.staff(
    "现在发",
    "postnow",
    positions=MANAGER,
    usage=("现在发 期 代码 [班]", "postnow COHORT CODE [CLASS]"),
    example=("现在发 read7-01 offer A", "postnow read7-01 offer A"),
    summary=("马上备这条群发，不等排期（仍算额度）", "prepares this message at once (it counts towards the allowance)"),
    in_groups=True,
)
async def post_message(ctx: StaffCtx, rest: Rest) -> Reply:
    found = await meant_message(ctx, rest)
    if isinstance(found, Reply):
        return found
    cohort, declared, words = found
    groups = await _groups(ctx, cohort, words)
    quiet = await quiet_now(ctx.tx, ctx.policy, cohort)
    if quiet is not None:
        start, end = (hour.strftime("%H:%M") for hour in quiet)
        return Reply.text(ctx.say("group_message.now_quiet", start=start, end=end))
    try:
        seq, posted = await post_now(ctx.tx, ctx.policy, cohort, declared, groups, ctx.member)
    except LookupError:
        return Reply.text(ctx.say("group_message.now_lesson", code=declared.code))
    title = await title_in(ctx.tx, ctx.say, from_plain(declared.plan), cohort, seq)
    lines = [
        ctx.say("group_message.now_line", code=one.group.code, what=ctx.say(f"group_message.now_{one.verdict}", left=one.left))
        for one in posted
    ]
    if any(one.verdict == "made" for one in posted) and (
        where := await rest_comes(ctx.tx, ctx.policy, ctx.say, ctx.talk, cohort.id)
    ):
        lines.append(where)
    return Reply.listing(ctx.say("group_message.now_head", title=title), lines)


async def _groups(ctx: StaffCtx, cohort: Cohort, words: str) -> list[ClassGroup]:
    groups = [group for group in await cohorts.class_groups_of(ctx.tx, cohort.id) if group.dismissed_at is None]
    chosen = [group for group in groups if group.code.casefold() == words.casefold()]
    if words and not chosen:
        known = "、".join(group.code for group in groups) or "-"
        raise UsageError("group_message.problem_class", text=words[:32], cohort=cohort.name, known=known)
    return chosen or groups
