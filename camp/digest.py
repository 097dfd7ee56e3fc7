"""Digests: after a lesson, unasked and once: who came, who did not, who finished; to class teachers, managers, their groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from camp.digest_post import tell_groups
from camp.digest_words import counts, head, left_group
from camp.group_post import Post, tell
from camp.messages import split_pages, text
from camp.nudge_offer import offer_each
from camp.outgoing import to_members
from camp.phrases import Say, say_in
from camp.policy import Policy
from camp.when import day_and_time_near
from storage import cohorts, group_flow, lesson_clock, members, rosters
from storage.cohorts import Cohort, Lesson
from storage.database import Tx
from storage.rosters import LessonLine

# A digest older than this is no news any more; 缺勤 and 未完课 tell it on request.
_STALE = timedelta(hours=24)
_PAGES = 3
_NAMES_A_LINE = 6
_HINT_BYTES = 120


async def digest_due(tx: Tx, policy: Policy) -> None:
    """Sends the digest of every lesson that ended and has none yet."""
    for lesson in await lesson_clock.to_digest(tx, policy.digest_after):
        stale = lesson.ends_at + policy.digest_after + _STALE < tx.now
        if await lesson_clock.claim_digest(tx, lesson.id) and not stale:
            await send_digest(tx, policy, lesson)


async def send_digest(tx: Tx, policy: Policy, lesson: Lesson) -> None:
    """One digest per class teacher with their own learners, one total to the managers, one with masked names to the groups."""
    lines = await _lines(tx, lesson)
    if not lines:
        return
    say = say_in(policy.language)
    cohort = await cohorts.load_cohort(tx, lesson.cohort_id)
    teachers = await members.load_many(tx, [line.class_teacher_id for line in lines if line.class_teacher_id is not None])
    key = f"digest:{lesson.id}:{lesson.ends_at:%m%d%H%M}"
    totals: list[str] = []
    for teacher in teachers.values():
        mine = [line for line in lines if line.class_teacher_id == teacher.id]
        totals.append(say("digest.teacher_total", teacher=teacher.shown, counts=counts(say, mine)))
        if teacher.active:
            pages = _pages(say, policy, tx, cohort, lesson, mine)
            for number, page in enumerate(pages):
                await to_members(tx, [teacher.userid], text(page), dedup_key=f"{key}:{teacher.id}:{number}")
    await offer_each(tx, policy, teachers, cohort, lesson)
    ownerless = [line for line in lines if line.class_teacher_id is None]
    if ownerless:
        totals.append(say("digest.ownerless_total", counts=counts(say, ownerless)))
    total = [head(say, cohort, lesson, lines), *totals, *left_group(say, lines), *_still_open(say, policy, tx, lesson)]
    readers = await tell_groups(tx, policy, cohort, lesson, total, teachers, lines, key=key)
    managers = [one for one in await members.with_position(tx, "manager") if one.userid not in readers]
    if managers:
        words = text("\n".join(total))
        await tell(tx, policy, Post("managers", words, f"{key}:managers", concerned=managers, each=True, heard=readers))


async def _lines(tx: Tx, lesson: Lesson) -> list[LessonLine]:
    left = await group_flow.left_during(tx, lesson)
    return [line._replace(left_group=line.learner_id in left) for line in await rosters.at_lesson(tx, lesson.id)]


def _pages(say: Say, policy: Policy, tx: Tx, cohort: Cohort, lesson: Lesson, mine: Sequence[LessonLine]) -> list[str]:
    absent = [line for line in mine if line.to_attend and not line.attended]
    finished = [line for line in mine if line.completed]
    attended_only = [line for line in mine if line.attended and not line.completed]
    left = [line for line in mine if line.left_group]
    lines = [*_still_open(say, policy, tx, lesson)]
    lines += _names(say, "digest.left", left) if left else []
    lines += _names(say, "digest.absent", absent) if absent else [say("digest.nobody_absent")]
    lines += _names(say, "digest.attended_only", attended_only) if attended_only else []
    lines += _names(say, "digest.finished", finished) if finished else [say("digest.nobody_finished")]
    pages = split_pages([head(say, cohort, lesson, mine), *lines], limit=1900 - _HINT_BYTES)
    if len(pages) > _PAGES:
        hint = say("digest.rest", seq=lesson.seq)
        pages = [*pages[: _PAGES - 1], f"{pages[_PAGES - 1]}\n{hint}"]
    return pages


def _still_open(say: Say, policy: Policy, tx: Tx, lesson: Lesson) -> list[str]:
    if lesson.checkin_closes_at <= tx.now:
        return []
    return [say("digest.still_open", until=day_and_time_near(policy, lesson.checkin_closes_at, tx.now))]


def _names(say: Say, heading: str, lines: Sequence[LessonLine]) -> list[str]:
    """The heading with the number of people, then a few `#12 小雨` a line."""
    names = [say("teacher.person", id=line.learner_id, name=line.shown) for line in lines]
    rows = ["、".join(names[start : start + _NAMES_A_LINE]) for start in range(0, len(names), _NAMES_A_LINE)]
    return [say(heading, number=len(lines)), *rows]
