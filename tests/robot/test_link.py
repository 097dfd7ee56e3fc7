"""The connection against a WeCom that is told how to behave: dead links, odd frames, doors that stay shut, a busy database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import robot_link
from bot.robot_socket import Beat, RobotSocket
from bot.wecom import errors
from bot.wecom.errors import Outcome
from bot.wecom.roads.aibot import ROAD
from bot.wecom.robot_inbound import Heard
from storage.database import Database
from storage.faults import StorageBusy
from storage.robot_links import State
from tests.conftest import fresh_database
from tests.loop.conftest import eventually
from tests.robot.wecom import Frame, Wecom, linked, ok, refusing

SAY = next(call for call in ROAD.calls if call.name == "aibot.say")


@pytest.fixture
async def wecom() -> AsyncIterator[Wecom]:
    wecom = Wecom()
    app = web.Application()
    app.router.add_get("/", wecom.serve)
    async with TestServer(app) as server:
        wecom.url = str(server.make_url("/")).replace("http", "ws", 1)
        yield wecom
        for socket in wecom.sockets:
            await socket.close()


@pytest.fixture
async def database(request: pytest.FixtureRequest, tmp_path: Any) -> AsyncIterator[Database]:
    async with fresh_database(request, "sqlite", tmp_path) as url:
        opened = Database(url)
        yield opened
        await opened.close()


async def again() -> None:
    return


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robot_link, "_FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(robot_link, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(robot_link, "_PATIENCE_S", 0.2)


async def facts(database: Database) -> list[str]:
    async with database.read() as tx:
        return list((await tx.conn.exec_driver_sql("SELECT dedup_key FROM inbox ORDER BY id")).scalars())


def said(words: str, **more: Any) -> dict[str, Any]:
    message = {"type": "text", "text": words}
    return {"to": ["member:lin"], "how": "reply", "req_id": "r1", "stream": "1-0", "chat_id": "lin", "message": message, **more}


async def test_two_pings_without_an_answer_and_the_link_counts_as_dead(wecom: Wecom, database: Database) -> None:
    wecom.answers = lambda frame: None if frame["cmd"] == "ping" else ok(frame)
    async with linked(wecom, database, Beat(ping=0.05, ack=0.3)):
        await eventually(lambda: len(wecom.sockets) >= 2)
        assert len(wecom.of("ping")) >= 2
        assert wecom.of("aibot_subscribe")[0]["body"] == {"bot_id": "aib", "secret": "hush"}


async def test_a_heart_that_is_answered_goes_on_beating(wecom: Wecom, database: Database) -> None:
    async with linked(wecom, database, Beat(ping=0.02, ack=0.3)):
        await eventually(lambda: len(wecom.of("ping")) >= 10)
        assert len(wecom.of("aibot_subscribe")) == 1


async def test_frames_nobody_knows_are_passed_by(wecom: Wecom, database: Database) -> None:
    async with linked(wecom, database) as link:
        await eventually(lambda: link.state is State.UP)
        socket = wecom.sockets[-1]
        for odd in ("<html>", "[]", '{"cmd": "aibot_new_thing"}', '{"cmd": "aibot_msg_callback"}', "[" * 200 + "]" * 200, "{}"):
            await socket.send_str(odd)
        await socket.send_json({"headers": {"req_id": "never-asked"}, "errcode": 0})
        await wecom.tells("m1", "你好")
        stored = ["aibot:m1"]

        async def there() -> bool:
            return await facts(database) == stored

        await eventually(there)
        assert len(wecom.of("aibot_subscribe")) == 1


async def test_what_was_heard_waits_for_the_database(wecom: Wecom, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """WeCom says it once. The order stays."""
    async with linked(wecom, database) as link:
        await eventually(lambda: link.state is State.UP)
        store, tries = link.intake.store, []

        async def busy_twice(heard: Heard, req_id: str, patience_s: float) -> int | None:
            tries.append(heard.msgid)
            if len(tries) <= 2:
                raise StorageBusy("locked")
            return await store(heard, req_id, patience_s)

        monkeypatch.setattr(link.intake, "store", busy_twice)
        await wecom.tells("m1", "一")
        await wecom.tells("m2", "二")

        async def there() -> bool:
            return await facts(database) == ["aibot:m1", "aibot:m2"]

        await eventually(there)
        assert tries == ["m1", "m1", "m1", "m2"]


async def test_a_door_that_is_shut_for_a_minute_is_not_knocked_at(wecom: Wecom, database: Database) -> None:
    """45009 on subscribing: never in a loop, and no fault of our secret."""
    wecom.answers = refusing("aibot_subscribe", 45009)
    async with linked(wecom, database, runs=False) as link:
        assert [await link._hold() for _ in range(6)] == [60.0] * 6
        assert link.state is State.DOWN


async def test_a_connection_that_is_cut_at_once_gets_longer_and_longer_pauses(wecom: Wecom, database: Database) -> None:
    """Subscribing is rate-protected, also when it succeeds."""
    async with linked(wecom, database, runs=False) as link:

        async def hang_up() -> None:
            for number in range(1, 5):
                await eventually(lambda number=number: len(wecom.of("aibot_subscribe")) == number)  # type: ignore[misc]
                await wecom.sockets[-1].close()

        cutting = asyncio.create_task(hang_up())
        assert [await link._hold() for _ in range(4)] == [0.02, 0.04, 0.08, 0.16]
        await cutting


async def test_what_one_callback_meets_does_not_make_it_deaf(
    wecom: Wecom, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with linked(wecom, database) as link:
        await eventually(lambda: link.state is State.UP)
        store = link.intake.store

        async def faulty(heard: Heard, req_id: str, patience_s: float) -> int | None:
            if heard.msgid == "m1":
                raise KeyError("a bug")
            return await store(heard, req_id, patience_s)

        monkeypatch.setattr(link.intake, "store", faulty)
        await wecom.tells("m1", "一")
        await wecom.tells("m2", "二")

        async def there() -> bool:
            return await facts(database) == ["aibot:m2"]

        await eventually(there)


async def test_frames_of_one_req_id_go_one_after_the_other(wecom: Wecom) -> None:
    held: list[Frame] = []
    wecom.answers = lambda frame: held.append(frame)  # type: ignore[func-returns-value]

    async def nobody(_heard: Heard, _req_id: str) -> None:
        return

    async with aiohttp.ClientSession() as session:
        socket = RobotSocket(await session.ws_connect(wecom.url), nobody, Beat(ack=5))
        living = asyncio.create_task(socket.run())
        orders = [asyncio.create_task(socket.order("aibot_respond_msg", {"n": n}, "same")) for n in range(3)]
        other = asyncio.create_task(socket.order("aibot_respond_msg", {"n": 9}, "other"))
        for _ in range(3):
            await eventually(lambda: bool([frame for frame in held if frame["headers"]["req_id"] == "same"]))
            (frame,) = [frame for frame in held if frame["headers"]["req_id"] == "same"]  # never two
            held.remove(frame)
            await wecom.sockets[-1].send_json(ok(frame))
        await wecom.sockets[-1].send_json(ok(held[0]))
        await asyncio.gather(*orders, other)
        assert [frame["body"]["n"] for frame in wecom.frames if frame["headers"]["req_id"] == "same"] == [0, 1, 2]
        await socket.close()
        await living


@pytest.mark.parametrize(
    ("errcode", "outcome"),
    [(0, Outcome.SUCCESS), (93006, Outcome.PERMANENT), (846608, Outcome.PERMANENT), (45009, Outcome.RETRY), (-1, Outcome.RETRY)],
)
async def test_what_an_acknowledgement_means(wecom: Wecom, database: Database, errcode: int, outcome: Outcome) -> None:
    wecom.answers = refusing("aibot_respond_msg", errcode)
    async with linked(wecom, database) as link:
        answer = await link.call(SAY, said("好"), again)
        assert (answer.outcome, answer.errcode) == (outcome, errcode)
        assert answer.retry_after_s == (60.0 if errcode == 45009 else None)


async def test_a_req_id_of_before_becomes_a_message_of_its_own(wecom: Wecom, database: Database) -> None:
    wecom.answers = refusing("aibot_respond_msg", 846605)
    async with linked(wecom, database) as link:
        slots: list[int] = []

        async def slot() -> None:
            slots.append(1)

        assert (await link.call(SAY, said("好"), slot)).errcode == 0
        (pushed,) = wecom.of("aibot_send_msg")
        assert pushed["body"] == {"chatid": "lin", "chat_type": 1, "msgtype": "markdown", "markdown": {"content": "好"}}
        assert slots == [1]  # it counts against the limits as well


async def test_silence_is_neither_yes_nor_no(wecom: Wecom, database: Database) -> None:
    """A stream is sent once more, a push never: its end is that nobody knows."""
    wecom.answers = lambda frame: ok(frame) if frame["cmd"] == "aibot_subscribe" else None
    async with linked(wecom, database) as link:
        assert (await link.call(SAY, said("好"), again)).errcode == errors.TIMEOUT
        assert len(wecom.of("aibot_respond_msg")) == 2
        assert (await link.call(SAY, said("好", how="push"), again)).errcode == errors.TIMEOUT
        assert len(wecom.of("aibot_send_msg")) == 1


async def test_a_stream_that_was_finished_by_its_first_frame_was_said(wecom: Wecom, database: Database) -> None:
    """The acknowledgement was lost; to the same frame WeCom says that the stream is over (846608)."""

    def answers(frame: Frame) -> Frame | None:
        if frame["cmd"] != "aibot_respond_msg":
            return ok(frame)
        return {**ok(frame), "errcode": 846608} if len(wecom.of("aibot_respond_msg")) == 2 else None

    wecom.answers = answers
    async with linked(wecom, database) as link:
        answer = await link.call(SAY, said("好"), again)
        assert (answer.outcome, answer.errcode) == (Outcome.SUCCESS, 0)
        assert [frame["body"] for frame in wecom.of("aibot_respond_msg")] == [wecom.of("aibot_respond_msg")[0]["body"]] * 2


async def test_without_a_connection_nothing_was_sent(wecom: Wecom, database: Database) -> None:
    wecom.answers = refusing("aibot_subscribe", 45009)
    async with linked(wecom, database) as link:
        answer = await link.call(SAY, said("好"), again)
        assert (answer.outcome, answer.errcode) == (Outcome.RETRY, errors.NOT_CONNECTED)
        assert wecom.of("aibot_respond_msg") == []
