"""A learner who says far more than people do has their turn more seldom, so that nobody else waits behind them."""

from __future__ import annotations

import time
from collections.abc import Callable

# So many facts of one learner are applied at once, and so many a second from then on. Nobody types or taps faster for long.
_AT_ONCE = 30
_A_SECOND = 2.0
_LEARNER = "learner:"


class Flood:
    """Counts what was applied of each learner's conversation. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # When the learner's allowance will be whole again; who is not in here has all of it.
        self._whole_at: dict[str, float] = {}

    def applied(self, conversation: str) -> None:
        """One more fact of this conversation was applied."""
        if conversation.startswith(_LEARNER):
            now = self._clock()
            self._whole_at[conversation] = max(now, self._whole_at.get(conversation, now)) + 1 / _A_SECOND

    def slowed(self) -> list[str]:
        """The conversations that wait for now: what they said stays in line, in its order."""
        now = self._clock()
        self._whole_at = {talk: whole_at for talk, whole_at in self._whole_at.items() if whole_at > now}
        return [talk for talk, whole_at in self._whole_at.items() if whole_at - now > _AT_ONCE / _A_SECOND]
