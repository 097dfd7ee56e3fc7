"""The two desks: a learner's or a member's words become a command, its reply becomes a message on the road they came by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from camp import todo
from camp.messages import Message, text
from camp.outgoing import to_learner
from camp.phrases import Say, say_in
from camp.robot import may_speak_to
from camp.talk import Talk, answer, tell_alone
from handlers.core.context import Ctx, LearnerCtx, StaffCtx
from handlers.core.dispatch import Call, find_call, suggest
from handlers.core.grammar import UsageError
from handlers.core.reply import Reply
from handlers.core.router import Command
from storage import listings
from storage.learners import Learner
from storage.members import Member

_MORE_LIVES = timedelta(minutes=30)


async def answer_learner(ctx: Ctx, learner: Learner, words: str, commands: Sequence[Command]) -> None:
    """Runs a learner's command and answers in kf; unknown words get a suggestion, never silence."""
    call = find_call(words, commands)
    if call is None:
        reply: Reply | None = Reply.text(unknown(ctx.say, words, commands, otherwise=ctx.say("common.ask_a_person")))
    else:
        own = LearnerCtx(ctx.tx, ctx.fact, ctx.policy, say_in(call.language), learner)
        try:
            reply = await call.command.run(own, call.rest)
        except UsageError as error:
            reply = bad_argument(own.say, call, error)
    if reply is not None:
        await to_learner(ctx.tx, ctx.policy, learner, (await paged(ctx, reply, ctx.fact.conversation)).message)


async def answer_member(ctx: Ctx, member: Member, talk: Talk, words: str, commands: Sequence[Command]) -> None:
    """Runs a member's command and answers where they spoke; rights are checked before arguments, refusals are told and kept.

    What is not made for a group goes to the speaker alone, and the group hears no more than that and `Reply.in_group`. Their
    to-dos stand above the first answer of a day that nobody else reads.
    """
    call = find_call(words, commands)
    if call is None:
        mine = [c for c in commands if member.position in c.positions]
        words = unknown(ctx.say, words, mine) if mine else ctx.say("common.not_staff")
        await _reply_here(ctx, member, talk, Reply.text(words))
        return
    here, alone = say_in(call.language, masked=talk.in_group), talk.in_group and not call.command.in_groups
    refusal = refuse(here, member, call.command.positions, call.command.name)
    if refusal is not None:
        await _reply_here(ctx, member, talk, Reply.text(refusal))
        return
    own = StaffCtx(ctx.tx, ctx.fact, ctx.policy, say_in(call.language) if alone else here, member, talk)
    try:
        reply = await call.command.run(own, call.rest)
    except UsageError as error:
        await _reply_here(ctx, member, talk, bad_argument(here, call, error))
        return
    if reply is not None and alone:
        await reply_alone(ctx, talk, reply, first_line=await todo.first_line(ctx.tx, ctx.policy, ctx.say, member))
        by_robot = await may_speak_to(ctx.tx, ctx.policy, talk.userid)
        sent = here("room.sent_to_you" if by_robot else "room.sent_by_app")
        await reply_to_member(ctx, talk, Reply.text(f"{reply.in_group}\n{sent}" if reply.in_group else sent))
    elif reply is not None:
        await _reply_here(ctx, member, talk, reply)


async def _reply_here(ctx: Ctx, member: Member, talk: Talk, reply: Reply) -> None:
    # What somebody has to do is nobody else's business.
    line = "" if talk.in_group else await todo.first_line(ctx.tx, ctx.policy, ctx.say, member)
    await reply_to_member(ctx, talk, reply, first_line=line)


async def reply_to_member(ctx: Ctx, talk: Talk, reply: Reply, *, first_line: str = "") -> None:
    """Sends a reply (its first page) the way the member came. In a group all read it: `ctx.say` there must have been masked."""
    for message in await _pages(ctx, ctx.fact.conversation, reply, first_line):
        await answer(ctx.tx, ctx.policy, talk, message)


async def reply_alone(ctx: Ctx, talk: Talk, reply: Reply, *, first_line: str = "") -> None:
    """Sends a reply to the member alone; 更多 goes on there."""
    for message in await _pages(ctx, talk.alone, reply, first_line):
        await tell_alone(ctx.tx, ctx.policy, talk, message)


async def _pages(ctx: Ctx, conversation: str, reply: Reply, first_line: str) -> list[Message]:
    message = (await paged(ctx, reply, conversation)).message
    if not first_line:
        return [message]
    if message["type"] == "text":
        return [text(f"{first_line}\n{message['text']}")]
    return [text(first_line), message]


def refuse(say: Say, member: Member, positions: frozenset[str], what: str) -> str | None:
    """Why this member may not do it, or None. A member who left is refused from that moment, also on old cards."""
    if not member.active:
        return say("common.left")
    if member.position is None:
        return say("common.not_staff")
    if member.position not in positions:
        names = "、".join(say(f"common.position_{p}") for p in sorted(positions))
        return say("common.not_allowed", command=what, positions=names)
    return None


def unknown(say: Say, words: str, commands: Sequence[Command], *, otherwise: str = "") -> str:
    """The answer to words nobody understands: the command that looks most like them, `otherwise` another way on."""
    near = suggest(words, commands)
    hint = say("common.did_you_mean", command=near) if near else otherwise
    return say("common.unknown", text=words.strip()[:20], suggestion=hint)


async def paged(ctx: Ctx, reply: Reply, conversation: str) -> Reply:
    """Keeps the pages after the first for 更多 in that conversation and says how to see them."""
    if not reply.more:
        return reply
    await listings.keep(ctx.tx, conversation, list(reply.more), ctx.now + _MORE_LIVES)
    hint = ctx.say("common.more", page=1, pages=len(reply.more) + 1)
    return Reply(text(f"{reply.message['text']}\n{hint}"))


async def next_page(ctx: Ctx) -> Reply:
    """The answer to 更多."""
    page = await listings.turn(ctx.tx, ctx.fact.conversation)
    if page is None:
        return Reply.text(ctx.say("common.no_more"))
    words, number, pages = page
    hint = "\n" + ctx.say("common.more", page=number, pages=pages) if number < pages else ""
    return Reply.text(words + hint)


def bad_argument(say: Say, call: Call, error: UsageError) -> Reply:
    """What is wrong with what followed the command, and how it is used."""
    column = 1 if call.language == "en" else 0
    return Reply.text(
        say(
            "common.bad_argument",
            problem=say(error.problem, **error.values),
            usage=call.command.usage[column],
            example=call.command.example[column],
        )
    )
