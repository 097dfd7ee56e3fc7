"""A manager looks at the whole: 漏斗, 配额."""

from __future__ import annotations

from camp.claim import day_start
from camp.funnel import STEPS, Funnel, choose_cohort, load_funnel
from camp.money import yuan
from camp.quota import room_of, rooms_of_sales
from handlers._cohort_choice import need_cohort
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import MANAGER, SALES, Router
from storage import pools

router = Router()


@router.staff(
    "漏斗",
    "funnel",
    positions=MANAGER,
    usage=("漏斗 [期]", "funnel [COHORT]"),
    example=("漏斗 read7-01", "funnel read7-01"),
    summary=("报名到成交的人数和转化率，按渠道", "from enrolment to purchase, by channel"),
)
async def funnel(ctx: StaffCtx, rest: Rest) -> Reply:
    bound = ctx.talk.room is not None and ctx.talk.room.cohort_id is not None
    cohort = await need_cohort(ctx, rest, lambda c: True) if bound or not rest.empty else await choose_cohort(ctx.tx)
    if cohort is None:
        return Reply.text(ctx.say("manager.no_cohort"))
    found = await load_funnel(ctx.tx, cohort)
    if found.total.enrolled == 0:
        return Reply.text(ctx.say("manager.funnel_empty", cohort=cohort.name))
    return Reply.listing(ctx.say("manager.funnel_head", cohort=cohort.name), _funnel_lines(ctx, found))


@router.staff(
    "配额",
    "quota",
    positions=MANAGER | SALES,
    usage=("配额", "quota"),
    example=("配额", "quota"),
    summary=("谁手上有多少客户，还能领几位", "who holds how many customers"),
    arguments=False,
)
async def quota(ctx: StaffCtx, rest: Rest) -> Reply:
    if ctx.member.position not in MANAGER:
        room = await room_of(ctx.tx, ctx.policy, ctx.member)
        today = await pools.claims_since(ctx.tx, ctx.member.id, day_start(ctx.policy, ctx.now))
        own = ctx.say(
            "manager.quota_own",
            held=room.held,
            limit=room.limit,
            free=room.free,
            today=today,
            per_day=ctx.policy.claims_per_day,
        )
        return Reply.text(own)
    rooms = await rooms_of_sales(ctx.tx, ctx.policy)
    if not rooms:
        return Reply.text(ctx.say("manager.quota_none"))
    head = ctx.say("manager.quota_head", held=sum(r.held for r in rooms), limit=sum(r.limit for r in rooms))
    lines = [
        ctx.say("manager.quota_item", member=r.member.shown, held=r.held, limit=r.limit, free=r.free)
        for r in sorted(rooms, key=lambda r: (r.free, r.member.id))
    ]
    return Reply.listing(head, lines)


def _funnel_lines(ctx: StaffCtx, found: Funnel) -> list[str]:
    numbers = found.total.numbers
    names = [ctx.say(f"manager.step_{step}") for step in STEPS]
    lines = [ctx.say("manager.funnel_step", step=names[0], number=numbers[0], share=100)]
    for i in range(1, len(STEPS)):
        share, rate = _percent(numbers[i], numbers[0]), _percent(numbers[i], numbers[i - 1])
        # A step can hold people who skipped the one before (came to class without joining the group): no rate to speak of.
        phrase = "manager.funnel_rate" if numbers[i] <= numbers[i - 1] else "manager.funnel_step"
        lines.append(ctx.say(phrase, step=names[i], number=numbers[i], share=share, rate=rate))
    lines.append(ctx.say("manager.funnel_fen", amount=yuan(found.total.paid_fen)))
    lines.append(ctx.say("manager.funnel_channels", steps=" / ".join(names)))
    for channel in found.channels:
        name = channel.channel or ctx.say("manager.funnel_no_channel")
        lines.append(ctx.say("manager.funnel_channel", channel=name, numbers=" / ".join(map(str, channel.numbers))))
    return lines + _worst_lines(ctx, found, names)


def _worst_lines(ctx: StaffCtx, found: Funnel, names: list[str]) -> list[str]:
    step = found.worst
    numbers = found.total.numbers
    if step is None or numbers[step] >= numbers[step - 1]:
        return []
    lost, rate = numbers[step - 1] - numbers[step], _percent(numbers[step], numbers[step - 1])
    lines = [ctx.say("manager.funnel_worst", before=names[step - 1], step=names[step], rate=rate, lost=lost)]
    worst = found.worst_channel
    if worst is not None:
        name = worst.channel or ctx.say("manager.funnel_no_channel")
        share = _percent(worst.numbers[step], worst.numbers[step - 1])
        lines.append(ctx.say("manager.funnel_worst_channel", channel=name, rate=share))
    return lines


def _percent(part: int, whole: int) -> int:
    return round(part * 100 / whole) if whole else 0
