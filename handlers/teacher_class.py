"""A class teacher asks about their classes: 我的班, 名单, 缺勤, 未完课, 未进群."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from camp.harmless import Ours
from camp.nudge_offer import offer
from camp.nudge_plan import Kind, plan
from camp.phrases import Say
from camp.roster import ClassView, LessonOf, NoCohort, choose_cohort, lesson_name, open_cohorts, view_classes
from camp.rules.place import Place
from camp.when import day_and_time, day_and_time_near
from handlers._cohort_choice import meant, none_here
from handlers._lesson_choice import begun_lesson, no_cohort
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import TEACHER, Router
from storage import group_flow, rosters
from storage.cohorts import Lesson
from storage.nudge_budgets import Missing
from storage.rosters import LessonCount, RosterLine

router = Router()


@router.staff(
    "我的班",
    "my",
    "myclass",
    positions=TEACHER,
    usage=("我的班", "my"),
    example=("我的班", "my"),
    summary=("班级、人数、下节课和签到链接", "classes, head counts, next lesson, check-in link"),
    arguments=False,
    in_groups=True,
)
async def my_classes(ctx: StaffCtx, rest: Rest) -> Reply:
    words, scope = meant(ctx, rest)
    views = await view_classes(ctx.tx, ctx.policy, scope, words)
    if not views:
        return Reply.text(ctx.say("teacher.no_cohort"))
    if not any(view.groups for view in views) and (none := none_here(ctx, scope)):
        return Reply.text(none)
    lines = [line for view in views for line in _class_lines(ctx, view)]
    return Reply.listing("", lines)


@router.staff(
    "名单",
    "roster",
    positions=TEACHER,
    usage=("名单 [期]", "roster [cohort]"),
    example=("名单 read7-01", "roster read7-01"),
    summary=("一期的学员，到课完课一行一人", "the learners of a cohort, one a line"),
    in_groups=True,
)
async def roster(ctx: StaffCtx, rest: Rest) -> Reply:
    words, scope = meant(ctx, rest)
    cohort = await choose_cohort(ctx.tx, scope, words)
    if isinstance(cohort, NoCohort):
        return no_cohort(ctx, cohort, words)
    lines = await rosters.roster(ctx.tx, scope, [cohort.id])
    if not lines:
        return Reply.text(none_here(ctx, scope) or ctx.say("teacher.roster_empty", cohort=cohort.name))
    return Reply.listing(ctx.say("teacher.roster_head", cohort=cohort.name), [*_roster_lines(ctx, lines), _total(ctx, lines)])


@router.staff(
    "缺勤",
    "absent",
    positions=TEACHER,
    usage=("缺勤 课 [期]", "absent lesson [cohort]"),
    example=("缺勤 3", "absent 3"),
    summary=("一节课谁没来", "who did not come to a lesson"),
    in_groups=True,
)
async def absent(ctx: StaffCtx, rest: Rest) -> Reply:
    found = await begun_lesson(ctx, rest)
    if isinstance(found, Reply):
        return found
    missed = await plan(ctx.tx, ctx.policy, found.lesson, Kind.ABSENT, found.scope)
    count = await _count(ctx, found)
    name = lesson_name(ctx.say, found.lesson)
    if not count.to_attend:
        return Reply.text(none_here(ctx, found.scope) or ctx.say("teacher.nobody_counts", lesson=name))
    if not missed.people:
        return Reply.text(ctx.say("teacher.nobody_absent", lesson=name, learners=count.to_attend))
    values = {"lesson": name, "number": missed.missing, "learners": count.to_attend}
    if ctx.now < found.lesson.ends_at:
        head = ctx.say("teacher.absent_running", end=day_and_time_near(ctx.policy, found.lesson.ends_at, ctx.now), **values)
    elif ctx.now < found.lesson.checkin_closes_at:
        until = day_and_time_near(ctx.policy, found.lesson.checkin_closes_at, ctx.now)
        head = ctx.say("teacher.absent_open", until=until, **values)
    else:
        head = ctx.say("teacher.absent", **values)
    await offer(ctx.tx, ctx.policy, ctx.say, ctx.member, ctx.talk, found.cohort, missed)
    return Reply.listing(head, await _missed(ctx, found.lesson, missed.people))


@router.staff(
    "未完课",
    "unfinished",
    positions=TEACHER,
    usage=("未完课 课 [期]", "unfinished lesson [cohort]"),
    example=("未完课 3", "unfinished 3"),
    summary=("一节课谁没完课", "who has not finished a lesson"),
    in_groups=True,
)
async def unfinished(ctx: StaffCtx, rest: Rest) -> Reply:
    found = await begun_lesson(ctx, rest)
    if isinstance(found, Reply):
        return found
    missed = await plan(ctx.tx, ctx.policy, found.lesson, Kind.UNFINISHED, found.scope)
    count = await _count(ctx, found)
    name = lesson_name(ctx.say, found.lesson)
    if not count.to_complete:
        return Reply.text(none_here(ctx, found.scope) or ctx.say("teacher.nobody_counts", lesson=name))
    if not missed.people:
        return Reply.text(ctx.say("teacher.all_finished", lesson=name, learners=count.to_complete))
    lines = await _missed(ctx, found.lesson, missed.people)
    await offer(ctx.tx, ctx.policy, ctx.say, ctx.member, ctx.talk, found.cohort, missed)
    return Reply.listing(ctx.say("teacher.unfinished", lesson=name, number=missed.missing, learners=count.to_complete), lines)


@router.staff(
    "未进群",
    "notingroup",
    positions=TEACHER,
    usage=("未进群 [期]", "notingroup [cohort]"),
    example=("未进群", "notingroup"),
    summary=("加了好友还没进班群的学员", "learners who have not joined the class group"),
    in_groups=True,
)
async def not_in_group(ctx: StaffCtx, rest: Rest) -> Reply:
    words, scope = meant(ctx, rest)
    if words:
        named = await choose_cohort(ctx.tx, scope, words)
        if isinstance(named, NoCohort):
            return no_cohort(ctx, named, words)
        chosen = [named]
    else:
        chosen = await open_cohorts(ctx.tx, scope)
    if not chosen:
        return Reply.text(ctx.say("teacher.no_cohort"))
    ids = [c.id for c in chosen]
    lines = await rosters.roster(ctx.tx, scope, ids, missing_in_group=True)
    none = None if lines else none_here(ctx, scope)
    if none and not await rosters.roster(ctx.tx, scope, ids):
        return Reply.text(none)
    if not lines:
        return Reply.text(ctx.say("teacher.all_in_group"))
    by_class: dict[tuple[str, str | None], list[RosterLine]] = {}
    for line in lines:
        by_class.setdefault((line.cohort_code, line.group_code), []).append(line)
    shown = []
    for (cohort, group), people in by_class.items():
        key = "teacher.not_in_class" if group else "teacher.not_in_any_class"
        shown.append(ctx.say(key, cohort=cohort, group=group or "", number=len(people)))
        shown += _persons(ctx, people)
    return Reply.listing(ctx.say("teacher.not_in_group", number=len(lines)), shown)


async def _count(ctx: StaffCtx, found: LessonOf) -> LessonCount:
    counts = await rosters.lesson_counts(ctx.tx, found.scope, [found.lesson.id])
    return counts.get(found.lesson.id, LessonCount())


def _class_lines(ctx: StaffCtx, view: ClassView) -> list[str]:
    cohort = view.cohort
    head = ctx.say("teacher.class_cohort", cohort=cohort.name, code="" if cohort.code == cohort.name else cohort.code).rstrip()
    lines = [head if cohort.closed_at is None else head + ctx.say("teacher.class_closed")]
    for size in view.groups:
        key = "teacher.class_group" if size.code else "teacher.class_loose"
        lines.append(
            ctx.say(
                key,
                group=size.code,
                teacher=size.teacher,
                learners=size.learners,
                inside=size.in_group,
                outside=size.learners - size.in_group,
            )
        )
    for lesson, count in view.held:
        key = "teacher.class_running" if ctx.now < lesson.ends_at else "teacher.class_latest"
        lines.append(ctx.say(key, lesson=lesson_name(ctx.say, lesson), **vars(count)))
    if view.following is not None:
        start = day_and_time(ctx.policy, view.following.starts_at)
        lines.append(ctx.say("teacher.class_following", lesson=lesson_name(ctx.say, view.following), start=start))
    else:
        lines.append(ctx.say("teacher.class_no_following"))
    linked = [(lesson_name(ctx.say, lesson), Ours(link)) for lesson, link in view.links if link]
    posts = [ctx.say("teacher.class_link", lesson=lesson, link=link) for lesson, link in linked]
    if view.links and not posts:
        posts = [ctx.say("reminder.no_link")]
    return lines + posts


def _persons(ctx: StaffCtx, lines: Sequence[RosterLine | Missing]) -> list[str]:
    return ctx.say.each("teacher.person", id=[line.learner_id for line in lines], name=[line.shown for line in lines])


async def _missed(ctx: StaffCtx, lesson: Lesson, people: Sequence[Missing]) -> list[str]:
    """Who missed a lesson, or attended it and no more; beside them who left the class group while it ran."""
    attended, left = ctx.say("teacher.mark_attended"), ctx.say("teacher.mark_left")
    gone = await group_flow.left_during(ctx.tx, lesson)
    lines = []
    for person, line in zip(_persons(ctx, people), people, strict=True):
        marks = [attended] * line.attended + [left] * (line.learner_id in gone)
        lines.append(" ".join([person, *marks]))
    return lines


def _roster_lines(ctx: StaffCtx, lines: Sequence[RosterLine]) -> list[str]:
    shown = ctx.say.each(
        "teacher.roster_line",
        id=[line.learner_id for line in lines],
        name=[line.shown for line in lines],
        attended=[line.attended for line in lines],
        completed=[line.completed for line in lines],
    )
    marks = [_marks(ctx.say, line.in_group, line.place, line.paid, line.unreachable) for line in lines]
    return [f"{line} {mark}" if mark else line for line, mark in zip(shown, marks, strict=True)]


@lru_cache
def _marks(say: Say, in_group: bool, place: str, paid: bool, unreachable: bool) -> str:
    """What is to be said of a learner beside the numbers; there are few ways to stand, and a roster has hundreds of lines."""
    marks = []
    if not in_group and place not in rosters.GONE:
        marks.append(say("teacher.mark_not_in_group"))
    if place != Place.CLASS:
        marks.append(say("teacher.mark_place", place=say(f"common.place_{place}")))
    elif paid:
        marks.append(say("teacher.mark_place", place=say("common.place_paid")))
    if unreachable:
        marks.append(say("teacher.mark_unreachable"))
    return " ".join(marks)


def _total(ctx: StaffCtx, lines: list[RosterLine]) -> str:
    """Every learner is in exactly one place, so the numbers add up."""
    places = Counter(line.place for line in lines)
    parts = [ctx.say("teacher.roster_place", place=ctx.say(f"common.place_{p}"), number=n) for p, n in places.most_common()]
    outside = sum(1 for line in lines if not line.in_group and line.place not in rosters.GONE)
    return ctx.say("teacher.roster_total", learners=len(lines), places=" · ".join(parts), outside=outside)
