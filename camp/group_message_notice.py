"""What staff are told about messages to class groups: that a task waits for a tap, that one was left out, that one went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from camp.group_message_plan import Schedule, Slot, rhythm_of, spent_of
from camp.group_message_words import title_in
from camp.messages import cut
from camp.phrases import Say, say_in
from camp.policy import Policy
from camp.rules.allowance import Spent, left_over
from camp.rules.group_message import GroupMessage, Skip, from_plain
from camp.when import day_and_time_near
from camp.workplace import tell_each
from storage import camp_messages, cohorts, members
from storage.cohorts import ClassGroup, Cohort
from storage.database import Tx
from storage.group_messages import GroupMessageRow
from storage.members import Member
from storage.outbox import Priority

_WORDS_BYTES = 240
_MOST_NAMED = 3


async def say_ready(tx: Tx, policy: Policy, rows: Sequence[GroupMessageRow]) -> None:
    """One owner's tasks of one message stand: they are asked for the taps. Class teachers who are somebody else, and whoever
    asked for it by hand, hear whose tap is waited for. Each where they work."""
    first = rows[0]
    found = [await about(tx, row) for row in rows]
    groups, (_, cohort, message) = [group for group, _, _ in found], found[0]
    owner = await members.load(tx, first.sender_id or 0)
    say = say_in(policy.language)
    values = {
        "title": await title_in(tx, say, message, cohort, first.seq),
        "until": day_and_time_near(policy, first.until, tx.now),
        "left": min([await left_of(tx, policy, group) for group in groups]),
        "text": cut(first.text or "", _WORDS_BYTES),
    }
    tap = say("group_message.tap_one" if len(rows) == 1 else "group_message.tap_many", number=len(rows))
    words = {owner: say("group_message.ready", group=_named(say, cohort, groups), tap=tap, **values)}
    for teacher, own in (await _by_teacher(tx, groups)).items():
        words.setdefault(teacher, say("group_message.ready_for", owner=owner.shown, group=_named(say, cohort, own), **values))
    if first.asked_by is not None:
        asker, named = await members.load(tx, first.asked_by), _named(say, cohort, groups)
        words.setdefault(asker, say("group_message.ready_for", owner=owner.shown, group=named, **values))
    key, lives = f"group_message:ready:{first.id}:{tx.cause_id or 0}", first.until - tx.now
    await tell_each(tx, policy, words, cohort_id=cohort.id, key=key, priority=Priority.REPLY, expires_after=lives)


async def say_problem(tx: Tx, policy: Policy, row: GroupMessageRow, why: str, **values: object) -> None:
    """What went wrong and what helps, to the class teacher and the managers."""
    group, cohort, message = await about(tx, row)
    title = await title_in(tx, say_in(policy.language), message, cohort, row.seq)
    key = f"{why}:{row.id}"
    await _tell(tx, policy, cohort, [group], f"group_message.problem_{why}", key, title=title, **values)


async def say_left_out(tx: Tx, policy: Policy, found: Schedule, why: Skip, slots: Sequence[Slot]) -> None:
    """One message had its turn and is not sent to these groups: why, and for what the allowance is kept where that is the reason.

    One line to each class teacher and manager, however many groups fare alike.
    """
    say = say_in(policy.language)
    one = slots[0].occurrence
    title = await title_in(tx, say, one.message, found.cohort, one.seq)
    key = f"{why}:{slots[0].declared.id}:{one.seq}:{one.anchor:%m%d%H%M}:{slots[0].group.id}"
    if why is not Skip.BUDGET:
        groups = [slot.group for slot in slots]
        await _tell(tx, policy, found.cohort, groups, f"group_message.problem_{why}", key, title=title)
        return
    alike: dict[tuple[int, tuple[str, ...]], list[ClassGroup]] = {}
    for slot in slots:
        alike.setdefault((found.left[slot.group.id], await _kept_for(tx, policy, found, slot.group)), []).append(slot.group)
    for number, ((left, kept), groups) in enumerate(alike.items()):
        phrase = "group_message.dropped" if kept else "group_message.dropped_none"
        more = say("group_message.and_more", number=len(kept)) if len(kept) > _MOST_NAMED else ""
        values = {"title": title, "left": left, "kept": say("group_message.comma").join(kept[:_MOST_NAMED]), "more": more}
        await _tell(tx, policy, found.cohort, groups, phrase, f"{key}:{number}", **values)


async def about(tx: Tx, row: GroupMessageRow) -> tuple[ClassGroup, Cohort, GroupMessage]:
    """What a row is about."""
    group = await cohorts.load_class_group(tx, row.class_group_id)
    declared = (await camp_messages.load_many(tx, [row.message_id]))[row.message_id]
    return group, await cohorts.load_cohort(tx, group.cohort_id), from_plain(declared.plan)


async def left_of(tx: Tx, policy: Policy, group: ClassGroup) -> int:
    """What the group may still get this month, tasks that wait not counted any more."""
    spent = await spent_of(tx, policy, [group.chat_id] if group.chat_id else [])
    return left_over(policy.allowance, spent.get(group.chat_id or "", Spent({})), tx.now.astimezone(policy.zone).date())


async def _kept_for(tx: Tx, policy: Policy, found: Schedule, group: ClassGroup) -> tuple[str, ...]:
    """The messages of the group that have a place within its allowance."""
    say = say_in(policy.language)
    slots = [slot for slot in found.slots if slot.group.id == group.id and slot.row is None and slot.skip is None]
    return tuple([await title_in(tx, say, slot.message, found.cohort, slot.occurrence.seq) for slot in slots])


async def _tell(
    tx: Tx, policy: Policy, cohort: Cohort, groups: Sequence[ClassGroup], phrase: str, key: str, **values: object
) -> None:
    """Tells each class teacher of their own groups and the managers of all, once; in the quiet hours after them."""
    say = say_in(policy.language)
    awake = (await rhythm_of(tx, policy, cohort.camp_id)).awake(tx.now, policy.zone)
    managers = await members.with_position(tx, "manager")
    audience = {one.id: (one, list(groups)) for one in managers}
    for teacher, own in (await _by_teacher(tx, groups)).items():
        if teacher.active:
            audience.setdefault(teacher.id, (teacher, own))
    words = {member: say(phrase, group=_named(say, cohort, own), **values) for member, own in audience.values()}
    later = awake if awake > tx.now else None
    await tell_each(tx, policy, words, cohort_id=cohort.id, key=f"group_message:{key}", once=True, not_before=later)


async def _by_teacher(tx: Tx, groups: Sequence[ClassGroup]) -> dict[Member, list[ClassGroup]]:
    teachers = await members.load_many(tx, [group.class_teacher_id for group in groups])
    found: dict[Member, list[ClassGroup]] = {}
    for group in groups:
        found.setdefault(teachers[group.class_teacher_id], []).append(group)
    return found


def _named(say: Say, cohort: Cohort, groups: Sequence[ClassGroup]) -> str:
    codes = say("group_message.comma").join(group.code for group in groups)
    return say("group_message.group", cohort=cohort.name, code=codes)
