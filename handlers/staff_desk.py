"""The staff desk: what members do in the app chat (write, enter, tap, send pictures), and what became of what we sent them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from camp import card, todo
from camp.messages import text
from camp.outgoing import alert_operators, to_members
from camp.phrases import Say, say_in
from camp.talk import Talk, answer
from handlers.core.context import Ctx, StaffCtx
from handlers.core.desk import answer_member, next_page, refuse, reply_alone, reply_to_member
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import STAFF, Command, Handlers, Router, discover
from storage import cards, members, outbox
from storage.members import Member
from storage.outbox import Priority

router = Router()

# WeCom's words for a member who cannot be written to (wecom-api.md 2.2).
_NOBODY_REACHED, _NOT_IN_DIRECTORY = 81013, 60111
EVERY_DAY = (
    *("我的班", "名单", "缺勤", "未完课", "未进群", "学员", "备注", "标签", "补签", "放弃", "催课"),
    *("公海", "领取", "我的客户", "跟进", "成交"),
    *("结营", "漏斗", "待办"),
)


@cache
def all_handlers() -> Handlers:
    """All routers of the house; joined once, at the first message, when every module of `handlers/` is loaded."""
    return discover()


@router.fact("app.text")
async def read_text(ctx: Ctx) -> None:
    await hear(ctx, _in_app(ctx), str(ctx.fact.body["text"]))


@router.fact("app.media")
async def read_media(ctx: Ctx) -> None:
    await see(ctx, _in_app(ctx))


@router.fact("app.enter")
async def welcome(ctx: Ctx) -> None:
    """What this person can do, at most once a day; people without a position are left in peace until they write."""
    member = await members.find(ctx.tx, str(ctx.fact.body["userid"]))
    if member is None or not member.active or member.position is None:
        return
    line = await todo.first_line(ctx.tx, ctx.policy, ctx.say, member)
    words = welcome_words(ctx.say, member)
    today = ctx.now.astimezone(ctx.policy.zone).date()
    key = f"welcome:{member.id}:{today.isoformat()}"
    whole = text(f"{line}\n{words}" if line else words)
    await to_members(ctx.tx, [member.userid], whole, priority=Priority.REPLY, dedup_key=key)


@router.fact("app.click")
async def tap(ctx: Ctx) -> None:
    """A card's button. The fresh code is kept whoever tapped: it may turn the card to its dead face."""
    body = ctx.fact.body
    await cards.keep_code(ctx.tx, str(body.get("task_id") or ""), str(body.get("response_code") or ""))
    await press(ctx, _in_app(ctx, tapped=True))


async def hear(ctx: Ctx, talk: Talk, words: str) -> None:
    """A member's words, on any road, and the answer to them."""
    member = await _known(ctx, talk)
    if member is not None:
        # As the directory writes them: WeCom's callbacks do not always (doc 90236).
        talk = replace(talk, userid=member.userid)
        await answer_member(ctx, member, talk, words, all_handlers().staff_commands)


async def see(ctx: Ctx, talk: Talk) -> None:
    """A picture, a voice, a place: nothing is made of them."""
    if await _known(ctx, talk) is not None:
        await reply_to_member(ctx, talk, Reply.text(ctx.say("desk.only_text")))


async def press(ctx: Ctx, talk: Talk) -> None:
    """A card's button, on any road. What there is to say goes to whoever tapped, alone; all others see the card change."""
    member = await _known(ctx, talk)
    if member is None:
        return
    say, talk = say_in(ctx.policy.language), replace(talk, userid=member.userid)
    prefix, _, rest = str(ctx.fact.body.get("key") or "").partition(":")
    entry = all_handlers().clicks.get(prefix)
    if entry is None:
        await reply_alone(ctx, talk, Reply.text(say("desk.old_card")))
        return
    positions, run = entry
    refusal = refuse(say, member, positions, say("desk.button"))
    own = StaffCtx(ctx.tx, ctx.fact, ctx.policy, say, member, talk)
    reply = Reply.text(refusal) if refusal else await run(own, rest)
    if reply is not None:
        await reply_alone(ctx, talk, reply)


def commands_of(member: Member) -> list[Command]:
    """What this person may use, what is needed every day first."""
    mine = [command for command in all_handlers().staff_commands if member.position in command.positions]
    return sorted(mine, key=lambda command: EVERY_DAY.index(command.name) if command.name in EVERY_DAY else len(EVERY_DAY))


def welcome_words(say: Say, member: Member) -> str:
    """What this person can say to us."""
    names = " ".join(command.name for command in commands_of(member))
    return say("desk.welcome", name=member.shown, names=names)


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
    in_groups=True,
)
async def more(ctx: StaffCtx, rest: Rest) -> Reply:
    return await next_page(ctx)


def _in_app(ctx: Ctx, *, tapped: bool = False) -> Talk:
    return Talk(str(ctx.fact.body["userid"]), tapped=tapped)


async def _known(ctx: Ctx, talk: Talk) -> Member | None:
    """The member who speaks, if they may speak at all; everybody else is told why not."""
    member = await members.find(ctx.tx, talk.userid)
    if member is not None and member.active and member.position is not None:
        return member
    key = "common.left" if member is not None and not member.active else "common.not_staff"
    await answer(ctx.tx, ctx.policy, talk, text(ctx.say(key)))
    return None
