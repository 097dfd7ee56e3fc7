"""Reminders: before a lesson, to the learners who can be reached and to their class teachers with who cannot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from camp.broadcast import may_reach, to_pupils
from camp.harmless import Ours
from camp.lesson_link import brought, lines_for
from camp.messages import menu, text
from camp.outgoing import to_members
from camp.phrases import say_in
from camp.policy import Policy
from camp.roster import check_in_link, lesson_name
from camp.when import day_and_time_near
from storage import cohorts, lesson_clock, members
from storage.cohorts import Lesson
from storage.database import Tx
from storage.lesson_clock import Pupil

# A reminder never takes the last of WeCom's five: it is kept for the answer to what the learner writes next.
_KEEP = 1


async def remind_due(tx: Tx, policy: Policy) -> None:
    """Sends every reminder whose moment has come, once each; of several missed ones only the last, of an ended lesson none."""
    if not policy.remind_before:
        return
    for lesson in await lesson_clock.to_remind(tx, max(policy.remind_before)):
        come = [before for before in policy.remind_before if lesson.starts_at - before <= tx.now]
        nearest = min(come)
        if await lesson_clock.claim_reminder(tx, lesson.id, lesson.starts_at - nearest):
            await remind(tx, policy, lesson, nearest)


async def remind(tx: Tx, policy: Policy, lesson: Lesson, before: timedelta) -> None:
    """Tells the learners of one lesson in kf and their class teachers in the app; nothing of it is sent after the lesson."""
    pupils = await lesson_clock.pupils(tx, lesson)
    reached = [pupil for pupil in pupils if may_reach(pupil, keep=_KEEP)]
    # The start is part of the key: a lesson put off is reminded of again.
    key = f"remind:{lesson.id}:{int(before.total_seconds() // 60)}:{lesson.starts_at:%m%d%H%M}"
    say = say_in(policy.language)
    words = say(
        "reminder.running" if lesson.starts_at <= tx.now else "reminder.soon",
        lesson=lesson_name(say, lesson),
        start=day_and_time_near(policy, lesson.starts_at, tx.now),
        minutes=_minutes(tx, lesson),
    )
    # A tap on `cmd:课表` is the same as typing 课表; `checkin:<id>` names the lesson whatever its number.
    schedule = say("reminder.schedule")
    items = [(f"checkin:{lesson.id}", say("reminder.check_in", seq=lesson.seq)), (f"cmd:{schedule}", schedule)]
    await to_pupils(
        tx, reached, menu(words, items), dedup_key=lambda pupil: f"{key}:{pupil.learner_id}", expires_at=lesson.ends_at
    )
    await _tell_teachers(tx, policy, lesson, pupils, {pupil.learner_id for pupil in reached}, key, words)


async def _tell_teachers(
    tx: Tx, policy: Policy, lesson: Lesson, pupils: Sequence[Pupil], reached: set[int], key: str, head: str
) -> None:
    say = say_in(policy.language)
    teachers = await members.load_many(tx, [p.class_teacher_id for p in pupils if p.class_teacher_id is not None])
    link = await check_in_link(tx, policy, lesson)
    by_hand = say("reminder.link", link=Ours(link)) if link else say("reminder.no_link")
    groups = [group for group in await cohorts.class_groups_of(tx, lesson.cohort_id) if group.dismissed_at is None]
    # Without a kf link no message brings one.
    by_message = await brought(tx, policy, say, lesson) if link else {}
    for teacher in teachers.values():
        if not teacher.active:
            continue
        mine = [p.learner_id for p in pupils if p.class_teacher_id == teacher.id]
        told = sum(1 for learner_id in mine if learner_id in reached)
        own = [group for group in groups if group.class_teacher_id == teacher.id]
        lines = [head, say("reminder.reach", told=told, others=len(mine) - told)]
        lines += lines_for(say, own, by_message, by_hand)
        await to_members(
            tx,
            [teacher.userid],
            text("\n".join(lines)),
            dedup_key=f"{key}:teacher:{teacher.id}",
            expires_after=lesson.ends_at - tx.now,
        )


def _minutes(tx: Tx, lesson: Lesson) -> int:
    return max(0, -(-int((lesson.starts_at - tx.now).total_seconds()) // 60))
