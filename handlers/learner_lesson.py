"""完课, 作业, 评分: what a learner says about a lesson that has started."""

from __future__ import annotations

import re
from datetime import datetime

from camp import attendance
from camp.lesson_choice import Chosen, LessonChoice, choose_started, window_of
from camp.progress import seat_after, tally
from camp.when import day_and_time_near
from handlers._learner_desk import name_among, not_a_lesson, said_at, seats_of
from handlers.core.context import LearnerCtx
from handlers.core.grammar import Rest, UsageError
from handlers.core.reply import Reply
from handlers.core.router import Router
from storage.attendance import Seat

router = Router()

HOMEWORK_CHARACTERS = 2000
RATING_CHARACTERS = 300
_ASKING = re.compile(r"^(怎么|怎样|如何|在哪|哪里|什么|是什么|有哪些|几点|要不要|how\b|where\b|what\b)", re.I)
# “5分讲得很好”, “5讲得很好”: a space where none was typed.
_GLUED_SCORE = re.compile(r"^(\d{1,2}\s*[分星]?|[★⭐]+)(?=[^\d\s.分星★⭐])")


@router.learner(
    "完课",
    "看完了",
    "学完了",
    "听完了",
    "完成",
    "finish",
    "done",
    usage=("完课 [课]", "finish [lesson]"),
    example=("完课3", "finish 3"),
    summary=("学完一节课", "say that a lesson is finished"),
)
async def finish(ctx: LearnerCtx, rest: Rest) -> Reply:
    seats = await seats_of(ctx)
    at = said_at(ctx)
    choice = choose_started(seats, _lesson_alone(rest), at)
    if not isinstance(choice, Chosen):
        return not_a_lesson(ctx, seats, choice)
    seat, lesson = choice.seat, choice.lesson
    heard = await attendance.finish(ctx.tx, ctx.policy, seat.enrolment, lesson, at=at)
    before = heard.before.finished_at
    key = "progress.finished" if before is None else "progress.finished_before"
    counts = tally(seat_after(seat, lesson, heard))
    name = name_among(ctx.say, choice, seats)
    words = ctx.say(key, lesson=name, at=_near(ctx, before or at), completed=counts.completed, lessons=counts.to_complete)
    if not heard.after.attended and heard.after.checked_in_at is None and window_of(lesson).open_at(at):
        closes = _near(ctx, lesson.checkin_closes_at)
        words += "\n" + ctx.say("progress.finish_also_checkin", seq=lesson.seq, closes=closes)
    return Reply.text(words)


@router.learner(
    "作业",
    "交作业",
    "提交作业",
    "homework",
    usage=("作业 [课] 内容", "homework [lesson] text"),
    example=("作业3 今天我读了第一章", "homework 3 today I read the first chapter"),
    summary=("交作业", "hand in homework"),
)
async def homework(ctx: LearnerCtx, rest: Rest) -> Reply:
    if _ASKING.match(rest.words):
        # “作业怎么交” is a question about homework, not homework.
        raise UsageError("common.problem_missing", what=ctx.say("learner.homework_text"))
    seats = await seats_of(ctx)
    at = said_at(ctx)
    choice = _of_front_number(seats, rest, at)
    rest.words = rest.words.lstrip(" :：,，、;；")
    words = rest.need_text(ctx.say("learner.homework_text"), HOMEWORK_CHARACTERS)
    if not isinstance(choice, Chosen):
        return not_a_lesson(ctx, seats, choice)
    await attendance.homework(ctx.tx, ctx.policy, choice.seat.enrolment, choice.lesson, words, at=at)
    return Reply.text(ctx.say("progress.homework_kept", lesson=name_among(ctx.say, choice, seats), length=len(words)))


@router.learner(
    "评分",
    "打分",
    "评价",
    "rate",
    usage=("评分 [课] 1-5 [话]", "rate [lesson] 1-5 [words]"),
    example=("评分3 5 讲得很清楚", "rate 3 5 very clear"),
    summary=("给一节课打分", "rate a lesson"),
)
async def rate(ctx: LearnerCtx, rest: Rest) -> Reply:
    seq, stars, words = parse_rating(rest)
    seats = await seats_of(ctx)
    at = said_at(ctx)
    choice = choose_started(seats, seq, at, also_closed=True)
    if not isinstance(choice, Chosen):
        return not_a_lesson(ctx, seats, choice)
    await attendance.rate(ctx.tx, ctx.policy, choice.seat.enrolment, choice.lesson, stars, words, at=at)
    key = "progress.rated_words" if words else "progress.rated"
    return Reply.text(ctx.say(key, lesson=name_among(ctx.say, choice, seats), stars=stars))


def parse_rating(rest: Rest) -> tuple[int | None, int, str]:
    """`[课] 1-5 [话]` → (lesson or None, stars, words). One number alone is the score: `评分5`."""
    whole = rest.words
    seq = rest.lesson()
    if seq is not None and not re.match(r"[\d★⭐]", rest.words) and whole[:1].isdigit() and not _names_lesson(whole):
        rest.words, seq = whole, None
    rest.words = _GLUED_SCORE.sub(r"\1 ", rest.words)
    stars = rest.need_score()
    return seq, stars, rest.text(RATING_CHARACTERS)


def _names_lesson(words: str) -> bool:
    """Whether a number in front is surely a lesson's; “5讲得好” is a score and praise, not the fifth lecture."""
    return re.match(r"\d+\s*(?:[课节]|讲(?![得的]))", words) is not None


def _lesson_alone(rest: Rest) -> int | None:
    """The lesson that was named; words that name none are a mistake, not a wish for the latest one."""
    if rest.empty or not rest.words.strip("。.!！~～ 了啦"):
        return None
    return rest.need_lesson()


def _of_front_number(seats: list[Seat], rest: Rest, at: datetime) -> LessonChoice:
    """The lesson in front of the homework; a number that is no lesson of theirs belongs to the text (“作业 300字读后感”)."""
    whole = rest.words
    seq = rest.lesson()
    if seq is None:
        return choose_started(seats, None, at)
    known = any(lesson.seq == seq for seat in seats for lesson in seat.lessons)
    if not known and seats and whole[:1].isdigit() and not _names_lesson(whole) and not rest.empty:
        rest.words = whole
        return choose_started(seats, None, at)
    return choose_started(seats, seq, at)


def _near(ctx: LearnerCtx, moment: datetime) -> str:
    return day_and_time_near(ctx.policy, moment, ctx.now)
