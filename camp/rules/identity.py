"""Two rows of one person: which of their enrolments mean the same, and which of the two stays."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EnrolmentFacts:
    """`chosen`: somebody named this cohort (a sale, an import, the learner), it was not just the next one when they were added.

    `linked`: its learner is known in WeCom, so a check-in link with its number may be in their chat. `weight`: lessons
    attended and completed and purchases.
    """

    id: int
    cohort_id: int
    camp_id: int
    cohort_open: bool
    chosen: bool
    linked: bool
    weight: int
    place: str


@dataclass(frozen=True)
class Fold:
    """`stays` is the enrolment whose number remains, `calendar_of` the one whose cohort holds."""

    stays: int
    calendar_of: int


def plan_fold(one: EnrolmentFacts, other: EnrolmentFacts) -> Fold | None:
    """How the two become one, or None when both stand: same cohort, or one is only the guess made when they were added."""
    if one.cohort_id == other.cohort_id:
        return Fold(_stays(one, other).id, one.id)
    if one.camp_id != other.camp_id or not (one.cohort_open and other.cohort_open):
        return None
    guess = next((e for e in (one, other) if not e.chosen and e.weight == 0 and e.place == "class"), None)
    if guess is None:
        return None
    meant = other if guess is one else one
    if not meant.chosen and meant.weight == 0 and guess.id < meant.id:
        meant = guess  # two guesses: the older one holds
    return Fold(_stays(one, other).id, meant.id)


def _stays(one: EnrolmentFacts, other: EnrolmentFacts) -> EnrolmentFacts:
    return max(one, other, key=lambda e: (e.linked, e.weight, -e.id))
