"""The decision table of allocation: who looks after somebody new, and in which class group."""

from __future__ import annotations

from dataclasses import replace

import pytest

from camp.rules.allocation import Allocation, Facts, Group, Teacher, Why, decide_allocation

LIN, HE, FALLBACK, BOSS, ADDED = 1, 2, 7, 8, 9
USUAL = Facts(
    added_id=None,
    teachers=(Teacher(LIN, 20, 10, 300), Teacher(HE, 30, 5, 300)),
    groups=(Group(101, LIN, 10), Group(102, HE, 5)),
    fallback_id=FALLBACK,
    manager_id=BOSS,
)
FULL = (Teacher(LIN, 300, 10, 300), Teacher(HE, 400, 5, 300))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Allocation(HE, 102, Why.LEAST_LOADED)),
        ({"added_id": LIN}, Allocation(LIN, 101, Why.ADDED)),
        ({"added_id": LIN, "teachers": FULL}, Allocation(LIN, 101, Why.ADDED)),
        ({"added_id": ADDED}, Allocation(ADDED, 102, Why.ADDED)),
        ({"added_id": LIN, "groups": (*USUAL.groups, Group(103, LIN, 2))}, Allocation(LIN, 103, Why.ADDED)),
        ({"teachers": (Teacher(LIN, 20, 10, 300), Teacher(HE, 30, 5, 30))}, Allocation(LIN, 101, Why.LEAST_LOADED)),
        ({"teachers": (Teacher(LIN, 20, 5, 300), Teacher(HE, 19, 5, 300))}, Allocation(HE, 102, Why.LEAST_LOADED)),
        ({"teachers": (Teacher(HE, 5, 5, 300), Teacher(LIN, 5, 5, 300))}, Allocation(LIN, 101, Why.LEAST_LOADED)),
        ({"fallback_first": True}, Allocation(FALLBACK, 102, Why.FALLBACK)),
        ({"fallback_first": True, "fallback_id": None}, Allocation(HE, 102, Why.LEAST_LOADED)),
        ({"teachers": FULL}, Allocation(FALLBACK, 102, Why.FALLBACK)),
        ({"teachers": FULL, "fallback_id": None}, Allocation(HE, 102, Why.OVER_QUOTA)),
        ({"teachers": (), "groups": ()}, Allocation(FALLBACK, None, Why.FALLBACK)),
        ({"teachers": (), "groups": (), "fallback_id": None}, Allocation(BOSS, None, Why.MANAGER)),
        ({"teachers": (), "groups": (), "fallback_id": None, "manager_id": None}, Allocation(None, None, Why.NOBODY)),
    ],
)
def test_allocation(change: dict[str, object], expected: Allocation) -> None:
    assert decide_allocation(replace(USUAL, **change)) == expected  # type: ignore[arg-type]
