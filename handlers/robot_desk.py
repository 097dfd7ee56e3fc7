"""The staff desk in the robot's chats and in groups that mention it: the same commands, taps and refusals as in the app."""

from __future__ import annotations

from dataclasses import replace

from camp import todo
from camp.messages import text
from camp.phrases import say_in
from camp.robot import answer_turn
from camp.talk import Talk
from handlers.core.context import Ctx
from handlers.core.dispatch import find_call
from handlers.core.mention import without_mention
from handlers.core.router import Router
from handlers.staff_desk import all_handlers, hear, press, see, welcome_words
from storage import members, rooms

router = Router()

# Nothing but a mention is a greeting.
_GREETING = "你好"


@router.fact("aibot.text")
async def read_text(ctx: Ctx) -> None:
    talk = await _talk(ctx)
    words = str(ctx.fact.body["text"])
    if talk.in_group:
        ctx = replace(ctx, say=say_in(ctx.policy.language, masked=True))
        words = without_mention(words, _is_command, ctx.policy.robot_name)
    await hear(ctx, talk, words.strip() or _GREETING)


@router.fact("aibot.media")
async def read_media(ctx: Ctx) -> None:
    await see(ctx, await _talk(ctx))


@router.fact("aibot.enter")
async def welcome(ctx: Ctx) -> None:
    """WeCom tells of the first visit of a day only (doc 101027); who has no position is left in peace until they write."""
    body = ctx.fact.body
    member = await members.find(ctx.tx, str(body["userid"]))
    if member is None or not member.active or member.position is None:
        return
    line, words = await todo.first_line(ctx.tx, ctx.policy, ctx.say, member), welcome_words(ctx.say, member)
    await answer_turn(ctx.tx, ctx.policy, int(body["turn"]), text(f"{line}\n{words}" if line else words))


@router.fact("aibot.click")
async def tap(ctx: Ctx) -> None:
    await press(ctx, replace(await _talk(ctx), tapped=True))


def _is_command(line: str) -> bool:
    return find_call(line, all_handlers().staff_commands) is not None


async def _talk(ctx: Ctx) -> Talk:
    body = ctx.fact.body
    chat_id = str(body.get("chat_id") or "")
    room = await rooms.find(ctx.tx, chat_id) if chat_id else None
    return Talk(str(body["userid"]), int(body["turn"]), chat_id, room)
