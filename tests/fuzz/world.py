"""The house under fire: everything `wecamp serve` is made of but its sockets, on a database with a camp in full swing."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.app import build_house
from bot.settings import Settings, load_settings
from bot.settler import judge
from bot.wecom.client import WeComClient
from bot.wecom.road import RoadContext
from bot.wecom.roads import load_roads
from bot.wecom.tokens import TokenKeeper
from bot.wecom.wire import Wire, fetch_token
from camp.checkin_link import Ticket, token_for
from storage import inbox, outbox
from storage.columns import Json, Line
from storage.database import Database
from storage.outbox import Answer, Intent, add_intent
from storage.tables_camp import metadata
from tests.fuzz.answer import QUESTIONS, hostile_answer
from tests.fuzz.attempt import Attempt
from tests.fuzz.callback import hostile_envelope, hostile_inner
from tests.fuzz.ground import Ground, PostgresGround, SqliteGround
from tests.fuzz.ingest import hostile_ingest
from tests.fuzz.line import exchange
from tests.fuzz.pages import hostile_bytes, hostile_page
from tests.fuzz.source import Source
from tests.fuzz.town import CONFIG, NOW, play_camp

EDGES = ("callback", "ingest", "inner", "answer", "page")
_MIX = ("callback",) * 6 + ("ingest",) * 5 + ("inner",) * 4 + ("answer",) + ("page",) * 5
# What the log says when something failed that no input should make fail.
ALARMS = frozenset(
    {
        "edge failed",
        "fact failed",
        "apology failed",
        "inbox write failed",
        "not stored",
        "call failed",
        "end of a call not written",
    }
)
# One fact leads to few others; the worker goes round at most so often for one input.
_MOST_BATCHES = 200
_MOST_ANSWER_BYTES = 524_288
_MOST_ROWS = 60  # of one table for each input, on average over many
_MOST_JSON = 2_000_000


class Finding(Exception):
    """An input did what no input may do."""


class World:
    """One house. `attack` plays one input against it and raises Finding; `apply` has the worker do what was stored."""

    def __init__(self, settings: Settings, ground: Ground, session: aiohttp.ClientSession, wecom: Wecom) -> None:
        self._settings, self._ground, self._session, self._wecom = settings, ground, session, wecom
        self._stack = contextlib.AsyncExitStack()
        self._alarms: list[str] = []
        self._running = False
        self.database: Database
        policy = settings.policy()
        self._tickets = (
            token_for(policy, Ticket("lesson", 1)),
            token_for(policy, Ticket("enrolment", 1)),
            token_for(policy, Ticket("lesson", 10**9)),
        )
        self._calls = {call.name: call for road in load_roads() for call in road.calls}
        robots = settings.wecom.robot_keys
        wire, wecom_settings = Wire(session, settings.wecom.api_base_url), settings.wecom
        secret = wecom_settings.app.secret.get_secret_value()
        tokens = TokenKeeper(lambda: fetch_token(wire, wecom_settings.corp_id, secret), time.monotonic)
        context = RoadContext(wecom_settings.app.agent_id, robots)
        self._client = WeComClient(session, wecom_settings.api_base_url, tokens, context=context)

    async def open(self) -> None:
        """The camp as it was: nothing stored by earlier inputs. The house goes on as a process does, unless a loop of it died."""
        if self._running:
            await self.database.close()
            await self._ground.renew()
            self._alarms.clear()
            return
        await self.close()
        await self._ground.renew()
        await self._start()

    async def _start(self) -> None:
        self._stack, self._running = contextlib.AsyncExitStack(), True
        self.database = Database(self._settings.storage.url, lambda: NOW)
        self._stack.push_async_callback(self.database.close)
        self.house = build_house(self._settings, self._session, self.database)
        self.house.lanes.up = True
        self._alarms.clear()
        self._asking, self._answered = asyncio.Lock(), asyncio.Event()
        for loop in (self.house.writer.run(), self.house.settler.run()):
            task = asyncio.create_task(loop)
            task.add_done_callback(self._loop_died)
            self._stack.push_async_callback(_ended, task)
        runner = web.AppRunner(self.house.web, access_log=None)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        assert runner.server is not None
        self._server = runner.server

    async def close(self) -> None:
        self._running = False
        await self._stack.aclose()

    def alarm(self, _logger: Any, _method: str, event: dict[str, Any]) -> Any:
        """A processor of structlog: keeps what must not be said."""
        if event.get("event") in ALARMS or event.get("log_level") == "critical":
            self._alarms.append(f"{event.get('event')}: {event.get('kind', '')} {event.get('error', '')} {event.get('at', '')}")
        raise structlog.DropEvent

    def attempt_of(self, edge: str, data: bytes) -> Attempt:
        """The hostile thing these bytes stand for."""
        edge, data = named(edge, data)
        source, now = Source(data), int(NOW.timestamp())
        if edge == "answer":
            return hostile_answer(source, now, self._tickets)
        if edge == "page":
            return hostile_bytes(source, now) if source.odds(30) else hostile_page(source, now)
        makers = {"callback": hostile_envelope, "ingest": hostile_ingest, "inner": hostile_inner}
        return makers[edge](source, now)

    async def attack(self, attempt: Attempt) -> str:
        """Plays it and returns its outcome (a status, or an error class of WeCom); Finding if it may not end so."""
        if attempt.call:
            async with self._asking:
                outcome = await self._answer(attempt)
        else:
            told = await exchange(self._server, attempt.data, attempt.remote, whole=attempt.whole)
            outcome = self._judge(attempt, told)
        self._raise_alarms()
        return outcome

    async def apply(self) -> int:
        """The worker applies all that waits; Finding when a fact fails. Returns how many were applied."""
        done = 0
        for _ in range(_MOST_BATCHES):
            batch = await self.house.worker.apply_batch()
            self._raise_alarms()
            if not batch:
                return done
            done += batch
        raise Finding(f"facts without end: {done} and more")

    def _judge(self, attempt: Attempt, told: list[tuple[int, bytes]]) -> str:
        if not told and attempt.whole:
            raise Finding(f"{attempt.edge}: no answer")
        for status, body in told:
            if attempt.forged and status < 300:
                raise Finding(f"{attempt.edge}: a forged request was taken ({status})")
            if status not in attempt.allowed:
                raise Finding(f"{attempt.edge}: status {status}")
            if len(body) > _MOST_ANSWER_BYTES:
                raise Finding(f"{attempt.edge}: an answer of {len(body)} bytes")
            if attempt.terse and body and status != 200:
                raise Finding(f"{attempt.edge}: a refusal with words: {status} {body[:60]!r}")
        return str(told[0][0]) if told else "hung up"

    async def _answer(self, attempt: Attempt) -> str:
        payload, context = QUESTIONS[attempt.call]
        intent = Intent(attempt.call, payload, answer=Answer.ALWAYS, context=context)
        async with self.database.write() as tx:
            await add_intent(tx, intent)
            row = (await outbox.due(tx, intent.lane, 1))[0]
        self._wecom.says = attempt.answer
        answer = await self._client.call(self._calls[attempt.call], payload)
        self._answered.clear()
        self.house.settler.put(row, judge(row, answer), lambda _row: self._answered.set())
        await self._answered.wait()
        self._raise_alarms()
        return answer.outcome.value

    def _loop_died(self, task: asyncio.Task[None]) -> None:
        """In the real process a loop that ends is the end of the process."""
        if not task.cancelled():
            self._running = False
            self._alarms.append(f"a loop died: {task.exception()!r}"[:300])
            self._answered.set()

    def _raise_alarms(self) -> None:
        if self._alarms:
            alarm, self._alarms = self._alarms[0], []
            raise Finding(alarm)

    async def check_bounds(self, inputs: int) -> None:
        """Finding when a fact failed, or when what so many inputs left behind is more or wider than it may be."""
        async with self.database.read() as tx:
            failed = [f"{row.kind}: {row.error}" for row in await inbox.listing(tx, inbox.State.FAILED, 1)]
            if failed:
                raise Finding(f"a fact failed: {failed[0]}")
            for table in metadata.tables.values():
                widths = [(c.name, c.type.length or 0) for c in table.columns if isinstance(c.type, Line)]
                widths += [(c.name, _MOST_JSON) for c in table.columns if c.type is Json]
                asked = ", ".join(f'max(length(CAST("{name}" AS text)))' for name, _ in widths)
                row = (await tx.conn.exec_driver_sql(f"SELECT count(*){', ' if asked else ''}{asked} FROM {table.name}")).one()
                if row[0] > _MOST_ROWS * (inputs + 100):
                    raise Finding(f"{table.name}: {row[0]} rows of {inputs} inputs")
                wide = [name for (name, limit), found in zip(widths, row[1:], strict=True) if (found or 0) > limit]
                if wide:
                    raise Finding(f"{table.name}: too wide: {wide}")


def named(edge: str, data: bytes) -> tuple[str, bytes]:
    """One edge and its own bytes: of "all" the first byte says which edge it is."""
    return (_MIX[(data or b"\0")[0] % len(_MIX)], data[1:]) if edge == "all" else (edge, data)


class Wecom:
    """WeCom's HTTP side on loopback: a token for whoever asks, and to everything else the bytes of the moment."""

    def __init__(self) -> None:
        self.says = b""

    async def answer(self, request: web.Request) -> web.Response:
        if request.path.endswith("/gettoken"):
            return web.json_response({"errcode": 0, "errmsg": "ok", "access_token": "t", "expires_in": 7200})
        return web.Response(body=self.says, content_type="application/json")


@contextlib.asynccontextmanager
async def open_world(directory: Path, postgres: str | None = None) -> AsyncIterator[World]:
    """A world whose camp runs its first lesson; alarms of the log reach it while the block lasts.

    On SQLite files in the directory, or on the PostgreSQL with this address, which has a place for a `{name}`.
    """
    wecom = Wecom()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", wecom.answer)
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(TestServer(app))
        config = directory / "config.toml"
        ground = SqliteGround(directory) if postgres is None else await _in_postgres(stack, postgres)
        url = str(server.make_url("")).rstrip("/")
        config.write_text(CONFIG.format(storage=ground.url, wecom=url), encoding="utf-8")
        settings = load_settings(config)
        await play_camp(settings, ground.template)
        session = await stack.enter_async_context(aiohttp.ClientSession(trust_env=False))
        world = World(settings, ground, session, wecom)
        before = structlog.get_config()
        structlog.configure(processors=[world.alarm], cache_logger_on_first_use=False)
        stack.callback(structlog.configure, **before)
        await world.open()
        stack.push_async_callback(world.close)
        yield world


async def _in_postgres(stack: contextlib.AsyncExitStack, address: str) -> Ground:
    ground = PostgresGround(address)
    await ground.set_up()
    stack.push_async_callback(ground.clear)
    return ground


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
