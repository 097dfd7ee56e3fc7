"""Members send what the corp asked them to send, or something of their own (doc 92135)."""

from typing import Any

from sandbox.attachments import parts, summary
from sandbox.mass import CEILING, NO_FRIEND, SENT, MassSend, Receiver, Task
from sandbox.mass_tasks import refresh
from sandbox.people import Impossible
from sandbox.people.staff import member_of
from sandbox.stage import Stage


def _reachable(stage: Stage, send: MassSend, task: Task, receiver: Receiver) -> bool:
    """A customer must still be a friend on both sides, a group must still be there and the member's own."""
    if send.chat_type == "group":
        return receiver.id in stage.world.groups and stage.world.groups[receiver.id].owner == task.userid
    follow = stage.world.follows.get((task.userid, receiver.id))
    return follow is not None and not follow.refused


def _deliver(stage: Stage, send: MassSend, task: Task, receiver: Receiver) -> None:
    if not _reachable(stage, send, task, receiver):
        receiver.status = NO_FRIEND
        return
    if not stage.mass.allowance.take(receiver.id, stage.clock.now()):
        receiver.status = CEILING
        return
    receiver.status, receiver.send_time = SENT, stage.clock.seconds()
    phones = stage.phones
    for kind, words, data in parts(stage, send.text, send.attachments):
        data = {**data, "mass_msgid": send.msgid}
        if send.chat_type == "group":
            phones.show_chat(phones.bubble(f"group:{receiver.id}", task.userid, kind, words, data=data))
            continue
        phones.show_learner(receiver.id, phones.bubble(f"contact:{task.userid}", task.userid, kind, words, data=data))
        phones.show_member(task.userid, phones.bubble(f"contact:{receiver.id}", "me", kind, words, data=data))


def _chosen(send: MassSend, task: Task, only: list[str] | None) -> list[Receiver]:
    if only is None:
        return task.receivers
    if not send.allow_select:
        raise Impossible("这个群发任务不能改收件人")
    if not only or not set(only) <= {receiver.id for receiver in task.receivers}:
        raise Impossible("只能在待发送的名单里选，至少选一个")
    return [receiver for receiver in task.receivers if receiver.id in only]


def _carry_out(stage: Stage, send: MassSend, task: Task, chosen: list[Receiver]) -> None:
    task.sent_at = stage.clock.seconds()
    for receiver in chosen:
        _deliver(stage, send, task, receiver)
    refresh(stage, send, task)
    reached = sum(receiver.status == SENT for receiver in chosen)
    if len(chosen) == 1:
        to = stage.world.name_of(chosen[0].id)
    else:
        to = f"{reached}/{len(chosen)} {'个群' if send.chat_type == 'group' else '位客户'}"
    stage.transcript.add(stage.world.name_of(task.userid), to, f"群发：{summary(send.text, send.attachments)}", "mass")


def tap(stage: Stage, msgid: str, userid: str, only: list[str] | None) -> dict[str, Any]:
    """The member sends; `only` some of the receivers where the task allows it. Those left out stay at status 0."""
    member = member_of(stage, userid)
    send = stage.mass.sends.get(msgid)
    task = send.tasks.get(member.userid) if send is not None else None
    if send is None or task is None:
        raise Impossible(f"{member.name} 没有群发任务 {msgid}")
    if send.state_of(task) != "waiting":
        raise Impossible("群发任务已经发送过了" if task.sent_at else "群发任务已经停止")
    _carry_out(stage, send, task, _chosen(send, task, only))
    return {"receivers": [{"id": receiver.id, "status": receiver.status} for receiver in task.receivers]}


def own(stage: Stage, userid: str, text: str, receivers: list[str]) -> dict[str, Any]:
    """A mass send of the member's own 群发助手; it counts towards the same ceiling (doc 92135)."""
    member = member_of(stage, userid)
    if not text or not receivers:
        raise Impossible("没有内容或收件人")
    chat_type = "group" if receivers[0] in stage.world.groups else "single"
    send = MassSend(stage.world.mint("msgGCAAAX"), chat_type, text, [], stage.clock.seconds(), creator=member.userid)
    task = stage.mass.add(send, {member.userid: receivers}).tasks[member.userid]
    _carry_out(stage, send, task, task.receivers)
    return {"msgid": send.msgid, "receivers": [{"id": r.id, "status": r.status} for r in task.receivers]}
