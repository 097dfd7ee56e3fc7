"""Uploads by url: jobs that fetch a file from the bot's own web server (doc 96219).

Our choices where no document speaks: how a failure is numbered (830001 no http address, 830003 not fetched, 45001 too large,
301019 another md5, 40005 another kind of file); a job has 30 real seconds; a welcome's file may have 200 MB.
"""

import asyncio
import hashlib
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from sandbox.media import LEAST_BYTES, MEGABYTE, MediaShelf, is_of_kind

MOST_BYTES = 200 * MEGABYTE
PIECE_BYTES = MEGABYTE
FETCH_S = 30.0
RUNNING, DONE, FAILED = 1, 2, 3  # status, doc 96219
BAD_URL, NOT_FETCHED, TOO_BIG, WRONG_MD5, BAD_CONTENT = 830001, 830003, 45001, 301019, 40005


class Failed(Exception):
    """Why a job ended without a file."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode


@dataclass
class MediaJob:
    """One upload; `errcode` and `errmsg` of a failed one, `media_id` of one that is done."""

    kind: str
    name: str
    url: str
    md5: str
    status: int = RUNNING
    errcode: int = 0
    errmsg: str = "ok"
    media_id: str = ""

    def fail(self, errcode: int, errmsg: str) -> None:
        self.status, self.errcode, self.errmsg = FAILED, errcode, errmsg


class MediaJobs:
    """Every job of the run by its id, and the tasks that still fetch."""

    def __init__(self) -> None:
        self.all: dict[str, MediaJob] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def end(self) -> None:
        """Abandon what is under way; the process is ending."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)


async def _fetched(url: str) -> bytes:
    if urlsplit(url).scheme not in ("http", "https"):
        raise Failed(BAD_URL, "invalid url")
    content = bytearray()
    try:
        async with (
            asyncio.timeout(FETCH_S),
            aiohttp.ClientSession(trust_env=False) as session,
            session.get(url, raise_for_status=True) as answer,
        ):
            async for piece in answer.content.iter_chunked(PIECE_BYTES):
                content += piece
                if len(content) > MOST_BYTES:
                    raise Failed(TOO_BIG, f"the file exceeds {MOST_BYTES} bytes")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as reason:
        raise Failed(NOT_FETCHED, f"the file could not be fetched: {reason}") from None
    return bytes(content)


async def carry_out(job: MediaJob, shelf: MediaShelf) -> None:
    """Fetch the file and put it on the shelf, or say why not."""
    try:
        content = await _fetched(job.url)
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != job.md5.lower():
            raise Failed(WRONG_MD5, "md5 does not fit the file")
        if len(content) < LEAST_BYTES or not is_of_kind(job.kind, content):
            raise Failed(BAD_CONTENT, f"the file is no {job.kind}")
    except Failed as reason:
        job.fail(reason.errcode, str(reason))
        return
    job.media_id, job.status = shelf.put(job.kind, job.name, content).media_id, DONE
