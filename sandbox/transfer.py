"""Hand-over of customers and groups (docs 92125, 94096, 95703): who asked for what, and how often already."""

from collections import defaultdict
from dataclasses import dataclass

from sandbox.clock import DAY, Clock
from sandbox.phones import Bubble

TAKES_EFFECT_S = DAY  # unless the learner refuses, doc 92125
MOVES, MOVES_IN_S = 2, 90 * DAY  # per customer and per group, docs 92125, 95703

DONE, WAITING, REFUSED, FULL, NONE = range(1, 6)  # status of transfer_result, sheet 6.8


@dataclass
class Move:
    """One customer on the way from one member to another; `notice` is what the learner reads about it."""

    external_userid: str
    handover: str
    takeover: str
    asked_at: float
    resigned: bool
    message: str
    status: int = WAITING
    takeover_time: int = 0
    notice: Bubble | None = None


class Transfers:
    """Every move ever asked for, oldest first, and how often each group has changed hands."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.moves: list[Move] = []
        self._group_moves: defaultdict[str, list[float]] = defaultdict(list)  # by chat_id

    def waiting(self, external_userid: str, handover: str = "") -> Move | None:
        """The move under way of this customer (from this member)."""
        for move in reversed(self.moves):
            if move.external_userid == external_userid and move.status == WAITING and handover in ("", move.handover):
                return move
        return None

    def moved_too_often(self, external_userid: str) -> bool:
        """Two moves in 90 days are the most; refused ones and those of members who left do not count (our choice)."""
        since = self._clock.now() - MOVES_IN_S
        counted = [
            move
            for move in self.moves
            if move.external_userid == external_userid and move.status in (DONE, WAITING) and not move.resigned
        ]
        return sum(move.asked_at > since for move in counted) >= MOVES

    def group_may_move(self, chat_id: str) -> bool:
        """Count one hand-over of a group on the job; False, and nothing counted, after two in 90 days."""
        now, moved = self._clock.now(), self._group_moves[chat_id]
        if sum(at > now - MOVES_IN_S for at in moved) >= MOVES:
            return False
        moved.append(now)
        return True

    def coming_to(self, userid: str) -> int:
        """Customers on their way to a member."""
        return sum(move.takeover == userid and move.status == WAITING for move in self.moves)

    def between(self, handover: str, takeover: str, *, resigned: bool) -> list[Move]:
        """The newest move of each customer of the pair."""
        newest = {
            move.external_userid: move
            for move in self.moves
            if (move.handover, move.takeover, move.resigned) == (handover, takeover, resigned)
        }
        return list(newest.values())
