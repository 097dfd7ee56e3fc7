"""One access token per app: fetched once for everybody, renewed early, and never fetched in a loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.wecom.errors import NO_TOKEN, Outcome, classify, wait_seconds

RENEW_BEFORE_S = 300.0
# A refused token is dropped at most this often: when each new one is refused too the fault lies elsewhere, and asking
# gettoken in a loop blocks the IP for about an hour [D 90313].
DROPS = 3
DROP_WINDOW_S = 30.0
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 60.0
CONFIG_PAUSE_S = 300.0


@dataclass(frozen=True, slots=True)
class Token:
    """A token and its lifetime in seconds, as gettoken answers [D 91039]."""

    value: str = field(repr=False)
    expires_in_s: float


class NoToken(Exception):
    """No token can be had now; `outcome` is RETRY, WAIT or CONFIG, and none is asked for during `retry_after_s` seconds."""

    def __init__(self, outcome: Outcome, errcode: int, errmsg: str, retry_after_s: float | None = None) -> None:
        super().__init__(f"no access token: errcode {errcode}")
        self.outcome = outcome
        self.errcode = errcode
        self.errmsg = errmsg
        self.retry_after_s = retry_after_s


class TokenKeeper:
    """Keeps the token of one (corp, app secret); `fetch` asks gettoken or raises `NoToken`, `clock` is monotonic seconds."""

    def __init__(self, fetch: Callable[[], Awaitable[Token]], clock: Callable[[], float]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._fetched_at = 0.0
        self._dropped_at: list[float] = []
        self._refused: NoToken | None = None
        self._closed_until = float("-inf")
        self._pause_s = FIRST_PAUSE_S

    def __repr__(self) -> str:
        return f"<TokenKeeper {'holds a token' if self._token else 'empty'}>"

    @property
    def holds_one(self) -> bool:
        """Whether a token is at hand; says nothing about WeCom still liking it."""
        return self._token is not None

    async def get(self) -> str:
        """Return the current token, fetching it at most once however many callers wait; raises only `NoToken`."""
        current = self._current()
        if current is not None:
            return current
        async with self._lock:
            # Whoever waited for the lock finds what the first one fetched, or the refusal it got.
            current = self._current()
            if current is not None:
                return current
            if self._clock() < self._closed_until:
                return self._still_valid_or_refusal()
            return await self._renew()

    def invalidate(self, token: str) -> bool:
        """Drop `token` after WeCom refused it; True when another one is to be had, so that the call is worth repeating at once.

        A late complaint about an older token drops nothing; neither does one more than DROPS in DROP_WINDOW_S seconds.
        """
        if self._token is None or self._token.value != token:
            return True
        now = self._clock()
        self._dropped_at = [at for at in self._dropped_at if now - at < DROP_WINDOW_S]
        if len(self._dropped_at) >= DROPS:
            return False
        self._token = None
        self._dropped_at.append(now)
        return True

    @property
    def next_drop_in_s(self) -> float:
        """In how many seconds a refused token may be dropped again; at least one."""
        if len(self._dropped_at) < DROPS:
            return 1.0
        return max(1.0, self._dropped_at[-DROPS] + DROP_WINDOW_S - self._clock())

    def _current(self) -> str | None:
        if self._token is None:
            return None
        lifetime = self._token.expires_in_s
        fresh_s = lifetime - min(RENEW_BEFORE_S, lifetime / 2)
        return self._token.value if self._clock() < self._fetched_at + fresh_s else None

    async def _renew(self) -> str:
        try:
            token = await self._fetch()
        except NoToken as refused:
            pause_s = self._next_pause(refused)
            self._closed_until = self._clock() + pause_s
            self._refused = refused
            return self._still_valid_or_refusal()
        self._token, self._fetched_at = token, self._clock()
        self._refused, self._pause_s = None, FIRST_PAUSE_S
        return token.value

    def _next_pause(self, refused: NoToken) -> float:
        if refused.outcome is Outcome.CONFIG:
            return CONFIG_PAUSE_S
        if refused.retry_after_s is not None:
            return refused.retry_after_s
        pause_s, self._pause_s = self._pause_s, min(self._pause_s * 2, LONGEST_PAUSE_S)
        return pause_s

    def _still_valid_or_refusal(self) -> str:
        """In its last minutes the old token still works, so a failed renewal is no reason to stop."""
        if self._token is not None and self._clock() < self._fetched_at + self._token.expires_in_s:
            return self._token.value
        assert self._refused is not None
        refused = self._refused
        left_s = max(0.0, self._closed_until - self._clock())
        raise NoToken(refused.outcome, refused.errcode, refused.errmsg, left_s) from None


def to_token(errcode: int, errmsg: str, answer: dict[str, object]) -> Token:
    """Map an answer of gettoken to a `Token`, or raise `NoToken` [D 91039]."""
    value, lifetime = answer.get("access_token"), answer.get("expires_in")
    if errcode == 0 and isinstance(value, str) and value:
        seconds = float(lifetime) if isinstance(lifetime, int | float | str) and str(lifetime).isdigit() else 7200.0
        return Token(value, seconds)
    if errcode == 0:
        raise NoToken(Outcome.RETRY, NO_TOKEN, "gettoken answered without a token")
    outcome = classify(errcode)
    if outcome is Outcome.WAIT:
        raise NoToken(outcome, errcode, errmsg, wait_seconds(errcode, errmsg))
    if outcome is Outcome.RETRY:
        raise NoToken(outcome, errcode, errmsg)
    # Everything else gettoken can say (40001, 40013, 60020, 50003 ...) is for a person to put right.
    raise NoToken(Outcome.CONFIG, errcode, errmsg)
