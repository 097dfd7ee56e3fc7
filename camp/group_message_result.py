"""What became of the tasks: WeCom is asked at set times, owners are reminded, what became pointless is taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from camp import mass_task
from camp.group_message import ABOUT, fail, row_of
from camp.group_message_goal import is_met
from camp.group_message_notice import about, say_problem
from camp.group_message_plan import rhythm_of
from camp.policy import Policy
from camp.rules.group_message import Skip, next_look
from storage import camp_messages, group_messages, members
from storage.database import Tx
from storage.group_messages import GroupMessageRow, State
from storage.members import Member
from storage.nudges import Got
from storage.outbox import Intent, add_intents

_LOOKS_A_TICK = 500
_READ_FOR = timedelta(hours=24)
_GOT = (Got.SENT, Got.NOT_FRIEND, Got.CEILING)
_UNTAPPED, _NOT_OWNER = "untapped", "not_owner"


async def look_due(tx: Tx, policy: Policy) -> None:
    """Asks WeCom how every task stands whose time has come: who has not tapped, or whether it reached the group."""
    due = await group_messages.tasks.due(tx, _LOOKS_A_TICK)
    senders = await members.load_many(tx, [row.sender_id for row in due if row.sender_id is not None])
    await add_intents(tx, [_look(row, senders[row.sender_id or 0].userid, tx.now) for row in due])
    await group_messages.tasks.look_again(tx, {row.id: next_look(row.made_at or tx.now, row.until, tx.now) for row in due})


async def take_task(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """Whether the owner has tapped: if so the result is read; if not they are reminded, or the task is taken back."""
    row = await row_of(tx, answer, State.WAITING)
    if row is None or row.sent_at is not None or row.sender_id is None:
        return
    if not answer["ok"]:
        if answer["errcode"] == mass_task.BAD_MSGID or tx.now >= (row.made_at or row.asked_at) + _READ_FOR:
            await fail(tx, policy, row, "lost")
        return
    sender = await members.load(tx, row.sender_id)
    at = mass_task.tapped_at(answer, sender.userid, tx.now)
    if at is not None:
        await group_messages.change(tx, row.id, sent_at=at)
        await add_intents(tx, [_results(row, sender.userid, tx.now)])
    elif (why := await _pointless(tx, row, sender)) is not None:
        await take_back(tx, row, why)
    else:
        await _remind(tx, policy, row)


async def take_result(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """What the group got; a ceiling, or an owner who is none any more, is told."""
    row = await row_of(tx, answer, State.WAITING, State.CANCELLED)
    if row is None:
        return
    sends = answer["result"].get("sends", []) if answer["ok"] else []
    got = next((Got(one["status"]) for one in sends if one["chat_id"] == row.chat_id and one["status"] in _GOT), None)
    if got is Got.SENT:
        at = next(mass_task.moment(int(one["send_time"])) for one in sends if one["chat_id"] == row.chat_id)
        await group_messages.change(tx, row.id, state=State.SENT, why=None, sent_at=at or row.sent_at or tx.now, closed_at=tx.now)
    elif got is Got.CEILING:
        await group_messages.change(tx, row.id, state=State.CEILING, sent_at=row.sent_at or tx.now, closed_at=tx.now)
        await say_problem(tx, policy, row, "ceiling")
    elif got is Got.NOT_FRIEND:
        await fail(tx, policy, row, "not_owner")
    elif row.state is State.CANCELLED:
        await _taken_back(tx, policy, row)
    elif answer["errcode"] == mass_task.BAD_MSGID or tx.now >= (row.made_at or row.asked_at) + _READ_FOR:
        await fail(tx, policy, row, "lost")


async def take_back(tx: Tx, row: GroupMessageRow, why: str) -> None:
    """Takes an unsent task back, for this reason."""
    await group_messages.change(tx, row.id, why=why)
    await mass_task.take_back(tx, ABOUT, row.id, row.msgid)


async def take_cancelled(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """The task is taken back; what was sent in the last moment is still read. 41093 (taken back before) is the same."""
    row = await row_of(tx, answer, State.WAITING)
    if row is None or row.sender_id is None:
        return
    if not answer["ok"]:
        await fail(tx, policy, row, "not_back")
        return
    await group_messages.change(tx, row.id, state=State.CANCELLED)
    await add_intents(tx, [_results(row, (await members.load(tx, row.sender_id)).userid, tx.now)])


def _look(row: GroupMessageRow, sender: str, now: datetime) -> Intent:
    if row.sent_at is None and row.state is State.WAITING:
        return mass_task.question("contact.mass_task", ABOUT, row.id, {"msgid": row.msgid}, now)
    return _results(row, sender, now)


def _results(row: GroupMessageRow, sender: str, now: datetime) -> Intent:
    return mass_task.question("contact.mass_result", ABOUT, row.id, {"msgid": row.msgid, "userid": sender}, now)


async def _pointless(tx: Tx, row: GroupMessageRow, sender: Member) -> str | None:
    """Why nobody needs this message any more, or whoever has it cannot send it any more."""
    if tx.now >= row.until:
        return _UNTAPPED
    group, cohort, message = await about(tx, row)
    if group.owner is not None and group.owner.lower() != sender.userid.lower():
        return _NOT_OWNER
    if row.asked_by is not None:
        return None  # somebody wanted it whatever the schedule says
    if row.message_id in await camp_messages.stopped(tx, cohort.id):
        return Skip.STOPPED
    if cohort.closed_at is not None and message.close is None:
        return Skip.CLOSED
    return Skip.GOAL if await is_met(tx, message.goal, group, row.seq) else None


async def _remind(tx: Tx, policy: Policy, row: GroupMessageRow) -> None:
    """WeCom's own reminder, every so often and never in the quiet hours."""
    due = (row.made_at or row.asked_at) + policy.group_remind_every * (row.reminders + 1)
    if row.reminders >= policy.group_reminders or tx.now < due:
        return
    _, cohort, _ = await about(tx, row)
    if (await rhythm_of(tx, policy, cohort.camp_id)).is_quiet(tx.now.astimezone(policy.zone).time()):
        return
    await group_messages.change(tx, row.id, reminders=row.reminders + 1)
    await mass_task.remind(tx, ABOUT, row.id, row.msgid, number=row.reminders + 1, until=row.until)


async def _taken_back(tx: Tx, policy: Policy, row: GroupMessageRow) -> None:
    """Nothing was sent, nothing is spent. Only what nobody decided is told: that the tap never came, or could not come."""
    await group_messages.change(tx, row.id, closed_at=tx.now)
    if row.why in (_UNTAPPED, _NOT_OWNER):
        await say_problem(tx, policy, row, row.why)
