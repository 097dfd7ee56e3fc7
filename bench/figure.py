"""A figure: one measured number, what it is held against in the same run, and what was promised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Bound = Literal["at least", "at most"]


@dataclass(frozen=True)
class Plan:
    """How large a run is. `full` is what the README shows; a quick one only proves that the bench works."""

    full: bool
    reps: int

    def size(self, full: int, quick: int) -> int:
        """The number for this run."""
        return full if self.full else quick


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    `value` and `against` are medians of the repetitions, in `unit`; `ratio` is value ÷ against, or None where the promise is
    absolute. `bound`, `target` and `aim` speak of the ratio if there is one, else of the value.
    """

    what: str
    value: float
    unit: str
    bound: Bound
    target: float
    against_what: str = ""
    against: float | None = None
    aim: float | None = None
    spread: tuple[float, float] | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return None if self.against is None else self.value / self.against

    @property
    def judged(self) -> float:
        return self.value if self.ratio is None else self.ratio

    @property
    def met(self) -> bool:
        return self.judged >= self.target if self.bound == "at least" else self.judged <= self.target
