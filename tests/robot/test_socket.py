"""The long connection: one holds it, nobody fights for it, what is lost on the way is neither doubled nor hidden."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import robot_link
from bot.robot_socket import Beat
from camp import robot
from camp.messages import markdown
from storage import robot_links
from storage.robot_links import State
from tests.loopback import ZONE
from tests.robot.conftest import ROOM, Play, open_play
from tests.robot.conftest import another_nodes_worker as stalled

CHAT = f"room:{ROOM}"


async def push(play: Play, words: str, key: str, **where: Any) -> bool:
    house = play.camp.house
    async with house.database.write() as tx:
        said = await robot.push(tx, play.camp.policy, message=markdown(words), dedup_key=key, otherwise=["lin"], **where)
    house.lanes.wake(tx.lanes)
    return said


async def cut(play: Play) -> None:
    """The network drops the connection; the bot is back when this returns."""
    before = play.robot.link
    await play.camp.corp.act("/aibot/cut")

    async def again() -> bool:
        return play.robot.link is not None and play.robot.link is not before

    await play.camp.until(again, "the bot connects again")


@pytest.fixture
async def hasty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Play]:
    """Its pauses are short, and it waits half a second for an acknowledgement."""
    monkeypatch.setattr(robot_link, "_FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(robot_link, "_LOOK_SECONDS", 0.05)
    async with open_play(tmp_path, "socket") as play:
        link = play.camp.house.robot.link
        assert link is not None
        link.beat = Beat(ack=0.5)
        await cut(play)
        yield play


async def test_a_tapped_card_changes_for_the_one_who_tapped(by_socket: Play) -> None:
    await by_socket.says("chen", "结营 read-01")
    card = await by_socket.card("chen")
    await by_socket.clicks("chen", card["task_id"], card["buttons"][0]["key"])
    await by_socket.card_is_dead("chen", card["task_id"])


async def test_a_click_that_comes_too_late_is_told_in_words(by_socket: Play) -> None:
    await by_socket.says("chen", "结营 read-01")
    card = await by_socket.card("chen")
    with stalled(by_socket):
        await by_socket.clicks("chen", card["task_id"], card["buttons"][0]["key"])
        now = datetime.fromtimestamp(by_socket.camp.stage.clock.now(), ZONE)
        await by_socket.camp.jump_to(now + timedelta(seconds=30))
    await by_socket.sees("chen", "陈主管", within=20)


async def test_after_a_cut_it_comes_back(hasty: Play) -> None:
    await cut(hasty)
    await hasty.says("lin", "帮助")
    await hasty.sees("lin", "你可以这样说")
    subscribes = [call for call in hasty.camp.stage.calls.log if call["path"] == "aibot_subscribe"]
    assert len(subscribes) == 3  # the first, and one for each cut


async def test_an_answer_outlives_the_connection_its_question_came_by(hasty: Play) -> None:
    """WeCom does not take the old req_id any more (846605); the answer becomes a message of its own."""
    with stalled(hasty):
        await hasty.says("lin", "帮助", ROOM)
        await cut(hasty)
    await hasty.sees("wu", "你可以这样说", CHAT)
    await hasty.camp.quiet()
    assert len(await hasty.seen("wu", CHAT)) == 1
    assert await hasty.seen("lin", "app") == []


async def test_a_lost_acknowledgement_of_a_stream_is_no_second_answer(hasty: Play) -> None:
    """The frame was taken, its acknowledgement comes too late; sent again, it is the same words in the same place."""
    await hasty.camp.corp.act("/faults", path="aibot_respond_msg", hang_s=0.7)
    await hasty.says("lin", "帮助")
    await hasty.sees("lin", "你可以这样说")
    await hasty.camp.quiet()
    assert len(await hasty.seen("lin")) == 1
    assert await hasty.seen("lin", "app") == []
    (row,) = await hasty.camp.rows("SELECT state FROM outbox WHERE call = 'aibot.say'")
    assert row.state == 1


async def test_cut_before_the_acknowledgement_the_person_hears_it_another_way(hasty: Play) -> None:
    """Nobody knows whether it was said: not said again in the group, told to the one who asked, as perhaps a repetition."""
    await hasty.camp.corp.act("/faults", path="aibot_respond_msg", cut="after")
    await hasty.says("lin", "帮助", ROOM)
    await hasty.sees("lin", "可能已经发过", "app")
    await hasty.sees("lin", "你可以这样说", "app")
    await hasty.connected()
    await hasty.camp.quiet()
    assert len(await hasty.seen("wu", CHAT)) == 1


async def test_unasked_it_speaks_only_where_somebody_spoke_to_it(hasty: Play) -> None:
    assert await push(hasty, "今日小结", "d1", chat_id=ROOM) is False
    await hasty.says("lin", "帮助", ROOM)
    await hasty.sees("wu", "你可以这样说", CHAT)
    assert await push(hasty, "今日小结", "d1", chat_id=ROOM) is True
    assert await push(hasty, "今日小结", "d1", chat_id=ROOM) is True  # the same digest again is said once
    await hasty.sees("wu", "今日小结", CHAT)
    assert await push(hasty, "给你的", "d2", userid="lin") is False
    await hasty.camp.quiet()
    assert len([words for words in await hasty.seen("wu", CHAT) if words == "今日小结"]) == 1


async def test_refused_where_it_was_never_spoken_to_the_words_go_by_app(hasty: Play) -> None:
    await hasty.says("lin", "帮助", ROOM)
    await hasty.sees("wu", "你可以这样说", CHAT)
    await hasty.camp.corp.act("/faults", path="aibot_send_msg", errcode=93006)
    assert await push(hasty, "今日小结", "d1", chat_id=ROOM) is True
    await hasty.sees("lin", "今日小结", "app")
    assert await push(hasty, "明天见", "d2", chat_id=ROOM) is False


async def test_in_one_conversation_30_a_minute(hasty: Play) -> None:
    await hasty.says("lin", "帮助", ROOM)
    await hasty.says("wu", "帮助")
    await hasty.sees("wu", "你可以这样说")
    for number in range(35):
        assert await push(hasty, f"第{number}条", f"many:{number}", chat_id=ROOM)
    assert await push(hasty, "另一个会话", "other", userid="wu")
    await hasty.sees("wu", "第28条", CHAT, within=20)
    await hasty.sees("wu", "另一个会话")
    await hasty.camp.corp.see("/quiet?wait=2")
    assert len(await hasty.seen("wu", CHAT)) == 30
    now = datetime.fromtimestamp(hasty.camp.stage.clock.now(), ZONE)
    await hasty.camp.jump_to(now + timedelta(seconds=62))
    await hasty.sees("wu", "第34条", CHAT, within=20)
    said = [words for words in await hasty.seen("wu", CHAT) if words.startswith("第")]
    assert said == [f"第{number}条" for number in range(35)]
    assert not [call for call in hasty.camp.stage.calls.log if call["errcode"] == 45009]


async def test_taken_over_it_does_not_fight_back(hasty: Play) -> None:
    await hasty.says("lin", "帮助", ROOM)
    await hasty.sees("wu", "你可以这样说", CHAT)
    link = hasty.camp.house.robot.link
    assert link is not None
    async with aiohttp.ClientSession() as session, session.ws_connect(link.address) as other:
        body = {"bot_id": "aibFaults01", "secret": "aibot-faults-secret"}
        await other.send_json({"cmd": "aibot_subscribe", "headers": {"req_id": "other"}, "body": body})
        assert (await other.receive_json())["errcode"] == 0
        await hasty.sees("chen", "被另一个程序接走了", "app")
        assert link.state is State.TAKEN
        assert hasty.camp.house.robot.link is link
        assert await push(hasty, "今日小结", "d1", chat_id=ROOM) is False
        await hasty.camp.quiet()
        assert len(await hasty.seen("chen", "app")) == 1
        async with hasty.camp.house.database.read() as tx:
            told = await robot_links.load(tx)
        assert told is not None
        assert told.state is State.TAKEN
    # The other one is gone, and still nobody comes back by itself.
    subscribes = [call for call in hasty.camp.stage.calls.log if call["path"] == "aibot_subscribe"]
    await hasty.camp.quiet()
    assert hasty.robot.link is None
    assert subscribes == [call for call in hasty.camp.stage.calls.log if call["path"] == "aibot_subscribe"]
    # A process that starts later has a person behind it.
    link._started_at = hasty.camp.house.now()
    await hasty.connected()
    await hasty.says("lin", "帮助", ROOM)
    await hasty.sees("lin", "你可以这样说", CHAT)


async def test_a_secret_wecom_does_not_take_is_tried_five_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robot_link, "_FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(robot_link, "_LOOK_SECONDS", 0.05)
    async with open_play(tmp_path, "socket", connects=False, secret="another-one") as play:
        await play.sees("chen", "不认 bot_id 或 secret", "app")
        link = play.camp.house.robot.link
        assert link is not None
        assert link.state is State.REFUSED
        await play.camp.quiet()
        assert len([call for call in play.camp.stage.calls.log if call["path"] == "aibot_subscribe"]) == 5
        logged = f"{link!r} {play.camp.house.robot!r}"
        assert "aibot-faults-secret" not in logged
