"""The state of the intelligent robot: its conversations, what it was told and may still answer, its cards and files."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from sandbox.aibot.files import Files
from sandbox.aibot.link import Link
from sandbox.aibot.settings import AibotConfig
from sandbox.clock import HOUR, MINUTE, Clock
from sandbox.phones import AppMessage, Bubble
from sandbox.windows import Window
from sandbox.world import World

MOST_OPEN = 3  # interactions of one person with one robot, doc 101031
RESPONSE_URL_LIFE_S = HOUR  # doc 101138
OPEN_PREFIX = "oid-"


@dataclass
class Conversation:
    """One chat with the robot. `id` is its chatid on the wire: the member's userid, or the id of the internal group."""

    id: str
    group: bool
    spoken_at: float | None = None  # pushes are allowed once somebody has written to the robot here (doc 101463)
    entered_on: int = -1  # the day of the last enter_chat

    @property
    def chat(self) -> str:
        return f"room:{self.id}" if self.group else "aibot"

    @property
    def key(self) -> str:
        """What frequency limits count by; a member and a room may have one id."""
        return f"{self.chat}:{self.id}"


@dataclass
class Stream:
    """One growing answer; its bubble changes with each frame. `born_at` begins the window for updates."""

    id: str
    bubble: Bubble
    born_at: float
    finished: bool = False


@dataclass
class Turn:
    """One callback and the right to answer it. `kind` is "message" or the eventtype, `link` the connection it went to."""

    req_id: str
    kind: str
    userid: str
    talk: Conversation
    at: float
    body: dict[str, Any]
    task_id: str = ""
    link: Link | None = None
    streams: dict[str, Stream] = field(default_factory=dict)
    carded: bool = False  # stream_with_template_card brings one card at most
    used: bool = False  # the one answer an event allows has been given
    settled: bool = False  # no longer counted among the open interactions


@dataclass
class ResponseCode:
    """What a response_url carries: 1 h, one use (doc 101138)."""

    talk: Conversation
    born_at: float
    used: bool = False


@dataclass
class Upload:
    """A file on its way up, by the index of its chunks."""

    kind: str
    name: str
    size: int
    chunks: int
    md5: str
    born_at: float
    pieces: dict[int, bytes] = field(default_factory=dict)


class Robot:
    """The one robot of the corp; `mode` "socket" or "url" can be switched while it runs."""

    def __init__(self, config: AibotConfig, clock: Clock, world: World) -> None:
        self.config = config
        self.mode = config.mode
        self.callback_url = config.callback_url
        self.origin = ""  # the address of the look-alike as the bot knows it, for urls in callbacks
        self._clock = clock
        self._world = world
        self.files = Files(clock)
        self.talks: dict[str, Conversation] = {}  # by key
        self.turns: dict[str, Turn] = {}  # by req_id
        self.cards: dict[str, AppMessage] = {}  # by task_id
        self.response_codes: dict[str, ResponseCode] = {}
        self.feedback: dict[str, Conversation] = {}  # by feedback id, what people may judge
        self.uploads: dict[str, Upload] = {}
        self.subscribes = Window(config.subscribes_per_minute, MINUTE, block_s=MINUTE)  # key: bot_id
        self.link: Link | None = None  # the connection that has the robot
        self.links: set[Link] = set()  # all that are open
        self.session: aiohttp.ClientSession | None = None
        self.under_way: set[asyncio.Task[None]] = set()
        self.lost = 0

    def talk_with(self, userid: str) -> Conversation:
        return self._talk(Conversation(userid, group=False))

    def talk_in(self, room_id: str) -> Conversation:
        return self._talk(Conversation(room_id, group=True))

    def _talk(self, talk: Conversation) -> Conversation:
        return self.talks.setdefault(talk.key, talk)

    def named(self, chatid: str, chat_type: int) -> Conversation | None:
        """Where a push goes: chat_type 1 single, 2 group, 0 the group first (doc 101463); None for no such conversation."""
        groups = [self.talks.get(Conversation(chatid, group=True).key)] if chat_type in (0, 2) else []
        singles = [self.talks.get(Conversation(self.inward(chatid), group=False).key)] if chat_type in (0, 1) else []
        return next((talk for talk in [*groups, *singles] if talk is not None), None)

    def outward(self, userid: str) -> str:
        """A userid as callbacks name it."""
        return OPEN_PREFIX + userid if self.config.open_userids else userid

    def inward(self, userid: str) -> str:
        """The member a bot means, by userid or open_userid, in any case of letters; "" for nobody."""
        member = self._world.active_member(userid.removeprefix(OPEN_PREFIX))
        return member.userid if member is not None else ""

    def open_turns(self, userid: str) -> Iterator[Turn]:
        """Messages of this person that still wait for the end of their answer. One without any answer stops counting after
        the stream window; our choice, the documents say only that three may be open."""
        begin = self._clock.now() - self.config.stream_window_s
        return (turn for turn in self.turns.values() if turn.userid == userid and not turn.settled and turn.at > begin)

    def add_turn(self, kind: str, userid: str, talk: Conversation, body: dict[str, Any], task_id: str = "") -> Turn:
        """Remember a callback for as long as it may be answered."""
        now = self._clock.now()
        for old in [turn for turn in self.turns.values() if turn.at < now - self.config.reply_window_s]:
            del self.turns[old.req_id]
        turn = Turn(self._world.mint("req"), kind, userid, talk, now, body, task_id, settled=kind != "message")
        self.turns[turn.req_id] = turn
        return turn

    def response_url(self, talk: Conversation) -> str:
        code = self._world.mint("rc")
        self.response_codes[code] = ResponseCode(talk, self._clock.now())
        return f"{self.origin}/cgi-bin/aibot/response?response_code={code}"
