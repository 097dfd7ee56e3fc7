"""The process: everything wired once, started in order, stopped in order. No state lives anywhere else."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import time
import uuid
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot import logs
from bot.clock import Clock
from bot.collector import spare_what_stays
from bot.inbox_writer import InboxWriter
from bot.ingest import Ingest
from bot.lanes import Lanes
from bot.lease_keeper import LeaseKeeper
from bot.leaving import Leaving
from bot.practice_clock import PracticeClock, find_practice_clock
from bot.readiness import Readiness
from bot.robot_house import Robot, build_robot
from bot.settings import Settings
from bot.settler import Settler
from bot.token_share import TokenShare
from bot.web import CallbackEdge, build_web
from bot.wecom.client import WeComClient
from bot.wecom.envelope import Keys
from bot.wecom.road import RoadContext
from bot.wecom.roads import load_roads
from bot.wecom.tokens import TokenKeeper
from bot.wecom.wire import Wire, fetch_token
from bot.worker import Worker
from camp.identity import conceal, seal, unseal
from camp.start import on_start
from handlers.core import router
from jobs.core import job
from storage import inbox
from storage.database import Database, machine_now
from storage.faults import StorageBusy
from storage.migrate import migrate

log = structlog.get_logger("bot")

# aiohttp's own are an hour and 10 s: who sends no whole head is hung up on, but later than a proxy gives a connection up.
_IDLE_SECONDS, _LINGER_SECONDS = 75.0, 2.0

# Together less than what bot.leaving allows.
# Whoever watches /readyz sees that we leave before the door closes.
_NOTICE_SECONDS = 1.5
_ANSWER_SECONDS = 1.5
_WORK_SECONDS = 2.8
_ROBOT_SECONDS = 0.5
_WRITE_SECONDS = 1.5


class AlreadyRunning(Exception):
    """Another `wecamp serve` uses this SQLite file; one file belongs to one process."""


class CannotListen(Exception):
    """The address of [server] is taken or not ours."""


@dataclass
class House:
    """The parts of one running process."""

    database: Database
    worker: Worker
    writer: InboxWriter
    lanes: Lanes
    settler: Settler
    leases: LeaseKeeper
    clock: Clock
    readiness: Readiness
    web: web.Application
    robot: Robot
    practice: PracticeClock | None = None
    fault: BaseException | None = None  # what ended a loop

    def now(self) -> datetime:
        """The time this house lives in, aware UTC."""
        return self.database.now()


def build_house(
    settings: Settings, session: aiohttp.ClientSession, database: Database, practice: PracticeClock | None = None
) -> House:
    """Wires the house; nothing runs yet. Everybody's time is the database's."""
    policy = settings.policy()
    jobs = job.discover()
    wecom = settings.wecom
    wire = Wire(session, wecom.api_base_url)
    secret = wecom.app.secret.get_secret_value()
    ahead = practice.ahead if practice else lambda: 0.0
    owner = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    share = TokenShare(
        database,
        owner,
        f"{wecom.corp_id}:{wecom.app.agent_id}",
        lambda: fetch_token(wire, wecom.corp_id, secret),
        seal=partial(seal, policy),
        unseal=partial(unseal, policy),
    )
    tokens = TokenKeeper(share.fetch, lambda: time.monotonic() + ahead())
    context = RoadContext(wecom.app.agent_id, wecom.robot_keys, unseal=partial(unseal, policy), conceal=partial(conceal, policy))
    client = WeComClient(session, wecom.api_base_url, tokens, context=context)
    worker = Worker(database, router.discover(), jobs, policy)
    writer = InboxWriter(database, worker.wake)
    pace = practice.pace if practice else lambda: 1.0
    settler = Settler(database, worker.wake, conceal=partial(conceal, policy), pace=pace)
    lanes = Lanes(database, client, load_roads(), settler, ahead)
    readiness = Readiness(database, lambda: lanes.up, lambda: tokens.holds_one, practice=practice is not None)
    keys = Keys(wecom.app.token.get_secret_value(), wecom.app.encoding_aes_key.get_secret_value(), wecom.corp_id)
    callback = settings.callback
    edge = CallbackEdge(keys, writer, readiness, callback.max_age_seconds, callback.max_body_bytes, database.now)
    secrets = {name: source.active for name, source in settings.ingest.items()}
    ingest = Ingest(secrets, writer, partial(conceal, policy), database.now)
    leases = LeaseKeeper(database, owner)
    robot = build_robot(settings, session, database, writer, readiness, leases, context, lanes.wake)
    if robot.link is not None:
        client.over_socket = robot.link.call
    worker.wakes(lambda names: robot.wake(names, lanes.wake))
    return House(
        database=database,
        worker=worker,
        writer=writer,
        lanes=lanes,
        settler=settler,
        leases=leases,
        clock=Clock(jobs, writer, policy.zone, settings.time.tick_seconds, practice),
        readiness=readiness,
        web=build_web(edge, ingest, readiness, robot.edge),
        robot=robot,
        practice=practice,
    )


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[House]:
    """Storage, worker, lanes and clock of the house while the block lasts; on the way out what is in hand is finished.

    The schema is brought up to date first, but never under the feet of another process.
    """
    with _sole_user(settings.storage.url):
        await migrate(settings.storage.url)
        async with contextlib.AsyncExitStack() as stack:
            session = await stack.enter_async_context(aiohttp.ClientSession(trust_env=False))
            practice = await find_practice_clock(settings.practice.clock_url, session)
            database = Database(settings.storage.url, practice.now if practice else machine_now)
            stack.push_async_callback(database.close)
            if practice is not None:
                moment = practice.now().isoformat(timespec="seconds")
                log.warning("this house lives in practice time", clock=settings.practice.clock_url, now=moment)
            house = build_house(settings, session, database, practice)
            async with database.write() as tx:
                await on_start(tx, settings.policy())
                house.clock.go_on_after(await inbox.latest_tick(tx))
            await stack.enter_async_context(_loops(house))
            house.clock.start()
            stack.callback(house.clock.stop)
            yield house


@contextlib.asynccontextmanager
async def _loops(house: House) -> AsyncIterator[None]:
    """Starts the loops; stops them so that each finds the ones it hands its work to still alive."""
    last: list[Coroutine[Any, Any, None]] = [house.settler.run(), house.writer.run(), house.leases.run()]
    first: list[Coroutine[Any, Any, None]] = [
        house.worker.run(lambda: house.leases.holds("worker")),
        house.lanes.run(lambda lease: house.robot.holds(lease, house.leases)),
    ]
    # What the lanes have on the wire is finished over it.
    between = [house.robot.link.run()] if house.robot.link is not None else []
    if house.practice is not None:
        first.append(house.practice.follow(partial(_time_moved, house)))
    keep = [asyncio.create_task(loop) for loop in last]
    robot = [asyncio.create_task(loop) for loop in between]
    work = [asyncio.create_task(loop) for loop in first]
    fatal = partial(_fatal, house)
    for task in (*keep, *robot, *work):
        task.add_done_callback(fatal)
    try:
        yield
    finally:
        for task in (*keep, *robot, *work):
            task.remove_done_callback(fatal)
        await _stop(work, _WORK_SECONDS)
        await _stop(robot, _ROBOT_SECONDS)
        await _stop(keep, _WRITE_SECONDS)
        with contextlib.suppress(StorageBusy, SQLAlchemyError):  # the leases run out by themselves
            await house.leases.give_back()


async def _time_moved(house: House) -> None:
    """Whatever waited for its moment looks again, and every job is asked what is due."""
    house.worker.wake()
    house.lanes.wake_all()
    await house.clock.tick_all()


async def _stop(tasks: list[asyncio.Task[None]], seconds: float) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


def _fatal(house: House, task: asyncio.Task[None]) -> None:
    """A loop that ends by itself, in whatever way, is a bug: the process leaves, and its supervisor starts a healthy one."""
    fault = asyncio.CancelledError() if task.cancelled() else task.exception()
    house.fault = fault or RuntimeError("a loop came to its end")
    log.error("a loop died", error=type(house.fault).__name__, exc_info=house.fault)
    os.kill(os.getpid(), signal.SIGTERM)


async def serve(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT; ends within 10 s. SystemExit 1 when a loop died, so that a supervisor sees a failure."""
    leaving = Leaving()
    try:
        async with running(settings) as house:
            await _open_door(house, settings, leaving)
    except asyncio.CancelledError:
        if not leaving.while_starting:
            raise
    log.info("left")
    if leaving.exit_code:
        raise SystemExit(leaving.exit_code)


async def _open_door(house: House, settings: Settings, leaving: Leaving) -> None:
    """Takes requests until told to leave; the door closes after everybody could see that it will."""
    runner = web.AppRunner(
        house.web,
        access_log=None,
        shutdown_timeout=_ANSWER_SECONDS,
        keepalive_timeout=_IDLE_SECONDS,
        lingering_time=_LINGER_SECONDS,
    )
    await runner.setup()
    site = web.TCPSite(runner, settings.server.host, settings.server.port)
    try:
        await site.start()
    except OSError as error:
        raise CannotListen(error.strerror or str(error)) from error
    spare_what_stays()
    log.info("listening", host=settings.server.host, port=_port(runner))
    await leaving.wait()
    log.info("leaving")
    leaving.exit_code = 1 if house.fault is not None else 0
    house.readiness.leaving = True
    if house.readiness.watched:
        await asyncio.sleep(_NOTICE_SECONDS)
    await runner.cleanup()


def run(settings: Settings) -> None:
    """`wecamp serve`."""
    logs.configure(settings.logs.level, settings.logs.json_lines)
    asyncio.run(serve(settings))


def _port(runner: web.AppRunner) -> int:
    return int(runner.addresses[0][1])


@contextlib.contextmanager
def _sole_user(url: str) -> Any:
    """Holds a lock beside the SQLite file; AlreadyRunning when another process does."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        yield
        return
    with Path(f"{parsed.database}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunning(parsed.database) from None
        yield
