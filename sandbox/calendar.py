"""What is when in the play: marks that whoever plays declares, so that the time bar can step to the next lesson or close."""

from collections.abc import Iterable
from dataclasses import dataclass

KINDS = ("lesson", "lesson_end", "close", "note")


@dataclass(frozen=True)
class Mark:
    """A moment (unix seconds) worth stepping to; `kind` is one of KINDS, `label` is for people."""

    at: int
    kind: str
    label: str


class Calendar:
    """The marks, earliest first."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []

    def replace(self, marks: Iterable[Mark]) -> None:
        self.marks = sorted(marks, key=lambda mark: mark.at)

    def next_after(self, now: float, kind: str) -> Mark | None:
        """The first mark of that kind later than `now`, or None."""
        return next((mark for mark in self.marks if mark.kind == kind and mark.at > now), None)
