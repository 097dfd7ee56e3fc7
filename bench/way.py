"""The whole way: somebody writes, WeCom calls back, we pull, apply and answer; until the answer is on the wire.

The look-alike plays WeCom in this process and the learners with it, so one clock measures both ends; the product is a process of
its own, on another core where there are two. PostgreSQL shares the core of the look-alike.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from bench.callback import AES_KEY, AGENT_ID, CORP_ID, TOKEN
from bench.camp import AWAKE, STAFF, TEACHERS, fill, learner
from bench.figure import Figure, Plan
from bench.house import APP_SECRET, OPEN_KFID, cores, open_house, pin
from bench.postgres import postgres
from sandbox.app import build_sandbox
from sandbox.calls import Call
from sandbox.config import SandboxConfig
from sandbox.people import contacts, desk, staff
from sandbox.stage import STAGE, Stage

_RATE = 100.0
# WeCom lets a member get 30 messages a minute from one app, so few members cannot ask more often.
_MEMBERS_RATE = 2.0
# A run takes so long that its own p99 is steady.
_MOST_REPS = 2
_WORDS = ("签到", "进度", "课表")
_NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
_ANSWERS = {"kf/send_msg": "learner", "message/send": "member"}


@dataclass
class _Ear:
    """Who waits for an answer since when, and how long each waited, in milliseconds."""

    asked: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    waits: dict[str, list[float]] = field(default_factory=lambda: {"learner": [], "member": []})
    late: list[float] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def hears(self, call: Call) -> None:
        """A call of the bot has arrived."""
        who = _ANSWERS.get(call["path"])
        person = str(call["body"].get("touser", ""))
        if who is not None and self.asked[person]:
            self.waits[who].append((time.perf_counter() - self.asked[person].popleft()) * 1000)
            self.calls.append(call)
            self.heard.set()

    async def all_heard(self) -> None:
        while self.waiting:
            self.heard.clear()
            await self.heard.wait()

    def give_up(self) -> int:
        """Counts those who still wait with the time they have waited; returns how many they are."""
        now, unheard = time.perf_counter(), self.waiting
        for person, moments in self.asked.items():
            self.waits["member" if person in STAFF else "learner"] += [(now - moment) * 1000 for moment in moments]
        return unheard

    @property
    def waiting(self) -> int:
        return sum(map(len, self.asked.values()))


@dataclass
class _Run:
    """What one run gave: p99 of learners and members, cores used by the two processes, the product's CPU ms for a message."""

    learners: float
    members: float
    middle: float
    late: float
    server: float
    play: float
    each: float
    unheard: int


async def measure(plan: Plan) -> list[Figure]:
    _, client = cores()
    pin(0, client)
    seconds, people = plan.size(30, 3), plan.size(1_000, 100)
    runs: dict[str, list[_Run]] = {kind: [] for kind in _NAMES}
    with postgres() as database, tempfile.TemporaryDirectory(prefix="wecamp-bench-") as folder:
        if client is not None:
            database.pin(client)
        for turn in range(min(plan.reps, _MOST_REPS)):
            for kind in _NAMES:
                place = Path(folder, f"{kind}{turn}")
                await asyncio.to_thread(place.mkdir)
                url = database.fresh() if kind == "postgres" else f"sqlite+aiosqlite:///{place}/wecamp.db"
                await fill(place, url, people + people // 5)
                runs[kind].append(await _run(place, url, people, seconds, turn))
    return [figure for kind, found in runs.items() for figure in _figures(_NAMES[kind], found)]


async def _run(place: Path, url: str, people: int, seconds: int, seed: int) -> _Run:
    server_core, _ = cores()
    async with (
        _wecom(people + people // 5) as (stage, address),
        open_house(place, url=url, wecom=address, more=AWAKE, cpu=server_core) as house,
    ):
        stage.courier.callback_url = f"http://127.0.0.1:{house.port}/wecom/callback"
        await _play(stage, _Ear(), range(people, people + people // 5), 2, seed)
        ear, used, own, begun = _Ear(), house.server.cpu_seconds(), time.process_time(), time.perf_counter()
        await _play(stage, ear, range(people), seconds, seed)
        took = time.perf_counter() - begun
        used, play = house.server.cpu_seconds() - used, (time.process_time() - own) / took
    refused = [call for call in ear.calls if call["errcode"]]
    if refused:
        raise RuntimeError(f"{len(refused)} answers were refused: {refused[:2]}")
    unheard = ear.give_up()
    learners, members = ear.waits["learner"], ear.waits["member"]
    return _Run(
        learners=_share(learners, 0.99),
        members=_share(members, 0.99),
        middle=statistics.median(learners),
        late=_share(ear.late, 0.99),
        server=used / took,
        play=play,
        each=used / (len(learners) + len(members)) * 1000,
        unheard=unheard,
    )


@asynccontextmanager
async def _wecom(people: int) -> AsyncIterator[tuple[Stage, str]]:
    """The look-alike with its people, listening."""
    config = SandboxConfig(
        corp_id=CORP_ID, agent_id=AGENT_ID, secret=APP_SECRET, token=TOKEN, encoding_aes_key=AES_KEY, open_kfid=OPEN_KFID
    )
    app = build_sandbox(config)
    stage = app[STAGE]
    for userid in STAFF:
        staff.put_member(stage, userid, userid, [], "", told=False)
    for number in range(people):
        contacts.new_learner(stage, learner(number), f"学员{number}", "")
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield stage, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _play(stage: Stage, ear: _Ear, people: range, seconds: int, seed: int) -> None:
    """Learners and members write by chance, whatever the product does; returns when all have their answer, or after 30 s more."""
    known = stage.calls.add

    def add(call: Call) -> None:
        known(call)
        ear.hears(call)

    stage.calls.add = add  # type: ignore[method-assign]
    try:
        await asyncio.gather(_learners(stage, ear, people, seconds, seed), _members(stage, ear, seconds, seed))
        with suppress(TimeoutError):  # whoever still waits is counted by the caller
            async with asyncio.timeout(30):
                await ear.all_heard()
    finally:
        stage.calls.add = known  # type: ignore[method-assign]


async def _learners(stage: Stage, ear: _Ear, people: range, seconds: int, seed: int) -> None:
    turn = 0
    async for meant in _moments(ear, _RATE, seconds, seed):
        who = learner(people[turn % len(people)])
        ear.asked[who].append(meant)
        desk.say(stage, who, _WORDS[turn // len(people) % len(_WORDS)])
        turn += 1


async def _members(stage: Stage, ear: _Ear, seconds: int, seed: int) -> None:
    turn = 0
    async for meant in _moments(ear, _MEMBERS_RATE, seconds, seed + 1_000):
        userid = TEACHERS[turn % len(TEACHERS)]
        ear.asked[userid].append(meant)
        staff.say(stage, userid, "名单")
        turn += 1


async def _moments(ear: _Ear, rate: float, seconds: int, seed: int) -> AsyncIterator[float]:
    """The moments at which somebody writes (Poisson), each when it has come; the play's own lateness is part of every wait."""
    dice, meant = random.Random(seed), time.perf_counter()
    for _ in range(int(rate * seconds)):
        meant += dice.expovariate(rate)
        if (pause := meant - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        ear.late.append((time.perf_counter() - meant) * 1000)
        yield meant


def _share(waits: list[float], share: float) -> float:
    ordered = sorted(waits)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _figures(name: str, runs: list[_Run]) -> list[Figure]:
    def middle(what: str) -> float:
        return float(statistics.median(getattr(run, what) for run in runs))

    note = (
        f"p50 {middle('middle'):.0f} ms; the product used {middle('server'):.2f} cores, {middle('each'):.1f} ms a message;"
        f" the look-alike {middle('play'):.2f};"
        f" {sum(run.unheard for run in runs)} had no answer 30 s after the end;"
        f" p99 of the play's own lateness {middle('late'):.0f} ms, which is part of every wait"
    )
    figures = []
    for what, words in (("learners", "learner's text → reply, 100/s"), ("members", "member's text → reply, 2/s beside it")):
        found = [getattr(run, what) for run in runs]
        spread = (min(found), max(found))
        p99 = Figure(f"p99 {words}, {name}", middle(what), "ms", "at most", 300.0, aim=150.0, spread=spread, note=note)
        figures.append(p99)
        note = ""
    return figures
