"""The tasks of mass sends on the members' phones, in the chat "tasks" (doc 92135)."""

from typing import Any

from sandbox.attachments import summary
from sandbox.mass import MassSend, Task
from sandbox.stage import Stage


def task_data(stage: Stage, send: MassSend, task: Task) -> dict[str, Any]:
    """A task as the member's phone shows it."""
    return {
        "msgid": send.msgid,
        "userid": task.userid,
        "state": send.state_of(task),
        "chat_type": send.chat_type,
        "text": send.text,
        "attachments": send.attachments,
        "allow_select": send.allow_select,
        "receivers": [{"id": r.id, "name": stage.world.name_of(r.id), "status": r.status} for r in task.receivers],
        "reminded": len(send.reminded_at),
        "created_at": send.created_at,
        "sent_at": task.sent_at,
    }


def refresh(stage: Stage, send: MassSend, task: Task) -> None:
    """The phone shows the task as it is now."""
    if task.bubble is not None:
        task.bubble.data = task_data(stage, send, task)
        stage.phones.touch(task.userid)


def show(stage: Stage, send: MassSend, task: Task) -> None:
    """A new task."""
    words = summary(send.text, send.attachments)
    noun = "个客户群" if send.chat_type == "group" else "位客户"
    task.bubble = stage.phones.bubble("tasks", "system", "mass_task", words, data=task_data(stage, send, task))
    stage.phones.show_member(task.userid, task.bubble)
    what = f"群发任务（{len(task.receivers)} {noun}）：{words}"
    stage.transcript.add("企业微信", stage.world.name_of(task.userid), what, "mass_task")
