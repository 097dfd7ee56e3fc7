"""Check-in: whether a learner's word at a moment counts for a lesson."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a check-in; every one has its own words in camp/phrases/checkin.py."""

    DONE = "done"
    ALREADY = "already"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    PASSPHRASE_MISSING = "passphrase_missing"
    PASSPHRASE_WRONG = "passphrase_wrong"


@dataclass(frozen=True)
class Window:
    """When check-in of one lesson is open (both ends included), and the word spoken in it, if any."""

    opens_at: datetime
    closes_at: datetime
    passphrase: str | None = None

    def open_at(self, moment: datetime) -> bool:
        return self.opens_at <= moment <= self.closes_at


def decide_check_in(window: Window, *, at: datetime, said: str, checked_in_at: datetime | None) -> Outcome:
    """The first reason that applies decides: a second check-in is told its time, whatever the window says by now."""
    if checked_in_at is not None:
        return Outcome.ALREADY
    if at < window.opens_at:
        return Outcome.TOO_EARLY
    if at > window.closes_at:
        return Outcome.TOO_LATE
    if window.passphrase and not said.strip():
        return Outcome.PASSPHRASE_MISSING
    if window.passphrase and not same_passphrase(said, window.passphrase):
        return Outcome.PASSPHRASE_WRONG
    return Outcome.DONE


def same_passphrase(said: str, wanted: str) -> bool:
    """Equal but for case, width, spaces and closing punctuation: people type on phones, in a hurry."""
    return bool(_plain(said)) and _plain(said) == _plain(wanted)


def latest_start(starts: Sequence[datetime], at: datetime) -> int | None:
    """The position of the lesson that started last before `at` (the first of equals), or None."""
    begun = [(start, -position) for position, start in enumerate(starts) if start <= at]
    return -max(begun)[1] if begun else None


def _plain(words: str) -> str:
    folded = unicodedata.normalize("NFKC", words).casefold()
    return "".join(c for c in folded if not c.isspace() and not unicodedata.category(c).startswith(("P", "C")))
