"""The two desks: a learner's or a member's words become a command, its reply becomes a message on the road they came by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from camp.messages import text
from camp.outgoing import to_learner, to_members
from camp.phrases import Say, say_in
from handlers.core.context import Ctx, LearnerCtx, StaffCtx
from handlers.core.dispatch import Call, find_call, suggest
from handlers.core.grammar import UsageError
from handlers.core.reply import Reply
from handlers.core.router import Command
from storage import listings
from storage.learners import Learner
from storage.members import Member
from storage.outbox import Priority

_MORE_LIVES = timedelta(minutes=30)


async def answer_learner(ctx: Ctx, learner: Learner, words: str, commands: Sequence[Command]) -> None:
    """Runs a learner's command and answers in kf; unknown words get a suggestion, never silence."""
    call = find_call(words, commands)
    if call is None:
        reply: Reply | None = Reply.text(unknown(ctx.say, words, commands, otherwise=ctx.say("common.ask_a_person")))
    else:
        own = LearnerCtx(ctx.tx, ctx.fact, ctx.policy, say_in(call.language), learner)
        reply = await _run(call, own)
    if reply is not None:
        await to_learner(ctx.tx, ctx.policy, learner, (await paged(ctx, reply)).message)


async def answer_member(ctx: Ctx, member: Member, words: str, commands: Sequence[Command], *, first_line: str = "") -> None:
    """Runs a member's command and answers in the app; rights are checked before arguments, refusals are told and kept.

    `first_line` stands above the answer.
    """
    call = find_call(words, commands)
    if call is None:
        mine = [c for c in commands if member.position in c.positions]
        reply: Reply | None = Reply.text(unknown(ctx.say, words, mine) if mine else ctx.say("common.not_staff"))
    else:
        say = say_in(call.language)
        refusal = refuse(say, member, call.command.positions, call.command.name)
        own = StaffCtx(ctx.tx, ctx.fact, ctx.policy, say, member)
        reply = Reply.text(refusal) if refusal else await _run(call, own)
    if reply is not None:
        await reply_to_member(ctx, member, reply, first_line=first_line)


async def reply_to_member(ctx: Ctx, member: Member, reply: Reply, *, first_line: str = "") -> None:
    """Sends a reply (its first page) to a member by app message."""
    message = (await paged(ctx, reply)).message
    if first_line and message["type"] == "text":
        message = text(f"{first_line}\n{message['text']}")
    elif first_line:
        await to_members(ctx.tx, [member.userid], text(first_line), priority=Priority.REPLY)
    await to_members(ctx.tx, [member.userid], message, priority=Priority.REPLY)


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


async def paged(ctx: Ctx, reply: Reply) -> Reply:
    """Keeps the pages after the first for 更多 and says how to see them."""
    conversation = ctx.fact.conversation
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


async def _run(call: Call, ctx: LearnerCtx | StaffCtx) -> Reply | None:
    try:
        return await call.command.run(ctx, call.rest)
    except UsageError as error:
        column = 1 if call.language == "en" else 0
        return Reply.text(
            ctx.say(
                "common.bad_argument",
                problem=ctx.say(error.problem, **error.values),
                usage=call.command.usage[column],
                example=call.command.example[column],
            )
        )
