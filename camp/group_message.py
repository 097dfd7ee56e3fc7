"""Messages to class groups: each is one mass-send task in the name of the group's owner, prepared at its moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from camp import mass_task
from camp.class_group import read_group
from camp.group_message_notice import say_left_out, say_problem, say_ready
from camp.group_message_plan import Slot, calendar_of, schedule, with_goals
from camp.group_message_words import words_for
from camp.mass_task import ASK_WITHIN, Made
from camp.policy import Policy
from camp.rules.group_message import Skip, from_plain, next_look
from storage import camp_messages, cohorts, group_messages, members
from storage.cohorts import Cohort
from storage.database import Tx
from storage.group_messages import GroupMessageRow, State
from storage.members import Member
from storage.outbox import Answer, Intent, Priority, add_intent

ABOUT = "group_message"
# What was due longer ago than this is nobody's news any more.
_NOTICED = timedelta(hours=24)
# Callbacks wait for one transaction, so the groups of a large cohort have their turn over some beats of the clock.
_GROUPS_A_TICK = 100
# A schedule reaches from before the start (`day`) to after the close (`close`) of a cohort.
_BEFORE, _AFTER = timedelta(days=32), timedelta(days=33)
# That these were the reason is kept, so that the moment does not come again.
_DECIDED = (Skip.GOAL, Skip.BUDGET, Skip.LATE, Skip.NO_CHAT)


async def prepare_due(tx: Tx, policy: Policy) -> None:
    """Asks WeCom for the tasks of every message whose moment has come; keeps why one is left out, and tells it once."""
    for camp_id in await camp_messages.speaking_camps(tx):
        for cohort in await cohorts.cohorts_of(tx, camp_id):
            within = cohort.starts_at - _BEFORE <= tx.now <= cohort.closes_at + _AFTER
            if within and await _something_due(tx, policy, cohort):
                await _prepare_cohort(tx, policy, cohort)


async def prepare(tx: Tx, policy: Policy, slot: Slot, *, by: Member | None = None) -> bool:
    """Begins the task of this slot: whose the group is now is read first, for nobody else can send to it (doc 92135)."""
    one, group = slot.occurrence, slot.group
    text, _ = await words_for(tx, policy, slot.message, group, one.seq)
    row_id = await group_messages.add(
        tx,
        message_id=slot.declared.id,
        class_group_id=group.id,
        seq=one.seq,
        anchor=one.anchor,
        until=one.until,
        state=State.ASKED,
        chat_id=group.chat_id,
        text=text,
        asked_by=by.id if by else None,
    )
    if row_id is None:
        return False
    await add_intent(
        tx,
        Intent(
            "contact.mass_owner",
            {"chat_id": group.chat_id},
            priority=Priority.READ,
            dedup_key=f"{ABOUT}-owner:{row_id}",
            expires_at=min(tx.now + ASK_WITHIN, one.until),
            answer=Answer.ALWAYS,
            context={f"{ABOUT}_id": row_id},
        ),
    )
    return True


async def take_owner(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """Whose the group is: the task is asked for in their name; without anybody who could send, the managers are told."""
    row = await row_of(tx, answer, State.ASKED)
    if row is None:
        return
    userid = str(answer["result"].get("owner") or "") if answer["ok"] else ""
    if not answer["ok"]:
        await fail(tx, policy, row, "too_late" if answer["expired"] else "no_group", errcode=answer["errcode"])
    elif not userid:
        await fail(tx, policy, row, "no_owner")
    elif not (owner := await members.ensure(tx, userid)).active:
        await fail(tx, policy, row, "owner_left", owner=owner.shown)
    else:
        group = await cohorts.load_class_group(tx, row.class_group_id)
        if (group.owner or "").lower() != userid.lower():
            await read_group(tx, group)  # an event was missed: what else changed is read with it
        await group_messages.change(tx, row.id, sender_id=owner.id)
        await _ask(tx, policy, row, owner, row.tries)


async def take_made(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """The end of add_msg_template: the task stands, or not, or nobody knows and WeCom's list is asked."""
    row = await row_of(tx, answer, State.ASKED)
    if row is None:
        return
    made = mass_task.made_of(answer)
    if made is Made.STANDS and row.chat_id in answer["result"].get("failed", []):
        await fail(tx, policy, row, "not_owner")
    elif made is Made.STANDS:
        await _stands(tx, policy, row, str(answer["result"]["msgid"]))
    elif made is Made.UNKNOWN:
        await group_messages.change(tx, row.id, state=State.UNSURE)
        await mass_task.look_up(tx, ABOUT, row.id, chat_type="group", asked_at=row.asked_at, tries=row.tries)
        await _say_what_stands(tx, policy, row)
    elif made is Made.NOBODY:
        await fail(tx, policy, row, "not_owner")
    else:
        await fail(tx, policy, row, "too_late" if made is Made.LATE else "refused", errcode=answer["errcode"])


async def take_list(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """WeCom's list after an uncertain call. Many groups read the same words, so each strange task is asked for its group."""
    row = await row_of(tx, answer, State.UNSURE)
    if row is None:
        return
    words = (row.text or "").strip()
    found = [one["msgid"] for one in answer["result"].get("messages", []) if one["text"].strip() == words]
    ours = await group_messages.tasks.known_msgids(tx, found)
    if answer["ok"]:
        await _whose(tx, policy, row, [msgid for msgid in found if msgid not in ours])
    else:
        await fail(tx, policy, row, "unsure")


async def take_whose(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """To which group a strange task goes: ours is found, or the next is asked; if none is, it is surely not made."""
    row = await row_of(tx, answer, State.UNSURE)
    if row is None:
        return
    if not answer["ok"]:
        await fail(tx, policy, row, "unsure")
    elif any(send["chat_id"] == row.chat_id for send in answer["result"].get("sends", [])):
        await _stands(tx, policy, row, str(answer["context"]["whose"]))
    else:
        await _whose(tx, policy, row, list(answer["context"]["others"]))


async def row_of(tx: Tx, answer: dict[str, Any], *states: State) -> GroupMessageRow | None:
    """The row an answer is about, if it still is where the question left it."""
    row = await group_messages.load(tx, int(answer["context"][f"{ABOUT}_id"]))
    return row if row is not None and row.state in states and row.closed_at is None else None


async def fail(tx: Tx, policy: Policy, row: GroupMessageRow, why: str, **values: object) -> None:
    """It is not sent and never will be; the class teacher and the managers hear why, and what helps."""
    await group_messages.change(tx, row.id, state=State.FAILED, why=why, closed_at=tx.now)
    await say_problem(tx, policy, row, why, **values)
    if row.state is State.ASKED:
        await _say_what_stands(tx, policy, row)


async def _something_due(tx: Tx, policy: Policy, cohort: Cohort) -> bool:
    """Whether a message of the last day has not had its turn in every group."""
    due = [
        (declared, one)
        for declared, one in await calendar_of(tx, policy, cohort)
        if one.skip is None and not declared.disabled and one.due_at <= tx.now < one.due_at + _NOTICED
    ]
    if not due:
        return False
    groups = [group for group in await cohorts.class_groups_of(tx, cohort.id) if group.dismissed_at is None]
    known = await group_messages.decided(tx, cohort.id, tx.now - _BEFORE)
    return any(known.get((declared.id, one.seq, one.anchor), 0) < (len(one.message.only) or len(groups)) for declared, one in due)


async def _prepare_cohort(tx: Tx, policy: Policy, cohort: Cohort) -> None:
    found = await schedule(tx, policy, cohort)
    since = tx.now - _NOTICED
    due = [slot for slot in found.slots if slot.row is None and since < slot.occurrence.due_at <= tx.now]
    told: dict[tuple[Skip, int, int], list[Slot]] = {}
    for slot in await with_goals(tx, due[:_GROUPS_A_TICK]):
        if slot.skip is None:
            await prepare(tx, policy, slot)
        elif slot.skip in _DECIDED:
            await _leave_out(tx, slot, slot.skip)
            told.setdefault((slot.skip, slot.declared.id, slot.occurrence.seq), []).append(slot)
    for (why, _, _), slots in told.items():
        if why is not Skip.GOAL:
            await say_left_out(tx, policy, found, why, slots)


async def _leave_out(tx: Tx, slot: Slot, why: Skip) -> None:
    """Keeps that it had its turn and why it is not sent."""
    one = slot.occurrence
    await group_messages.add(
        tx,
        message_id=slot.declared.id,
        class_group_id=slot.group.id,
        seq=one.seq,
        anchor=one.anchor,
        until=one.until,
        state=State.SKIPPED,
        why=why,
        chat_id=slot.group.chat_id,
    )


async def _ask(tx: Tx, policy: Policy, row: GroupMessageRow, owner: Member, tries: int) -> None:
    declared = (await camp_messages.load_many(tx, [row.message_id]))[row.message_id]
    group = await cohorts.load_class_group(tx, row.class_group_id)
    _, attached = await words_for(tx, policy, from_plain(declared.plan), group, row.seq)
    payload = {"userid": owner.userid, "chat_ids": [row.chat_id], "text": row.text, "attached": attached}
    await mass_task.ask(tx, ABOUT, row.id, payload, tries=tries, expires_at=min(tx.now + ASK_WITHIN, row.until))


async def _stands(tx: Tx, policy: Policy, row: GroupMessageRow, msgid: str) -> None:
    look = next_look(tx.now, row.until, tx.now)
    await group_messages.change(tx, row.id, state=State.WAITING, msgid=msgid, made_at=tx.now, next_look_at=look)
    await _say_what_stands(tx, policy, row)


async def _say_what_stands(tx: Tx, policy: Policy, row: GroupMessageRow) -> None:
    """An owner hears once of all their tasks of one message, when the last of them has come to its end."""
    if row.sender_id is None:
        return
    alike = await group_messages.together(tx, row)
    standing = [one for one in alike if one.state is State.WAITING]
    if standing and len(standing) == len(alike):
        await say_ready(tx, policy, standing)


async def _whose(tx: Tx, policy: Policy, row: GroupMessageRow, strange: list[str]) -> None:
    """Asks the first of these tasks for its group; without any the task is surely not made, so one more try is none too many."""
    sender = None if row.sender_id is None else await members.load(tx, row.sender_id)
    if sender is None or tx.now >= row.until:
        await fail(tx, policy, row, "too_late")
    elif strange:
        payload = {"msgid": strange[0], "userid": sender.userid}
        question = mass_task.question("contact.mass_result", ABOUT, row.id, payload, tx.now, whose=strange[0], others=strange[1:])
        await add_intent(tx, question)
    elif row.tries >= mass_task.MOST_TRIES:
        await fail(tx, policy, row, "not_made")
    else:
        await group_messages.change(tx, row.id, state=State.ASKED, tries=row.tries + 1)
        await _ask(tx, policy, row, sender, row.tries + 1)
