"""A class teacher reminds who did not come or did not finish, by mass send: 催课, 催完课, 群发, and the button on the offer."""

from __future__ import annotations

from collections.abc import Sequence

from camp import card
from camp.nudge import Outcome, Verdict, start
from camp.nudge_offer import bury_offer, in_words, is_for, short_name
from camp.nudge_plan import Kind, spans_now
from camp.nudge_result import result_in_words
from camp.roster import lesson_name
from camp.scope import scope_of
from camp.when import day_and_time_near
from camp.workplace import rest_comes
from handlers._cohort_choice import meant, scope_here
from handlers._lesson_choice import begun_lesson
from handlers._message_choice import meant_cohort
from handlers._message_list import of_cohort, waiting_lines
from handlers._tap import tap_of
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest, row_number
from handlers.core.reply import Reply
from handlers.core.router import TEACHER, Router
from storage import attendance, cards, cohorts, members, nudge_budgets, nudges
from storage.cards import Card
from storage.cohorts import Cohort, Lesson
from storage.nudges import Got, Nudge, State
from storage.scopes import Scope

router = Router()


@router.staff(
    "催课",
    "提醒",
    "催",
    "nudge",
    positions=TEACHER,
    usage=("催课 课 [期]", "nudge lesson [cohort]"),
    example=("催课 3", "nudge 3"),
    summary=("群发提醒没到课的学员（到群发助手点发送）", "reminds who did not come, by mass send"),
    in_groups=True,
)
async def nudge_absent(ctx: StaffCtx, rest: Rest) -> Reply:
    return await _by_word(ctx, rest, Kind.ABSENT)


@router.staff(
    "催完课",
    "nudgefinish",
    positions=TEACHER,
    usage=("催完课 课 [期]", "nudgefinish lesson [cohort]"),
    example=("催完课 3", "nudgefinish 3"),
    summary=("群发提醒没完课的学员", "reminds who has not finished, by mass send"),
    in_groups=True,
)
async def nudge_unfinished(ctx: StaffCtx, rest: Rest) -> Reply:
    return await _by_word(ctx, rest, Kind.UNFINISHED)


@router.click("nudge", positions=TEACHER)
async def nudge_by_tap(ctx: StaffCtx, rest: str) -> Reply:
    """Who is absent is asked again at the tap: the card may be hours old."""
    kind, _, number = rest.partition(":")
    lesson_id = row_number(number)
    lesson = None if lesson_id is None else await attendance.find_lesson_by_id(ctx.tx, lesson_id)
    if lesson is None or kind not in list(Kind):
        return Reply.text(ctx.say("desk.old_card"))
    cohort, shown = await cohorts.load_cohort(ctx.tx, lesson.cohort_id), await cards.load(ctx.tx, tap_of(ctx).task_id)
    if shown is not None and not is_for(shown, ctx.member):
        return await _for_somebody_else(ctx, shown, lesson, Kind(kind))
    return await _start(ctx, cohort, lesson, Kind(kind), scope_here(ctx, cohort.id))


@router.staff(
    "群发",
    "nudges",
    positions=TEACHER,
    usage=("群发 [期]", "nudges [cohort]"),
    example=("群发 read7-01", "nudges read7-01"),
    summary=(
        "等你点发送的群发任务，今天和本月发了多少；加上期，或在绑定的群里，看那一期班群的和催课的",
        "mass sends that wait for your tap; with a cohort, or in a bound group, those to its groups and its reminders",
    ),
    arguments=False,
    in_groups=True,
)
async def list_nudges(ctx: StaffCtx, rest: Rest) -> Reply:
    words, narrowed = meant(ctx, rest)
    if words:
        found = await meant_cohort(ctx, rest)
        return found if isinstance(found, Reply) else await _of_cohort(ctx, found, narrowed.class_group_id)
    scope, spans, limits = scope_of(ctx.member), spans_now(ctx.tx, ctx.policy), ctx.policy.nudge
    today, month = await nudge_budgets.sent_within(ctx.tx, scope, spans)
    head = ctx.say("nudge.list_head", today=today, month=month)
    lines = [*await waiting_lines(ctx), *await _lines(ctx, await nudges.listed(ctx.tx, scope, spans[0]))]
    quiet = limits.quiet_from != limits.quiet_to
    rule = ctx.say(
        "nudge.list_rule",
        day=limits.per_day,
        week=limits.per_week,
        month=limits.monthly(ctx.now.astimezone(ctx.policy.zone).date()),
        quiet=ctx.say("nudge.list_quiet", **_quiet(ctx)) if quiet else "",
    )
    return Reply.listing(head, [*(lines or [ctx.say("nudge.list_none")]), rule])


async def _of_cohort(ctx: StaffCtx, cohort: Cohort, class_id: int | None) -> Reply:
    """What its class groups were sent, then today's reminders of its lessons; of a class alone where one is meant."""
    head, lines = await of_cohort(ctx, cohort, class_id)
    shown = await nudges.listed(ctx.tx, scope_of(ctx.member), spans_now(ctx.tx, ctx.policy)[0])
    lessons = await cohorts.load_lessons(ctx.tx, [nudge.lesson_id for nudge in shown])
    teacher_id = None if class_id is None else (await cohorts.load_class_group(ctx.tx, class_id)).class_teacher_id
    here = [n for n in shown if lessons[n.lesson_id].cohort_id == cohort.id and teacher_id in (None, n.teacher_id)]
    return Reply.listing(head, [*lines, *await _lines(ctx, here)])


async def _by_word(ctx: StaffCtx, rest: Rest, kind: Kind) -> Reply:
    found = await begun_lesson(ctx, rest)
    return found if isinstance(found, Reply) else await _start(ctx, found.cohort, found.lesson, kind, found.scope)


async def _for_somebody_else(ctx: StaffCtx, shown: Card, lesson: Lesson, kind: Kind) -> Reply:
    """In a group the card of one class teacher can be tapped by another, whose learners it is not about."""
    whose = await members.find(ctx.tx, shown.recipients[0])
    command = ctx.say(f"nudge.command_{kind}", seq=lesson.seq)
    return Reply.text(ctx.say("room.of_somebody", member=whose.shown if whose else "-", command=command))


async def _start(ctx: StaffCtx, cohort: Cohort, lesson: Lesson, kind: Kind, scope: Scope) -> Reply:
    outcome = await start(ctx.tx, ctx.policy, cohort, lesson, kind, ctx.member, scope)
    words = await _outcome(ctx, cohort, lesson, kind, outcome)
    if outcome.verdict is not Verdict.QUIET:
        # In the quiet hours the card stays alive: the same tap does it later.
        number = sum(len(share.learner_ids) for share in outcome.started)
        face = ctx.say("nudge.card_asked", number=number) if outcome.started else words.split("\n")[0]
        tap = tap_of(ctx) if "task_id" in ctx.fact.body else None
        tapped = await bury_offer(ctx.tx, ctx.policy, ctx.member, lesson, kind, face, tap)
        if tap is not None and not tapped:
            # An older card, which a newer one stands for, or one whose nudge is over: the tap counts all the same.
            await card.tell_on(ctx.tx, ctx.policy, tap, face)
    return Reply.text(words)


async def _outcome(ctx: StaffCtx, cohort: Cohort, lesson: Lesson, kind: Kind, outcome: Outcome) -> str:
    name, found = lesson_name(ctx.say, lesson), outcome.found
    if outcome.verdict is Verdict.QUIET:
        return ctx.say("nudge.quiet", **_quiet(ctx))
    if outcome.verdict is Verdict.WAITING:
        return await _waiting(ctx, name, outcome)
    if found is None:
        return ctx.say("nudge.closed", cohort=cohort.name)
    if outcome.verdict is Verdict.NOBODY_MISSING:
        return ctx.say(f"nudge.nobody_{kind}", lesson=name)
    if outcome.verdict is Verdict.UNREACHABLE:
        return ctx.say("nudge.unreachable", lesson=name, head=in_words(ctx.say, found))
    lines = [
        ctx.say("nudge.started", lesson=name, head=in_words(ctx.say, found)),
        ctx.say("nudge.card_content", text=outcome.text),
    ]
    others = [share for share in outcome.started if share.teacher.id != ctx.member.id]
    lines += [ctx.say("nudge.started_for", teacher=s.teacher.shown, number=len(s.learner_ids)) for s in others]
    rest = await rest_comes(ctx.tx, ctx.policy, ctx.say, ctx.talk, cohort.id)
    return "\n".join([*lines, f"{ctx.say('nudge.started_next')}{rest}"])


async def _waiting(ctx: StaffCtx, name: str, outcome: Outcome) -> str:
    counted = await nudges.counts(ctx.tx, [nudge.id for nudge in outcome.waiting])
    senders = await members.load_many(ctx.tx, [nudge.teacher_id for nudge in outcome.waiting])
    lines = []
    for nudge in outcome.waiting:
        key = "nudge.waiting" if nudge.state is State.WAITING else "nudge.under_way"
        at = day_and_time_near(ctx.policy, nudge.made_at or nudge.asked_at, ctx.now)
        number = counted[nudge.id].get(Got.PLANNED, 0)
        lines.append(ctx.say(key, lesson=name, at=at, number=number, teacher=senders[nudge.teacher_id].shown))
    return "\n".join(lines)


async def _lines(ctx: StaffCtx, shown: Sequence[Nudge]) -> list[str]:
    counted = await nudges.counts(ctx.tx, [nudge.id for nudge in shown])
    lessons = await cohorts.load_lessons(ctx.tx, [nudge.lesson_id for nudge in shown])
    senders = await members.load_many(ctx.tx, [nudge.teacher_id for nudge in shown])
    lines = []
    for nudge in shown:
        other = senders[nudge.teacher_id].shown if nudge.teacher_id != ctx.member.id else ""
        lines.append(_line(ctx, nudge, lessons[nudge.lesson_id], counted[nudge.id], other))
    return lines


def _line(ctx: StaffCtx, nudge: Nudge, lesson: Lesson, got: dict[Got, int], other: str) -> str:
    sent = nudge.state is State.SENT
    what = result_in_words(ctx.say, got) if sent else ctx.say(f"nudge.state_{nudge.state}")
    at = day_and_time_near(ctx.policy, nudge.sent_at or nudge.made_at or nudge.asked_at, ctx.now)
    about = ctx.say(f"nudge.about_{nudge.kind}", lesson=short_name(ctx.say, lesson), number=sum(got.values()))
    return ctx.say(
        "nudge.list_line", at=at, about=about, what=what, who=ctx.say("nudge.list_who", teacher=other) if other else ""
    )


def _quiet(ctx: StaffCtx) -> dict[str, str]:
    limits = ctx.policy.nudge
    return {"start": limits.quiet_from.strftime("%H:%M"), "end": limits.quiet_to.strftime("%H:%M")}
