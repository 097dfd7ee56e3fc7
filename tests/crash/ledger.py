"""What people did and were answered: the book of the load, written by nobody in the house."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Friend:
    """A learner who added their class teacher; `code` is the welcome code that came with it."""

    learner: str
    teacher: str
    wave: int
    code: str


@dataclass(frozen=True)
class Said:
    """A text; `wanted` is a pattern of the one answer, empty where any will do."""

    who: str
    words: str
    wanted: str = ""


@dataclass(frozen=True)
class Killed:
    """One kill: at which moment it was meant, whether that moment came, and when it fell (unix s of the look-alike)."""

    moment: str
    met: bool
    at: float
    waiting: int = 0  # facts stored and not applied


@dataclass
class Ledger:
    """Keys are the names WeCom or the sender gave: msgids, codes, event ids."""

    friends: dict[str, Friend] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)  # learners whose sign-up the house was told of
    seats: dict[str, str] = field(default_factory=dict)  # learner → chat_id
    texts: dict[str, Said] = field(default_factory=dict)  # learners in customer service
    taps: list[tuple[str, str]] = field(default_factory=list)  # (learner, welcome code or "")
    asked: dict[str, Said] = field(default_factory=dict)  # members in the app
    pressed: dict[str, Said] = field(default_factory=dict)  # response code → who pressed which key
    events: dict[str, Json] = field(default_factory=dict)  # signed events answered 200
    closed: list[str] = field(default_factory=list)  # cohorts whose close was confirmed
    kills: list[Killed] = field(default_factory=list)
    late: list[str] = field(default_factory=list)  # what people did not wait for any longer; whether it came, the audit knows
    broken: list[str] = field(default_factory=list)  # what the load itself saw break
    seed: int = 0

    _texts_of: Counter[str] = field(default_factory=Counter)

    def note_text(self, msgid: str, said: Said) -> None:
        """A learner's text that the look-alike took."""
        self.texts[msgid] = said
        self._texts_of[said.who] += 1

    def unanswered(self, learner: str, answered: int) -> int:
        """How many texts of a learner have no answer yet, when `answered` came."""
        return self._texts_of[learner] - answered
