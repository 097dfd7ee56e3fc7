"""What is left to do: 待办, 完成."""

from __future__ import annotations

from camp import todo as todos_of_member
from camp import todo_card
from camp.todo import Closing
from camp.when import day_and_time
from handlers._tap import tap_of
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest, row_number
from handlers.core.reply import Reply
from handlers.core.router import STAFF, Router
from storage import todos
from storage.todos import Todo

router = Router()


@router.staff(
    "待办",
    "todo",
    positions=STAFF,
    usage=("待办", "todo"),
    example=("待办", "todo"),
    summary=("还要做的事", "what is left to do"),
    arguments=False,
)
async def list_todos(ctx: StaffCtx, rest: Rest) -> Reply:
    waiting = await todos.open_of(ctx.tx, ctx.member.id)
    if not waiting:
        return Reply.text(ctx.say("todo.none"))
    if ctx.talk.turn is not None:
        await todo_card.show(ctx.tx, ctx.policy, ctx.talk, ctx.member, waiting)
    lines = [_line(ctx, todo) for todo in waiting]
    return Reply.listing(ctx.say("todo.head", number=len(waiting), first=waiting[0].id), lines)


@router.staff(
    "完成",
    "done",
    positions=STAFF,
    usage=("完成 编号", "done number"),
    example=("完成 3", "done 3"),
    summary=("勾掉一件待办", "ticks a to-do off"),
)
async def close_todo(ctx: StaffCtx, rest: Rest) -> Reply:
    _, reply = await _close(ctx, rest.need_hash())
    return reply


@router.click("todo", positions=STAFF)
async def close_by_tap(ctx: StaffCtx, rest: str) -> Reply:
    """In a group others can tap it too; it closes nothing for them."""
    number = row_number(rest)
    if number is None:
        return Reply.text(ctx.say("desk.old_card"))
    outcome, reply = await _close(ctx, number)
    if outcome is not Closing.UNKNOWN:
        await todo_card.without(ctx.tx, ctx.policy, number, tap_of(ctx))
    return reply


async def _close(ctx: StaffCtx, number: int) -> tuple[Closing, Reply]:
    outcome, todo = await todos_of_member.close(ctx.tx, ctx.member, number)
    left = await todos.count_open(ctx.tx, ctx.member.id)
    return outcome, Reply.text(ctx.say(f"todo.close_{outcome}", number=number, text=todo.text if todo else "", left=left))


def _line(ctx: StaffCtx, todo: Todo) -> str:
    at = day_and_time(ctx.policy, todo.created_at)
    if todo.learner_id is None:
        return ctx.say("todo.line", number=todo.id, text=todo.text, at=at)
    person = ctx.say("teacher.person", id=todo.learner_id, name=todo.learner_name or "")
    return ctx.say("todo.line_learner", number=todo.id, person=person, text=todo.text, at=at)
