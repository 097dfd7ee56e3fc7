"""The operator's terminal: the bot's own command line, run as a process of its own."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from sandbox.story.corp import Corp


class CommandFailed(Exception):
    """A command ended with another exit code than 0; the message holds what it said."""


class Terminal:
    """`command` is how the bot's command line is called; every command gets `--config`."""

    def __init__(self, corp: Corp, command: Sequence[str], config: str) -> None:
        self._corp = corp
        self._command = list(command)
        self._config = config

    async def run(self, *words: str, aloud: bool = True) -> str:
        """The output of one command; told in the transcript unless not `aloud`."""
        if aloud:
            await self._corp.rhythm.turn()
            await self._corp.tell(f"$ wecamp {' '.join(Path(word).name for word in words)}")
        process = await asyncio.create_subprocess_exec(
            *self._command,
            *words,
            "--config",
            self._config,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            raw, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        output = raw.decode(errors="replace").strip()
        if process.returncode != 0:
            raise CommandFailed(f"wecamp {' '.join(words)} 以 {process.returncode} 结束：{output[-600:]}")
        if aloud:
            await self._corp.tell(output)
        return output
