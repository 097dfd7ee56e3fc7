"""The log of the bot's API calls, without secrets, and the sense of quiet tests wait for."""

import time
from collections import Counter, deque
from typing import Any, TypedDict

SECRET_PARAMETERS = {"access_token", "corpsecret", "key"}


class Call(TypedDict):
    at: int
    method: str
    path: str
    query: dict[str, str]
    body: dict[str, Any]
    errcode: int | None
    http_status: int
    fault: str  # the trouble it met, as "cut after"; "" in fair weather


class Calls:
    """Newest calls (at most `keep`), counts per path, and when something last moved (monotonic seconds)."""

    def __init__(self, keep: int = 50_000) -> None:
        self.log: deque[Call] = deque(maxlen=keep)
        self.counts: Counter[str] = Counter()
        self.under_way = 0
        self.moved_at = float("-inf")

    def stir(self) -> None:
        """Something happened that the bot may still react to."""
        self.moved_at = time.monotonic()

    def add(self, call: Call) -> None:
        self.counts[call["path"]] += 1
        self.log.append(call)

    def of(self, path: str) -> list[Call]:
        """Calls of one path ("message/send"), or all for an empty one."""
        wanted = path.removeprefix("/").removeprefix("cgi-bin/")
        return [call for call in self.log if wanted in ("", call["path"])]


def without_secrets(query: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if name not in SECRET_PARAMETERS}
