"""Live lessons (直播): planned, on air, ended; and who watched for how long (docs 93637, 93635, 93636).

Our choices: seconds stand in the statistics `live_settle_s` after they were watched; a live that nobody started expires at
its planned end; a replay is ready five minutes after the end.
"""

from dataclasses import dataclass, field

from sandbox.clock import MINUTE, Clock
from sandbox.world import World

RESERVED, ON_AIR, ENDED, EXPIRED, CANCELLED = range(5)  # status, doc 93635
REPLAY_READY, REPLAY_MAKING, REPLAY_DELETED, REPLAY_FAILED = range(4)  # replay_status, doc 93635
REPLAY_AFTER_S = 5 * MINUTE
CODE_LIFE_S = 5 * MINUTE  # doc 93641
WECHAT, OTHER_CORP = 1, 2  # type of an outside viewer, doc 93636


@dataclass
class Viewer:
    """One person who watched. `id` is a userid, an external_userid, or "" for somebody WeCom knows only by name."""

    id: str
    name: str
    member: bool
    watched: list[tuple[float, int]] = field(default_factory=list)  # (when it was over, seconds)
    comments: int = 0
    mics: int = 0
    invitor: str = ""

    def seconds_by(self, moment: float) -> int:
        return sum(seconds for at, seconds in self.watched if at <= moment)


@dataclass
class Live:
    """One live; `agent_id` is the app that made it, None when a person made it in the client."""

    livingid: str
    agent_id: int | None
    anchor: str
    theme: str
    reserve_start: int
    reserve_duration: int
    type: int = 0
    description: str = ""
    remind_time: int = 0
    cancelled: bool = False
    started_at: float | None = None
    ended_at: float | None = None
    replay_deleted: bool = False
    viewers: dict[str, Viewer] = field(default_factory=dict)

    def status_at(self, now: float) -> int:
        if self.cancelled:
            return CANCELLED
        if self.ended_at is not None:
            return ENDED
        if self.started_at is not None:
            return ON_AIR
        return EXPIRED if now > self.reserve_start + self.reserve_duration else RESERVED

    def replay_at(self, now: float) -> int | None:
        """replay_status; None while there is nothing to replay."""
        if self.ended_at is None:
            return None
        if self.replay_deleted:
            return REPLAY_DELETED
        return REPLAY_READY if now >= self.ended_at + REPLAY_AFTER_S else REPLAY_MAKING


class Lives:
    """Every live of the corp by its id, in the order they were made."""

    def __init__(self, clock: Clock, world: World) -> None:
        self._clock = clock
        self._world = world
        self.all: dict[str, Live] = {}
        self._codes: dict[str, tuple[str, float]] = {}

    def add(self, agent_id: int | None, anchor: str, theme: str, start: int, duration: int) -> Live:
        live = Live(self._world.mint("lv"), agent_id, anchor, theme, start, duration)
        self.all[live.livingid] = live
        return live

    def new_code(self, live: Live) -> str:
        code = self._world.mint("LC")
        self._codes[code] = (live.livingid, self._clock.now())
        return code

    def code_opens(self, code: str, live: Live) -> bool:
        livingid, born_at = self._codes.get(code, ("", 0.0))
        return livingid == live.livingid and self._clock.now() - born_at <= CODE_LIFE_S

    def status(self, live: Live) -> int:
        return live.status_at(self._clock.now())

    def counted(self, live: Live, settle_s: float) -> list[tuple[Viewer, int]]:
        """(viewer, seconds) as the statistics know them by now; who has no settled seconds is not in it yet."""
        settled = self._clock.now() - settle_s
        found = [(viewer, viewer.seconds_by(settled)) for viewer in live.viewers.values()]
        return [(viewer, seconds) for viewer, seconds in found if seconds]
