"""The real processes: the look-alike of WeCom, and `wecamp serve` before it, to be killed and started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from bench.house import free_port
from sandbox.story.corp import Corp
from tests.crash.look import Look
from tests.crash.town import CONFIG, SECRET, STAFF, Class, camp_toml
from tests.crash.wire import Wire

_ROOT = Path(__file__).parents[2]
_WECAMP = (sys.executable, "-m", "bot")
_LOOK_S = 0.02


async def _run(folder: Path, log: str, *words: str) -> asyncio.subprocess.Process:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("WECAMP_")}
    with (folder / log).open("ab") as out:
        return await asyncio.create_subprocess_exec(*words, cwd=_ROOT, env=clean, stdout=out, stderr=out)


async def _end(process: asyncio.subprocess.Process | None, within: float = 15) -> None:
    if process is None or process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(within):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


class Ground:
    """One installation in `folder`. `home` is set while a house is ready: people rather act then."""

    def __init__(self, folder: Path, url: str, wecom: str, session: aiohttp.ClientSession) -> None:
        self.folder = folder
        self.port = free_port()
        self.house_url = f"http://127.0.0.1:{self.port}"
        self.session = session
        self.corp = Corp(wecom, session)
        self.wire = Wire(wecom, session)
        self.look = Look(url)
        self.home = asyncio.Event()
        self._house: asyncio.subprocess.Process | None = None
        text = CONFIG.format(port=self.port, url=url, wecom=wecom, secret=SECRET)
        (folder / "config.toml").write_text(text, encoding="utf-8")

    async def start(self) -> None:
        """Starts a house; it is not ready yet."""
        self._house = await _run(self.folder, "serve.log", *_WECAMP, "serve", "--config", str(self.folder / "config.toml"))

    async def ready(self, within: float = 60) -> None:
        """Returns once the house is ready; AssertionError with its last words when it died by itself."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            assert self._house is not None
            if self._house.returncode is not None:
                raise AssertionError(f"the house died: {self.log()[-3000:]}")
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with self.session.get(f"{self.house_url}/readyz", timeout=aiohttp.ClientTimeout(2)) as answer:
                    if answer.status == 200:
                        self.home.set()
                        return
            await asyncio.sleep(_LOOK_S)
        raise AssertionError(f"not ready within {within:.0f} s: {self.log()[-3000:]}")

    async def kill(self) -> None:
        """`kill -9`."""
        assert self._house is not None
        self.home.clear()
        self._house.kill()
        await self._house.wait()

    async def leave(self) -> None:
        """SIGTERM."""
        self.home.clear()
        await _end(self._house)

    def log(self) -> str:
        """What all houses said so far."""
        path = self.folder / "serve.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    async def at_rest(self, within: float) -> bool:
        """Nothing under way on the wire, nothing waiting in the house; False when it did not come to rest in time."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            calm = (await self.corp.see("/quiet?wait=5"))["quiet"]
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with self.session.get(f"{self.house_url}/readyz", timeout=aiohttp.ClientTimeout(5)) as answer:
                    resting = (await answer.json()).get("at_rest") if answer.status == 200 else False
                if calm and resting and (await self.corp.see("/quiet?wait=0"))["quiet"]:
                    return True
            await asyncio.sleep(_LOOK_S)
        return False

    async def jump(self, seconds: float, job: str, within: float) -> bool:
        """Moves everybody's clock forward; returns once `job` was asked at the new time and all is at rest again."""
        told = await self.corp.act("/clock", step_s=seconds)
        since = int((told["now"] - 1) * 1_000_000)
        ticked = f"SELECT count(*) FROM inbox WHERE kind = 'tick.{job}' AND state = 1 AND received_at >= {since}"
        end = time.monotonic() + within
        while not await self.look.number(ticked):
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.1)
        return await self.at_rest(within)


@contextlib.asynccontextmanager
async def open_ground(folder: Path, url: str, classes: list[Class]) -> AsyncIterator[Ground]:
    """A corp with its staff and groups, its camps applied, a house ready. Everything we started ends with the block."""
    port = free_port()
    wecom = f"http://127.0.0.1:{port}"
    timeout = aiohttp.ClientTimeout(total=60)
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(trust_env=False, timeout=timeout, connector=connector) as session:
        ground = Ground(folder, url, wecom, session)
        config = str(folder / "config.toml")
        words = (sys.executable, "-m", "sandbox", "serve", "--config", config, "--port", str(port))
        beside = await _run(folder, "sandbox.log", *words)
        following = None
        try:
            await _prepare(ground, classes)
            following = asyncio.create_task(ground.wire.follow())
            yield ground
        finally:
            await ground.leave()
            if following is not None:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
            await _end(beside)


async def _prepare(ground: Ground, classes: list[Class]) -> None:
    (ground.folder / "camp.toml").write_text(camp_toml(classes), encoding="utf-8")
    await _answers(ground)
    await ground.corp.act("/callback-url", url="")  # the groups are older than the house
    for userid, (name, position) in STAFF.items():
        await ground.corp.act("/members", userid=userid, name=name, position=position)
    for name in ("sales", "teachers"):
        await ground.corp.act("/robots", key=f"crash-key-{name}", name=name)
    for one in classes:
        for chat_id in (one.chat_id, f"{one.chat_id}Next"):
            await ground.corp.act("/groups", name=one.cohort_name, owner=one.teacher, chat_id=chat_id)
    await ground.start()  # it brings the schema; `apply` works beside it
    await ground.ready()
    words = ("apply", str(ground.folder / "camp.toml"), "--config", str(ground.folder / "config.toml"))
    process = await _run(ground.folder, "apply.log", *_WECAMP, *words)
    assert await process.wait() == 0, "wecamp apply failed: see apply.log"
    await ground.corp.act("/callback-url", url=f"{ground.house_url}/wecom/callback")


async def _answers(ground: Ground) -> None:
    """Returns once the look-alike answers."""
    for _ in range(1500):
        with contextlib.suppress(aiohttp.ClientError):
            await ground.corp.see("/clock")
            return
        await asyncio.sleep(_LOOK_S)
    raise AssertionError("the look-alike does not answer")
