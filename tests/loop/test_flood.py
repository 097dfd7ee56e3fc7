"""One learner writes without end; the others are heard all the same, and of the flood nothing is lost or out of order."""

from __future__ import annotations

from bot.flood import Flood
from bot.worker import Worker
from camp.policy import Policy
from handlers.core.context import Ctx
from handlers.core.router import Handlers
from storage import inbox
from storage.database import Database
from storage.inbox import FactDraft
from tests.loop.conftest import both


class Seconds:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def says(learner: str, number: int) -> FactDraft:
    return FactDraft("kf", "kf.message", f"{learner}:{number}", f"learner:{learner}", {"said": f"{learner}{number}"})


@both
async def test_a_flood_waits_and_the_others_do_not(database: Database) -> None:
    heard: list[str] = []

    async def hear(ctx: Ctx) -> None:
        heard.append(ctx.fact.body["said"])

    seconds = Seconds()
    worker = Worker(database, Handlers({"kf.message": hear}, (), (), {}), {}, Policy(), Flood(seconds))

    async def work() -> None:
        while await worker.apply_batch():
            pass

    async with database.write() as tx:
        await inbox.add_facts(tx, [*(says("flood", number) for number in range(300)), says("mei", 0), says("bo", 0)])
    await work()
    assert heard[-2:] == ["mei0", "bo0"]
    assert 30 <= len(heard) < 130, "a few batches, then the others' turn"
    while len(heard) < 302:
        before, seconds.now = len(heard), seconds.now + 60
        await work()
        assert len(heard) > before
    assert [said for said in heard if said.startswith("flood")] == [f"flood{number}" for number in range(300)]


def test_nobody_who_types_is_slowed() -> None:
    seconds = Seconds()
    flood = Flood(seconds)
    for _ in range(100):
        flood.applied("learner:mei")
        seconds.now += 0.6
    assert flood.slowed() == []


def test_only_learners_are_slowed() -> None:
    """A member who works through a list, WeCom's own events and the clock are never a flood."""
    flood = Flood(Seconds())
    for talk in ("member:lin", "corp", "clock", "kf:wk1"):
        for _ in range(200):
            flood.applied(talk)
    assert flood.slowed() == []
