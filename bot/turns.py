"""Who waits for whom in a lane: never two rows to the same person at once, and always in order, also around a retry."""

from __future__ import annotations

import asyncio
from collections.abc import Set
from dataclasses import dataclass

from storage.outbox import Due

# What comes after a row that was put off looks a little longer: the row itself has to be read again first.
_LATER_SECONDS = 2.0


@dataclass(frozen=True)
class _Held:
    """A row put off for a moment: what comes after it for the same people waits until then (loop seconds)."""

    place: tuple[int, int]  # priority, id
    people: frozenset[str]
    until: float


class Turns:
    """Rows under way and rows put off. Times are the loop's seconds: the house's time may stand still."""

    def __init__(self) -> None:
        self._under_way: dict[int, frozenset[str]] = {}
        self._held: dict[int, _Held] = {}
        self._not_before: dict[int, float] = {}

    def begin(self, row: Due) -> None:
        """From now on the row's people hear nothing else."""
        self._under_way[row.id] = people_of(row)
        self._held.pop(row.id, None)

    def end(self, row: Due) -> None:
        """They may hear the next."""
        self._under_way.pop(row.id, None)

    def put_off(self, row: Due, seconds: float, *, keeps_order: bool) -> None:
        """The row is tried again after these seconds; with `keeps_order` what comes after it for its people waits too."""
        now = asyncio.get_running_loop().time()
        self._not_before[row.id] = now + seconds
        if keeps_order:
            self._held[row.id] = _Held(place_of(row), people_of(row), now + seconds + _LATER_SECONDS)

    def hasten(self) -> None:
        """Nothing that was put off waits any longer."""
        self._held.clear()
        self._not_before.clear()

    def busy(self) -> set[str]:
        """Who is being spoken to; what was put off long enough is forgotten."""
        now = asyncio.get_running_loop().time()
        if self._held:
            self._held = {row_id: held for row_id, held in self._held.items() if held.until > now}
        if self._not_before:
            self._not_before = {row_id: until for row_id, until in self._not_before.items() if until > now}
        return set().union(*self._under_way.values())

    def seconds_until(self, row: Due) -> float:
        """How long a row that was put off still waits; 0 for any other."""
        until = self._not_before.get(row.id)
        return 0.0 if until is None else max(0.0, until - asyncio.get_running_loop().time())

    def waits(self, row: Due, people: Set[str], busy: Set[str]) -> bool:
        """Whether somebody it is for is busy, or was put off with an earlier row."""
        if not people.isdisjoint(busy):
            return True
        return any(not people.isdisjoint(held.people) and held.place < place_of(row) for held in self._held.values())


def place_of(row: Due) -> tuple[int, int]:
    """Its place in the lane."""
    return row.priority, row.id


def people_of(row: Due) -> frozenset[str]:
    """Whom a row concerns: what is said to one person, one customer's tags, one robot's group keep their order."""
    if row.lane.startswith("robot:"):
        return frozenset([row.lane])
    to = row.payload.get("to") or row.payload.get("userids") or row.payload.get("external_userid")
    people = to if isinstance(to, list) else [to] if to else []
    return frozenset(str(person).lower() for person in people)
