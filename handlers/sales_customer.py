"""A salesperson works on what they claimed: 我的客户, 跟进, 退回."""

from __future__ import annotations

from camp import pool
from camp.messages import cut
from camp.quota import room_of
from camp.rules.claiming import COOL_DOWN
from camp.when import day_and_time
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import SALES, Router
from storage import journal, leads, notes, pools
from storage.pools import Entry

router = Router()

_QUOTE_BYTES = 60
_WORDS = 500


@router.staff(
    "我的客户",
    "mine",
    positions=SALES,
    usage=("我的客户", "mine"),
    example=("我的客户", "mine"),
    summary=("领取的客户和最近一次跟进", "your customers with the last follow-up"),
    arguments=False,
)
async def mine(ctx: StaffCtx, rest: Rest) -> Reply:
    room = await room_of(ctx.tx, ctx.policy, ctx.member)
    held = await pools.held_by(ctx.tx, ctx.member.id)
    if not held:
        return Reply.text(ctx.say("pool.mine_empty", limit=room.limit))
    due = await leads.lessons_due(ctx.tx, held)
    followed = await pools.followed_up(ctx.tx, [e.learner_id for e in held])
    lines = []
    for entry in held:
        last = followed.get(entry.learner_id)
        words = ctx.say("pool.mine_no_follow")
        if last is not None:
            words = ctx.say("pool.mine_follow", at=day_and_time(ctx.policy, last[0]), text=cut(last[1], _QUOTE_BYTES))
        lines.append(
            ctx.say(
                "pool.mine_item",
                number=entry.learner_id,
                name=entry.name or "?",
                attended=entry.attended,
                lessons=due[entry.id].to_attend,
                at=day_and_time(ctx.policy, entry.claimed_at) if entry.claimed_at else "",
                follow=words,
            )
        )
    return Reply.listing(ctx.say("pool.mine_head", held=room.held, limit=room.limit), lines)


@router.staff(
    "跟进",
    "follow",
    positions=SALES,
    usage=("跟进 #编号 内容", "follow #NUMBER WORDS"),
    example=("跟进 #12 约了周五试听", "follow #12 trial on Friday"),
    summary=("给自己的客户记一次跟进", "note a follow-up of your customer"),
    in_groups=True,
)
async def follow(ctx: StaffCtx, rest: Rest) -> Reply:
    number = rest.need_hash()
    words = rest.need_text("跟进内容", _WORDS)
    entry = await _own(ctx, number)
    if entry is None:
        return Reply.text(ctx.say("pool.not_yours", number=number))
    await notes.add(ctx.tx, entry.learner_id, ctx.member.id, "follow_up", words)
    by = f"member:{ctx.member.userid}"
    await journal.record(ctx.tx, entry.learner_id, "followed_up", by=by, enrolment_id=entry.enrolment_id)
    return Reply.text(ctx.say("pool.followed", name=entry.name or "", number=number))


@router.staff(
    "退回",
    "return",
    positions=SALES,
    usage=("退回 #编号 理由", "return #NUMBER REASON"),
    example=("退回 #12 联系不上", "return #12 cannot be reached"),
    summary=("把客户退回公海", "give a customer back to the pool"),
    in_groups=True,
)
async def give_back(ctx: StaffCtx, rest: Rest) -> Reply:
    number = rest.need_hash()
    reason = rest.need_text("理由", _WORDS)
    entry = await _own(ctx, number)
    if entry is None or entry.state != "claimed":
        return Reply.text(ctx.say("pool.not_yours", number=number))
    await pool.give_back(ctx.tx, ctx.policy, entry, member=ctx.member, reason=reason)
    room = await room_of(ctx.tx, ctx.policy, ctx.member)
    return Reply.text(
        ctx.say(
            "pool.returned",
            name=entry.name or "",
            number=number,
            days=COOL_DOWN.days,
            held=room.held,
            limit=room.limit,
        )
    )


async def _own(ctx: StaffCtx, learner_id: int) -> Entry | None:
    """The member's own entry of this learner: one they hold, else one they sold."""
    entries = [e for e in await pools.of_learner(ctx.tx, learner_id) if e.owner_id == ctx.member.id]
    return next((e for e in entries if e.state in ("claimed", "sold")), None)
