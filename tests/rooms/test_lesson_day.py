"""A lesson day from the group, with the look-alike on the wire, in both modes of the robot: the people see it on their phones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.robot.conftest import ROOM, Play, play  # noqa: F401

CHAT = f"room:{ROOM}"


async def enrolled(play: Play) -> dict[str, int]:  # noqa: F811
    """周小雨 and 李小明 add 林, their class teacher; their numbers."""
    for learner in play.camp.learners.values():
        await learner.adds("lin", "dy01")
    await play.camp.quiet()
    return {row.name: row.id for row in await play.camp.rows("SELECT id, name FROM learners")}


async def test_a_teacher_runs_a_lesson_day_from_the_group(play: Play) -> None:  # noqa: F811
    numbers = await enrolled(play)
    rain, ming = numbers["周小雨"], numbers["李小明"]
    await play.says("chen", "绑定 read-01", ROOM)
    await play.sees("lin", "本群已绑定：阅读营第1期", CHAT)
    await play.camp.jump_to(play.camp.first_lesson + timedelta(minutes=70))
    await play.camp.quiet()

    await play.says("lin", "缺勤 1", ROOM)
    listed = await play.sees("wu", f"#{rain} 周**", CHAT)
    assert f"#{ming} 李**" in listed
    card = await play.card("lin", CHAT)
    kinds = [bubble["kind"] for bubble in await play.camp.corp.chat("wu", CHAT) if bubble["from"] == "aibot"]
    assert kinds[-2:] == ["markdown", "card"]  # the list, and below it what to do about it
    if play.robot.mode == "socket":
        digest = await play.sees("wu", "到课 0/2", CHAT)
        assert "在这里 @我 发“缺勤 1”" in digest
        assert "到应用里" not in digest
    (button,) = card["buttons"]
    await play.clicks("lin", card["task_id"], button["key"], ROOM)
    await play.card_is_dead("wu", card["task_id"], CHAT)
    assert await play.camp.count("SELECT count(*) FROM nudges") == 1

    await play.says("lin", f"学员 #{rain}", ROOM)
    await play.sees("wu", "已私发给你", CHAT)
    alone = "aibot" if await _hears_alone(play, "lin") else "app"
    assert "周小雨" in await play.sees("lin", "周小雨", alone)

    await play.says("lin", f"备注 #{ming} 周末补课", ROOM)
    await play.sees("wu", f"已记下备注：#{ming} 李**", CHAT)
    shown = "\n".join(str(bubble) for bubble in await play.camp.corp.chat("wu", CHAT) if bubble["from"] == "aibot")
    assert "周小雨" not in shown
    assert "李小明" not in shown


async def test_two_claim_at_once_in_the_pools_group(play: Play) -> None:  # noqa: F811
    rain = (await enrolled(play))["周小雨"]
    await play.camp.corp.act("/rooms", id="chatSales", name="销售群", members=["wu", "zhao", "chen"])
    await play.says("chen", "绑定 公海", "chatSales")
    await play.sees("wu", "本群已绑定：转化公海", "room:chatSales")
    await play.says("lin", f"放弃 #{rain}", ROOM)
    await play.sees("lin", "已放弃", CHAT)
    await play.camp.quiet()
    if play.robot.mode == "socket":
        await play.sees("wu", "点卡片，或 @我 发“公海”领取", "room:chatSales")
        card = await play.card("zhao", "room:chatSales")
        await play.clicks("wu", card["task_id"], card["buttons"][0]["key"], "chatSales")
        await play.clicks("zhao", card["task_id"], card["buttons"][0]["key"], "chatSales")
        await play.card_is_dead("chen", card["task_id"], "room:chatSales")
    else:
        await play.says("wu", f"领取 #{rain}", "chatSales")
        await play.says("zhao", f"领取 #{rain}", "chatSales")
        await play.sees("zhao", "领取了。\n已私发给你", "room:chatSales")
    await play.camp.quiet()
    (entry,) = await play.camp.rows("SELECT owner_id FROM pool_entries")
    owner = await play.camp.rows("SELECT userid FROM members WHERE id = :id", id=entry.owner_id)
    winner, loser = ("wu", "zhao") if owner[0].userid == "wu" else ("zhao", "wu")
    assert await _heard(play, winner, "周小雨")
    assert not await _heard(play, loser, "周小雨")
    shown: list[dict[str, Any]] = await play.camp.corp.chat(loser, "room:chatSales")
    assert "周小雨" not in str(shown)


async def _hears_alone(play: Play, userid: str) -> bool:  # noqa: F811
    """Whether the robot may speak to them unasked: by the socket, where they wrote to it before."""
    return play.robot.mode == "socket" and bool(await play.seen(userid))


async def _heard(play: Play, userid: str, words: str) -> bool:  # noqa: F811
    heard = [*await play.seen(userid, "aibot"), *await play.seen(userid, "app")]
    return any(words in text for text in heard)
