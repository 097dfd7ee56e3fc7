"""How far a crowd has come."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

REASONS_KEPT = 10


@dataclass
class Progress:
    """`state`: "running", "done", "stopped" or "failed"; `phase` and `problem` are for people."""

    total: int
    state: str = "running"
    phase: str = ""
    problem: str = ""
    acts: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    attended: Counter[int] = field(default_factory=Counter)  # by lesson
    manners: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)  # why something was impossible
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None

    def count(self, what: str) -> None:
        self.acts += 1
        self.counts[what] += 1

    def refuse(self, reason: str) -> None:
        """An act nobody could do; the first few reasons are kept."""
        self.counts["impossible"] += 1
        if reason in self.reasons or len(self.reasons) < REASONS_KEPT:
            self.reasons[reason] += 1

    def end(self, state: str, problem: str = "") -> None:
        self.state, self.problem, self.ended = state, problem, time.monotonic()

    @property
    def seconds(self) -> float:
        """Real seconds so far."""
        return (self.ended or time.monotonic()) - self.began

    def shown(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "phase": self.phase,
            "problem": self.problem,
            "total": self.total,
            "seconds": round(self.seconds, 2),
            "acts": self.acts,
            "acts_per_second": round(self.acts / max(self.seconds, 0.001), 1),
            "counts": dict(self.counts),
            "attended": {str(lesson): number for lesson, number in sorted(self.attended.items())},
            "manners": dict(self.manners),
            "reasons": dict(self.reasons),
        }
