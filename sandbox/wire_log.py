"""The wire in clear: every API call of the bot with its answer, every callback to it with its tries; without secrets.

What is kept is small (2000 entries, each with a request and an answer of at most WHOLE bytes); masking and cutting of long
strings happen when somebody reads.
"""

import asyncio
import contextlib
import json
import re
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sandbox.calls import Call
from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.wire_names import name_of_call, name_of_callback

MASK = "•••"
# The parameters and fields that hold a secret, at any depth. "key" is one only in a query (of a webhook): in a body it is
# the key of a card's button, which whoever reads the log wants to see.
SECRETS = {"access_token", "corpsecret", "secret", "token", "encrypt", "encoding_aes_key", "echostr", "msg_signature"}
SECRET_ELEMENTS = re.compile(r"(<(Token|Encrypt)>)(?:<!\[CDATA\[.*?\]\]>|[^<]*)(</\2>)", re.DOTALL)
LONG = 4096  # characters of one string
WHOLE = 65_536  # characters of a whole request or answer


@dataclass
class Entry:
    """One exchange. `seq` is its place in the log and moves on when it changes; `rev` counts the changes, from 1.

    `direction` "call" or "callback"; `state` "waiting", "ok", "refused" (an errcode, or no 200 from the bot), "faulted"
    (trouble was ordered, and this answer is part of it), "lost" (the callback never arrived); `fault` is the trouble it met, ""
    in fair weather. `http_status` is None before an answer and 0 without one.
    `request` and `answer` are JSON text, XML or a plain sentence; `ms` are real milliseconds until the answer.
    """

    id: str
    at: int
    direction: str
    name: str
    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    request: Any = ""
    answer: str = ""
    errcode: int | None = None
    http_status: int | None = None
    ms: int | None = None
    tries: int = 0
    state: str = "waiting"
    fault: str = ""
    seq: int = 0
    rev: int = 0
    begun: float = field(default_factory=time.monotonic)


class WireLog:
    """The newest entries in the order of their last change, with a long-poll for readers."""

    def __init__(self, clock: Clock, changes: Changes, keep: int = 2000) -> None:
        self._clock = clock
        self._changes = changes
        self._keep = keep
        self._serial = 0
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._grown = asyncio.Event()
        self.seq = 0

    def call(self, call: Call, query: dict[str, str]) -> Entry:
        """A call has come in; `query` with its secrets."""
        name = name_of_call(call["path"])
        entry = self._new("call", name, call["method"], f"/cgi-bin/{call['path']}", query=query, request=call["body"])
        self._renew(entry)
        return entry

    def exchange(self, direction: str, name: str, method: str, path: str, request: Any, fault: str = "") -> Entry:
        """Anything else that goes over the wire: the robot's frames and callbacks; `name` in Chinese."""
        entry = self._new(direction, name, method, path, request=request, fault=fault)
        self._renew(entry)
        return entry

    def answered(self, entry: Entry, call: Call, answer: str) -> None:
        """The call is over: `answer` is the JSON text, or what stands for it."""
        entry.answer, entry.errcode, entry.http_status = _short(answer), call["errcode"], call["http_status"]
        entry.tries, entry.ms = 1, _ms_since(entry.begun)
        entry.fault = call["fault"]
        # A call that only hung has been answered as usual.
        faulted = entry.fault and not entry.fault.startswith("hang_s")
        entry.state = "faulted" if faulted else "refused" if entry.errcode else "ok"
        self._renew(entry)

    def callback(self, xml: str, url: str, fault: str) -> Entry:
        """An event is on its way to the bot; `fault` is what the weather does to it."""
        path = urlsplit(url).path
        entry = self._new("callback", name_of_callback(xml), "POST", path, request=_short(xml), fault=fault)
        self._renew(entry)
        return entry

    def tried(self, entry: Entry, http_status: int, answer: str, begun: float) -> None:
        """One more attempt, `begun` then (monotonic), has come to its end; `http_status` 0 when nobody answered."""
        entry.tries += 1
        entry.http_status, entry.answer, entry.ms = http_status, _short(answer), _ms_since(begun)
        self._renew(entry)

    def settle(self, entry: Entry, state: str) -> None:
        """How a callback ended."""
        entry.state = state
        self._renew(entry)

    def _new(self, direction: str, name: str, method: str, path: str, **more: Any) -> Entry:
        self._serial += 1
        return Entry(f"w{self._serial}", self._clock.seconds(), direction, name, method, path, **more)

    def _renew(self, entry: Entry) -> None:
        """To the end of the log, under a new `seq`. One that has fallen out of it meanwhile comes back as the newest."""
        self.seq += 1
        entry.seq, entry.rev = self.seq, entry.rev + 1
        self._entries[entry.id] = entry
        self._entries.move_to_end(entry.id)
        if len(self._entries) > self._keep:
            self._entries.popitem(last=False)
        self._changes.tell("wire")
        self._grown.set()
        self._grown = asyncio.Event()

    def after(self, seq: int, limit: int) -> list[Entry]:
        """The first `limit` entries after `seq`; from the beginning (0) the newest `limit`. Oldest first.

        A `seq` beyond the log is one of an earlier run of the look-alike: it counts as 0.
        """
        if not 0 < seq <= self.seq:
            return list(self._entries.values())[-limit:]
        fresh = []
        for entry in reversed(self._entries.values()):
            if entry.seq <= seq:
                break
            fresh.append(entry)
        return fresh[::-1][:limit]

    async def wait_after(self, seq: int, limit: int, seconds: float) -> list[Entry]:
        """Like `after`; waits up to `seconds` for the first entry."""
        if not self.after(seq, limit):
            try:
                async with asyncio.timeout(seconds):
                    await self._grown.wait()
            except TimeoutError:
                return []
        return self.after(seq, limit)


def summary_of_parts(raw: bytes) -> dict[str, Any]:
    """A multipart body for the logs: the head of each part and how many bytes came in all."""
    heads = re.findall(rb"(?i)content-disposition:[ ]*form-data;[ ]*([^\r\n]+)", raw)
    return {"multipart": [head.decode(errors="replace")[:200] for head in heads[:10]], "bytes": len(raw)}


def shown_entry(entry: Entry) -> dict[str, Any]:
    """An entry for readers: secrets masked, JSON as objects, long strings cut."""
    known = {name: value for name, value in vars(entry).items() if name != "begun"}
    return {
        **known,
        "query": {name: MASK if name == "key" or name in SECRETS else _cut(value) for name, value in entry.query.items()},
        "request": _clear(entry.request),
        "answer": _clear(entry.answer),
    }


def _clear(said: Any) -> Any:
    if isinstance(said, str) and said.startswith(("{", "[")):
        with contextlib.suppress(ValueError):  # no JSON after all: shown as text
            said = json.loads(said)
    return _masked(said)


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: MASK if str(name).lower() in SECRETS and one else _masked(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_masked(one) for one in value]
    return _cut(SECRET_ELEMENTS.sub(rf"\1{MASK}\3", value)) if isinstance(value, str) else value


def _cut(text: str) -> str:
    return text if len(text) <= LONG else f"{text[:LONG]}…（共 {len(text)} 字，已截断）"


def _short(text: str) -> str:
    """Whole up to WHOLE; a longer one is no JSON any more and shows its beginning."""
    return text if len(text) <= WHOLE else f"（只显示开头，共 {len(text)} 字）{text[:LONG]}"


def _ms_since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
