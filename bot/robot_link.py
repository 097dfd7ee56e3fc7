"""The robot's long connection: held by one node of all, taken up again with patience, never fought for (doc 101463).

The lease is that of the lane `aibot.say`, so whoever holds the connection also sends what goes over it. Another connection that
takes the robot over, or a secret that WeCom does not take, ends it for all nodes that run then: the documents forbid to come
back by itself, and only a person knows which of two programs is meant. A process that is started later tries again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp
import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics
from bot.inbox_writer import InboxFull, InboxWriter
from bot.robot_intake import SOURCE, RobotIntake
from bot.robot_picture import Fetch, with_picture
from bot.robot_socket import MOST_BYTES, Beat, NotSent, RobotSocket, errcode_of
from bot.wecom import errors
from bot.wecom.client import UNREADABLE_PAYLOAD, Answer
from bot.wecom.errors import Outcome
from bot.wecom.road import Call, Json, RoadContext
from bot.wecom.roads.aibot import INVALID_REQ_ID, NEVER_SPOKEN, STREAM_OVER
from bot.wecom.robot_inbound import Heard
from storage import robot_links
from storage.columns import to_micros
from storage.database import Database
from storage.faults import StorageBusy
from storage.inbox import FactDraft
from storage.robot_links import GIVEN_UP, State

log = structlog.get_logger("robot")

LANE = "aibot.say"
LEASE = f"lane:{LANE}"
_LOOK_SECONDS = 1.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0
_MOST_REFUSALS = 5
# Subscribing is rate-protected: WeCom shuts the door for about a minute.
_TOO_OFTEN_S = 60.0
# What is to be said waits so long for a connection that is just being taken up again.
_PATIENCE_S = 4.0
# What was heard is kept in memory while the database does not take it.
_STORE_SECONDS = 60.0
_STORE_FAULTS = (InboxFull, StorageBusy, TimeoutError, SQLAlchemyError, OSError)


@dataclass
class RobotLink:
    """`holds(lease)` and `let_go(lease)` of this node; `again` wakes the lane once there is a connection.

    `state` is what this node knows: None while another one has the lease.
    """

    session: aiohttp.ClientSession
    fetch: Fetch
    address: str
    bot_id: str
    secret: str = field(repr=False)
    intake: RobotIntake
    database: Database
    writer: InboxWriter
    context: RoadContext
    holds: Callable[[str], Awaitable[bool]]
    let_go: Callable[[str], Awaitable[None]]
    woken: Callable[[], None]
    beat: Beat = field(default_factory=Beat)
    state: State | None = None

    def __post_init__(self) -> None:
        self._started_at = self.database.now()
        self._socket: RobotSocket | None = None
        self._connected = asyncio.Event()
        self._pause = _FIRST_PAUSE_S
        self._refusals = 0

    async def may_send(self) -> bool:
        """Whether the lane is this node's: it holds the lease and has not given the robot up."""
        return self.state not in GIVEN_UP and await self.holds(LEASE)

    async def run(self) -> None:
        """Keeps the connection until cancelled."""
        while True:
            pause = _LOOK_SECONDS
            try:
                if await self._may_try():
                    pause = await self._hold()
            except _STORE_FAULTS as error:
                log.warning("the robot waits for the database", error=type(error).__name__)
            await asyncio.sleep(pause)

    async def call(self, call: Call, payload: Json, again: Callable[[], Awaitable[None]]) -> Answer:
        """One frame and what its acknowledgement means; a reply whose callback's connection is gone becomes a push.

        Where the acknowledgement is lost only a stream is sent again, for it is the same words in the same place.
        """
        try:
            payload = await with_picture(payload, self.fetch, self._piece)
            frame = call.build(payload, self.context)
            answer = await self._order(frame, again)
            if answer.errcode == INVALID_REQ_ID and payload["how"] == "reply":
                await again()
                answer = await self._order(call.build({**payload, "how": "push"}, self.context), again)
        except UNREADABLE_PAYLOAD as fault:
            return Answer(Outcome.PERMANENT, errors.UNSENDABLE, f"{call.name}: {type(fault).__name__}: {fault}")
        return answer

    async def _piece(self, cmd: str, body: Json) -> Json:
        """A frame of an upload and its acknowledgement."""
        if (socket := self._socket) is None:
            raise NotSent("the robot's connection is down")
        return await socket.order(cmd, body)

    async def _order(self, frame: Json, again: Callable[[], Awaitable[None]]) -> Answer:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                await self._connected.wait()
        socket = self._socket
        if socket is None:
            return Answer(Outcome.RETRY, errors.NOT_CONNECTED, "the robot's connection is down")
        repeated = False
        while True:
            try:
                ack = await socket.order(frame["cmd"], frame["body"], frame["req_id"])
            except NotSent:
                code = errors.DISCONNECTED if repeated else errors.NOT_CONNECTED
                return Answer(Outcome.RETRY, code, "the robot's connection is down")
            except ConnectionError:
                return Answer(Outcome.RETRY, errors.DISCONNECTED, "cut before the acknowledgement")
            except TimeoutError:
                if repeated or frame["body"].get("msgtype") != "stream":
                    return Answer(Outcome.RETRY, errors.TIMEOUT, "no acknowledgement")
                repeated = True
                await again()
                continue
            code = errcode_of(ack)
            if repeated and code == STREAM_OVER:
                code = 0  # it was finished by the first one
            if code == errors.FREQUENCY_LIMIT:  # of this conversation: the others are not to wait with it
                return Answer(Outcome.RETRY, code, "too many in this conversation", retry_after_s=_TOO_OFTEN_S)
            outcome = Outcome.PERMANENT if code == NEVER_SPOKEN else errors.classify(code)
            return Answer(outcome, code, str(ack.get("errmsg", ""))[:500])

    async def _may_try(self) -> bool:
        """Whether the robot is this node's business now; one that was given up while we run is nobody's, until a process that
        was started later has it again."""
        async with self.database.read() as tx:
            link = await robot_links.load(tx)
        if link is not None and link.state in GIVEN_UP and link.since >= self._started_at:
            if self.state is not link.state:
                self.state = link.state
                await self.let_go(LEASE)  # for the process that a person starts
            return False
        if self.state in GIVEN_UP or not await self.holds(LEASE):
            self.state = None
        return await self.holds(LEASE)

    async def _hold(self) -> float:
        """One connection from its beginning to its end; returns the seconds until the next may be tried."""
        try:
            async with asyncio.timeout(self.beat.connect):
                ws = await self.session.ws_connect(self.address, max_msg_size=MOST_BYTES, timeout=_CLOSING)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            # Only the kind: the address of a private deployment is nobody's business.
            log.warning("the robot does not connect", error=type(error).__name__)
            await self._tell(State.DOWN)
            return self._next_pause()
        socket = RobotSocket(ws, self._hear, self.beat)
        living = asyncio.create_task(socket.run())
        try:
            code = await self._subscribe(socket)
            if code == 0:
                await self._live(socket, living)
        finally:
            self._socket = None
            self._connected.clear()
            metrics.robot_held.set(0)
            await socket.close()
            await asyncio.wait([living], timeout=self.beat.ack + 1)
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)
        return await self._after(socket, code)

    async def _subscribe(self, socket: RobotSocket) -> int:
        """Asks for the robot, once for each connection; WeCom's errcode."""
        try:
            return errcode_of(await socket.order("aibot_subscribe", {"bot_id": self.bot_id, "secret": self.secret}))
        except TimeoutError:
            return errors.TIMEOUT
        except ConnectionError:
            return errors.DISCONNECTED

    async def _live(self, socket: RobotSocket, living: asyncio.Task[None]) -> None:
        """Until the connection ends, or the lease is another node's."""
        self._refusals = 0
        self._socket = socket
        self._connected.set()
        metrics.robot_held.set(1)
        log.info("the robot is connected")
        await self._tell(State.UP)
        self.woken()
        began = told_at = asyncio.get_running_loop().time()
        while not (await asyncio.wait([living], timeout=_LOOK_SECONDS))[0]:
            if not await self.holds(LEASE):
                log.warning("another node takes the robot over")
                return
            if asyncio.get_running_loop().time() - told_at > self.beat.ping:
                await self._tell(State.UP)
                told_at = asyncio.get_running_loop().time()
        if asyncio.get_running_loop().time() - began > _LONGEST_PAUSE_S:  # one that is cut at once again gets longer pauses
            self._pause = _FIRST_PAUSE_S

    async def _after(self, socket: RobotSocket, code: int) -> float:
        if not await self.holds(LEASE):  # then it is no stranger who took the robot over, but our own next node
            self.state = None
            return _LOOK_SECONDS
        if socket.taken:
            await self._give_up(State.TAKEN)
            return _LOOK_SECONDS
        if code == errors.FREQUENCY_LIMIT:
            await self._tell(State.DOWN, code)
            return _TOO_OFTEN_S
        if code > 0 and errors.classify(code) is not Outcome.WAIT:
            self._refusals += 1
            log.warning("WeCom refused the robot", errcode=code, times=self._refusals)
            if self._refusals >= _MOST_REFUSALS:
                await self._give_up(State.REFUSED, code)
                return _LOOK_SECONDS
        await self._tell(State.DOWN, code)
        return self._next_pause()

    async def _give_up(self, state: State, code: int = 0) -> None:
        """For all nodes, as soon as they can read it; the operators are told."""
        self.state = state
        log.error("the robot is given up", state=state.value, errcode=code)
        body = {"state": state.value, "errcode": code, "times": self._refusals}
        draft = FactDraft(SOURCE, "aibot.given_up", f"aibot-given-up:{to_micros(self.database.now())}", "corp", body)
        told = partial(robot_links.tell, state=state, errcode=code)
        while not await self._kept(lambda: self.writer.submit([draft], beside=told)):
            pass  # until then no other node may have the lease
        self._refusals = 0
        await self.let_go(LEASE)

    async def _tell(self, state: State, code: int = 0) -> None:
        with contextlib.suppress(*_STORE_FAULTS):
            async with self.database.write() as tx:
                await robot_links.tell(tx, state, max(0, code))
        self.state = state

    async def _hear(self, heard: Heard, req_id: str) -> None:
        """WeCom does not say it again, so it is kept until the database takes it."""
        if not heard.kind:
            metrics.robot_callbacks.labels(mode="socket", outcome="unknown").inc()
            return
        stored = await self._kept(lambda: self.intake.store(heard, req_id, _STORE_SECONDS))
        metrics.robot_callbacks.labels(mode="socket", outcome="stored" if stored else "lost").inc()

    async def _kept(self, store: Callable[[], Awaitable[Any]]) -> bool:
        until = asyncio.get_running_loop().time() + _STORE_SECONDS
        while True:
            try:
                await store()
            except _STORE_FAULTS as error:
                if asyncio.get_running_loop().time() > until:
                    log.error("what the robot heard was not stored", error=type(error).__name__)
                    return False
                await asyncio.sleep(0.5)
            else:
                return True

    def _next_pause(self) -> float:
        pause, self._pause = self._pause, min(_LONGEST_PAUSE_S, self._pause * 2)
        return pause


_CLOSING = aiohttp.ClientWSTimeout(ws_close=1.0)
