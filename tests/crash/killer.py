"""When to kill: a schedule of moments from a seed, and how each is waited for."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass

from tests.crash.ground import Ground
from tests.crash.ledger import Killed
from tests.crash.shop import Shop

# Calls to die with. A hang of the look-alike holds them in flight; it acts all the same, as WeCom would.
PATHS = (
    "kf/send_msg",
    "message/send",
    "externalcontact/send_welcome_msg",
    "kf/sync_msg",
    "kf/send_msg_on_event",
    "message/update_template_card",
    "externalcontact/mark_tag",
    "webhook/send",
    "externalcontact/get",
)
_HANG_S = 0.6
# A moment that does not come in this time is not waited for; the lease of the last one killed runs out in 6 s.
_PATIENCE_S = 12.0
_CLOSE_S = 25.0  # a class has to sign up and meet first


@dataclass(frozen=True)
class Moment:
    """`kind` is one of KINDS; `path` a call of WeCom's; `number` which of them, how many rows, or how many seconds."""

    kind: str
    path: str = ""
    number: float = 1

    def __str__(self) -> str:
        words = {
            "flight": f"call {self.number:.0f} of {self.path} in flight",
            "settling": f"call {self.number:.0f} of {self.path} answered, its end not written",
            "callback": f"callback {self.number:.0f} on its way",
            "ingest": f"ingest request {self.number:.0f} being stored",
            "batch": f"{self.number:.0f} facts wait for the worker",
            "closing": "a close between two chunks",
            "start": f"{self.number:.2f} s into a start",
            "timer": f"{self.number:.2f} s after a start",
        }
        return words[self.kind]


KINDS = ("flight", "callback", "settling", "ingest", "batch", "flight", "closing", "start", "settling", "timer")


def schedule(seed: int, kills: int) -> list[Moment]:
    """The same for the same seed; each ten kills meet every kind."""
    dice = random.Random(seed)
    moments: list[Moment] = []
    paths: list[str] = []
    while len(moments) < kills:
        kinds = list(KINDS)
        dice.shuffle(kinds)
        for kind in kinds:
            if kind in ("flight", "settling"):
                paths = paths or dice.sample(PATHS, len(PATHS))
                moments.append(Moment(kind, paths.pop(), dice.choice((1, 1, 2, 4))))
            elif kind in ("callback", "ingest"):
                moments.append(Moment(kind, number=dice.randint(1, 12)))
            elif kind == "batch":
                moments.append(Moment(kind, number=dice.randint(2, 8)))
            else:
                moments.append(Moment(kind, number=dice.uniform(0.1, 1.2 if kind == "start" else 6.0)))
    return moments[:kills]


class Killer:
    """Kills the house of a ground at the moments it is given."""

    def __init__(self, ground: Ground, shop: Shop) -> None:
        self._ground, self._shop = ground, shop

    async def kill_at(self, moment: Moment) -> Killed:
        """Waits for the moment, kills, and says whether the moment came."""
        ground = self._ground
        if moment.kind not in ("start", "timer"):
            await self._at_work()
        if moment.kind == "flight":
            await ground.corp.act("/faults", path=moment.path, hang_s=_HANG_S, times=int(moment.number) + 2)
        try:
            async with asyncio.timeout(_CLOSE_S if moment.kind == "closing" else _PATIENCE_S):
                await self._comes(moment)
            met = True
        except TimeoutError:
            met = False
        await ground.kill()
        at = float((await ground.corp.see("/clock"))["now"])
        await ground.corp.remove("/faults")
        waiting = await ground.look.number("SELECT count(*) FROM inbox WHERE state = 0")
        return Killed(str(moment), met, at, waiting)

    async def _at_work(self) -> None:
        """Returns once this house has applied a fact: on PostgreSQL it first waits for the leases of the dead one."""
        done = await self._ground.look.number("SELECT count(*) FROM inbox WHERE state = 1")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                await self._sees(f"SELECT CASE WHEN count(*) > {done} THEN 1 ELSE 0 END FROM inbox WHERE state = 1")

    async def _comes(self, moment: Moment) -> None:
        wire, number = self._ground.wire, int(moment.number)
        if moment.kind == "flight":
            since = wire.begun[moment.path]
            await wire.until(lambda: wire.begun[moment.path] >= since + number or None, 2 * _PATIENCE_S)
        elif moment.kind == "settling":
            since = wire.answered[moment.path]
            await wire.until(lambda: wire.answered[moment.path] >= since + number or None, 2 * _PATIENCE_S)
        elif moment.kind == "callback":
            since = wire.begun["/wecom/callback"]
            await wire.until(lambda: wire.begun["/wecom/callback"] >= since + number or None, 2 * _PATIENCE_S)
        elif moment.kind == "ingest":
            await self._shop.next_request(number)
        elif moment.kind == "batch":
            await self._sees(f"SELECT CASE WHEN count(*) >= {number} THEN 1 ELSE 0 END FROM inbox WHERE state = 0")
        elif moment.kind == "closing":
            await self._sees("SELECT count(*) FROM inbox WHERE state = 0 AND kind = 'camp.close'")
        else:
            await asyncio.sleep(moment.number)  # a random moment is a timer by nature

    async def _sees(self, query: str) -> None:
        while not await self._ground.look.number(query):  # noqa: ASYNC110
            await asyncio.sleep(0.002)  # another process's database tells nobody when it changes
