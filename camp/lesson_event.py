"""Events of outside systems about lessons: who, which lesson, when; what cannot be placed is parked, never dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from camp.identity import find_subject, park
from camp.policy import Policy
from storage import cohorts, enrolments
from storage.cohorts import Lesson
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.learners import Learner


@dataclass(frozen=True)
class LessonEvent:
    """An event placed: the learner, their enrolment, the lesson, when it happened, and which system says so."""

    learner: Learner
    enrolment: Enrolment
    lesson: Lesson
    occurred_at: datetime
    source: str


async def place_event(tx: Tx, policy: Policy, event: dict[str, Any]) -> LessonEvent | None:
    """The event with its names resolved; None after it was parked with the reason."""
    subject = event.get("subject")
    learner = await find_subject(tx, policy, subject) if isinstance(subject, dict) else None
    if learner is None:
        return await _parked(tx, policy, event, "unknown_subject")
    code, seq = event.get("cohort"), event.get("lesson")
    cohort = await cohorts.find_cohort(tx, code) if isinstance(code, str) else None
    if cohort is None:
        return await _parked(tx, policy, event, "unknown_cohort")
    lesson = await cohorts.find_lesson(tx, cohort.id, seq) if isinstance(seq, int) and not isinstance(seq, bool) else None
    if lesson is None:
        return await _parked(tx, policy, event, "unknown_lesson")
    enrolment = await enrolments.find(tx, learner.id, cohort.id)
    if enrolment is None:
        return await _parked(tx, policy, event, "not_enrolled")
    return LessonEvent(learner, enrolment, lesson, _moment(event, tx.now), str(event.get("source") or "ingest"))


async def park_malformed(tx: Tx, policy: Policy, event: dict[str, Any], field: str) -> None:
    """Keeps an event whose `field` is no usable number; somebody has to look at its sender."""
    await park(tx, policy, event, f"bad_{field}")


def whole_number(event: dict[str, Any], field: str, limit: int) -> int | None:
    """A number from 0 to `limit` (fractions rounded), or None for anything else."""
    value = event.get(field)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= limit:
        return None
    return round(value)


async def _parked(tx: Tx, policy: Policy, event: dict[str, Any], reason: str) -> LessonEvent | None:
    await park(tx, policy, event, reason)
    return None


def _moment(event: dict[str, Any], now: datetime) -> datetime:
    """`occurred_at` (RFC 3339), never in the future; now when it is missing or says no zone."""
    try:
        moment = datetime.fromisoformat(str(event.get("occurred_at")))
    except ValueError:
        return now
    return now if moment.tzinfo is None else min(now, moment)
