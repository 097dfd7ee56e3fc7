"""Access tokens (doc 91039): one per app, the same one while it is valid."""

import secrets

from sandbox.clock import Clock


class Tokens:
    """The token of the one app, and the expired ones, which answer 42001 instead of 40014."""

    def __init__(self, clock: Clock, life_s: int) -> None:
        self._clock = clock
        self._life_s = life_s
        self._current = ""
        self._dies_at = 0.0
        self._expired: set[str] = set()

    def give(self) -> tuple[str, int]:
        """(token, seconds it still lives)."""
        if not self._current or self._clock.now() >= self._dies_at:
            self._retire()
            self._current = secrets.token_urlsafe(96)
            self._dies_at = self._clock.now() + self._life_s
        return self._current, int(self._dies_at - self._clock.now())

    def fault(self, token: str) -> int:
        """0 for a good token, else the errcode."""
        if self._current and token == self._current and self._clock.now() >= self._dies_at:
            self._retire()
        if token in self._expired:
            return 42001
        return 0 if self._current and token == self._current else 40014

    def drop(self) -> None:
        """The platform drops the token early; it answers 40014 from now on."""
        self._current = ""

    def _retire(self) -> None:
        if self._current:
            self._expired.add(self._current)
        self._current = ""
