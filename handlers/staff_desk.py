"""The staff desk: what members do in the app chat (write, enter, tap, send pictures), and what became of what we sent them."""

from __future__ import annotations

from functools import cache

from camp import card, todo
from camp.messages import text
from camp.outgoing import alert_operators, to_members
from handlers.core.context import Ctx, StaffCtx
from handlers.core.desk import answer_member, next_page, refuse, reply_to_member
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import STAFF, Handlers, Router, discover
from storage import cards, members, outbox
from storage.members import Member
from storage.outbox import Priority

router = Router()

# WeCom's words for a member who cannot be written to (wecom-api.md 2.2).
_NOBODY_REACHED, _NOT_IN_DIRECTORY = 81013, 60111


@cache
def all_handlers() -> Handlers:
    """All routers of the house; joined once, at the first message, when every module of `handlers/` is loaded."""
    return discover()


@router.fact("app.text")
async def read_text(ctx: Ctx) -> None:
    member = await _known(ctx)
    if member is None:
        return
    line = await todo.first_line(ctx.tx, ctx.policy, ctx.say, member)
    await answer_member(ctx, member, str(ctx.fact.body["text"]), all_handlers().staff_commands, first_line=line)


@router.fact("app.media")
async def read_media(ctx: Ctx) -> None:
    member = await _known(ctx)
    if member is not None:
        await reply_to_member(ctx, member, Reply.text(ctx.say("desk.only_text")))


@router.fact("app.enter")
async def welcome(ctx: Ctx) -> None:
    """What this person can do, at most once a day; people without a position are left in peace until they write."""
    member = await members.find(ctx.tx, str(ctx.fact.body["userid"]))
    if member is None or not member.active or member.position is None:
        return
    names = " ".join(c.name for c in all_handlers().staff_commands if member.position in c.positions)
    line = await todo.first_line(ctx.tx, ctx.policy, ctx.say, member)
    words = ctx.say("desk.welcome", name=member.shown, names=names)
    today = ctx.now.astimezone(ctx.policy.zone).date()
    key = f"welcome:{member.id}:{today.isoformat()}"
    whole = text(f"{line}\n{words}" if line else words)
    await to_members(ctx.tx, [member.userid], whole, priority=Priority.REPLY, dedup_key=key)


@router.fact("app.click")
async def tap(ctx: Ctx) -> None:
    """A card's button. The fresh code is kept whoever tapped: it may turn the card to its dead face."""
    body = ctx.fact.body
    await cards.keep_code(ctx.tx, str(body.get("task_id") or ""), str(body.get("response_code") or ""))
    member = await _known(ctx)
    if member is None:
        return
    prefix, _, rest = str(body.get("key") or "").partition(":")
    entry = all_handlers().clicks.get(prefix)
    if entry is None:
        await reply_to_member(ctx, member, Reply.text(ctx.say("desk.old_card")))
        return
    positions, run = entry
    refusal = refuse(ctx.say, member, positions, ctx.say("desk.button"))
    own = StaffCtx(ctx.tx, ctx.fact, ctx.policy, ctx.say, member)
    reply = Reply.text(refusal) if refusal else await run(own, rest)
    if reply is not None:
        await reply_to_member(ctx, member, reply)


@router.fact("answer.app.message")
async def take_answer(ctx: Ctx) -> None:
    """The end of a message to members: a card's code is kept; the operator is told, once a day, whom WeCom does not know."""
    body = ctx.fact.body
    task_id, code = body["context"].get("task_id"), body["result"].get("response_code")
    if task_id and code:
        await card.code_came(ctx.tx, task_id, code)
    invalid = [str(userid) for userid in body["result"].get("invalid", [])]
    if not body["ok"] and body["errcode"] in (_NOBODY_REACHED, _NOT_IN_DIRECTORY):
        sent = await outbox.load(ctx.tx, body["outbox_id"])
        invalid = [str(userid) for userid in sent.payload["to"]] if sent is not None else invalid
    for userid in sorted({userid.lower() for userid in invalid}):
        member = await members.find(ctx.tx, userid)
        if member is not None and member.left_at is not None:
            continue  # known to have left: nothing new
        shown = member.userid if member is not None else userid
        words = text(ctx.say("desk.member_invalid", userids=shown))
        await alert_operators(ctx.tx, words, dedup_key=f"member-invalid:{userid}:{ctx.now:%Y%m%d}")


@router.staff(
    "更多",
    "more",
    positions=STAFF,
    usage=("更多", "more"),
    example=("更多", "more"),
    summary=("上一份长名单的下一页", "the next page of the last long list"),
    arguments=False,
)
async def more(ctx: StaffCtx, rest: Rest) -> Reply:
    return await next_page(ctx)


async def _known(ctx: Ctx) -> Member | None:
    """The member who speaks, if they may speak at all; everybody else is told why not."""
    userid = str(ctx.fact.body["userid"])
    member = await members.find(ctx.tx, userid)
    if member is not None and member.active and member.position is not None:
        return member
    key = "common.left" if member is not None and not member.active else "common.not_staff"
    await to_members(ctx.tx, [userid], text(ctx.say(key)), priority=Priority.REPLY)
    return None
