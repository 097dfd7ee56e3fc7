"""Access tokens (doc 91039): one per app, the same one while it is valid."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.clock import Clock


@dataclass
class _Token:
    agent_id: int
    dies_at: float


class Tokens:
    """The living token of each app, and the expired ones, which answer 42001 instead of 40014."""

    def __init__(self, clock: Clock, life_s: int, apps: Mapping[int, str]) -> None:
        """`apps` is {agent id: secret}."""
        self._clock = clock
        self._life_s = life_s
        self._apps = dict(apps)
        self._living: dict[str, _Token] = {}
        self._expired: set[str] = set()

    def app_of_secret(self, secret: str) -> int | None:
        """The agent id behind a secret; None for a wrong one."""
        found = [agent_id for agent_id, known in self._apps.items() if hmac.compare_digest(known.encode(), secret.encode())]
        return found[0] if found else None

    def give(self, agent_id: int) -> tuple[str, int]:
        """(token, seconds it still lives)."""
        self._bury()
        for text, token in self._living.items():
            if token.agent_id == agent_id:
                return text, int(token.dies_at - self._clock.now())
        text = secrets.token_urlsafe(96)
        self._living[text] = _Token(agent_id, self._clock.now() + self._life_s)
        return text, self._life_s

    def fault(self, token: str) -> int:
        """0 for a good token, else the errcode."""
        self._bury()
        if token in self._expired:
            return 42001
        return 0 if token in self._living else 40014

    def agent_of(self, token: str) -> int | None:
        """The app a good token belongs to; its use with another app's agentid is 301002 (sheet 2.1)."""
        living = self._living.get(token)
        return None if living is None else living.agent_id

    def drop(self) -> None:
        """The platform drops every token early; they answer 40014 from now on."""
        self._living.clear()

    def _bury(self) -> None:
        dead = [text for text, token in self._living.items() if self._clock.now() >= token.dies_at]
        for text in dead:
            del self._living[text]
            self._expired.add(text)
