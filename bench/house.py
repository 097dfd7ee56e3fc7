"""The real processes a bench measures: `wecamp serve`, the look-alike of WeCom beside it, and what the kernel says of them."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from bench.callback import AES_KEY, AGENT_ID, CORP_ID, TOKEN

OPEN_KFID = "wkBenchDesk00000000000000001"
APP_SECRET = "bench-secret"
INGEST_SECRET = "bench-ingest-secret-of-the-shop"
_CONFIG = """
[server]
host = "127.0.0.1"
port = {port}
[storage]
url = "{url}"
[wecom]
corp_id = "{corp}"
api_base_url = "{wecom}"
[wecom.app]
agent_id = {agent}
secret = "{app_secret}"
token = "{token}"
encoding_aes_key = "{key}"
[wecom.kf]
open_kfid = "{kf}"
[wecom.robots]
sales = "bench-robot-sales"
teachers = "bench-robot-teachers"
[ingest.shop]
secret = "{secret}"
[logs]
level = "warning"
{more}
"""
# As we were started: later we may keep ourselves to one of them.
_CORES = sorted(os.sched_getaffinity(0))
_WECAMP = str(Path(sys.executable).with_name("wecamp"))


def cores() -> tuple[int | None, int | None]:
    """The core of the server and that of the load; (None, None) where there are not two to tell apart."""
    return (_CORES[0], _CORES[1]) if len(_CORES) > 1 else (None, None)


def pin(pid: int, cpu: int | None) -> None:
    """Keeps a process to one core, where there is a choice; 0 is ourselves."""
    if cpu is not None:
        os.sched_setaffinity(pid, {cpu})


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _environment() -> dict[str, str]:
    """Ours, without settings of another bot. Bytecode is kept, as an installation has it, if need be for as long as we run."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("WECAMP_")}
    if clean.pop("PYTHONDONTWRITEBYTECODE", None):
        clean["PYTHONPYCACHEPREFIX"] = _bytecode().name
    return clean


@cache
def _bytecode() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="wecamp-bench-bytecode-")


@dataclass
class Running:
    """A process we started."""

    process: asyncio.subprocess.Process
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def cpu_seconds(self) -> float:
        """Processor time of all its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self, peak: bool = False) -> float:
        """Resident memory now, or the most there was."""
        name = "VmHWM:" if peak else "VmRSS:"
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"the kernel tells no {name}")

    async def end(self) -> None:
        """SIGTERM, and SIGKILL when it has not left after 15 s."""
        if self.process.returncode is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(15):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


@asynccontextmanager
async def started(words: Sequence[str], folder: Path, name: str, cpu: int | None = None) -> AsyncIterator[Running]:
    """Runs a command in `folder` for as long as the block; what it says goes to `<name>.log`."""
    log = folder / f"{name}.log"
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(*words, cwd=folder, env=_environment(), stdout=out, stderr=out)
    running = Running(process, log)
    pin(process.pid, cpu)
    try:
        yield running
    finally:
        await running.end()


async def listens(running: Running, port: int, seconds: float = 60.0) -> None:
    """Returns once somebody takes connections on this port; RuntimeError as `answers`."""
    async with asyncio.timeout(seconds):
        while True:
            if running.process.returncode is not None:
                raise RuntimeError(running.log.read_text()[-3000:])
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            await writer.wait_closed()
            return


async def answers(running: Running, url: str, seconds: float = 60.0) -> float:
    """Returns, once `url` says 200, how many seconds that took; RuntimeError with the end of its log when the process died."""
    begun = time.monotonic()
    async with aiohttp.ClientSession(trust_env=False) as session:
        while time.monotonic() - begun < seconds:
            if running.process.returncode is not None:
                raise RuntimeError(running.log.read_text()[-3000:])
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return time.monotonic() - begun
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.01)
    raise RuntimeError(f"{url} not ready within {seconds} s\n{running.log.read_text()[-3000:]}")


@dataclass
class House:
    """One camp's process, ready. `wecom` is the address of the look-alike, with `sandbox` its process, if there is one."""

    folder: Path
    url: str
    port: int
    server: Running
    wecom: str
    sandbox: Running | None
    ready_after: float

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"


async def command(folder: Path, *words: str) -> str:
    """`wecamp WORDS --config …` to its end; RuntimeError with what it said when it failed."""
    process = await asyncio.create_subprocess_exec(
        _WECAMP,
        *words,
        "--config",
        str(folder / "config.toml"),
        cwd=folder,
        env=_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"wecamp {' '.join(words)}: {said.decode()[-3000:]}")
    return said.decode()


def write_config(folder: Path, *, port: int, url: str, wecom: str, more: str) -> None:
    """config.toml of the bench's corp; the folder is made."""
    folder.mkdir(parents=True, exist_ok=True)
    ours = {
        "corp": CORP_ID,
        "app_secret": APP_SECRET,
        "agent": AGENT_ID,
        "token": TOKEN,
        "key": AES_KEY,
        "kf": OPEN_KFID,
        "secret": INGEST_SECRET,
    }
    (folder / "config.toml").write_text(_CONFIG.format(**ours, port=port, url=url, wecom=wecom, more=more))


@asynccontextmanager
async def open_house(
    folder: Path,
    *,
    url: str | None = None,
    camp_toml: str | None = None,
    sandbox: bool = False,
    wecom: str | None = None,
    more: str = "",
    cpu: int | None = None,
    sandbox_cpu: int | None = None,
) -> AsyncIterator[House]:
    """`wecamp serve` with its own config.toml in `folder`, until the block ends.

    `url` is its database (default: a SQLite file in `folder`); `camp_toml` is applied first; `sandbox` starts the look-alike as
    a process of its own, else WeCom's address is `wecom` or leads nowhere; `more` is added to config.toml.
    """
    port, wecom_port = free_port(), free_port()
    url, wecom = url or f"sqlite+aiosqlite:///{folder}/wecamp.db", wecom or f"http://127.0.0.1:{wecom_port}"
    write_config(folder, port=port, url=url, wecom=wecom, more=more)
    await command(folder, "migrate")
    if camp_toml is not None:
        (folder / "camp.toml").write_text(camp_toml)
        await command(folder, "apply", str(folder / "camp.toml"))
    async with AsyncExitStack() as stack:
        beside = None
        if sandbox:
            words = [sys.executable, "-m", "sandbox", "serve", "--config", "config.toml", "--port", str(wecom_port)]
            beside = await stack.enter_async_context(started(words, folder, "sandbox", sandbox_cpu))
            await answers(beside, f"{wecom}/_sandbox/clock")
        words = [_WECAMP, "serve", "--config", "config.toml"]
        server = await stack.enter_async_context(started(words, folder, "serve", cpu))
        ready_after = await answers(server, f"http://127.0.0.1:{port}/readyz")
        yield House(folder, url, port, server, wecom, beside, ready_after)
