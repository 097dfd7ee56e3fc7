"""Mass sends 企业群发 (docs 92135, 93338): the bot makes the tasks, members send, the bot reads what became of them.

41063 "being dispatched" never comes by itself: our tasks reach the phones at once; order it as a fault. The ceiling of a
customer shows at the tap (send_list status 3), not in fail_list, our choice.
"""

from typing import Any

from sandbox import mass_tasks
from sandbox.api.attachments import message_of
from sandbox.api.mass_receivers import customers_for, groups_for
from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Answer, Ask, Refusal, Table, page, post
from sandbox.attachments import summary
from sandbox.clock import DAY
from sandbox.mass import SENT, MassSend
from sandbox.stage import Stage

MOST_DAYS = 31  # "one month apart"
TASK_UNSENT = 0
CORP_MADE, MEMBER_MADE = 0, 1
NEITHER = 2  # filter_type: all


def add(stage: Stage, ask: Ask) -> Answer:
    """Only makes the tasks; each member must tap send. fail_list names those for whom nobody has one."""
    chat_type = ask.optional_text("chat_type") or "single"
    if chat_type not in ("single", "group"):
        raise Refusal(BAD_PARAMETER, "chat_type is single or group")
    text, attachments = message_of(stage, ask)
    sender = ask.optional_text("sender")
    if sender:
        member = stage.world.active_member(sender)
        if member is None:
            raise Refusal(40003, "invalid sender")
        sender = member.userid
    receivers, failed = (groups_for if chat_type == "group" else customers_for)(stage, ask, sender)
    if not receivers:
        raise Refusal(41048, "nobody can receive this message")
    made_at, select = stage.clock.seconds(), bool(ask.body.get("allow_select", False))
    if chat_type == "group" and not ask.has("chat_id_list"):
        select = True  # the owner chooses among his groups
    msgid = stage.world.mint("msgGCAAAX")
    send = stage.mass.add(MassSend(msgid, chat_type, text, attachments, made_at, select), receivers)
    for task in send.tasks.values():
        mass_tasks.show(stage, send, task)
    return {"msgid": send.msgid, "fail_list": failed}


def _send_of(stage: Stage, ask: Ask) -> MassSend:
    if not ask.has("msgid"):
        raise Refusal(41046, "msgid is missing")
    send = stage.mass.sends.get(ask.text("msgid"))
    if send is None:
        raise Refusal(41047, "invalid msgid")
    return send


def _shown(send: MassSend) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "msgid": send.msgid,
        "create_time": send.created_at,
        "create_type": MEMBER_MADE if send.creator else CORP_MADE,
        "text": {"content": send.text},
        "attachments": send.attachments,
    }
    return {**entry, "creator": send.creator} if send.creator else entry


def list_sends(stage: Stage, ask: Ask) -> Answer:
    """By time of creation, at most a month at once; creator is absent for what the API made."""
    for name in ("chat_type", "start_time", "end_time"):
        if not ask.has(name):
            raise Refusal(EMPTY_PARAMETER, f"{name} is empty")
    chat_type, start, end = ask.text("chat_type"), ask.number("start_time", 0, 0, 2**40), ask.number("end_time", 0, 0, 2**40)
    if chat_type not in ("single", "group") or not start <= end <= start + MOST_DAYS * DAY:
        raise Refusal(BAD_PARAMETER, "chat_type, or more than a month between start_time and end_time")
    wanted, creator = ask.number("filter_type", NEITHER, 0, 2), ask.optional_text("creator")
    found = [
        send
        for send in stage.mass.sends.values()
        if send.chat_type == chat_type
        and start <= send.created_at <= end
        and wanted in (NEITHER, MEMBER_MADE if send.creator else CORP_MADE)
        and creator in ("", send.creator)
    ]
    shown, cursor = page(found, ask, 100, 50)
    return {"group_msg_list": [_shown(send) for send in shown], "next_cursor": cursor}


def list_tasks(stage: Stage, ask: Ask) -> Answer:
    shown, cursor = page(list(_send_of(stage, ask).tasks.values()), ask, 1000, 500)
    tasks = [
        {"userid": task.userid, "status": stage.config.mass_task_sent, "send_time": task.sent_at}
        if task.sent_at
        else {"userid": task.userid, "status": TASK_UNSENT}
        for task in shown
    ]
    return {"task_list": tasks, "next_cursor": cursor}


def list_results(stage: Stage, ask: Ask) -> Answer:
    """Status per receiver of one member: 0 not sent, 1 sent, 2 not a friend, 3 ceiling reached (doc 93338)."""
    send, userid = _send_of(stage, ask), ask.text("userid")
    if userid not in stage.world.members:
        raise Refusal(40003, "invalid userid")
    receivers = send.tasks[userid].receivers if userid in send.tasks else []
    shown, cursor = page(receivers, ask, 1000, 500)
    name = "chat_id" if send.chat_type == "group" else "external_userid"
    results = [
        {
            name: receiver.id,
            "userid": userid,
            "status": receiver.status,
            **({"send_time": receiver.send_time} if receiver.status == SENT else {}),
        }
        for receiver in shown
    ]
    return {"send_list": results, "next_cursor": cursor}


def remind(stage: Stage, ask: Ask) -> Answer:
    """Everybody who has not sent yet hears of it again; three times in 24 h."""
    send = _send_of(stage, ask)
    if send.cancelled:
        raise Refusal(41093, "already cancelled")
    if not send.remind(stage.clock.now()):
        raise Refusal(41094, "reminded too often")
    for task in send.tasks.values():
        mass_tasks.refresh(stage, send, task)
        if not task.sent_at:
            words = f"请尽快完成群发：{summary(send.text, send.attachments)}"
            stage.phones.show_member(task.userid, stage.phones.bubble("tasks", "system", "system", words))
            stage.transcript.add("企业微信", stage.world.name_of(task.userid), words, "mass_task")
    return {}


def cancel(stage: Stage, ask: Ask) -> Answer:
    """What has been sent stays sent."""
    send = _send_of(stage, ask)
    if send.cancelled:
        raise Refusal(41093, "already cancelled")
    send.cancelled = True
    for task in send.tasks.values():
        mass_tasks.refresh(stage, send, task)
    stage.transcript.add("机器人", "企业微信", f"停止群发：{summary(send.text, send.attachments)}", "mass_task")
    return {}


TABLE: Table = {
    "externalcontact/add_msg_template": post(add),
    "externalcontact/get_groupmsg_list_v2": post(list_sends),
    "externalcontact/get_groupmsg_task": post(list_tasks),
    "externalcontact/get_groupmsg_send_result": post(list_results),
    "externalcontact/remind_groupmsg_send": post(remind),
    "externalcontact/cancel_groupmsg_send": post(cancel),
}
