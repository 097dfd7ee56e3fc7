"""Practice time: the house follows a clock that is held, stepped and sped up; over real HTTP, without waiting."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

import bot.practice_clock
from bot.app import House, running
from bot.cli.terminal import clock_of
from bot.clock import Clock
from bot.inbox_writer import InboxWriter
from bot.lease_keeper import LeaseKeeper
from bot.practice_clock import PracticeClock
from bot.settings import Settings, load_settings
from camp.declaration import apply, parse
from camp.policy import Policy
from jobs.core.job import Job
from storage import cohorts, enrolments, inbox, learners, members
from storage.database import Database
from storage.outbox import Intent, add_intent
from tests.loop.conftest import FakeWecom, eventually

NOON = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)  # 12:00 in China
CAMP = """
[[camps]]
code = "read7"
name = "阅读营"
warm_lessons = 1
[[cohorts]]
code = "read7-01"
camp = "read7"
starts_at = 2026-12-01T00:00:00+08:00
closes_at = 2026-12-07T23:00:00+08:00
[[cohorts.lessons]]
seq = 1
title = "开课啦"
starts_at = 2026-12-01T19:00:00+08:00
minutes = 60
[[cohorts.class_groups]]
code = "A"
chat_id = "wrA"
class_teacher = "lin"
[[staff]]
userid = "lin"
position = "class_teacher"
"""


@dataclass
class TimeBar:
    """The look-alike's clock as an address: `{now, offset_s, held, speed, version}`, held until somebody moves it."""

    now: float = NOON.timestamp()
    held: bool = True
    speed: float = 1.0
    version: int = 1
    since: float = field(default_factory=time.monotonic)
    answers: list[web.Response] = field(default_factory=list)  # said instead, once each
    asked: int = 0
    turned: asyncio.Event = field(default_factory=asyncio.Event)

    def moment(self) -> float:
        return self.now + (0.0 if self.held else (time.monotonic() - self.since) * self.speed)

    def to(self, moment: datetime, *, held: bool = True, speed: float = 1.0) -> None:
        self.now, self.held, self.speed, self.since = moment.timestamp(), held, speed, time.monotonic()
        self.version += 1
        self.turned.set()
        self.turned = asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.answers:
            return self.answers.pop(0)
        if self.version <= int(request.query.get("after", "0")):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(float(request.query.get("wait", "0"))):
                    await self.turned.wait()
        return web.json_response(
            {"now": self.moment(), "offset_s": 0, "held": self.held, "speed": self.speed, "version": self.version}
        )


@pytest.fixture
def bar() -> TimeBar:
    return TimeBar()


@pytest.fixture
async def address(bar: TimeBar, wecom: FakeWecom) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/clock", bar.answer)
    app.router.add_get("/cgi-bin/gettoken", wecom.token)
    app.router.add_post("/{tail:.*}", wecom.serve)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")
        bar.to(NOON)  # lets a waiting question go


@pytest.fixture
async def practice(address: str) -> AsyncIterator[PracticeClock]:
    async with aiohttp.ClientSession() as session:
        yield PracticeClock(session, f"{address}/clock")


@pytest.fixture
def settings(address: str, tmp_path: Path) -> Settings:
    file = tmp_path / "config.toml"
    file.write_text(
        f"""
[server]
port = 0
[storage]
url = "sqlite+aiosqlite:///{tmp_path}/wecamp.db"
[wecom]
corp_id = "ww0000000000000001"
api_base_url = "{address}"
[wecom.app]
agent_id = 1000002
secret = "app-secret"
token = "callbackToken"
encoding_aes_key = "c2FuZGJveC1rZXktMDEyMzQ1Njc4OWFiY2RlZmdoaWo"
[wecom.kf]
open_kfid = "wkTest"
[ingest.shop]
secret = "shop-secret"
[time]
tick_seconds = 3600
[practice]
clock_url = "{address}/clock"
"""
    )
    return load_settings(file)


async def following(practice: PracticeClock, moves: list[datetime]) -> asyncio.Task[None]:
    async def moved() -> None:
        moves.append(practice.now())

    assert await practice.look()
    return asyncio.create_task(practice.follow(moved))


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


async def test_the_time_stands_still_while_it_is_held_and_jumps_with_the_bar(practice: PracticeClock, bar: TimeBar) -> None:
    moves: list[datetime] = []
    following_it = await following(practice, moves)
    assert practice.now() == practice.now() == NOON
    assert practice.pace() == 0
    bar.to(NOON + timedelta(hours=7))
    await eventually(lambda: practice.now() == NOON + timedelta(hours=7))
    bar.to(NOON + timedelta(days=1))
    await eventually(lambda: len(moves) == 2)
    assert moves == [NOON + timedelta(hours=7), NOON + timedelta(days=1)]
    await stop(following_it)


async def test_the_time_runs_at_the_speed_of_the_bar(practice: PracticeClock, bar: TimeBar) -> None:
    bar.to(NOON, held=False, speed=3600)
    assert await practice.look()
    first, started = practice.now(), time.monotonic()
    await eventually(lambda: practice.now() > first + timedelta(minutes=3))
    spent = time.monotonic() - started
    assert timedelta(minutes=2) < practice.now() - first < timedelta(seconds=3600 * (spent + 0.5))


async def test_an_answer_without_news_moves_nothing(practice: PracticeClock, bar: TimeBar) -> None:
    moves: list[datetime] = []
    bar.to(NOON, held=False)
    assert await practice.look()
    bar.answers = [web.json_response({"now": bar.moment(), "held": False, "speed": 1.0, "version": bar.version})]
    following_it = await following(practice, moves)
    await eventually(lambda: bar.asked >= 3)
    assert moves == []
    await stop(following_it)


@pytest.mark.parametrize(
    "nonsense",
    [
        {"status": 404},
        {"text": "<html>"},
        {"text": "[]"},
        {"text": '{"now": 1e400, "held": false, "speed": 1, "version": 1}'},
        {"text": '{"now": "noon", "held": false, "speed": 1, "version": 1}'},
        {"text": '{"held": true}'},
    ],
)
async def test_while_nobody_answers_sensibly_the_time_goes_on(
    practice: PracticeClock, bar: TimeBar, nonsense: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.practice_clock, "_ASK_AGAIN_SECONDS", 0.01)
    bar.answers = [web.Response(**nonsense)]
    assert not await practice.look()
    assert abs(practice.now().timestamp() - time.time()) < 5  # it never knew another time than the machine's
    moves: list[datetime] = []
    following_it = await following(practice, moves)
    bar.answers = [web.Response(**nonsense) for _ in range(3)]
    bar.to(NOON + timedelta(hours=1))  # ends the question under way; the next three fail
    bar.to(NOON + timedelta(hours=2))
    await eventually(lambda: practice.now() == NOON + timedelta(hours=2))
    assert not bar.answers
    await stop(following_it)


async def test_another_look_alike_that_counts_anew_is_followed(
    practice: PracticeClock, bar: TimeBar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.practice_clock, "_ASK_AGAIN_SECONDS", 0.01)
    bar.version = 40
    following_it = await following(practice, [])
    bar.answers = [web.Response(status=502)]
    bar.version = 0
    bar.to(NOON + timedelta(days=9))
    await eventually(lambda: practice.now() == NOON + timedelta(days=9))
    assert practice.version == 1
    await stop(following_it)


async def test_a_jump_ticks_every_job_and_a_daily_one_for_its_latest_hour(
    practice: PracticeClock, bar: TimeBar, database: Database
) -> None:
    async def nothing(*_: Any) -> None:
        return None

    jobs = [Job("hourly", nothing, every=timedelta(hours=1)), Job("nightly", nothing, daily_at="03:30")]
    jobs.append(Job("evening", nothing, daily_at="22:00"))
    writer = InboxWriter(database)
    writing = asyncio.create_task(writer.run())
    clock = Clock({job.name: job for job in jobs}, writer, Policy().zone, 15.0, practice)

    async def ticks() -> list[tuple[str, str]]:
        await clock.tick_all()
        async with database.read() as tx:
            found = [(fact.kind, fact.body["occurrence"]) for fact in await inbox.pending(tx, 100)]
        return sorted(tick for tick in found if tick[0] != "tick.hourly") + [tick for tick in found if tick[0] == "tick.hourly"]

    await practice.look()
    assert [tick for tick in await ticks() if tick[0] != "tick.hourly"] == [
        ("tick.evening", "2026-11-30"),  # nobody was up last evening
        ("tick.nightly", "2026-12-01"),
    ]
    assert await ticks() == await ticks()  # nothing has moved: no tick is stored twice
    bar.to(NOON + timedelta(hours=11))  # 23:00
    await practice.look()
    kinds = [kind for kind, _ in await ticks()]
    assert kinds == ["tick.evening", "tick.evening", "tick.nightly", "tick.hourly", "tick.hourly"]
    bar.to(NOON + timedelta(days=2))
    await practice.look()
    assert [tick for tick in await ticks() if tick[0] != "tick.hourly"] == [
        ("tick.evening", "2026-11-30"),
        ("tick.evening", "2026-12-01"),
        ("tick.evening", "2026-12-02"),
        ("tick.nightly", "2026-12-01"),
        ("tick.nightly", "2026-12-03"),
    ]
    await stop(writing)


async def test_in_practice_time_daily_jobs_are_asked_for_at_each_beat(practice: PracticeClock, database: Database) -> None:
    async def nothing(*_: Any) -> None:
        return None

    found = {"nightly": Job("nightly", nothing, daily_at="03:30")}
    clock = Clock(found, InboxWriter(database), Policy().zone, 15.0, practice)
    assert [str(job.trigger) for job in clock._scheduler.get_jobs()] == ["interval[0:00:15]"]


async def enrol_one(house: House, policy: Policy) -> None:
    async with house.database.write() as tx:
        await apply(tx, policy, parse(tomllib.loads(CAMP), policy))
        teacher = await members.ensure(tx, "lin", name="林")
        cohort = await cohorts.find_cohort(tx, "read7-01")
        assert cohort is not None
        learner = await learners.add(tx, external_userid="wmXiaoyu", name="小雨")
        await enrolments.add(
            tx, learner_id=learner.id, cohort_id=cohort.id, class_teacher_id=teacher.id, source="contact", place="class"
        )


def said_to_teacher(wecom: FakeWecom) -> list[str]:
    return [body["text"]["content"] for body in wecom.bodies("app.message") if body["touser"] == "lin"]


async def test_a_step_to_the_evening_brings_the_reminder_and_one_to_the_next_day_the_digest(
    settings: Settings, bar: TimeBar, wecom: FakeWecom
) -> None:
    async with running(settings) as house:
        await enrol_one(house, settings.policy())
        assert house.now() == NOON
        assert said_to_teacher(wecom) == []
        bar.to(datetime(2026, 12, 1, 10, 31, tzinfo=UTC))  # 18:31; no beat of the machine's is near
        await eventually(lambda: len(said_to_teacher(wecom)) == 1)
        assert "19:00 开始，还有 29 分钟" in said_to_teacher(wecom)[0]
        bar.to(datetime(2026, 12, 2, 0, 0, tzinfo=UTC))
        await eventually(lambda: len(said_to_teacher(wecom)) == 2)
        assert "小雨" in said_to_teacher(wecom)[1]


async def test_a_refused_call_is_tried_again_in_real_time_also_while_the_house_is_held(
    settings: Settings, wecom: FakeWecom
) -> None:
    tries: list[float] = []

    def refuse(path: str, _body: dict[str, Any]) -> dict[str, Any] | None:
        if not path.endswith("message/send"):
            return None
        tries.append(time.monotonic())
        return {"errcode": -1, "errmsg": "busy"} if len(tries) < 3 else None

    wecom.answer = refuse
    async with running(settings) as house:
        async with house.database.write() as tx:
            await add_intent(tx, Intent("app.message", {"to": ["lin"], "message": {"type": "text", "text": "在吗"}}))
        house.lanes.wake(tx.lanes)
        await eventually(lambda: len(tries) == 3)
        assert house.now() == NOON
        assert tries[1] - tries[0] > 0.3
        assert tries[2] - tries[1] > 0.6  # pauses grow: no storm


async def test_readyz_says_that_it_practises_what_time_it_has_and_whether_it_is_at_rest(
    settings: Settings, wecom: FakeWecom
) -> None:
    wecom.answer = lambda path, _: {"errcode": -1, "errmsg": "busy"} if path.endswith("message/send") else None
    async with running(settings) as house, TestClient(TestServer(house.web)) as client:

        async def told() -> dict[str, Any]:
            answer: dict[str, Any] = await (await client.get("/readyz")).json()
            return answer

        async def rests() -> bool:
            return bool((await told())["at_rest"])

        assert (await told())["practice"] is True
        assert (await told())["now"] == NOON.timestamp()
        await eventually(rests)
        async with house.database.write() as tx:
            later = Intent("app.message", {"to": ["lin"], "message": {"type": "text", "text": "明天见"}})
            await add_intent(tx, replace(later, not_before=NOON + timedelta(days=1)))
        assert await rests()
        async with house.database.write() as tx:
            await add_intent(tx, Intent("app.message", {"to": ["lin"], "message": {"type": "text", "text": "在吗"}}))
        assert not await rests()


async def test_jumps_and_a_quick_pace_outrun_the_machine_and_nothing_brings_that_back(
    practice: PracticeClock, bar: TimeBar
) -> None:
    assert await practice.look()
    began = practice.ahead()
    bar.to(NOON + timedelta(hours=1))
    await practice.look()
    assert practice.ahead() - began == pytest.approx(3600)
    bar.to(NOON)
    await practice.look()
    assert practice.ahead() - began == pytest.approx(3600)
    bar.to(NOON, held=False, speed=3600)
    await practice.look()
    await eventually(lambda: practice.ahead() - began > 3700)


async def test_what_waits_for_wecoms_minute_goes_out_when_the_clock_jumps_over_it(
    settings: Settings, bar: TimeBar, wecom: FakeWecom
) -> None:
    """WeCom shows a member 30 messages a minute; its windows, and the life of its token, pass with practice time."""
    async with running(settings) as house:
        async with house.database.write() as tx:
            for number in range(40):
                words = {"type": "text", "text": f"第 {number} 条"}
                await add_intent(tx, Intent("app.message", {"to": ["lin"], "message": words}))
        house.lanes.wake(tx.lanes)
        await eventually(lambda: len(said_to_teacher(wecom)) == 30)
        fetched = wecom.tokens
        bar.to(NOON + timedelta(hours=3))
        await eventually(lambda: len(said_to_teacher(wecom)) == 40)
        assert wecom.tokens == fetched + 1


@pytest.mark.parametrize(("late", "status"), [(timedelta(0), 200), (timedelta(minutes=6), 401)])
async def test_the_edge_takes_what_was_signed_in_practice_time(settings: Settings, late: timedelta, status: int) -> None:
    paid = {"event_id": "e1", "type": "completion.finished", "occurred_at": NOON.isoformat(), "lesson": 1, "cohort": "read7-01"}
    body = json.dumps({**paid, "subject": {"external_userid": "wmXiaoyu"}}).encode()
    stamp = str(int((NOON - late).timestamp()))
    signature = hmac.new(b"shop-secret", stamp.encode() + b"\nn1\n" + body, hashlib.sha256).hexdigest()
    headers = {"X-Timestamp": stamp, "X-Nonce": "n1", "X-Signature": f"v1={signature}"}
    async with running(settings) as house, TestClient(TestServer(house.web)) as client:
        answer = await client.post("/ingest/shop", data=body, headers=headers)
        assert answer.status == status


async def test_commands_ask_the_clock_once(settings: Settings, bar: TimeBar, capsys: pytest.CaptureFixture[str]) -> None:
    assert (await clock_of(settings))() == NOON
    assert bar.asked == 1
    bar.answers = [web.Response(status=502)]
    assert abs((await clock_of(settings))().timestamp() - time.time()) < 5
    assert "没有回应" in capsys.readouterr().err


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_leases_live_in_the_machines_time(database: Database, practice: PracticeClock, bar: TimeBar) -> None:
    assert await practice.look()
    database.now = practice.now  # held: the end of a lease would never come
    holder, rival = LeaseKeeper(database, "a"), LeaseKeeper(database, "b")
    assert await holder.holds("worker")
    bar.to(NOON + timedelta(days=30))  # jumped: it would be over at once
    assert await practice.look()
    await rival._renew()
    assert not await rival.holds("worker")
    assert await holder.holds("worker")
    await holder.give_back()
