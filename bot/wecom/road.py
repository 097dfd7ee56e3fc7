"""The shape of a road: named calls, each a pure mapping from a neutral payload to WeCom's wire and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.wecom.bucket import Limit
from bot.wecom.download import Fetched

Json = dict[str, Any]

DEFAULT_CARD_URL = "https://work.weixin.qq.com"
MAX_PAGES = 2000


class NotConfigured(LookupError):
    """The payload names something the config does not have, for example a robot."""


@dataclass(frozen=True, slots=True)
class RoadContext:
    """The settings a build needs. `settled_codes` adds, per call name, codes that mean "done before" in this tenant."""

    agent_id: int
    robots: Mapping[str, str] = field(default_factory=dict, repr=False)  # name in the config -> webhook key, a secret
    card_url: str = DEFAULT_CARD_URL
    unseal: Callable[[str], str | None] = field(default=lambda sealed: None, repr=False)  # of what is stored sealed
    conceal: Callable[[Json], Json] = field(default=lambda found: found, repr=False)  # seals the phone numbers in it
    settled_codes: Mapping[str, frozenset[int]] = field(default_factory=dict)


def no_recipients(_payload: Json) -> tuple[str, ...]:
    return ()


def no_result(_answer: Json) -> Json:
    return {}


def first_result(results: Sequence[Json]) -> Json:
    return results[0] if results else {}


@dataclass(frozen=True, slots=True)
class Attachment:
    """The one file of a multipart body; `name` in ASCII."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One API call; all functions are pure, and `build` raises KeyError, TypeError or ValueError for what cannot be sent.

    `build` returns the JSON body of a POST or the query of a GET. `read` maps one answer with errcode 0 to the result that
    the contract promises, and tolerates missing fields. `recipients` names the members (lower-cased) whose own limits the
    call counts against. `repeatable`: whether to call again when nobody knows if the first time counted; without it such a
    row ends as `errors.UNCERTAIN`, and whoever asked has to look.
    """

    name: str
    path: str
    build: Callable[[Json, RoadContext], Json]
    read: Callable[[Json], Json] = no_result
    method: Literal["GET", "POST"] = "POST"
    # "socket": over the robot's long connection (bot.robot_link), `build` gives the frame. "address": POST to an address of
    # WeCom's own making, which is the secret.
    auth: Literal["token", "key", "socket", "address"] = "token"
    key: Callable[[Json, RoadContext], str] | None = None  # with "key" the webhook key, or NotConfigured; with "address" that
    recipients: Callable[[Json], tuple[str, ...]] = no_recipients
    next_page: Callable[[Json, Json], Json | None] | None = None  # (body, answer) -> body of the next page
    merge: Callable[[Sequence[Json]], Json] = first_result
    settled_codes: frozenset[int] = frozenset()  # codes that mean "this was done before"
    settled: Callable[[int, str], bool] | None = None  # (errcode, errmsg): the same where the code is not known
    used_codes: frozenset[int] = (
        frozenset()
    )  # the same, when the fate of an earlier try is unknown: what works once was used then
    mend: Callable[[Json, int], Json | None] | None = None  # (body, errcode) -> a body worth one more try
    refused: Callable[[Json, Json], bool] | None = None  # (payload, answer): errcode 0, and yet nobody got it
    repeatable: bool = True
    # (payload, file, context) -> the result: the call is a GET of `url` in what `build` returns, of so many bytes at most.
    open: Callable[[Json, Fetched, RoadContext], Json] | None = None
    most_bytes: int = 0
    final: frozenset[int] = frozenset()  # codes after which nobody waits for a person to mend it: it goes another way at once
    seen_twice: bool = False  # a second call is a second post before people's eyes
    draws: Callable[[Json], bool] | None = None  # (payload): to build it takes long enough for a thread of its own
    # Of an upload: (payload) -> the address of what is fetched first, (payload, what was fetched) -> the file. Making it may take
    # its time, beside the loop; ValueError for what nothing can be made of.
    fetch: Callable[[Json], str] | None = None
    attach: Callable[[Json, bytes], Attachment] | None = None

    @property
    def harmless_twice(self) -> bool:
        """Whether WeCom itself, or the nature of the call, stops the second effect of a second call."""
        return self.repeatable and not self.seen_twice


@dataclass(frozen=True, slots=True)
class Road:
    """One way out: its calls, and the limits every one of them obeys (`scope` says what is counted)."""

    name: str
    calls: tuple[Call, ...]
    limits: tuple[Limit, ...]


# One corp, one API: 10,000 a minute and 150,000 an hour [D 90454]. After a pause of 0.4 s a lane still catches up. Ten minutes
# at full speed may go in one piece, the rest of the hour trickles at 16/s, so that a broadcast never shuts the API to welcomes
# for most of an hour.
API_LIMITS = (Limit("api", 10_000, 60.0, burst=64), Limit("api", 150_000, 3600.0, burst=90_000))
# One member: 30 messages a minute and 1,000 an hour from one app; the excess is dropped silently [D 90454]. Counted exactly:
# a person who asks ten things in a row is answered ten times at once.
MEMBER_LIMITS = (Limit("recipient", 30, 60.0, exact=True), Limit("recipient", 1_000, 3600.0, exact=True))
# One webhook robot: 20 messages a minute [D 91770].
ROBOT_LIMITS = (Limit("key", 20, 60.0),)
