"""One run: a corp, its load, the kills, the rest afterwards, and the books of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.crash.books import Books, read_books
from tests.crash.ground import Ground, open_ground
from tests.crash.killer import Killer, Moment
from tests.crash.ledger import Ledger
from tests.crash.load import People, Wave, small_talk
from tests.crash.shop import Shop
from tests.crash.town import Class

# No more waves at once: the people of the next one come when one of these is over.
_WAVES = 2
_CLOSES = 3  # each third class is closed: one manager can only read so many reports a minute
_REST_S = 240.0
_DAY_S = 24 * 3600.0


async def play(folder: Path, url: str, moments: Sequence[Moment], seed: int, tell: Callable[[str], None]) -> Books:
    """Kills the house at every moment while people go on, lets everything come to rest, and returns the books.

    The house has left when the books are read.
    """
    classes = [Class(number + 1) for number in range(len(moments))]
    ledger = Ledger(seed=seed)
    async with open_ground(folder, url, classes) as ground:
        shop = Shop(ground, ledger)
        people = People(ground, ledger, shop, random.Random(seed))
        await _live(ground, people, classes, moments, tell)
        await _rest(ground, ledger, tell)
        await ground.leave()
        return await read_books(ground, ledger)


async def _live(
    ground: Ground, people: People, classes: list[Class], moments: Sequence[Moment], tell: Callable[[str], None]
) -> None:
    killer = Killer(ground, people.shop)
    waves: set[asyncio.Task[None]] = set()
    over = False
    talk = asyncio.create_task(small_talk(people, lambda: over))
    coming = iter(classes)
    ended: list[BaseException | None] = []
    try:
        if moments and moments[0].kind == "start":
            await ground.leave()
            await ground.start()
        for number, moment in enumerate(moments):
            if moment.kind != "start":
                await ground.ready()
                if moment.kind == "closing" or sum(not wave.done() for wave in waves) < _WAVES:
                    closes = moment.kind == "closing" or len(waves) % _CLOSES == 0
                    waves.add(asyncio.create_task(Wave(people, next(coming), closes=closes).play()))
            killed = await killer.kill_at(moment)
            people.ledger.kills.append(killed)
            tell(f"kill {number + 1}: {killed.moment}{'' if killed.met else ' (did not come)'}; {killed.waiting} facts waited")
            await ground.start()
        await ground.ready()
        tell(f"{len(waves)} classes came; they are let finish")
        await asyncio.gather(*waves)
    finally:
        over = True
        for wave in waves:
            wave.cancel()
        ended = await asyncio.gather(talk, *waves, return_exceptions=True)
    for fault in ended:
        if isinstance(fault, Exception):
            raise fault


async def _rest(ground: Ground, ledger: Ledger, tell: Callable[[str], None]) -> None:
    """Everything comes to rest: at once, when customer service was looked after, and after a day and a night."""
    if not await ground.at_rest(_REST_S):
        ledger.broken.append("the house did not come to rest after the last kill")
    # Six minutes later callbacks of customer service that WeCom gave up are caught up with. A day later the lessons were reported
    # and everything was compared with WeCom.
    for seconds, job in ((360.0, "kf_catch_up"), (_DAY_S, "reconcile")):
        if not await ground.jump(seconds, job, _REST_S):
            ledger.broken.append(f"the house did not come to rest after {job}")
        tell(f"at rest after {job}")
