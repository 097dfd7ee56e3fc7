"""课表, 进度, 我的: what a learner can look up."""

from __future__ import annotations

from collections.abc import Sequence

from camp.lesson_choice import live, why_no_seat
from camp.progress import lesson_state, reach_left, tally
from camp.roster import lesson_name
from camp.way_in import way_into
from camp.when import day_and_time, day_and_time_near
from handlers._learner_desk import no_seat, seats_of
from handlers.core.context import LearnerCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import Router
from storage import cohorts, members
from storage.attendance import Seat
from storage.cohorts import Lesson

router = Router()


@router.learner(
    "课表",
    "课程表",
    "课程",
    "上课时间",
    "schedule",
    "lessons",
    usage=("课表", "schedule"),
    example=("课表", "schedule"),
    summary=("看每节课的时间", "when the lessons are"),
    arguments=False,
)
async def schedule(ctx: LearnerCtx, rest: Rest) -> Reply:
    seats = await seats_of(ctx)
    mine = live(seats)
    if not mine:
        return no_seat(ctx, why_no_seat(seats))
    sections = [[_schedule_head(ctx, seat), *(_schedule_line(ctx, lesson) for lesson in seat.lessons)] for seat in mine]
    lines = [line for section in sections for line in section]
    return Reply.listing(lines[0], lines[1:])


@router.learner(
    "进度",
    "我的进度",
    "学习进度",
    "到课情况",
    "progress",
    usage=("进度", "progress"),
    example=("进度", "progress"),
    summary=("看到课、完课、作业", "attendance, completion, homework"),
    arguments=False,
)
async def progress(ctx: LearnerCtx, rest: Rest) -> Reply:
    seats = await seats_of(ctx)
    mine = live(seats) or seats[:1]
    if not mine:
        return no_seat(ctx, why_no_seat(seats))
    lines: list[str] = []
    for seat in mine:
        lines += [ctx.say("progress.counts", **vars(tally(seat))), ctx.say("progress.cohort", cohort=seat.cohort.name)]
        lines += [_progress_line(ctx, seat, lesson) for lesson in seat.lessons]
    left = await reach_left(ctx.tx, ctx.learner.id)
    if left is not None:
        lines.append(ctx.say("progress.reach", messages=left.messages, until=day_and_time(ctx.policy, left.until)))
    return Reply.listing(lines[0], lines[1:])


@router.learner(
    "我的",
    "我的信息",
    "个人信息",
    "me",
    usage=("我的", "me"),
    example=("我的", "me"),
    summary=("看我的营期和班主任", "my cohort and class teacher"),
    arguments=False,
)
async def me(ctx: LearnerCtx, rest: Rest) -> Reply:
    seats = await seats_of(ctx)
    lines = [ctx.say("learner.me_head", name=ctx.learner.shown, learner=ctx.learner.id)]
    for seat in live(seats) or seats[:1]:
        lines += await _me_cohort(ctx, seat)
    if not seats:
        lines.append(ctx.say("learner.not_enrolled"))
    lines.append(ctx.say("learner.me_phone" if ctx.learner.phone_sealed else "learner.me_no_phone"))
    if ctx.learner.unsubscribed_at is not None:
        lines.append(ctx.say("learner.me_silent"))
    return Reply.text("\n".join(lines))


async def _me_cohort(ctx: LearnerCtx, seat: Seat) -> Sequence[str]:
    cohort, enrolment = seat.cohort, seat.enrolment
    if cohort.closed_at is not None:
        state = ctx.say("learner.closed")
    else:
        state = ctx.say("learner.running" if cohort.starts_at <= ctx.now else "learner.to_come")
    lines = [ctx.say("learner.me_cohort", cohort=cohort.name, starts=day_and_time(ctx.policy, cohort.starts_at), state=state)]
    teacher = await members.load(ctx.tx, enrolment.class_teacher_id) if enrolment.class_teacher_id else None
    shown = teacher.shown if teacher else ctx.say("learner.no_teacher")
    lines.append(ctx.say("learner.me_teacher", teacher=shown))
    if enrolment.in_group:
        lines.append(ctx.say("learner.me_in_group"))
    elif enrolment.class_group_id is not None and cohort.closed_at is None:
        group = await cohorts.load_class_group(ctx.tx, enrolment.class_group_id)
        way = await way_into(ctx.tx, group, enrolment.channel_id)
        how = way.url if way is not None else ctx.say("learner.me_ask_teacher", teacher=shown)
        lines.append(ctx.say("learner.me_not_in_group", how=how))
    return lines


def _schedule_head(ctx: LearnerCtx, seat: Seat) -> str:
    starts = day_and_time(ctx.policy, seat.cohort.starts_at)
    return ctx.say("progress.schedule_head", cohort=seat.cohort.name, starts=starts)


def _schedule_line(ctx: LearnerCtx, lesson: Lesson) -> str:
    return ctx.say(
        "progress.schedule_line",
        lesson=lesson_name(ctx.say, lesson),
        starts=day_and_time(ctx.policy, lesson.starts_at),
        minutes=lesson.seconds // 60,
        opens=day_and_time_near(ctx.policy, lesson.checkin_opens_at, lesson.starts_at),
        closes=day_and_time_near(ctx.policy, lesson.checkin_closes_at, lesson.starts_at),
    )


def _progress_line(ctx: LearnerCtx, seat: Seat, lesson: Lesson) -> str:
    seen = seat.seen(lesson)
    mark = {True: ctx.say("progress.yes"), False: ctx.say("progress.no")}
    line = ctx.say(
        f"progress.{lesson_state(seat, lesson, ctx.now).value}",
        lesson=lesson_name(ctx.say, lesson),
        attended=mark[seen.attended],
        completed=mark[seen.completed],
        starts=day_and_time(ctx.policy, lesson.starts_at),
        closes=day_and_time_near(ctx.policy, lesson.checkin_closes_at, ctx.now),
    )
    if seen.score is not None:
        line += ctx.say("progress.score", score=seen.score)
    elif seen.homework_at is not None:
        line += ctx.say("progress.homework")
    if seen.rating is not None:
        line += ctx.say("progress.rating", rating=seen.rating)
    return line
