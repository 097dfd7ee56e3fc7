"""The second terminal plays the robot's people: `robot …`, `room`, `phone --chat`, `fault`, `unhook`."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from sandbox import cli
from tests.sandbox.aibot_kit import card_message, connect, dead, markdown
from tests.sandbox.conftest import Play

Terminal = Callable[..., Awaitable[str]]
PUSH, RESPOND, UPDATE = "aibot_send_msg", "aibot_respond_msg", "aibot_respond_update_msg"


@pytest.fixture
def terminal(school: Play, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Types one command; its words, or after a refusal those on standard error."""

    async def typed(*words: str, refused: bool = False) -> str:
        ended = await asyncio.to_thread(cli.main, [*words, "--url", str(school.client.make_url(""))])
        said = capsys.readouterr()
        assert ended == int(refused), said.err
        return said.err if refused else said.out

    return typed


async def test_in_a_group_the_robot_is_asked_answers_with_a_card_and_is_tapped(school: Play, terminal: Terminal) -> None:
    line = await connect(school)
    await terminal("room", "教务群", "Lin", "wu", "--id", "staff")
    await terminal("robot", "say", "Lin", "公海", "转化", "--room", "staff")
    asked = await line.hear()
    assert asked["body"]["text"] == {"content": "@营伴 公海 转化"}
    assert await line.code(RESPOND, card_message("t9"), asked["headers"]["req_id"]) == 0
    seen = await terminal("phone", "wu", "--chat", "教务群")
    assert "林老师：@营伴 公海 转化" in seen
    assert "智能机器人：认领学员" in seen
    [pressed] = [row for row in seen.splitlines() if "［认领］" in row]
    assert pressed.split("］ ")[1] == "robot click t9 claim --room staff", "the words of the next command"
    await terminal("robot", "click", "wu", "t9", "claim", "--room", "staff")
    tapped = await line.hear()
    assert (tapped["body"]["chatid"], tapped["body"]["event"]["template_card_event"]["event_key"]) == ("staff", "claim")
    assert await line.code(UPDATE, dead("t9"), tapped["headers"]["req_id"]) == 0
    assert "已认领" in await terminal("phone", "Lin", "--chat", "room:staff")
    assert "没有「隔壁群」" in await terminal("phone", "Lin", "--chat", "隔壁群", refused=True)


async def test_one_to_one_it_is_opened_asked_and_sent_a_sheet(school: Play, terminal: Terminal, tmp_path: Path) -> None:
    line = await connect(school)
    sheet = tmp_path / "名单.csv"
    sheet.write_text("姓名\n小明\n", encoding="utf-8")
    assert "told=True" in await terminal("robot", "enter", "Lin")
    assert (await line.hear())["body"]["event"] == {"eventtype": "enter_chat"}
    await terminal("robot", "send", "Lin", str(sheet))
    assert (await line.hear())["body"]["msgtype"] == "file"
    assert "［文件］名单.csv" in await terminal("phone", "Lin")
    assert "读不了" in await terminal("robot", "send", "Lin", str(tmp_path / "nothing.csv"), refused=True)
    assert "单聊 Lin 林老师：说过话，等答复 1 条" in await terminal("robot", "state")


async def test_a_robot_that_was_taken_out_of_a_group_can_no_longer_speak_there(school: Play, terminal: Terminal) -> None:
    line = await connect(school)
    await terminal("room", "教务群", "Lin", "--id", "staff")
    await terminal("robot", "say", "Lin", "你好", "--room", "staff")
    assert await line.code(PUSH, {"chatid": "staff", **markdown("早")}) == 0
    await terminal("robot", "leave", "staff")
    assert "没有智能机器人" in await terminal("robot", "say", "Lin", "在吗", "--room", "staff", refused=True)
    assert await line.code(PUSH, {"chatid": "staff", **markdown("早")}) == 93006
    await terminal("robot", "join", "staff")
    assert await line.code(PUSH, {"chatid": "staff", **markdown("回来了")}) == 0
    assert "内部群 staff 教务群：1 人，有智能机器人" in await terminal("state")


async def test_the_long_connection_is_taken_over_or_cut_and_the_mode_is_switched(school: Play, terminal: Terminal) -> None:
    line = await connect(school)
    await terminal("robot", "take-over")
    told = await line.hear()
    assert told["body"]["event"] == {"eventtype": "disconnected_event"}
    assert await line.ended()
    assert "长连接没有连上" in await terminal("robot", "cut", refused=True)
    again = await connect(school)
    await terminal("robot", "cut")
    assert await again.ended()
    assert "url：http://127.0.0.1:1/robot" in await terminal("robot", "mode", "url", "--callback", "http://127.0.0.1:1/robot")
    assert "没有通过验证" in await terminal("robot", "verify", refused=True)
    assert "长连接没有连上" in await terminal("robot", "mode", "socket")


async def test_pushes_are_refused_as_ordered_and_the_weather_clears(school: Play, terminal: Terminal) -> None:
    line = await connect(school)
    await terminal("robot", "say", "Lin", "你好")
    queued = await terminal("fault", f"path={PUSH}", "errcode=93006", "times=2")
    assert queued == f"id=f1 times=2 path={PUSH} errcode=93006\n"
    assert await line.code(PUSH, {"chatid": "Lin", **markdown("早")}) == 93006
    assert "times=1" in await terminal("fault")
    assert await terminal("fault", "--clear") == "没有故障\n"
    assert await line.code(PUSH, {"chatid": "Lin", **markdown("早")}) == 0
    assert "没有 time 这个键；有 faults、path、errcode" in await terminal("fault", "kind=lose", "time=3", refused=True)
    assert "写成 键=值" in await terminal("fault", "lose", refused=True)


async def test_a_webhook_robot_is_taken_out_of_its_group(school: Play, terminal: Terminal) -> None:
    await terminal("unhook", "sales")
    posted = await school.client.post("/cgi-bin/webhook/send?key=key-sales", json={"msgtype": "text", "text": {"content": "好"}})
    assert (await posted.json())["errcode"] == 93000
    assert "没有群机器人 sales" in await terminal("unhook", "sales", refused=True)
