"""Whichever way the robot is reached: what is asked is answered, in the chat it was asked in."""

from __future__ import annotations

from typing import Any

from tests.robot.conftest import ROOM, Play
from tests.sandbox.aibot_kit import PNG, attached


async def test_a_member_asks_and_is_answered(play: Play) -> None:
    await play.says("lin", "帮助")
    assert "你可以这样说" in await play.sees("lin", "你可以这样说")
    assert not [words for words in await play.seen("lin", "app") if "你可以这样说" in words]
    assert await play.camp.count("SELECT count(*) FROM inbox WHERE kind = 'aibot.text'") == 1


async def test_in_a_group_everybody_sees_the_answer(play: Play) -> None:
    await play.says("lin", "帮助", ROOM)
    await play.sees("lin", "你可以这样说", f"room:{ROOM}")
    await play.sees("wu", "你可以这样说", f"room:{ROOM}")
    assert await play.seen("lin", "aibot") == []
    # Who spoke there is known to read there; who only reads is not.
    heard = await play.camp.rows("SELECT chat FROM robot_talks ORDER BY chat")
    assert [row.chat for row in heard] == [f"room:{ROOM}", f"room:{ROOM}:lin"]


async def test_the_one_who_enters_is_welcomed(play: Play) -> None:
    await play.enters("lin")
    await play.sees("lin", "你好，这里是营伴")
    await play.enters("lin")  # told once a day only
    await play.camp.quiet()
    assert len(await play.seen("lin")) == 1


async def test_whatever_is_sent_no_interaction_stays_open(play: Play) -> None:
    """A person may have three open (doc 101031): one that is never answered would shut them out."""
    act = play.camp.corp.act
    await act("/members", userid="mei", name="美工")  # not staff
    sent: list[dict[str, Any]] = [
        {"userid": "lin", "text": "天气怎么样"},
        {"userid": "lin", "image": attached("a.png", PNG)},
        {"userid": "lin", "voice": {"text": "帮助"}},
        {"userid": "lin", "file": attached("名单.txt", b"no sheet at all")},
        {"userid": "lin", "text": "看图", "image": attached("a.png", PNG)},
        {"userid": "chen", "text": "结营 read-01"},
        {"userid": "mei", "text": "帮助"},
        {"userid": "wu", "text": "公海", "room": ROOM},
    ]
    for said in sent:
        assert (await act("/aibot/say", **said))["delivered"] is True
        await play.camp.quiet()
    assert [turn.body["msgtype"] for turn in play.robot.turns.values() if not turn.settled] == []
    assert await play.camp.count("SELECT count(*) FROM inbox WHERE state = 2") == 0
