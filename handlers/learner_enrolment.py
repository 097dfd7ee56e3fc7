"""报名, 换期, 退订, 恢复: a learner's own enrolment and whether we may write to them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from camp import identity, subscription
from camp.enrolment import change_cohort
from camp.lesson_choice import live, why_no_seat
from camp.messages import menu
from camp.outgoing import to_learner
from camp.rules.place import Place
from camp.self_enrolment import Opening, is_open, later_cohorts, opening_of, openings, sign_up_here
from camp.way_in import way_into
from camp.when import day_and_time
from handlers._learner_desk import COMMAND_ID, items, no_seat, seats_of
from handlers.core.context import LearnerCtx
from handlers.core.grammar import Rest, UsageError
from handlers.core.reply import Reply
from handlers.core.router import Router
from storage import cohorts, members
from storage.attendance import Seat
from storage.cohorts import Cohort
from storage.learners import Learner

router = Router()

_PHONE = re.compile(r"(?<![\w-])(?:(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}|\+\d{7,15})(?![\w-])")
_LIKE_A_PHONE = re.compile(r"^[\d+][\d\s-]{5,}$")
_NEXT = ("下一期", "下期", "next")
_MENU_ITEMS = 10


@router.learner(
    "报名",
    "我要报名",
    "enrol",
    "enroll",
    "signup",
    usage=("报名 [营] [手机号]", "enrol [camp] [phone]"),
    example=("报名 7天阅读营 13800138000", "enrol read7 13800138000"),
    summary=("报名一个营", "sign up for a camp"),
)
async def enrol(ctx: LearnerCtx, rest: Rest) -> Reply | None:
    wanted, phone = split_phone(rest.text(100))
    learner = ctx.learner
    if phone is not None:
        learner = await identity.learn(ctx.tx, ctx.policy, learner, phones=[phone])
    reply = await _sign_up(ctx, learner, wanted)
    if phone is not None and reply.message["type"] == "text":
        reply = Reply.text(f"{reply.message['text']}\n{ctx.say('learner.phone_kept')}")
    if learner.id == ctx.learner.id:
        return reply
    # An earlier sign-up under this phone number was the same person: their window moved to the row that remains.
    await to_learner(ctx.tx, ctx.policy, learner, reply.message)
    return None


@router.learner(
    "换期",
    "转期",
    "延期",
    "改期",
    "switch",
    usage=("换期 [期]", "switch [cohort]"),
    example=("换期 read7-02", "switch read7-02"),
    summary=("换到更晚的一期", "change to a later cohort"),
)
async def switch(ctx: LearnerCtx, rest: Rest) -> Reply:
    wanted = rest.text(100)
    seats = await seats_of(ctx)
    mine = live(seats)
    if not mine:
        return no_seat(ctx, why_no_seat(seats))
    options = await later_cohorts(ctx.tx, seats)
    if not wanted:
        return await _which_cohort(ctx, mine, options)
    if wanted.casefold() in _NEXT and options:
        return await _switch_to(ctx, *options[0])
    cohort = await cohorts.find_cohort(ctx.tx, wanted)
    names = ctx.say("learner.list_separator").join(c.name for _, c in options) or "–"
    if cohort is None:
        return Reply.text(ctx.say("learner.switch_unknown", text=wanted[:20], options=names))
    if any(seat.cohort.id == cohort.id for seat in mine):
        return Reply.text(ctx.say("learner.switch_same", cohort=cohort.name))
    fitting = next((option for option in options if option[1].id == cohort.id), None)
    if fitting is None:
        return Reply.text(ctx.say("learner.switch_not_later", cohort=cohort.name, options=names))
    return await _switch_to(ctx, *fitting)


@router.learner(
    "退订",
    "取消订阅",
    "别发了",
    "unsubscribe",
    "stop",
    usage=("退订", "unsubscribe"),
    example=("退订", "unsubscribe"),
    summary=("不再收到提醒", "no more reminders"),
    arguments=False,
)
async def unsubscribe(ctx: LearnerCtx, rest: Rest) -> Reply:
    done = await subscription.unsubscribe(ctx.tx, ctx.policy, ctx.learner)
    return Reply.text(ctx.say("learner.unsubscribed" if done else "learner.already_unsubscribed"))


@router.learner(
    "恢复",
    "恢复订阅",
    "恢复提醒",
    "resume",
    usage=("恢复", "resume"),
    example=("恢复", "resume"),
    summary=("重新接收提醒", "reminders on again"),
    arguments=False,
)
async def resume(ctx: LearnerCtx, rest: Rest) -> Reply:
    done = await subscription.resume(ctx.tx, ctx.policy, ctx.learner)
    return Reply.text(ctx.say("learner.resumed" if done else "learner.not_unsubscribed"))


def split_phone(words: str) -> tuple[str, str | None]:
    """`[营] [手机号]` in any order → (what is left, the number or None); UsageError for digits that are no phone number."""
    match = _PHONE.search(words)
    if match is not None:
        return " ".join((words[: match.start()] + " " + words[match.end() :]).split()), match[0]
    for part in (words, words.rpartition(" ")[2]):
        if _LIKE_A_PHONE.match(part):
            raise UsageError("learner.problem_phone", text=part[:20])
    return words, None


async def _sign_up(ctx: LearnerCtx, learner: Learner, wanted: str) -> Reply:
    if not wanted:
        return await _sign_up_anywhere(ctx, learner)
    cohort = await cohorts.find_cohort(ctx.tx, wanted)
    camp = await cohorts.find_camp(ctx.tx, wanted) if cohort is None else await cohorts.load_camp(ctx.tx, cohort.camp_id)
    if camp is None:
        open_now = [o.camp.name for o in await openings(ctx.tx, learner) if o.cohort is not None]
        names = ctx.say("learner.list_separator").join(open_now) or "–"
        return Reply.text(ctx.say("learner.no_such_camp", text=wanted[:20], camps=names))
    opening = await opening_of(ctx.tx, learner, camp)
    if opening.known is not None:
        return await _already(ctx, opening)
    chosen = cohort or opening.cohort
    if chosen is None:
        return Reply(menu(ctx.say("learner.camp_not_open", camp=camp.name), items(ctx.say, "learner.do_ask")))
    if not is_open(ctx.tx, chosen):
        until = day_and_time(ctx.policy, chosen.closed_at or chosen.enrol_until)
        return Reply(
            menu(ctx.say("learner.cohort_not_open", cohort=chosen.name, until=until), items(ctx.say, "learner.do_enrol"))
        )
    return await _enrolled(ctx, learner, chosen)


async def _sign_up_anywhere(ctx: LearnerCtx, learner: Learner) -> Reply:
    """No camp was named: the only one to choose, a menu of several, or the one they are in."""
    found = await openings(ctx.tx, learner)
    free = [(o, o.cohort) for o in found if o.known is None and o.cohort is not None]
    taken = [o for o in found if o.known is not None]
    if taken and (len(free) == 0 or len(found) == 1):
        return await _already(ctx, taken[0])
    if len(free) == 1 and not taken:
        return await _enrolled(ctx, learner, free[0][1])
    if not free:
        return Reply(menu(ctx.say("learner.nothing_to_enrol"), items(ctx.say, "learner.do_ask")))
    verb = ctx.say("learner.do_enrol")
    taps = [
        (
            f"{COMMAND_ID}{verb} {o.camp.code}",
            ctx.say("learner.camp_option", camp=o.camp.name, starts=day_and_time(ctx.policy, cohort.starts_at)),
        )
        for o, cohort in free[:_MENU_ITEMS]
    ]
    return Reply(menu(ctx.say("learner.choose_camp"), taps))


async def _already(ctx: LearnerCtx, opening: Opening) -> Reply:
    assert opening.known is not None
    cohort = await cohorts.load_cohort(ctx.tx, opening.known.cohort_id)
    starts = day_and_time(ctx.policy, cohort.starts_at)
    words = ctx.say("learner.already_enrolled", cohort=cohort.name, starts=starts)
    teacher = await _teacher_name(ctx, opening.known.class_teacher_id)
    return Reply.text(f"{words}\n{ctx.say('learner.me_teacher', teacher=teacher)}")


async def _enrolled(ctx: LearnerCtx, learner: Learner, cohort: Cohort) -> Reply:
    made = await sign_up_here(ctx.tx, ctx.policy, learner, cohort)
    lessons = await cohorts.lessons_of(ctx.tx, cohort.id)
    starts = day_and_time(ctx.policy, cohort.starts_at)
    lines = [
        ctx.say("learner.enrolled", cohort=cohort.name, starts=starts, lessons=len(lessons)),
        ctx.say("learner.enrolled_teacher", teacher=await _teacher_name(ctx, made.class_teacher_id)),
    ]
    group = await cohorts.load_class_group(ctx.tx, made.class_group_id) if made.class_group_id else None
    way = await way_into(ctx.tx, group, made.channel_id) if group is not None and not made.in_group else None
    if way is not None:
        lines.append(ctx.say("enrolment.join_code" if way.scanned else "learner.enrolled_group", url=way.url))
    return Reply.text("\n".join(lines))


async def _which_cohort(ctx: LearnerCtx, mine: Sequence[Seat], options: Sequence[tuple[Seat, Cohort]]) -> Reply:
    if not options:
        camp = await cohorts.load_camp(ctx.tx, mine[0].cohort.camp_id)
        return Reply(menu(ctx.say("learner.switch_none", camp=camp.name), items(ctx.say, "learner.do_ask")))
    refusal = await _paid(ctx, options[0][0]) if all(_has_paid(seat) for seat, _ in options) else None
    if refusal is not None:
        return refusal
    verb = ctx.say("learner.do_switch")
    taps = [
        (
            f"{COMMAND_ID}{verb} {cohort.code}",
            ctx.say("learner.switch_option", cohort=cohort.name, starts=day_and_time(ctx.policy, cohort.starts_at)),
        )
        for _, cohort in options[:_MENU_ITEMS]
    ]
    return Reply(menu(ctx.say("learner.switch_choose"), taps))


async def _switch_to(ctx: LearnerCtx, seat: Seat, cohort: Cohort) -> Reply:
    if _has_paid(seat):
        return await _paid(ctx, seat)
    reason = ctx.say("learner.switch_reason")
    made = await change_cohort(ctx.tx, ctx.policy, seat.enrolment, cohort, by="learner", reason=reason)
    teacher = await _teacher_name(ctx, made.class_teacher_id)
    starts = day_and_time(ctx.policy, cohort.starts_at)
    return Reply.text(ctx.say("learner.switched", cohort=cohort.name, starts=starts, teacher=teacher))


def _has_paid(seat: Seat) -> bool:
    return seat.enrolment.paid_count > 0 or seat.enrolment.place in (Place.PAID, Place.RENEWAL)


async def _paid(ctx: LearnerCtx, seat: Seat) -> Reply:
    teacher = await _teacher_name(ctx, seat.enrolment.class_teacher_id)
    return Reply(menu(ctx.say("learner.switch_paid", teacher=teacher), items(ctx.say, "learner.do_ask")))


async def _teacher_name(ctx: LearnerCtx, member_id: int | None) -> str:
    return (await members.load(ctx.tx, member_id)).shown if member_id else ctx.say("learner.no_teacher")
