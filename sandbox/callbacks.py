"""Callbacks to the bot: encrypted, 5 s each, three tries, only HTTP 200 counts, then lost (docs 90238, 90968)."""

import asyncio
import secrets
from dataclasses import asdict, dataclass

import aiohttp

from sandbox.calls import Calls
from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.envelope import encrypt, seal, sign
from sandbox.faults import Faults
from sandbox.transcript import Transcript

# Callbacks on the wire at once; our choice. A burst waits here, outside the 5 s the bot has.
PARALLEL = 64
VERIFY_DEADLINE_S = 1.0  # doc 90930


@dataclass
class Counters:
    """`sent` events, how they ended, and the HTTP tries it took."""

    sent: int = 0
    delivered: int = 0
    lost: int = 0
    tries: int = 0


class Courier:
    """Delivers every event in a task of its own: ordering is not promised (doc 90238)."""

    def __init__(self, config: SandboxConfig, clock: Clock, faults: Faults, transcript: Transcript, calls: Calls) -> None:
        self._config = config
        self._clock = clock
        self._faults = faults
        self._transcript = transcript
        self._calls = calls
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(PARALLEL)
        self._under_way: set[asyncio.Task[None]] = set()
        self.callback_url = config.callback_url
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
        fault = self._faults.take_callback()
        if fault is not None and fault.kind == "lose":
            self._lose(what, "按要求丢弃")
            return
        wait_s = fault.delay_s if fault is not None and fault.kind == "delay" else 0.0
        self._begin(xml, what, agent_id, wait_s)
        if fault is not None and fault.kind == "double":
            self.counters.sent += 1
            self._begin(xml, what, agent_id, 0.0)

    def _begin(self, xml: str, what: str, agent_id: str, wait_s: float) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(xml, what, agent_id, wait_s))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _lose(self, what: str, why: str) -> None:
        self.counters.lost += 1
        self._transcript.add("沙箱", "机器人", f"回调丢失：{what}（{why}）", "lost")

    async def _deliver(self, xml: str, what: str, agent_id: str, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        for attempt in range(self._config.callback_tries):
            if attempt:
                await asyncio.sleep(self._config.callback_pause_s)
            self.counters.tries += 1
            async with self._slots:
                arrived = await self._try(xml, agent_id)
            if arrived:
                self.counters.delivered += 1
                self._calls.stir()
                return
        self._lose(what, f"{self._config.callback_tries} 次都没有收到 200")
        self._calls.stir()

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

    async def _try(self, xml: str, agent_id: str) -> bool:
        """One attempt; every attempt is sealed anew, so its timestamp and nonce differ."""
        assert self._session is not None, "the courier is not started"
        sealed = seal(
            xml,
            key=self._config.aes_key,
            token=self._config.token,
            corp_id=self._config.corp_id,
            agent_id=agent_id,
            timestamp=self._clock.seconds(),
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
                await answer.read()
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
