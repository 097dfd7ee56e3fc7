"""The stream that tells a page what to fetch again."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientResponse

from sandbox.changes import Changes
from tests.sandbox.conftest import Play


@asynccontextmanager
async def listening(play: Play) -> AsyncIterator[ClientResponse]:
    """An open stream whose first event has been read."""
    async with play.client.get("/_sandbox/changes") as stream:
        assert stream.content_type == "text/event-stream"
        assert {"world", "clock", "wire", "faults", "transcript", "calendar"} <= await topics(stream)
        yield stream


async def topics(stream: ClientResponse) -> set[str]:
    """Those of the next event."""
    async with asyncio.timeout(5):
        line = await stream.content.readline()
        assert await stream.content.readline() == b"\n"
    return set(json.loads(line.removeprefix(b"data: "))["topics"])


async def until(stream: ClientResponse, wanted: set[str]) -> set[str]:
    """What has been told once all of `wanted` has; events may be split anywhere."""
    told: set[str] = set()
    while not wanted <= told:
        told |= await topics(stream)
    return told


async def test_each_act_tells_what_it_touched(school: Play) -> None:
    async with listening(school) as stream:
        await school.act("/kf/say", external_userid="wmMing", text="你好")
        assert "phone:wmHong" not in await until(stream, {"phone:wmMing", "transcript", "wire"})
        await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
        await until(stream, {"phone:Lin", "chat:group:wrA", "world"})
        await school.act("/groups/wrA/join", external_userid="wmMing")
        await until(stream, {"phone:Lin", "phone:wmMing", "world"})
        await school.act("/groups/wrA/leave", external_userid="wmMing")
        await until(stream, {"phone:wmMing"})
        await school.act("/rooms/sales/say", userid="Lin", text="早")
        await until(stream, {"chat:room:sales", "phone:Lin", "phone:wu"})
        await school.act("/follow", external_userid="wmHong", userid="wu")
        await until(stream, {"phone:wmHong", "phone:wu", "world"})
        await school.act("/calendar", marks=[])
        await until(stream, {"calendar"})
        await school.act("/faults", kind="lose")
        await until(stream, {"faults"})
        school.later(1)
        await until(stream, {"clock"})


async def test_what_comes_quickly_comes_in_one_event(school: Play) -> None:
    async with listening(school) as stream:
        for number in range(20):
            await school.act("/kf/say", external_userid="wmMing", text=str(number))
        school.stage.changes.tell("last")
        events = 0
        while "last" not in await topics(stream):
            events += 1
        assert events < 20


async def test_a_reader_who_never_reads_costs_nobody_anything() -> None:
    changes = Changes()
    slow = changes.open()
    for _ in range(10_000):
        changes.tell("phone:wmMing", "world")
    assert slow.take() == ["phone:wmMing", "world"]
    assert slow.take() == []
    changes.close(slow)
    assert not changes.listened


async def test_the_stream_ends_with_the_server(school: Play) -> None:
    async with listening(school) as stream, asyncio.timeout(5):
        await school.client.server.close()
        assert await stream.content.read() == b""


async def test_a_stream_opened_while_the_server_ends_is_over_at_once() -> None:
    changes = Changes()
    changes.end()
    reader = changes.open()
    assert reader.ended
    assert await reader.wait(5)
