"""A salesperson looks into the pools and claims: 公海, 领取, and the button of a claim card."""

from __future__ import annotations

from dataclasses import replace

from camp.claim import Claimed, Refused, claim, day_start
from camp.lead import identity_lines
from camp.quota import room_of
from camp.rules.claiming import ClaimRefusal
from camp.rules.mask import mask_name
from camp.when import day_and_time, day_and_time_near
from handlers._cohort_choice import meant_pool
from handlers._tap import tap_of
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest, UsageError, row_number
from handlers.core.reply import Reply
from handlers.core.router import SALES, Router
from storage import enrolments, leads, members, orders, pools
from storage.pools import Entry

router = Router()

_POOLS = {"": "conversion", "转化": "conversion", "conversion": "conversion", "续报": "renewal", "renewal": "renewal"}
_LISTED = 50
_COUNTED = 1_000  # beyond that the number helps nobody to choose
_WORDS = {"转化公海": "转化", "续报公海": "续报"}


@router.staff(
    "公海",
    "pool",
    positions=SALES,
    usage=("公海 [转化|续报]", "pool [conversion|renewal]"),
    example=("公海 转化", "pool conversion"),
    summary=("待领取的学员，姓名隐去", "learners to claim, names masked"),
    in_groups=True,
)
async def show_pool(ctx: StaffCtx, rest: Rest) -> Reply:
    words = meant_pool(ctx, rest)
    pool = _POOLS.get(_WORDS.get(words, words).casefold())
    if pool is None:
        raise UsageError("pool.problem_pool", text=words)
    room = await room_of(ctx.tx, ctx.policy, ctx.member)
    number = await pools.count_open(ctx.tx, pool, _COUNTED + 1)
    title = ctx.say(f"pool.{pool}")
    if number == 0:
        return Reply.text(ctx.say("pool.empty", pool=title, held=room.held, limit=room.limit))
    shown = await _to_show(ctx, pool)
    if not shown:
        return Reply.text(ctx.say("pool.view_cap", number=ctx.policy.views_per_day))
    waiting = str(number) if number <= _COUNTED else f"{_COUNTED}+"
    head = ctx.say("pool.head", pool=title, number=waiting, held=room.held, limit=room.limit, free=room.free)
    due = await leads.lessons_due(ctx.tx, shown)
    lines = [_item(ctx, entry, due[entry.id].to_attend) for entry in shown]
    if len(shown) < number:
        lines.append(ctx.say("pool.first_only", shown=len(shown), number=waiting))
    return Reply.listing(head, [*lines, ctx.say("pool.hint")])


@router.staff(
    "领取",
    "claim",
    positions=SALES,
    usage=("领取 #编号", "claim #NUMBER"),
    example=("领取 #12", "claim #12"),
    summary=("把公海里的学员领到自己名下", "take a learner out of a pool"),
)
async def claim_by_word(ctx: StaffCtx, rest: Rest) -> Reply:
    number = rest.need_hash()
    entries = await pools.of_learner(ctx.tx, number)
    if not entries:
        return Reply.text(await _nowhere(ctx, number))
    return await _answer(ctx, await claim(ctx.tx, ctx.policy, entries[0], ctx.member))


@router.click("claim", positions=SALES)
async def claim_by_tap(ctx: StaffCtx, rest: str) -> Reply:
    entry_id = row_number(rest)
    entry = None if entry_id is None else await pools.load(ctx.tx, entry_id)
    if entry is None:
        return Reply.text(ctx.say("pool.gone"))
    return await _answer(ctx, await claim(ctx.tx, ctx.policy, entry, ctx.member, tap_of(ctx)))


async def _to_show(ctx: StaffCtx, pool: str) -> list[Entry]:
    """The best of the pool within what the member may still look at today; looking again at the same ones is free."""
    on_day = day_start(ctx.policy, ctx.now).date().isoformat()
    seen = await pools.seen_on(ctx.tx, ctx.member.id, on_day)
    left = max(0, ctx.policy.views_per_day - len(seen))
    shown: list[Entry] = []
    fresh: list[int] = []
    for entry in await pools.open_entries(ctx.tx, pool, _LISTED):
        if entry.id not in seen:
            if len(fresh) == left:
                continue
            fresh.append(entry.id)
        shown.append(entry)
    await pools.note_seen(ctx.tx, ctx.member.id, on_day, fresh)
    return shown


def _item(ctx: StaffCtx, entry: Entry, lessons: int) -> str:
    waits = ctx.now - entry.entered_at
    key = "pool.wait_days" if waits.days else "pool.wait_hours"
    return ctx.say(
        "pool.item_renewal" if entry.pool == "renewal" else "pool.item",
        number=entry.learner_id,
        name=mask_name(entry.name or ""),
        grade=entry.grade or "-",
        attended=entry.attended,
        lessons=lessons,
        wait=ctx.say(key, number=waits.days or int(waits.total_seconds() // 3600)),
        channel=entry.channel_name or "-",
        paid=entry.paid_count,
    )


async def _answer(ctx: StaffCtx, outcome: Claimed | Refused) -> Reply:
    room = outcome.room
    if isinstance(outcome, Claimed):
        head = ctx.say("pool.claimed", held=room.held, limit=room.limit)
        reply = Reply.listing(head, await identity_lines(ctx.tx, ctx.policy, ctx.say, outcome.entry, ctx.member))
        # In the group the others need not try any more.
        return replace(reply, in_group=ctx.say("pool.claimed_here", number=outcome.entry.learner_id, member=ctx.member.shown))
    reason = outcome.reason
    number = {
        ClaimRefusal.DAY_CAP: ctx.policy.claims_per_day,
    }.get(reason, outcome.entry.learner_id)
    words = ctx.say(
        f"pool.refused_{reason}",
        number=number,
        member=outcome.holder.shown if outcome.holder else "",
        at=day_and_time_near(ctx.policy, outcome.at, ctx.now) if outcome.at else "",
        held=room.held,
        limit=room.limit,
    )
    if not outcome.offers:
        return Reply.text(words)
    offers = [
        ctx.say(
            "pool.offer",
            number=e.learner_id,
            name=e.name or "",
            attended=e.attended,
            at=day_and_time(ctx.policy, e.claimed_at) if e.claimed_at else "",
        )
        for e in outcome.offers
    ]
    return Reply.text("\n".join([words, ctx.say("pool.offer_head"), *offers]))


async def _nowhere(ctx: StaffCtx, number: int) -> str:
    """Why somebody who never was in a pool cannot be claimed: they paid, somebody else looks after them, or nobody knows them."""
    bought = [order for order in await orders.of_learner(ctx.tx, number) if order.net_fen > 0]
    if bought:
        return ctx.say("pool.paid_already", number=number, at=day_and_time(ctx.policy, bought[0].paid_at))
    seat = await enrolments.current(ctx.tx, number)
    if seat is None:
        return ctx.say("pool.unknown_number", number=number)
    teacher = await members.load(ctx.tx, seat.class_teacher_id) if seat.class_teacher_id else None
    place = ctx.say(f"common.place_{seat.place}")
    return ctx.say("pool.not_in_pool", number=number, place=place, teacher=teacher.shown if teacher else "-")
