"""退群 and 群数据: who left the class groups and during which lesson, and how the groups do per day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from camp import group_counts
from camp.group_counts import MOST_OWNERS
from camp.join_code import class_name
from camp.roster import lesson_name
from camp.when import day_and_time
from handlers._class_choice import Choice, choose_class
from handlers.core.context import Ctx, StaffCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import TEACHER, Router
from storage import group_flow
from storage.cohorts import ClassGroup, Lesson, lessons_of
from storage.group_flow import Leaver

router = Router()


@router.staff(
    "退群",
    "left",
    positions=TEACHER,
    usage=("退群 [期] [班]", "left [cohort] [class]"),
    example=("退群 read7-01", "left read7-01 A"),
    summary=("谁退了班群，是哪节课上退的", "who left the class group, and during which lesson"),
    in_groups=True,
)
async def left(ctx: StaffCtx, rest: Rest) -> Reply:
    chosen = await choose_class(ctx, rest.text(200))
    if isinstance(chosen, Reply):
        return chosen
    choice, group = chosen
    where = _where(ctx, choice, group)
    gone = await group_flow.leavers(ctx.tx, [g.id for g in choice.of_class(group)])
    if not gone:
        return Reply.text(ctx.say("group.left_nobody", where=where))
    lessons = await lessons_of(ctx.tx, choice.cohort.id)
    during = Counter(lesson.seq for one in gone if (lesson := _lesson_at(lessons, one)) is not None)
    counts = [
        ctx.say("group.left_lesson", lesson=lesson_name(ctx.say, lesson), number=during[lesson.seq])
        for lesson in lessons
        if during[lesson.seq]
    ]
    told = ctx.say("group.left_during", number=during.total(), lessons=" · ".join(counts)) if counts else ""
    head = ctx.say("group.left_head", where=where, number=len(gone), during=told)
    return Reply.listing(head, [_line(ctx, lessons, one) for one in gone])


@router.staff(
    "群数据",
    "groupstats",
    positions=TEACHER,
    usage=("群数据 [期] [班]", "groupstats [cohort] [class]"),
    example=("群数据 read7-01", "groupstats read7-01 A"),
    summary=("班群近 7 天每天进退群、消息、发言人数", "joins, leaves, messages, speakers per day for 7 days"),
    in_groups=True,
)
async def counts(ctx: StaffCtx, rest: Rest) -> Reply:
    chosen = await choose_class(ctx, rest.text(200))
    if isinstance(chosen, Reply):
        return chosen
    choice, group = chosen
    where, groups = _where(ctx, choice, group), choice.of_class(group)
    owners = await group_counts.owners_of(ctx.tx, groups)
    if not owners:
        return Reply.text(ctx.say("group.counts_no_chat", where=where))
    if len(owners) > MOST_OWNERS:
        return Reply.text(ctx.say("group.counts_many", number=len(owners), limit=MOST_OWNERS, cohort=choice.cohort.code))
    await group_counts.ask(ctx.tx, ctx.talk, ctx.say, where, groups, owners)
    return Reply.text(ctx.say("group.counts_asked", where=where))


@router.fact("answer.group.statistics")
async def counts_came(ctx: Ctx) -> None:
    await group_counts.take(ctx.tx, ctx.policy, ctx.fact.body)


def _where(ctx: StaffCtx, choice: Choice, group: ClassGroup | None) -> str:
    return choice.cohort.name if group is None else f"{choice.cohort.name} {class_name(ctx.policy, group.code)}"


def _lesson_at(lessons: Sequence[Lesson], gone: Leaver) -> Lesson | None:
    return next((lesson for lesson in lessons if lesson.starts_at <= gone.left_at < lesson.ends_at), None)


def _line(ctx: StaffCtx, lessons: Sequence[Lesson], gone: Leaver) -> str:
    lesson = _lesson_at(lessons, gone)
    during = ""
    if lesson is not None:
        minutes = int((gone.left_at - lesson.starts_at).total_seconds() // 60)
        during = ctx.say("group.left_in_lesson", lesson=lesson_name(ctx.say, lesson), minutes=minutes)
    if gone.learner_id is None:
        person = ctx.say("group.left_stranger")
    else:
        person = ctx.say("teacher.person", id=gone.learner_id, name=gone.name or f"学员{gone.learner_id}")
    how = {0: "group.left_themselves", 1: "group.left_removed"}.get(-1 if gone.quit_scene is None else gone.quit_scene)
    at = day_and_time(ctx.policy, gone.left_at)
    return ctx.say(
        "group.left_line", at=at, person=person, group=gone.group_code, how=ctx.say(how or "group.left_unknown"), lesson=during
    )
