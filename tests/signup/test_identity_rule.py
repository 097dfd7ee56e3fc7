"""Which enrolments of two rows of one person mean the same, and which number remains."""

from __future__ import annotations

from dataclasses import replace

import pytest

from camp.rules.identity import EnrolmentFacts, Fold, plan_fold

GUESS = EnrolmentFacts(2, cohort_id=1, camp_id=1, cohort_open=True, chosen=False, linked=True, weight=0, place="class")
CHOSEN = EnrolmentFacts(1, cohort_id=2, camp_id=1, cohort_open=True, chosen=True, linked=False, weight=0, place="class")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (CHOSEN, GUESS, Fold(stays=2, calendar_of=1)),
        (GUESS, CHOSEN, Fold(stays=2, calendar_of=1)),
        (replace(CHOSEN, cohort_id=1), GUESS, Fold(stays=2, calendar_of=1)),
        (replace(CHOSEN, cohort_id=1), replace(GUESS, linked=False), Fold(stays=1, calendar_of=1)),
        (replace(CHOSEN, cohort_id=1), replace(GUESS, linked=False, weight=3), Fold(stays=2, calendar_of=1)),
        (replace(CHOSEN, chosen=False, linked=True), GUESS, Fold(stays=1, calendar_of=1)),
        (CHOSEN, replace(GUESS, weight=1), None),
        (CHOSEN, replace(GUESS, chosen=True), None),
        (CHOSEN, replace(GUESS, place="waiting"), None),
        (CHOSEN, replace(GUESS, camp_id=9), None),
        (replace(CHOSEN, cohort_open=False), GUESS, None),
    ],
)
def test_plan_fold(one: EnrolmentFacts, other: EnrolmentFacts, expected: Fold | None) -> None:
    assert plan_fold(one, other) == expected
