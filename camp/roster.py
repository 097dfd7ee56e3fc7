"""Rosters: which cohort and lesson a member means, and how their classes stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from camp.checkin_link import Ticket, link_with, token_for
from camp.phrases import PHRASES, Say
from camp.policy import Policy
from storage import kf, rosters
from storage.cohorts import Cohort, Lesson, calendars_of
from storage.database import Tx
from storage.rosters import GroupSize, LessonCount
from storage.scopes import Scope


@dataclass(frozen=True)
class NoCohort:
    """The member has no such cohort, or none at all; `known` are those they have."""

    known: tuple[Cohort, ...]


@dataclass(frozen=True)
class NoLesson:
    """The cohort has no lesson of that number."""

    cohort: Cohort
    lessons: int


@dataclass(frozen=True)
class LessonOf:
    """A lesson, and whose learners of it are meant."""

    cohort: Cohort
    lesson: Lesson
    scope: Scope


@dataclass(frozen=True)
class ClassView:
    """One cohort as its class teacher sees it.

    `held`: the lessons that run now, else the one that began last; `links` check in to those that run, else to the next
    one, and are None until WeCom has given us the kf link.
    """

    cohort: Cohort
    groups: tuple[GroupSize, ...]
    held: tuple[tuple[Lesson, LessonCount], ...]
    following: Lesson | None
    links: tuple[tuple[Lesson, str | None], ...]


def current_cohort(cohorts: Sequence[Cohort], now: datetime) -> Cohort | None:
    """The open cohort that started last, else the one that starts next, else the one that closed last."""
    begun = [c for c in cohorts if c.closed_at is None and c.starts_at <= now]
    if begun:
        return max(begun, key=lambda c: c.starts_at)
    ahead = [c for c in cohorts if c.closed_at is None]
    if ahead:
        return min(ahead, key=lambda c: c.starts_at)
    return max(cohorts, key=lambda c: c.starts_at, default=None)


async def choose_cohort(tx: Tx, scope: Scope, words: str) -> Cohort | NoCohort:
    """The cohort of this code or name among those in the scope; without words the current one."""
    known = await rosters.cohorts_within(tx, scope)
    chosen = _by_words(known, words) if words else current_cohort(known, tx.now)
    return chosen or NoCohort(tuple(known))


async def open_cohorts(tx: Tx, scope: Scope) -> list[Cohort]:
    """The cohorts of the scope that are not closed; when all are, the one that closed last."""
    known = await rosters.cohorts_within(tx, scope)
    last = current_cohort(known, tx.now)
    return [c for c in known if c.closed_at is None] or ([last] if last else [])


async def choose_lesson(tx: Tx, scope: Scope, seq: int, words: str) -> LessonOf | NoLesson | NoCohort:
    """Lesson `seq` of the named cohort; without a name of the open cohort in which that lesson began last."""
    known = await rosters.cohorts_within(tx, scope)
    named = _by_words(known, words) if words else current_cohort(known, tx.now)
    if named is None:
        return NoCohort(tuple(known))
    candidates = [named] if words else [c for c in known if c.closed_at is None or c.id == named.id]
    calendars = await calendars_of(tx, [c.id for c in candidates])
    lessons = [lesson for c in sorted(candidates, key=lambda one: one.id) for lesson in calendars.get(c.id, ())]
    begun = [lesson for lesson in lessons if lesson.seq == seq and lesson.starts_at <= tx.now]
    of_named = [lesson for lesson in lessons if lesson.cohort_id == named.id]
    lesson = max(begun, key=lambda found: found.starts_at, default=None)
    lesson = lesson or next((found for found in of_named if found.seq == seq), None)
    if lesson is None:
        return NoLesson(named, len(of_named))
    return LessonOf(next(c for c in candidates if c.id == lesson.cohort_id), lesson, scope)


async def view_classes(tx: Tx, policy: Policy, scope: Scope, words: str = "") -> list[ClassView]:
    """The open cohorts of the scope (or the one of this code) with their groups, lessons and counts; four queries, however many
    there are."""
    named = await choose_cohort(tx, scope, words) if words else None
    shown = [named] if isinstance(named, Cohort) else [] if words else await open_cohorts(tx, scope)
    ids = [c.id for c in shown]
    sizes = await rosters.group_sizes(tx, scope, ids)
    lessons = await rosters.lessons_in(tx, ids)
    held = {c.id: _held([found for found in lessons if found.cohort_id == c.id], tx.now) for c in shown}
    counts = await rosters.lesson_counts(tx, scope, [found.id for several in held.values() for found in several])
    url = await kf.link_url(tx, policy.open_kfid) if shown else None
    views = []
    for cohort in shown:
        ahead = [found for found in lessons if found.cohort_id == cohort.id and found.starts_at > tx.now]
        following = min(ahead, key=lambda found: found.starts_at, default=None)
        linked = [found for found in held[cohort.id] if tx.now < found.ends_at] or ([following] if following else [])
        views.append(
            ClassView(
                cohort=cohort,
                groups=tuple(size for size in sizes if size.cohort_id == cohort.id),
                held=tuple((found, counts.get(found.id, LessonCount())) for found in held[cohort.id]),
                following=following,
                links=tuple((found, _link(policy, url, found)) for found in linked),
            )
        )
    return views


async def check_in_link(tx: Tx, policy: Policy, lesson: Lesson) -> str | None:
    """The kf link that checks whoever opens it in to the lesson; None until WeCom has given us the link (kf.link)."""
    return _link(policy, await kf.link_url(tx, policy.open_kfid), lesson)


def lesson_name(say: Say, lesson: Lesson) -> str:
    """`第1课 开课啦`, or the title alone where it names the lesson itself."""
    numbers = [words.format(seq=lesson.seq) for words in PHRASES["teacher.lesson_number"]]
    if any(number in lesson.title for number in numbers):
        return lesson.title
    return f"{say('teacher.lesson_number', seq=lesson.seq)} {lesson.title}".rstrip()


def _by_words(known: Sequence[Cohort], words: str) -> Cohort | None:
    wanted = words.strip().casefold()
    return next((c for c in known if wanted in (c.code.casefold(), c.name.casefold())), None)


def _held(lessons: Sequence[Lesson], now: datetime) -> list[Lesson]:
    """Those that run now, else the one that began last."""
    begun = [found for found in lessons if found.starts_at <= now]
    running = [found for found in begun if now < found.ends_at]
    return running or sorted(begun, key=lambda found: found.starts_at)[-1:]


def _link(policy: Policy, url: str | None, lesson: Lesson) -> str | None:
    if url is None:
        return None
    return link_with(url, token_for(policy, Ticket("lesson", lesson.id)))
