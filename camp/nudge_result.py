"""What became of the tasks: WeCom is asked at set times, class teachers are told once, unsent tasks are taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from camp import mass_task
from camp.nudge import ABOUT, tell
from camp.phrases import Say, say_in
from camp.policy import Policy
from camp.rules.group_message import Rhythm
from camp.rules.nudge import next_look
from storage import cohorts, follows, members, nudges
from storage.database import Tx
from storage.nudges import Change, Got, Nudge, State
from storage.outbox import Intent, add_intents

_LOOKS_A_TICK = 500
_READ_FOR = timedelta(hours=24)
# Thousands of learners are not served in one moment: who is not served after this long is told as such.
_SERVED_WITHIN = timedelta(minutes=10)


async def look_due(tx: Tx, policy: Policy) -> None:
    """Asks WeCom how every task stands whose time has come: who has not tapped, or whom it reached."""
    due = await nudges.tasks.due(tx, _LOOKS_A_TICK)
    senders = await members.load_many(tx, [nudge.teacher_id for nudge in due])
    await add_intents(tx, [_look(nudge, senders[nudge.teacher_id].userid, tx.now) for nudge in due])
    await nudges.tasks.look_again(tx, {n.id: next_look(n.made_at or tx.now, n.until, tx.now) for n in due})


async def take_task(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """Whether the class teacher has tapped: if so the results are read; if not they are reminded, or the task is taken back."""
    nudge = await nudges.load(tx, int(answer["context"]["nudge_id"]))
    if nudge is None or nudge.state is not State.WAITING:
        return
    if not answer["ok"]:
        if answer["errcode"] == mass_task.BAD_MSGID or tx.now >= (nudge.made_at or nudge.asked_at) + _READ_FOR:
            await _lost(tx, policy, nudge)
        return
    sender = (await members.load(tx, nudge.teacher_id)).userid
    at = mass_task.tapped_at(answer, sender, tx.now)
    if at is not None:
        await nudges.change(tx, nudge.id, state=State.SENT, sent_at=at)
        await _read(tx, nudge, sender)
    elif tx.now >= nudge.until:
        await mass_task.take_back(tx, ABOUT, nudge.id, nudge.msgid)
    else:
        await _remind(tx, policy, nudge)


async def take_result(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """Whom the task reached: kept for each learner, told to the class teacher once."""
    nudge = await nudges.load(tx, int(answer["context"]["nudge_id"]))
    if nudge is None or nudge.closed_at is not None or nudge.state not in (State.SENT, State.CANCELLED):
        return
    if answer["ok"]:
        await _keep(tx, nudge, answer["result"].get("sends", []))
    elif answer["errcode"] == mass_task.BAD_MSGID and nudge.state is State.SENT:
        await _lost(tx, policy, nudge)
        return
    got = (await nudges.counts(tx, [nudge.id]))[nudge.id]
    if nudge.state is State.CANCELLED:
        await _taken_back(tx, policy, nudge, got)
        return
    over = tx.now >= (nudge.made_at or nudge.asked_at) + _READ_FOR
    complete = answer["ok"] and not got.get(Got.PLANNED)
    if nudge.told_at is None and (over or complete or tx.now >= (nudge.sent_at or tx.now) + _SERVED_WITHIN):
        await _tell_result(tx, policy, nudge, got)
    if over or complete:
        await nudges.change(tx, nudge.id, closed_at=tx.now)


async def take_cancelled(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """The task is taken back; what was sent in the last moment is still read. 41093 (taken back before) is the same."""
    nudge = await nudges.load(tx, int(answer["context"]["nudge_id"]))
    if nudge is None or nudge.state is not State.WAITING:
        return
    if answer["ok"]:
        await nudges.change(tx, nudge.id, state=State.CANCELLED)
        await _read(tx, nudge, (await members.load(tx, nudge.teacher_id)).userid)
        return
    await nudges.change(tx, nudge.id, state=State.FAILED, closed_at=tx.now)
    await tell(tx, policy, nudge, "nudge.not_taken_back", not_before=_morning(tx, policy))


def result_in_words(say: Say, got: dict[Got, int]) -> str:
    """`已发 3，1 达到上限`."""
    parts = [say("nudge.got_sent", number=got.get(Got.SENT, 0))]
    for state, phrase in (
        (Got.CEILING, "nudge.got_ceiling"),
        (Got.NOT_FRIEND, "nudge.got_not_friend"),
        (Got.REFUSED, "nudge.got_refused"),
        (Got.PLANNED, "nudge.got_planned"),
    ):
        if got.get(state):
            parts.append(say(phrase, number=got[state]))
    return say("nudge.got_comma").join(parts)


def _look(nudge: Nudge, sender: str, now: datetime) -> Intent:
    if nudge.state is State.WAITING:
        return mass_task.question("contact.mass_task", ABOUT, nudge.id, {"msgid": nudge.msgid}, now)
    return _results(nudge, sender, now)


def _results(nudge: Nudge, sender: str, now: datetime) -> Intent:
    return mass_task.question("contact.mass_result", ABOUT, nudge.id, {"msgid": nudge.msgid, "userid": sender}, now)


async def _read(tx: Tx, nudge: Nudge, sender: str) -> None:
    await add_intents(tx, [_results(nudge, sender, tx.now)])


async def _keep(tx: Tx, nudge: Nudge, sends: list[dict[str, Any]]) -> None:
    """What is new in WeCom's list, with the story of those it reached; who is no friend any more is none here either."""
    known = await nudges.learners_of(tx, nudge.id)
    news: dict[int, Change] = {}
    for row in sends:
        learner_id, before = known.get(str(row["external_userid"]), (0, Got.PLANNED))
        if not learner_id or row["status"] not in (Got.SENT, Got.NOT_FRIEND, Got.CEILING) or row["status"] == before:
            continue
        state = Got(row["status"])
        at = (mass_task.moment(int(row["send_time"])) or nudge.sent_at or tx.now) if state is Got.SENT else None
        news[learner_id] = Change(learner_id, state, at)
    await nudges.note(tx, nudge.id, list(news.values()))
    reached = [one for one in news.values() if one.state is Got.SENT]
    lesson = await cohorts.load_lesson(tx, nudge.lesson_id)
    teacher = await members.load(tx, nudge.teacher_id)
    await nudges.tell_story(tx, nudge, f"member:{teacher.userid}", lesson.seq, reached)
    for one in news.values():
        if one.state is Got.NOT_FRIEND:
            await follows.end(tx, one.learner_id, nudge.teacher_id, "gone")


async def _remind(tx: Tx, policy: Policy, nudge: Nudge) -> None:
    """WeCom's own reminder, every so often; WeCom allows three in 24 h (41094)."""
    limits = policy.nudge
    due = (nudge.made_at or nudge.asked_at) + limits.remind_after * (nudge.reminders + 1)
    if nudge.reminders >= limits.reminders or tx.now < due or limits.is_quiet(tx.now.astimezone(policy.zone).time()):
        return
    await nudges.change(tx, nudge.id, reminders=nudge.reminders + 1)
    await mass_task.remind(tx, ABOUT, nudge.id, nudge.msgid, number=nudge.reminders + 1, until=nudge.until)


async def _taken_back(tx: Tx, policy: Policy, nudge: Nudge, got: dict[Got, int]) -> None:
    """Unsent it is told as taken back; sent in the last moment it counts as sent."""
    if got.get(Got.SENT):
        await nudges.change(tx, nudge.id, state=State.SENT, sent_at=tx.now, closed_at=tx.now)
        await _tell_result(tx, policy, nudge, got)
        return
    await nudges.change(tx, nudge.id, closed_at=tx.now)
    await tell(tx, policy, nudge, "nudge.taken_back", not_before=_morning(tx, policy), number=got.get(Got.PLANNED, 0))


async def _tell_result(tx: Tx, policy: Policy, nudge: Nudge, got: dict[Got, int]) -> None:
    await nudges.change(tx, nudge.id, told_at=tx.now)
    await tell(
        tx,
        policy,
        nudge,
        "nudge.result",
        not_before=_morning(tx, policy),
        result=result_in_words(say_in(policy.language), got),
    )


async def _lost(tx: Tx, policy: Policy, nudge: Nudge) -> None:
    """WeCom does not know the task any more: somebody deleted it."""
    await nudges.change(tx, nudge.id, state=State.FAILED, closed_at=tx.now)
    await tell(tx, policy, nudge, "nudge.lost", not_before=_morning(tx, policy))


def _morning(tx: Tx, policy: Policy) -> datetime | None:
    """The end of the quiet hours when it is quiet now: what nobody waits for wakes nobody."""
    awake = Rhythm(policy.nudge.quiet_from, policy.nudge.quiet_to).awake(tx.now, policy.zone)
    return awake if awake > tx.now else None
