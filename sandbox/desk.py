"""The state of WeChat customer service (微信客服, kf): accounts, the pull log, the chats and their windows."""

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import DAY, HOUR, MINUTE, Clock
from sandbox.world import WELCOME_LIFE_S, World

REPLY_WINDOW_S = 48 * HOUR  # doc 94677
REPLIES_PER_TURN = 5  # doc 94677
HISTORY_S = 3 * DAY  # doc 94670
TOKEN_LIFE_S = 10 * MINUTE  # doc 94670

REFUSED = 10  # fail_type, doc 94670

NEW, ASSISTANT, POOL, HUMAN, ENDED = range(5)  # service_state, doc 94669


@dataclass
class Entry:
    """One item of the pull log; `seq` is its place, 1-based."""

    seq: int
    send_time: int
    item: dict[str, Any]


@dataclass
class Upgrade:
    """Whom the console allows an account to recommend; None means everybody and every group (doc 94674)."""

    userids: list[str] | None = None
    chat_ids: list[str] | None = None


@dataclass
class Account:
    """`servicers` and `departments` are who answers here; both None until the API has set them: then every member does (our
    choice, as if the console had named the whole company). A deleted account keeps its chats on the learners' phones."""

    open_kfid: str
    name: str
    log: list[Entry] = field(default_factory=list)
    pulls_with_news: int = 0
    avatar: str = ""
    deleted: bool = False
    servicers: list[str] | None = None
    departments: list[int] = field(default_factory=list)
    stopped: dict[str, int] = field(default_factory=dict)  # userid → stop_type 0 stopped receiving, 1 suspended
    upgrade: Upgrade = field(default_factory=Upgrade)


@dataclass
class Link:
    """A contact way of a kf account; scene_param is delivered only when `scene` is not empty (doc 94665)."""

    open_kfid: str
    scene: str
    url: str


@dataclass
class EventCode:
    """A code for send_msg_on_event (doc 95122)."""

    open_kfid: str
    external_userid: str
    born_at: float
    life_s: float
    msgtypes: tuple[str, ...]
    state: int | None  # the session must still be in it; None for the welcome
    used: bool = False


@dataclass
class Chat:
    """One learner with one kf account."""

    open_kfid: str
    external_userid: str
    said_at: float | None = None
    sent: int = 0
    state: int = ENDED
    servicer: str = ""
    touched_at: float = 0.0
    welcomed_at: float | None = None
    scene: str = ""
    scene_param: str = ""
    refusing: bool = False  # the learner has switched messages of this account off
    failing: list[int] = field(default_factory=list)  # fail_type of the next sends

    def next_failure(self) -> int | None:
        """The fail_type the next send ends in, None when it arrives (doc 94670)."""
        if self.failing:
            return self.failing.pop(0)
        return REFUSED if self.refusing else None

    def state_at(self, now: float) -> int:
        """A session runs 48 h or until ended (doc 94669)."""
        return ENDED if now - self.touched_at > REPLY_WINDOW_S else self.state

    def window_open(self, now: float) -> bool:
        return self.said_at is not None and now - self.said_at <= REPLY_WINDOW_S


class Desk:
    """Every kf account of the corp."""

    def __init__(self, clock: Clock, world: World) -> None:
        self._clock = clock
        self._world = world
        self.accounts: dict[str, Account] = {}
        self.links: dict[str, Link] = {}  # by url
        self.chats: dict[tuple[str, str], Chat] = {}
        self.codes: dict[str, EventCode] = {}
        self.sent_msgids: set[tuple[str, str]] = set()
        self._tokens: dict[str, tuple[str, float]] = {}

    def add_account(self, open_kfid: str, name: str) -> Account:
        self.accounts[open_kfid] = Account(open_kfid, name)
        return self.accounts[open_kfid]

    def living(self) -> list[Account]:
        """The accounts that have not been deleted."""
        return [account for account in self.accounts.values() if not account.deleted]

    def servicers_of(self, account: Account) -> list[str]:
        """Userids of everybody who may take a chat of the account."""
        members = self._world.active_members()
        if account.servicers is None:
            return [member.userid for member in members]
        named, parties = set(account.servicers), set(account.departments)
        return [m.userid for m in members if m.userid in named or parties & set(m.departments)]

    def add_link(self, open_kfid: str, scene: str) -> Link:
        for link in self.links.values():
            if (link.open_kfid, link.scene) == (open_kfid, scene):
                return link
        url = f"https://work.weixin.qq.com/kfid/kfc{secrets.token_hex(8)}"
        if scene:
            url += f"?enc_scene={self._world.mint('ENC')}"
        self.links[url] = Link(open_kfid, scene, url)
        return self.links[url]

    def chat(self, open_kfid: str, external_userid: str) -> Chat:
        return self.chats.setdefault((open_kfid, external_userid), Chat(open_kfid, external_userid))

    def append(self, account: Account, item: dict[str, Any]) -> str:
        """Put one item into the pull log and mint the token of its callback."""
        at = self._clock.seconds()
        item = {"msgid": self._world.mint("kfm"), "send_time": at, **item}
        account.log.append(Entry(len(account.log) + 1, at, item))
        token = self._world.mint("ENCtoken")
        self._tokens[token] = (account.open_kfid, self._clock.now())
        return token

    def token_valid(self, token: str, open_kfid: str) -> bool:
        owner, born_at = self._tokens.get(token, ("", 0.0))
        return owner == open_kfid and self._clock.now() - born_at <= TOKEN_LIFE_S

    def add_code(self, chat: Chat, life_s: float, msgtypes: tuple[str, ...], state: int | None) -> str:
        code = self._world.mint("kfcode")
        self.codes[code] = EventCode(chat.open_kfid, chat.external_userid, self._clock.now(), life_s, msgtypes, state)
        return code

    def add_msg_code(self, chat: Chat, before: int) -> str:
        """The code for one message on this change of the session, "" when the change gives none (doc 95122)."""
        if chat.state == POOL:
            return self.add_code(chat, 48 * HOUR, ("text",), POOL)
        if chat.state == HUMAN and before == POOL:
            return self.add_code(chat, 48 * HOUR, ("text",), HUMAN)
        if chat.state == ENDED:
            return self.add_code(chat, WELCOME_LIFE_S, ("text", "msgmenu"), ENDED)
        return ""

    def cursor(self, seq: int) -> str:
        """An opaque cursor, ≤64 bytes: everything up to `seq` has been read."""
        return "4g" + base64.urlsafe_b64encode(f"{self._world.run}:{seq}".encode()).decode()

    def seq_of(self, cursor: str) -> int | None:
        """Where a cursor points; None when it is none of ours, 0 when it is of an earlier run of the look-alike."""
        if not cursor:
            return 0
        if not cursor.startswith("4g"):
            return None
        try:
            run, _, seq = base64.b64decode(cursor[2:], altchars=b"-_", validate=True).decode().partition(":")
            return int(seq) if run == self._world.run else 0
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return None
