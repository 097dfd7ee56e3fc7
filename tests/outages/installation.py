"""One installation to be put under stress: the real `wecamp serve` as a process, and the look-alike of WeCom in the test's own.

Members write to the app; each of them is told one thing, that they have no position. What was answered 200, what is stored and
what is read on a phone can be counted at any time.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from sandbox.app import build_sandbox
from sandbox.config import read_config
from sandbox.stage import STAGE, Stage
from sandbox.story.corp import Corp
from tests.blackbox import envelope
from tests.loop.conftest import eventually

CORP, TOKEN = "wwOutages", "outagesToken"
KEY = "b3V0YWdlcy1rZXktMDEyMzQ1Njc4OWFiY2RlZmdoaWo"
CONFIG = """
[server]
port = {port}
[storage]
url = "{storage}"
[wecom]
corp_id = "wwOutages"
api_base_url = "{sandbox}"
[wecom.app]
agent_id = 1000002
secret = "outages-secret"
token = "outagesToken"
encoding_aes_key = "{key}"
[wecom.kf]
open_kfid = "wkOutagesDesk"
[time]
tick_seconds = 1
"""
_NO_ANSWER = 0
# How long anything may take on a busy machine; nothing is measured by it.
PATIENCE = 150.0


async def until(holds: Callable[[], Coroutine[Any, Any, bool]], what: str, within: float = PATIENCE) -> None:
    """Asks again and again until it holds; AssertionError with `what` when it never does."""
    try:
        await eventually(holds, within)
    except TimeoutError:
        raise AssertionError(f"{what}: not within {within:.0f} s") from None


class Installation:
    """A directory with config.toml, a database, and the processes started there."""

    def __init__(self, home: Path, storage: str, sandbox: str, session: aiohttp.ClientSession, stage: Stage) -> None:
        self.home, self.storage, self.stage = home, storage, stage
        self.corp = Corp(sandbox, session)
        self.config = home / "config.toml"
        self.log = home / "log.txt"
        self._session = session
        self._engine = create_async_engine(storage, poolclass=NullPool)
        self._started: list[asyncio.subprocess.Process] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.config.write_text(CONFIG.format(port=self.port, storage=storage, sandbox=sandbox, key=KEY), encoding="utf-8")

    # processes

    async def command(self, *words: str, log: Path | None = None) -> asyncio.subprocess.Process:
        """`wecamp …` on its way; both of its voices are pipes, or go to the file `log`."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WECAMP_")}
        with contextlib.ExitStack() as stack:
            out: Any = asyncio.subprocess.PIPE if log is None else stack.enter_context(log.open("ab"))
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", *words, "--config", str(self.config)), stdout=out, stderr=out, env=environment
            )
        self._started.append(process)
        return process

    async def run(self, *words: str) -> tuple[int | None, str]:
        """`wecamp …` to its end: exit code and all it said."""
        process = await self.command(*words)
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        return process.returncode, (out + err).decode()

    async def start(self) -> asyncio.subprocess.Process:
        """A server that is ready."""
        process = await self.command("serve", log=self.log)

        async def ready() -> bool:
            assert process.returncode is None, self.log.read_text()[-3000:]
            return await self.is_ready()

        await until(ready, "the server is ready")
        return process

    async def leave(self, process: asyncio.subprocess.Process) -> str:
        """SIGTERM: it must be gone within 10 s with exit code 0. Returns its log."""
        process.send_signal(signal.SIGTERM)
        return await self.left(process)

    async def left(self, process: asyncio.subprocess.Process) -> str:
        """After a SIGTERM: gone within 10 s with exit code 0, and no traceback in the log."""
        async with asyncio.timeout(10):
            await process.wait()
        log = self.log.read_text()
        assert process.returncode == 0, log[-3000:]
        assert "Traceback" not in log, log[-3000:]
        return log

    async def end(self) -> None:
        for process in self._started:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    # people

    async def hire(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            await self.corp.act("/members", userid=f"m{number}", name=f"成员{number}")

    async def write(self, number: int) -> int:
        """Member `number` writes to the app once; the status of the answer, 0 when there was none within WeCom's 5 s."""
        message = envelope.xml(
            ToUserName=CORP,
            FromUserName=f"m{number}",
            CreateTime=int(self.stage.clock.now()),
            MsgType="text",
            Content="帮助",
            MsgId=number,
            AgentID=1000002,
        )
        query, encrypted = envelope.sealed(TOKEN, KEY, message, CORP)
        body = envelope.xml(ToUserName=CORP, AgentID="1000002", Encrypt=encrypted)
        url = f"http://127.0.0.1:{self.port}/wecom/callback"
        try:
            async with self._session.post(url, params=query, data=body.encode(), timeout=aiohttp.ClientTimeout(5)) as answer:
                assert await answer.read() == b""
                return answer.status
        except (aiohttp.ClientError, OSError):
            return _NO_ANSWER

    async def write_all(self, numbers: Iterable[int]) -> dict[int, int]:
        """Each of these writes once, all together: number to status."""
        numbers = list(numbers)
        return dict(zip(numbers, await asyncio.gather(*map(self.write, numbers)), strict=True))

    async def insist(self, numbers: Iterable[int]) -> None:
        """Each of these writes until it is answered 200, as WeCom repeats what was not."""
        left = list(numbers)

        async def all_taken() -> bool:
            answers = await self.write_all(left)
            left[:] = [number for number, status in answers.items() if status != 200]
            return not left

        await until(all_taken, "everything is answered 200")

    # what can be counted

    async def readyz(self) -> tuple[int, dict[str, Any]]:
        """Status and body; status 0 when nobody listens."""
        try:
            async with self._session.get(f"http://127.0.0.1:{self.port}/readyz", timeout=aiohttp.ClientTimeout(8)) as answer:
                return answer.status, await answer.json()
        except (aiohttp.ClientError, OSError):
            return _NO_ANSWER, {}

    async def is_ready(self) -> bool:
        return (await self.readyz())[0] == 200

    async def metric(self, line: str) -> float:
        """The value of one line of /metrics; 0 when it is not there yet."""
        async with self._session.get(f"http://127.0.0.1:{self.port}/metrics") as answer:
            page = await answer.text()
        return next((float(found.rpartition(" ")[2]) for found in page.splitlines() if found.startswith(line + " ")), 0.0)

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        async with self._engine.begin() as conn:
            answer = await conn.execute(text(query))
            return [tuple(row) for row in answer] if answer.returns_rows else []

    async def count(self, query: str) -> int:
        return int((await self.rows(query))[0][0])

    async def at_rest(self) -> None:
        """Nothing waits to be applied, nothing waits to be sent."""

        async def nothing_waits() -> bool:
            waiting = "SELECT (SELECT count(*) FROM inbox WHERE state = 0) + (SELECT count(*) FROM outbox WHERE state = 0)"
            return await self.count(waiting) == 0

        await until(nothing_waits, "inbox and outbox are empty")

    async def told(self, number: int) -> int:
        """How many messages of the bot are on this member's phone."""
        return sum(bubble["from"] != "me" for bubble in await self.corp.screen("member", f"m{number}"))

    async def adds_up(self, numbers: Iterable[int]) -> None:
        """Of these, and of nobody else, one fact each is applied, and each was told one thing."""
        numbers = list(numbers)
        await self.at_rest()
        assert await self.rows("SELECT kind, error FROM inbox WHERE state = 2") == []
        facts = await self.rows("SELECT conversation FROM inbox WHERE kind = 'app.text' AND state = 1")
        assert sorted(name for (name,) in facts) == sorted(f"member:m{number}" for number in numbers)
        assert {number: await self.told(number) for number in numbers} == dict.fromkeys(numbers, 1)


@asynccontextmanager
async def installed(home: Path, storage: str | None = None) -> AsyncIterator[Installation]:
    """An installation whose WeCom is there; nothing is started yet."""
    async with contextlib.AsyncExitStack() as stack:
        draft = home / "sandbox.toml"
        draft.write_text(CONFIG.format(port=1, storage="", sandbox="http://127.0.0.1:1", key=KEY), encoding="utf-8")
        app = build_sandbox(replace(read_config(draft, "http://127.0.0.1:1/"), callback_url="", quiet_s=0.1))
        server = await stack.enter_async_context(TestServer(app))
        session = await stack.enter_async_context(aiohttp.ClientSession(trust_env=False))
        url = str(server.make_url("")).rstrip("/")
        place = Installation(home, storage or f"sqlite+aiosqlite:///{home}/wecamp.db", url, session, app[STAGE])
        stack.push_async_callback(place.end)
        yield place
