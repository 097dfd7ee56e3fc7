"""Entering a kf session: the signed link of a class group is the one-tap check-in; anything else is a greeting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from camp.checkin_link import Ticket, read_token
from camp.kf_item import KfItem
from camp.lesson_choice import (
    Chosen,
    NoSeat,
    Several,
    WhyNoSeat,
    choose_for_check_in,
    choose_lesson,
    next_opening,
    waiting_for_check_in,
)
from camp.messages import Message, menu
from camp.outgoing import to_learner
from camp.when import day_and_time_near
from handlers._checkin_answer import answer_choice
from handlers._learner_desk import COMMAND_ID, HOME, items, name_among, no_seat, said_at, seats_of
from handlers.core.context import LearnerCtx
from handlers.core.reply import Reply
from storage import cohorts, kf
from storage.attendance import Seat, find_lesson_by_id

# Doc 95122: a welcome code carries one message and lives 20 s.
_WELCOME_LIVES = timedelta(seconds=20)


async def enter(ctx: LearnerCtx, item: KfItem) -> None:
    """Checks in where the ticket says so and answers as far as WeCom lets us; the check-in counts also when it does not."""
    code = item.event.get("welcome_code")
    if isinstance(code, str) and code:
        open_kfid = item.open_kfid or ctx.policy.open_kfid
        until = item.at(ctx.now) + _WELCOME_LIVES
        await kf.offer_welcome(ctx.tx, ctx.learner.id, open_kfid, code, until)
    token = item.event.get("scene_param")
    ticket = read_token(ctx.policy, token) if isinstance(token, str) and token else None
    reply = await _by_ticket(ctx, ticket) if ticket else await _greeting(ctx, await seats_of(ctx))
    await to_learner(ctx.tx, ctx.policy, ctx.learner, _with_home(ctx, reply))


async def _by_ticket(ctx: LearnerCtx, ticket: Ticket) -> Reply:
    """A lesson's ticket means that lesson; an enrolment's ticket means whatever is open for the one who enters.

    Whose ticket it is does not matter: everybody counts with their own enrolment, so a forwarded link checks nobody else in.
    """
    seats = await seats_of(ctx)
    if ticket.kind == "enrolment":
        choice = choose_for_check_in(seats, None, "", said_at(ctx))
        if isinstance(choice, Chosen | Several):
            return await answer_choice(ctx, seats, choice, by="tap")
        return await _greeting(ctx, seats)
    lesson = await find_lesson_by_id(ctx.tx, ticket.id)
    if lesson is None:
        return Reply.text(ctx.say("learner.old_link"))
    choice_of_lesson = choose_lesson(seats, lesson)
    if isinstance(choice_of_lesson, NoSeat) and choice_of_lesson.why is WhyNoSeat.NOT_ENROLLED:
        cohort = await cohorts.load_cohort(ctx.tx, lesson.cohort_id)
        camp = await cohorts.load_camp(ctx.tx, cohort.camp_id)
        verb = ctx.say("learner.do_enrol")
        taps = [(f"{COMMAND_ID}{verb} {camp.code}", verb), *items(ctx.say, "learner.do_ask")]
        return Reply(menu(ctx.say("learner.not_in_cohort", cohort=cohort.name), taps))
    return await answer_choice(ctx, seats, choice_of_lesson, by="tap")


async def _greeting(ctx: LearnerCtx, seats: Sequence[Seat]) -> Reply:
    if not seats:
        return no_seat(ctx, NoSeat(WhyNoSeat.NOT_ENROLLED))
    if (waiting := waiting_for_check_in(seats, said_at(ctx))) is not None:
        return Reply.text(ctx.say("learner.greeting_open", lesson=name_among(ctx.say, waiting, seats)))
    ahead = next_opening(seats, said_at(ctx))
    if ahead is None:
        return Reply.text(ctx.say("learner.greeting"))
    opens = day_and_time_near(ctx.policy, ahead.lesson.checkin_opens_at, ctx.now)
    starts = day_and_time_near(ctx.policy, ahead.lesson.starts_at, ctx.now)
    name = name_among(ctx.say, ahead, seats)
    return Reply.text(ctx.say("learner.greeting_lesson", lesson=name, opens=opens, starts=starts))


def _with_home(ctx: LearnerCtx, reply: Reply) -> Message:
    """A text becomes a menu of what can be done next; a menu stays as it is."""
    if reply.message["type"] == "menu":
        return reply.message
    return menu(reply.message["text"], items(ctx.say, *HOME), ctx.say("learner.greeting_tail"))
