"""Checking in and saying what became of it: the same for typed words, a menu tap, and the one-tap link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from camp import attendance
from camp.lesson_choice import CheckInChoice, Chosen, NoSeat, NoSuchLesson, NothingOpen, Several
from camp.messages import menu
from camp.progress import seat_after, tally
from camp.rules.checkin import Outcome
from camp.when import day_and_time_near
from handlers._learner_desk import CHECKIN_ID, name_among, no_seat, no_such_lesson, said_at
from handlers.core.context import LearnerCtx
from handlers.core.reply import Reply
from storage.attendance import Seat

MENU_ITEMS = 10


async def answer_choice(ctx: LearnerCtx, seats: Sequence[Seat], choice: CheckInChoice, *, by: str, said: str = "") -> Reply:
    """Checks in to the lesson that was chosen, or says why none was."""
    match choice:
        case Chosen():
            return Reply.text(await check_in_words(ctx, seats, choice, by=by, said=said))
        case Several(options):
            return _which(ctx, seats, options)
        case NoSuchLesson():
            return no_such_lesson(ctx, choice)
        case NothingOpen():
            return Reply.text(nothing_open_words(ctx, seats, choice))
        case NoSeat():
            return no_seat(ctx, choice)


async def check_in_words(ctx: LearnerCtx, seats: Sequence[Seat], chosen: Chosen, *, by: str, said: str = "") -> str:
    """Checks in and returns the words for what became of it."""
    lesson, seat = chosen.lesson, chosen.seat
    done = await attendance.check_in(ctx.tx, ctx.policy, seat, lesson, at=said_at(ctx), by=by, said=said)
    counts = tally(seat_after(seat, lesson, done.heard) if done.heard else seat)
    values = {
        "lesson": name_among(ctx.say, chosen, seats),
        "seq": lesson.seq,
        "at": _near(ctx, done.checked_in_at or ctx.now),
        "opens": _near(ctx, lesson.checkin_opens_at),
        "starts": _near(ctx, lesson.starts_at),
        "closed": _near(ctx, lesson.checkin_closes_at),
        "attended": counts.attended,
        "lessons": counts.to_attend,
    }
    return ctx.say(_WORDS[done.outcome], **values)


def nothing_open_words(ctx: LearnerCtx, seats: Sequence[Seat], found: NothingOpen) -> str:
    """What closed without them, and what opens next."""
    lines = [ctx.say("checkin.nothing_open")]
    if found.missed is not None:
        name = name_among(ctx.say, found.missed, seats)
        lesson = found.missed.lesson
        lines.append(ctx.say("checkin.missed", lesson=name, seq=lesson.seq, closed=_near(ctx, lesson.checkin_closes_at)))
    lines.append(following_words(ctx, seats, found.following))
    return "\n".join(lines)


def following_words(ctx: LearnerCtx, seats: Sequence[Seat], following: Chosen | None) -> str:
    if following is None:
        return ctx.say("checkin.no_more_lessons")
    lesson = following.lesson
    name = name_among(ctx.say, following, seats)
    return ctx.say(
        "checkin.following", lesson=name, opens=_near(ctx, lesson.checkin_opens_at), starts=_near(ctx, lesson.starts_at)
    )


def _which(ctx: LearnerCtx, seats: Sequence[Seat], options: Sequence[Chosen]) -> Reply:
    shown = options[:MENU_ITEMS]
    taps = [(f"{CHECKIN_ID}{c.lesson.id}", name_among(ctx.say, c, seats)) for c in shown]
    return Reply(menu(ctx.say("checkin.several", number=len(options)), taps))


def _near(ctx: LearnerCtx, moment: datetime) -> str:
    return day_and_time_near(ctx.policy, moment, ctx.now)


_WORDS = {outcome: f"checkin.{outcome.value}" for outcome in Outcome}
