"""How many learners the next step of a walk takes, by how long the last one took."""

from __future__ import annotations

# Below this, a step costs more than what it does.
LEAST = 200


def next_size(size: int, seconds: float, *, aim: float, most: int) -> int:
    """As many as would have taken `aim` seconds where `size` took `seconds`; LEAST at least, twice as many and `most` at most."""
    fitting = size * 2 if seconds <= 0 else int(size * aim / seconds)
    return min(most, max(LEAST, min(fitting, size * 2)))
