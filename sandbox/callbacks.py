"""Callbacks to the bot: encrypted, 5 s each, three tries, only HTTP 200 counts, then lost (docs 90238, 90968).

What the bot says in its 200 is opened here and handed to whoever set `replied`; empty or "success" says nothing (doc 90238).
"""

import asyncio
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import aiohttp

from sandbox.calls import Calls
from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.envelope import Misanswer, encrypt, open_reply, seal, sign
from sandbox.faults import CallbackFault, Faults
from sandbox.transcript import Transcript
from sandbox.wire_log import Entry, WireLog

# Callbacks on the wire at once; our choice. A burst waits here, outside the 5 s the bot has.
PARALLEL = 64
VERIFY_DEADLINE_S = 1.0  # doc 90930
# A held-back callback waits for the next one, and goes out after so many real seconds when there is none.
HELD_BACK_S = 2.0
TWINS_APART_S = 60  # two events further apart than this cannot pass for twins
CREATE_TIME = re.compile(r"<CreateTime>(-?\d+)</CreateTime>")


@dataclass
class Counters:
    """`sent` events, how they ended, and the HTTP tries it took."""

    sent: int = 0
    delivered: int = 0
    lost: int = 0
    tries: int = 0


@dataclass(eq=False)
class Letter:
    """One event on its way, and what the weather does to it.

    `wait_s` real seconds before the first try; `skew_s` on every timestamp; `lost_tries` never reach the bot; `free` is
    set when a held-back letter may go; `overtakes` is the held-back letter that goes once this one has had its first try.
    `fault` is the kind of weather it met, `entry` its place in the wire log.
    """

    xml: str
    what: str
    agent_id: str
    wait_s: float = 0.0
    skew_s: float = 0.0
    lost_tries: int = 0
    free: asyncio.Event | None = None
    overtakes: "Letter | None" = None
    fault: str = ""
    entry: Entry | None = None


class Courier:
    """Delivers every event in a task of its own: ordering is not promised (doc 90238)."""

    def __init__(
        self, config: SandboxConfig, clock: Clock, faults: Faults, transcript: Transcript, calls: Calls, wire: WireLog
    ) -> None:
        self._config = config
        self._clock = clock
        self._faults = faults
        self._transcript = transcript
        self._calls = calls
        self._wire = wire
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(PARALLEL)
        self._under_way: set[asyncio.Task[None]] = set()
        self._held_back: Letter | None = None
        self._twin_time: int | None = None  # CreateTime that the next event borrows
        self.callback_url = config.callback_url
        self.replied: Callable[[str, str], None] = lambda event, reply: None  # both in clear
        self.counters = Counters()

    async def start(self) -> None:
        connector = aiohttp.TCPConnector(limit=0)
        self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None), trust_env=False)

    async def close(self) -> None:
        """Abandon what is under way; the process is ending."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    @property
    def pending(self) -> int:
        return len(self._under_way)

    def counted(self) -> dict[str, int]:
        return {**asdict(self.counters), "pending": self.pending}

    def post(self, xml: str, what: str, agent_id: str = "") -> None:
        """Send one event; `what` names it for the transcript. Without a callback URL nothing is sent."""
        if not self.callback_url:
            return
        self._calls.stir()
        self.counters.sent += 1
        letter = Letter(self._borrowed_time(xml), what, agent_id)
        # Who overtakes a held-back letter is not held back itself: they change places.
        fault = self._faults.take_callback(spared="reorder" if self._held_back is not None else "")
        if fault is not None:
            letter = self._weathered(letter, fault)
            if fault.kind == "lose":
                self._lose(letter, "按要求丢弃")
                return
            if fault.kind == "double":
                self.counters.sent += 1
                self._begin(replace(letter))
        if letter.free is None:
            letter.overtakes, self._held_back = self._held_back, None
        self._begin(letter)

    def _borrowed_time(self, xml: str) -> str:
        """The event with the CreateTime of the twin before it, if there is one.

        When the clock has moved on too far for that, this event is the first twin and the next one borrows.
        """
        own = CREATE_TIME.search(xml)
        if self._twin_time is None or own is None:
            return xml
        at, self._twin_time = self._twin_time, None
        if int(own[1]) - at > TWINS_APART_S:
            self._twin_time = int(own[1])
            return xml
        return CREATE_TIME.sub(f"<CreateTime>{at}</CreateTime>", xml, count=1)

    def _weathered(self, letter: Letter, fault: CallbackFault) -> Letter:
        """The letter as its fault makes it."""
        letter.fault = fault.kind
        if fault.kind == "fail":
            letter.lost_tries = 1
        elif fault.kind == "delay":
            letter.wait_s = fault.delay_s or 0.0
        elif fault.kind == "reorder":
            letter.free = asyncio.Event()
            self._held_back = letter
        elif fault.kind == "twins" and (found := CREATE_TIME.search(letter.xml)):
            self._twin_time = int(found[1])
        elif fault.kind == "skew":
            letter.skew_s = fault.skew_s or 0.0
            letter.xml = CREATE_TIME.sub(
                lambda at: f"<CreateTime>{int(at[1]) + int(letter.skew_s)}</CreateTime>", letter.xml, count=1
            )
        return letter

    def _begin(self, letter: Letter) -> None:
        letter.entry = self._wire.callback(letter.xml, self.callback_url, letter.fault)
        task = asyncio.get_running_loop().create_task(self._deliver(letter))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _lose(self, letter: Letter, why: str) -> None:
        self.counters.lost += 1
        entry = letter.entry or self._wire.callback(letter.xml, self.callback_url, letter.fault)
        self._wire.settle(entry, "lost")
        self._transcript.add("沙箱", "机器人", f"回调丢失：{letter.what}（{why}）", "lost")

    async def _deliver(self, letter: Letter) -> None:
        await self._departure(letter)
        for attempt in range(self._config.callback_tries):
            if attempt:
                await asyncio.sleep(self._config.callback_pause_s)
            arrived = await self._attempt(letter, lost=attempt < letter.lost_tries)
            if arrived:
                self.counters.delivered += 1
                assert letter.entry is not None
                self._wire.settle(letter.entry, "ok")
                self._calls.stir()
                return
        self._lose(letter, f"{self._config.callback_tries} 次都没有收到 200")
        self._calls.stir()

    async def _departure(self, letter: Letter) -> None:
        """Return when the letter may go."""
        await asyncio.sleep(letter.wait_s)
        if letter.free is None:
            return
        try:
            async with asyncio.timeout(HELD_BACK_S):
                await letter.free.wait()
        except TimeoutError:
            if self._held_back is letter:
                self._held_back = None

    async def _attempt(self, letter: Letter, *, lost: bool) -> bool:
        """One try and its end; a lost one counts, but the bot hears nothing of it."""
        self.counters.tries += 1
        begun, status, answer = time.monotonic(), 0, ""
        if not lost:
            async with self._slots:
                begun = time.monotonic()
                status, answer = await self._try(letter)
        assert letter.entry is not None
        reply = self._opened(answer) if status == 200 else ""
        self._wire.tried(letter.entry, status, reply or answer, begun)
        if reply:
            self.replied(letter.xml, reply)
        if lost:
            return False
        if letter.overtakes is not None and letter.overtakes.free is not None:
            letter.overtakes.free.set()
        return status == 200

    def _opened(self, answer: str) -> str:
        """The plain XML of a passive reply; "" when there is none, or none WeCom could read."""
        if answer.strip() in ("", "success"):
            return ""
        try:
            return open_reply(answer, key=self._config.aes_key, token=self._config.token, corp_id=self._config.corp_id)
        except Misanswer as reason:
            self._transcript.add("沙箱", "机器人", f"被动回复没有被接受：{reason}", "refused")
            return ""

    async def verify(self) -> bool:
        """The console's URL check: GET with an encrypted echo, answered within 1 s by exactly the plaintext (doc 90930)."""
        assert self._session is not None, "the courier is not started"
        echo, nonce, timestamp = secrets.token_hex(10), secrets.token_hex(5), str(self._clock.seconds())
        encrypted = encrypt(self._config.aes_key, echo, self._config.corp_id)
        query = {
            "msg_signature": sign(self._config.token, timestamp, nonce, encrypted),
            "timestamp": timestamp,
            "nonce": nonce,
            "echostr": encrypted,
        }
        try:
            async with (
                asyncio.timeout(VERIFY_DEADLINE_S),
                self._session.get(self.callback_url, params=query, allow_redirects=False) as answer,
            ):
                return answer.status == 200 and await answer.read() == echo.encode()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def _try(self, letter: Letter) -> tuple[int, str]:
        """One request and its (status, answer), 0 for none; every one is sealed anew, so its timestamp and nonce differ."""
        assert self._session is not None, "the courier is not started"
        sealed = seal(
            letter.xml,
            key=self._config.aes_key,
            token=self._config.token,
            corp_id=self._config.corp_id,
            agent_id=letter.agent_id,
            timestamp=self._clock.seconds() + int(letter.skew_s),
        )
        try:
            async with (
                asyncio.timeout(self._config.callback_deadline_s),
                self._session.post(
                    self.callback_url,
                    params=sealed.query,
                    data=sealed.body.encode(),
                    headers={"Content-Type": "text/xml"},
                    allow_redirects=False,
                ) as answer,
            ):
                return answer.status, (await answer.read()).decode(errors="replace")
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0, ""
