"""What the learner's commands share: their seats, the moment that counts, and why there is no lesson to take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from camp.kf_item import moment_of
from camp.lesson_choice import Chosen, NoSeat, NoSuchLesson, NotStarted, WhyNoSeat, live
from camp.messages import menu
from camp.phrases import Say
from camp.roster import lesson_name
from camp.when import day_and_time, day_and_time_near
from handlers.core.context import Ctx, LearnerCtx
from handlers.core.reply import Reply
from handlers.core.router import Command, discover
from storage import attendance
from storage.attendance import Seat

# Menu ids: a tap on `cmd:签到` is the same as typing 签到; `checkin:12` names the lesson by its id.
COMMAND_ID = "cmd:"
CHECKIN_ID = "checkin:"
HOME = ("learner.do_checkin", "learner.do_schedule", "learner.do_progress", "learner.do_ask")


@cache
def learner_commands() -> tuple[Command, ...]:
    """All commands of learners; found once, at the first message, when every module of `handlers/` is loaded."""
    return discover().learner_commands


def said_at(ctx: Ctx) -> datetime:
    """When the learner said it: after an outage old messages count with the time they were sent."""
    return moment_of(ctx.fact.body, ctx.now) if ctx.fact.kind == "kf.message" else ctx.now


async def seats_of(ctx: LearnerCtx) -> list[Seat]:
    return await attendance.seats_of(ctx.tx, ctx.learner.id)


def items(say: Say, *keys: str) -> list[tuple[str, str]]:
    """Menu items whose label is the command it stands for."""
    return [(COMMAND_ID + say(key), say(key)) for key in keys]


def name_among(say: Say, chosen: Chosen, seats: Sequence[Seat]) -> str:
    """The lesson's name, with its cohort for a learner who takes several."""
    name = lesson_name(say, chosen.lesson)
    if len(live(seats)) < 2:
        return name
    return say("learner.of_cohort", lesson=name, cohort=chosen.seat.cohort.name)


def no_seat(ctx: Ctx, why: NoSeat) -> Reply:
    """Why there is no lesson to take, and what to do about it."""
    if why.why is WhyNoSeat.CLOSED and why.cohort is not None:
        words = ctx.say("learner.cohort_closed", cohort=why.cohort.name)
    elif why.why is WhyNoSeat.MOVED and why.cohort is not None:
        starts = day_and_time(ctx.policy, why.cohort.starts_at)
        return Reply.text(ctx.say("learner.moved", cohort=why.cohort.name, starts=starts))
    elif why.why is WhyNoSeat.WAITING:
        return Reply.text(ctx.say("learner.waiting"))
    else:
        words = ctx.say("learner.not_enrolled")
    return Reply(menu(words, items(ctx.say, "learner.do_enrol", "learner.do_ask")))


def no_such_lesson(ctx: Ctx, missing: NoSuchLesson) -> Reply:
    numbers = sorted({lesson.seq for seat in missing.seats for lesson in seat.lessons})
    if not numbers:
        return Reply.text(ctx.say("learner.no_lessons"))
    names = ctx.say("learner.list_separator").join(ctx.say("learner.lesson", seq=number) for number in numbers)
    return Reply.text(ctx.say("learner.no_such_lesson", seq=missing.seq, lessons=names))


def not_a_lesson(ctx: Ctx, seats: Sequence[Seat], choice: NoSuchLesson | NotStarted | NoSeat) -> Reply:
    """The answer when 完课, 作业 or 评分 found no lesson that has started."""
    match choice:
        case NoSuchLesson():
            return no_such_lesson(ctx, choice)
        case NoSeat():
            return no_seat(ctx, choice)
        case NotStarted(option):
            starts = day_and_time_near(ctx.policy, option.lesson.starts_at, ctx.now)
            return Reply.text(ctx.say("progress.not_started", lesson=name_among(ctx.say, option, seats), starts=starts))
