"""Two at once on one SQLite file: a second server is refused in plain words, commands beside a server work, first starts wait
for each other.
"""

from __future__ import annotations

import asyncio

from tests.outages.installation import PATIENCE, Installation

MANY = range(100, 160)
CAMP = """
[[camps]]
code = "read"
name = "阅读营"
[[channels]]
code = "dy01"
name = "抖音投放"
"""


async def test_a_second_server_refuses_and_the_first_does_not_notice(place: Installation) -> None:
    await place.hire(MANY)
    process = await place.start()
    insisting = asyncio.create_task(place.insist(MANY))
    code, words = await place.run("serve")
    assert code == 1
    assert "一个 SQLite 文件只能给一个进程用" in words
    assert "one SQLite file belongs to one process" in words
    assert "wecamp.db" in words
    assert "Traceback" not in words
    await insisting
    await place.adds_up(MANY)
    await place.leave(process)


async def test_commands_beside_a_busy_server_work(place: Installation) -> None:
    (place.home / "camp.toml").write_text(CAMP, encoding="utf-8")
    await place.hire(MANY)
    process = await place.start()
    insisting = asyncio.create_task(place.insist(MANY))
    ends = await asyncio.gather(
        place.run("migrate"),
        place.run("apply", str(place.home / "camp.toml")),
        place.run("inbox", "list"),
        place.run("outbox", "list"),
        place.run("backup", str(place.home / "copy.db")),
    )
    assert [code for code, _ in ends] == [0] * len(ends), ends
    await insisting
    await place.adds_up(MANY)
    await place.leave(process)


async def test_first_starts_at_the_same_moment_wait_for_each_other(place: Installation) -> None:
    """A server and commands on a database that none of them has made yet."""
    (place.home / "camp.toml").write_text(CAMP, encoding="utf-8")
    server = await place.command("serve", log=place.log)
    words = [["migrate"], ["migrate"], ["apply", str(place.home / "camp.toml")], ["inbox", "list"], ["outbox", "list"]]
    ends = await asyncio.wait_for(asyncio.gather(*(place.run(*command) for command in words)), PATIENCE)
    assert [code for code, _ in ends] == [0] * len(ends), ends
    assert await place.count("SELECT count(*) FROM camps") == 1
    assert await place.count("SELECT count(*) FROM alembic_version") == 1
    await place.hire(MANY[:3])
    await place.insist(MANY[:3])
    await place.adds_up(MANY[:3])
    await place.leave(server)
