"""签到: the learner's word that they are in the lesson."""

from __future__ import annotations

from camp.lesson_choice import choose_for_check_in, choose_lesson, passphrase_said
from handlers._checkin_answer import answer_choice
from handlers._learner_desk import said_at, seats_of
from handlers.core.context import LearnerCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import Router
from storage.attendance import find_lesson_by_id

router = Router()


@router.learner(
    "签到",
    "打卡",
    "到课",
    "上课签到",
    "我要签到",
    "签到打卡",
    "checkin",
    "check-in",
    usage=("签到 [课] [口令]", "checkin [lesson] [passphrase]"),
    example=("签到3", "checkin 3"),
    summary=("上课签到", "check in to a lesson"),
)
async def check_in(ctx: LearnerCtx, rest: Rest) -> Reply:
    seats = await seats_of(ctx)
    at, whole = said_at(ctx), rest.words
    # The word of an open lesson may look like a number (“签到 88”, “签到 第一名”), so it is tried first.
    told = passphrase_said(seats, whole, at)
    if told is not None:
        return await answer_choice(ctx, seats, told, by="text", said=whole)
    rest.refuse_odd_number()
    seq = rest.lesson()
    said = rest.text(200)
    return await answer_choice(ctx, seats, choose_for_check_in(seats, seq, said, at), by="text", said=said)


async def check_in_by_passphrase(ctx: LearnerCtx, words: str) -> Reply | None:
    """The passphrase of an open lesson alone, without 签到 before it; None when it is none."""
    seats = await seats_of(ctx)
    told = passphrase_said(seats, words, said_at(ctx))
    return await answer_choice(ctx, seats, told, by="text", said=words) if told else None


async def check_in_by_menu(ctx: LearnerCtx, lesson_id: int) -> Reply:
    """A tap on one of several open lessons."""
    lesson = await find_lesson_by_id(ctx.tx, lesson_id)
    if lesson is None:
        return Reply.text(ctx.say("learner.old_link"))
    seats = await seats_of(ctx)
    return await answer_choice(ctx, seats, choose_lesson(seats, lesson), by="menu")
