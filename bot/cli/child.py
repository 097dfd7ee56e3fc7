"""A program run beside this one: started, watched, and always ended."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import cache_from_source, find_spec
from pathlib import Path

_END_SECONDS = 12.0


class Died(Exception):
    """A child ended before it should; the message holds its last words."""


class Child:
    """One child in a process group of its own, so that Ctrl-C reaches only us and we end it in order."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path | None) -> None:
        self.name = name
        self.process = process
        self._log = log

    @classmethod
    async def start(cls, name: str, words: Sequence[str], cache: Path, log: Path | None = None) -> Child:
        """`python -m <words>`; both outputs go to `log`, or are ours when there is none."""
        out = log.open("wb") if log else None
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=asyncio.subprocess.STDOUT if out else None,
                env=_environment(cache),
                start_new_session=True,
            )
        finally:
            if out:
                out.close()
        return cls(name, process, log)

    @property
    def alive(self) -> bool:
        return self.process.returncode is None

    def check(self) -> None:
        """Raises Died when it is gone."""
        if not self.alive:
            raise Died(f"{self.name} 已经退出（{self.process.returncode}）：\n{self.last_words()}")

    async def over(self) -> int:
        """Its exit code, once it ends by itself."""
        return await self.process.wait()

    async def end(self) -> None:
        """SIGTERM, time to leave, then SIGKILL for the whole group."""
        if self.alive:
            self._signal(15)
            try:
                async with asyncio.timeout(_END_SECONDS):
                    await self.process.wait()
            except TimeoutError:
                self._signal(9)
                await self.process.wait()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def last_words(self, lines: int = 15) -> str:
        if self._log is None or not self._log.exists():
            return ""
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _environment(cache: Path) -> dict[str, str]:
    """Ours, without settings of another bot. Where bytecode is not to be written beside the code, and the packages have
    none either, children share `cache`."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WECAMP_")}
    environment["PYTHONUNBUFFERED"] = "1"
    if environment.get("PYTHONDONTWRITEBYTECODE") and not _packages_compiled():
        del environment["PYTHONDONTWRITEBYTECODE"]
        environment["PYTHONPYCACHEPREFIX"] = str(cache)
    return environment


def _packages_compiled() -> bool:
    """Whether set-up compiled the packages, judged by a large one; our own code alone is compiled in no time."""
    found = find_spec("sqlalchemy")
    return found is not None and found.origin is not None and Path(cache_from_source(found.origin)).exists()
