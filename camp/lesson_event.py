"""Events of outside systems about lessons: who, which lesson, when; what cannot be placed is parked, never dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

from camp.identity import identities_in, park
from camp.policy import Policy
from storage import attendance, cohorts
from storage.attendance import Witnesses
from storage.cohorts import Cohort, Lesson
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.learners import Learner

_MOST_LESSONS = 32_767  # no column takes more


@dataclass(frozen=True)
class LessonEvent:
    """An event placed: the learner, their enrolment, the lesson and what is known of it, when it happened, and which system
    says so."""

    learner: Learner
    enrolment: Enrolment
    lesson: Lesson
    known: Witnesses
    occurred_at: datetime
    source: str


async def place_event(tx: Tx, policy: Policy, event: dict[str, Any]) -> LessonEvent | None:
    """The event with its names resolved; None after it was parked with the reason."""
    code, seq = event.get("cohort"), event.get("lesson")
    cohort = await cohorts.find_cohort(tx, code) if isinstance(code, str) else None
    lesson = await cohorts.find_lesson(tx, cohort.id, seq) if cohort is not None and _may_be_number(seq) else None
    found = await _subject(tx, policy, event.get("subject"), cohort, lesson)
    if found is None:
        return await _parked(tx, policy, event, "unknown_subject")
    if cohort is None:
        return await _parked(tx, policy, event, "unknown_cohort")
    if lesson is None:
        return await _parked(tx, policy, event, "unknown_lesson")
    learner, enrolment, known = found
    if enrolment is None:
        return await _parked(tx, policy, event, "not_enrolled")
    return LessonEvent(learner, enrolment, lesson, known, _moment(event, tx.now), str(event.get("source") or "ingest"))


async def park_malformed(tx: Tx, policy: Policy, event: dict[str, Any], field: str) -> None:
    """Keeps an event whose `field` is no usable number; somebody has to look at its sender."""
    await park(tx, policy, event, f"bad_{field}")


def whole_number(event: dict[str, Any], field: str, limit: int) -> int | None:
    """A number from 0 to `limit` (fractions rounded), or None for anything else."""
    value = event.get(field)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= limit:
        return None
    return round(value)


async def _subject(
    tx: Tx, policy: Policy, subject: object, cohort: Cohort | None, lesson: Lesson | None
) -> tuple[Learner, Enrolment | None, Witnesses] | None:
    """The learner an event is about, as in camp.identity.find_subject, with their place in the lesson."""
    for kind, value in identities_in(policy, subject) if isinstance(subject, dict) else ():
        found = await attendance.place_of(tx, kind, value, cohort.id if cohort else 0, lesson.id if lesson else 0)
        if found is not None:
            return found
    return None


async def _parked(tx: Tx, policy: Policy, event: dict[str, Any], reason: str) -> LessonEvent | None:
    await park(tx, policy, event, reason)
    return None


def _may_be_number(seq: object) -> TypeGuard[int]:
    return isinstance(seq, int) and not isinstance(seq, bool) and 0 <= seq <= _MOST_LESSONS


def _moment(event: dict[str, Any], now: datetime) -> datetime:
    """`occurred_at` (RFC 3339), never in the future; now when it is missing or says no zone."""
    try:
        moment = datetime.fromisoformat(str(event.get("occurred_at")))
    except ValueError:
        return now
    return now if moment.tzinfo is None else min(now, moment)
