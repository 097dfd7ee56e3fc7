"""To-dos (待办): what somebody is asked to do, told once a day with the first answer, closed by its number."""

from __future__ import annotations

from enum import StrEnum

from camp.phrases import Say
from camp.policy import Policy
from storage import journal, members, todos
from storage.database import Tx
from storage.members import Member


class Closing(StrEnum):
    """What became of 完成; each has its wording `todo.close_<value>`."""

    DONE = "done"
    BEFORE = "before"
    UNKNOWN = "unknown"


async def first_line(tx: Tx, policy: Policy, say: Say, member: Member) -> str:
    """The line above the first answer of the camp's day to somebody with open to-dos; empty at any other time."""
    waiting = await todos.count_open(tx, member.id)
    today = tx.now.astimezone(policy.zone).date().isoformat()
    if not waiting or not await members.greet(tx, member.id, today):
        return ""
    return say("todo.first_line", number=waiting)


async def close(tx: Tx, member: Member, number: int) -> tuple[Closing, todos.Todo | None]:
    """Closes the member's own to-do; the learner's story keeps that it was done."""
    todo = await todos.find(tx, member.id, number)
    if todo is None:
        return Closing.UNKNOWN, None
    if todo.done_at is not None:
        return Closing.BEFORE, todo
    await todos.close(tx, todo.id)
    if todo.learner_id is not None:
        await journal.record(tx, todo.learner_id, "todo_done", by=f"member:{member.userid}", text=todo.text)
    return Closing.DONE, todo
