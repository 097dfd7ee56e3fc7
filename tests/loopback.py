"""One corp on loopback: the look-alike and the real bot beside each other, both living in the look-alike's time."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import text

from bot.app import House, running
from bot.settings import load_settings
from camp.declaration import apply, parse
from camp.policy import Policy
from sandbox.app import build_sandbox
from sandbox.config import SandboxConfig, read_config
from sandbox.stage import STAGE, Stage
from sandbox.story.corp import Corp, Refused
from sandbox.story.ear import Ear
from sandbox.story.person import Learner, Member, Unheard
from tests.loop.conftest import eventually

ZONE = ZoneInfo("Asia/Shanghai")
CONFIG = """
[server]
port = 0
[storage]
url = "sqlite+aiosqlite:///{directory}/wecamp.db"
[wecom]
corp_id = "wwfaults"
api_base_url = "{sandbox}"
[wecom.app]
agent_id = 1000002
secret = "faults-secret"
token = "faultsToken"
encoding_aes_key = "c2FuZGJveC1rZXktMDEyMzQ1Njc4OWFiY2RlZmdoaWo"
[wecom.kf]
open_kfid = "wkFaultsDesk"
[wecom.robots]
sales = "key-sales"
[time]
tick_seconds = 1
[practice]
clock_url = "{sandbox}/_sandbox/clock"
"""
# What a person waits before they try again, and what they wait at most. A fault costs the bot a second or two.
PATIENCE = 4.0
LONG = 20.0


class Camp:
    """A camp to be played: its people, its clock, its database."""

    def __init__(self, corp: Corp, ear: Ear, stage: Stage, house: House, policy: Policy, first_lesson: datetime) -> None:
        self.corp, self.ear, self.stage, self.house, self.policy = corp, ear, stage, house, policy
        self.first_lesson = first_lesson
        self.fault = ""
        self.loses = False  # WeCom itself loses a callback now and then: people try again, the nightly comparison finds the rest
        self.members: dict[str, Member] = {}
        self.learners: dict[str, Learner] = {}

    async def rows(self, query: str, **values: Any) -> list[Any]:
        async with self.house.database.read() as tx:
            return list((await tx.conn.execute(text(query), values)).all())

    async def count(self, query: str, **values: Any) -> int:
        return int((await self.rows(query, **values))[0][0])

    async def until(self, holds: Callable[[], Coroutine[Any, Any, bool]], what: str, within: float = LONG) -> None:
        """Waits for a fact of the database or of the look-alike."""
        try:
            await eventually(holds, within)
        except TimeoutError:
            raise AssertionError(f"{what}: not within {within:.0f} s under {self.fault or 'no fault'}") from None

    async def jump_to(self, moment: datetime) -> None:
        """Moves everybody's clock forward to this moment; a clock past it stays."""
        if moment.timestamp() > self.stage.clock.now():
            await self.corp.act("/clock", to=moment.timestamp())
            await self.until(self._in_step, "the bot's clock follows", 5)

    async def _in_step(self) -> bool:
        return abs(self.house.database.now().timestamp() - self.stage.clock.now()) < 1

    async def nightly_comparison(self) -> None:
        """The night after a lost callback: everything is read from WeCom and compared."""
        now = datetime.fromtimestamp(self.stage.clock.now(), ZONE)
        night = now.replace(hour=3, minute=31, second=0)
        await self.jump_to(night if night > now else night + timedelta(days=1))
        await self.quiet()

    async def quiet(self) -> None:
        """Nothing under way on the wire, nothing waiting in the bot."""

        async def at_rest() -> bool:
            calm = (await self.corp.see("/quiet?wait=5"))["quiet"]
            waiting = await self.count("SELECT count(*) FROM inbox WHERE state = 0")
            due = await self.count(
                "SELECT count(*) FROM outbox WHERE state = 0 AND (not_before IS NULL OR not_before <= :soon)",
                soon=int((self.stage.clock.now() + 5) * 1_000_000),
            )
            return bool(calm) and not waiting and not due

        await self.until(at_rest, "quiet")

    async def ask(self, person: Learner | Member, words: str, *wanted: str) -> str:
        """Writes until the answer comes: where WeCom lost the words themselves, the person says them again."""
        return await self.again(lambda: person.asks(words, *wanted, within=PATIENCE if self.loses else LONG))

    async def again(self, play: Callable[[], Awaitable[Any]]) -> Any:
        """Plays it; once more when WeCom lost the first."""
        if not self.loses:
            return await play()
        try:
            return await play()
        except (Unheard, Refused):
            return await play()


@asynccontextmanager
async def open_camp(
    directory: Path, more: str = "", play: Callable[[SandboxConfig], SandboxConfig] = lambda config: config
) -> AsyncIterator[Camp]:
    """Staff, two learners, a class group, and a camp of two lessons that begins in four days; everything runs while the block
    lasts. `more` is added to the bot's config, in it `{sandbox}` and `{ws}` are its addresses; `play` changes the look-alike's
    numbers."""
    path = directory / "config.toml"
    config = CONFIG + more
    async with AsyncExitStack() as stack:
        path.write_text(config.format(directory=directory, sandbox="http://127.0.0.1:1", ws="ws://127.0.0.1:1"), encoding="utf-8")
        sandbox = build_sandbox(play(replace(read_config(path, "http://127.0.0.1:1/"), quiet_s=0.1, callback_pause_s=0.1)))
        server = TestServer(sandbox)
        await stack.enter_async_context(server)
        url = str(server.make_url("")).rstrip("/")
        path.write_text(config.format(directory=directory, sandbox=url, ws=url.replace("http", "ws", 1)), encoding="utf-8")
        settings = load_settings(path)
        house = await stack.enter_async_context(running(settings))
        await _listen(stack, house, sandbox[STAGE])
        session = await stack.enter_async_context(aiohttp.ClientSession(trust_env=False))
        corp = Corp(url, session)
        ear = Ear(corp, lambda line: None)
        listening = asyncio.create_task(ear.run())
        stack.callback(listening.cancel)
        yield await _open(Camp(corp, ear, sandbox[STAGE], house, settings.policy(), _some_evening()))


async def _listen(stack: AsyncExitStack, house: House, stage: Stage) -> None:
    runner = web.AppRunner(house.web, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stage.courier.callback_url = f"http://127.0.0.1:{runner.addresses[0][1]}/wecom/callback"
    if stage.aibot is not None:
        stage.aibot.callback_url = f"http://127.0.0.1:{runner.addresses[0][1]}/wecom/aibot"


def _some_evening() -> datetime:
    return (datetime.now(ZONE) + timedelta(days=4)).replace(hour=19, minute=0, second=0, microsecond=0)


CAMP = """
[[camps]]
code = "read"
name = "阅读营"
warm_lessons = 1
[[cohorts]]
code = "read-01"
camp = "read"
name = "阅读营第1期"
starts_at = {first}
closes_at = {closes}
enrol_until = {closes}
next = "read-02"
[[cohorts.lessons]]
seq = 1
title = "第1课"
starts_at = {first}
minutes = 60
[[cohorts.lessons]]
seq = 2
title = "第2课"
starts_at = {second}
minutes = 60
[[cohorts.class_groups]]
code = "A"
chat_id = "wrFaultsA"
class_teacher = "lin"
[[cohorts]]
code = "read-02"
camp = "read"
name = "阅读营第2期"
starts_at = {later}
closes_at = {latest}
[[cohorts.lessons]]
seq = 1
title = "第1课"
starts_at = {later}
minutes = 60
[[cohorts.class_groups]]
code = "A"
chat_id = "wrFaultsB"
class_teacher = "lin"
[[channels]]
code = "dy01"
name = "抖音投放"
"""
STAFF = {
    "lin": ("林老师", "class_teacher"),
    "wu": ("吴销售", "sales"),
    "zhao": ("赵销售", "sales"),
    "chen": ("陈主管", "manager"),
}
LEARNERS = {"wmYu": "周小雨", "wmMing": "李小明"}


async def _open(camp: Camp) -> Camp:
    for userid, (name, position) in STAFF.items():
        await camp.corp.act("/members", userid=userid, name=name, position=position)
        camp.members[userid] = Member(camp.corp, camp.ear, userid, name)
    await camp.corp.act("/robots", key="key-sales", name="销售群")
    for external_userid, name in LEARNERS.items():
        await camp.corp.act("/learners", external_userid=external_userid, name=name)
        camp.learners[name] = Learner(camp.corp, camp.ear, external_userid, name)
    for chat_id, name in (("wrFaultsA", "阅读营第1期 A班"), ("wrFaultsB", "阅读营第2期 A班")):
        await camp.corp.act("/groups", name=name, owner="lin", chat_id=chat_id)
    first, day = camp.first_lesson, timedelta(days=1)
    times = {
        "first": first,
        "second": first + day,
        "closes": first + 2 * day,
        "later": first + 7 * day,
        "latest": first + 9 * day,
    }
    staff = "".join(
        f'[[staff]]\nuserid = "{userid}"\nname = "{name}"\nposition = "{position}"\n'
        for userid, (name, position) in STAFF.items()
    )
    declared = tomllib.loads(CAMP.format(**{name: at.isoformat() for name, at in times.items()}) + staff)
    async with camp.house.database.write() as tx:
        await apply(tx, camp.policy, parse(declared, camp.policy))
    marks = [
        {"at": at.timestamp(), "kind": "lesson", "label": f"第{n}课"} for n, at in ((1, times["first"]), (2, times["second"]))
    ]
    marks.append({"at": times["closes"].timestamp(), "kind": "close", "label": "结营"})
    await camp.corp.act("/calendar", marks=marks)
    await camp.quiet()
    return camp
