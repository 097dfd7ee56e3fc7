"""帮助 for staff, in two levels: the groups of what one's position may do, then a group or a command with its use."""

from __future__ import annotations

from collections.abc import Sequence

from camp.phrases import LANGUAGES
from camp.room import binding_line
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import STAFF, Command, Router
from handlers.staff_desk import commands_of, welcome_words

router = Router()

GROUPS = ("teacher", "sales", "manager", "staff")


@router.staff(
    "帮助",
    "help",
    positions=STAFF,
    usage=("帮助 [组|指令]", "help [group|command]"),
    example=("帮助 名单", "help roster"),
    summary=("你能用的指令", "the commands you may use"),
    in_groups=True,
)
async def show_help(ctx: StaffCtx, rest: Rest) -> Reply:
    mine = commands_of(ctx.member)
    words = rest.text(40)
    if not words:
        return Reply.text(await with_binding(ctx, _overview(ctx, mine)))
    column = _column(ctx)
    for command in mine:
        if words.casefold() in (name.casefold() for name in command.names):
            summary, usage, example = command.summary[column], command.usage[column], command.example[column]
            return Reply.text(ctx.say("desk.help_one", summary=summary, usage=usage, example=example))
    for group in GROUPS:
        found = [command for command in mine if group_of(command) == group]
        if found and words.casefold() == ctx.say(f"desk.group_{group}").casefold():
            lines = [ctx.say("desk.help_line", usage=c.usage[column], summary=c.summary[column]) for c in found]
            return Reply.listing("", lines)
    return Reply.text(f"{ctx.say('desk.help_unknown', text=words)}\n{_overview(ctx, mine)}")


@router.staff(
    "你好",
    "您好",
    "hello",
    "hi",
    positions=STAFF,
    usage=("你好", "hello"),
    example=("你好", "hello"),
    summary=("你在这里能做什么；在群里：群绑定了什么", "what you can do here; in a group: what it is bound to"),
    arguments=False,
    in_groups=True,
)
async def greet(ctx: StaffCtx, rest: Rest) -> Reply:
    return Reply.text(await with_binding(ctx, welcome_words(ctx.say, ctx.member)))


async def with_binding(ctx: StaffCtx, words: str) -> str:
    """In a group, what it is bound to stands above."""
    if not ctx.talk.in_group:
        return words
    room = ctx.talk.room
    line = await binding_line(ctx.tx, ctx.policy, ctx.say, room) if room is not None else ctx.say("room.not_bound")
    return f"{line}\n{words}"


def group_of(command: Command) -> str:
    """The menu group, from who may use the command."""
    teacher, sales = "class_teacher" in command.positions, "sales" in command.positions
    if teacher and sales:
        return "staff"
    return "teacher" if teacher else "sales" if sales else "manager"


def _overview(ctx: StaffCtx, mine: Sequence[Command]) -> str:
    column = _column(ctx)
    lines = [ctx.say("desk.help_head")]
    for group in GROUPS:
        names = [_name(command, column) for command in mine if group_of(command) == group]
        if names:
            lines.append(ctx.say("desk.help_group", group=ctx.say(f"desk.group_{group}"), names=" ".join(names)))
    first = min(mine, key=lambda command: GROUPS.index(group_of(command)))
    group = ctx.say(f"desk.group_{group_of(first)}")
    lines.append(ctx.say("desk.help_tail", group=group, command=_name(first, column)))
    return "\n".join(lines)


def _name(command: Command, column: int) -> str:
    """The name in the language spoken, where there is one."""
    english = [name for name in command.names if name.isascii()]
    return english[0] if column and english else command.name


def _column(ctx: StaffCtx) -> int:
    return LANGUAGES.index(ctx.say("desk.language"))
