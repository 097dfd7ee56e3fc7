"""Whether the robot is reached: /readyz, the metrics and `wecamp doctor` say so, and none of them says a secret."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from prometheus_client import generate_latest

from bot import metrics, robot_link
from bot.cli.doctor_robot import say_robot
from bot.settings import load_settings
from camp.phrases import say_in
from tests.loopback import CONFIG, ZONE
from tests.robot.conftest import Play, open_play


async def ready(play: Play) -> dict[str, object]:
    address = play.robot.callback_url.replace("/wecom/aibot", "/readyz")
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        assert answer.status == 200
        found: dict[str, object] = await answer.json()
        return found


async def doctor(directory: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What `wecamp doctor` prints of it, beside the running process."""
    capsys.readouterr()
    await say_robot(load_settings(directory / "config.toml"), say_in("zh"))
    return capsys.readouterr().out


async def test_by_url(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with open_play(tmp_path, "url") as play:
        assert (await ready(play))["robot"] == {"mode": "url", "last_callback_seconds_ago": None}
        assert (await doctor(tmp_path, capsys)).startswith("✗ 智能机器人（回调）：最近一次收到消息 从来没有")
        await play.says("lin", "帮助")
        await play.sees("lin", "你可以这样说")
        robot = (await ready(play))["robot"]
        assert isinstance(robot, dict)
        assert 0 <= robot["last_callback_seconds_ago"] < 60
        assert (await doctor(tmp_path, capsys)).startswith("· 智能机器人（回调）：最近一次收到消息 1")
        shown = generate_latest(metrics.registry).decode()
        assert 'wecamp_robot_callbacks_total{mode="url",outcome="stored"}' in shown


async def test_by_socket(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robot_link, "_FIRST_PAUSE_S", 30.0)
    async with open_play(tmp_path, "socket") as play:
        assert (await ready(play))["robot"] == {"mode": "socket", "link": "up"}
        assert (await doctor(tmp_path, capsys)).startswith("· 智能机器人（长连接）：已连上")
        assert "wecamp_robot_held 1.0" in generate_latest(metrics.registry).decode()
        await play.camp.corp.act("/aibot/cut")

        async def down() -> bool:
            return (await ready(play))["robot"] == {"mode": "socket", "link": "down"}

        await play.camp.until(down, "it is noticed that the connection is gone", 10)
        assert "断着，正在重连" in await doctor(tmp_path, capsys)
        assert "wecamp_robot_held 0.0" in generate_latest(metrics.registry).decode()
        now = datetime.fromtimestamp(play.camp.stage.clock.now(), ZONE)
        await play.camp.jump_to(now + timedelta(minutes=5))
        assert "没有在运行的 wecamp serve 连着它" in await doctor(tmp_path, capsys)


def test_the_command_line_says_it(tmp_path: Path) -> None:
    """Without a robot in the config; the rest of doctor fails here for want of WeCom."""
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.format(directory=tmp_path, sandbox="http://127.0.0.1:9").split("[practice]")[0], encoding="utf-8")
    command = [sys.executable, "-m", "bot", "doctor", "--config", str(path)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WECAMP_")}
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert "智能机器人：没有配置 [wecom.aibot]" in told.stdout


async def test_logs_name_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with open_play(tmp_path, "socket") as play, aiohttp.ClientSession() as session:
        link = play.camp.house.robot.link
        assert link is not None
        async with session.ws_connect(link.address) as other:
            body = {"bot_id": "aibFaults01", "secret": "aibot-faults-secret"}
            await other.send_json({"cmd": "aibot_subscribe", "headers": {"req_id": "o"}, "body": body})
            await play.sees("chen", "被另一个程序接走了", "app")
    logged = capsys.readouterr()
    assert "the robot is given up" in logged.out + logged.err
    assert "aibot-faults-secret" not in logged.out + logged.err
