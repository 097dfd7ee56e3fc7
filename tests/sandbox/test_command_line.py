"""`python -m sandbox` as a process: port file, the second terminal, world.toml, a clean end on SIGTERM."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import cli
from sandbox.config import SandboxConfig, read_config
from sandbox.remote import bubble_lines

ROOT = Path(__file__).parents[2]
WORLD = """
[[departments]]
id = 4
name = "增长部"
[[members]]
userid = "lin"
name = "林老师"
department_ids = [4]
[[learners]]
external_userid = "wmMing"
name = "小明"
[[groups]]
chat_id = "wrA"
name = "A班"
owner = "lin"
members = ["wmMing"]
[[follows]]
external_userid = "wmMing"
userid = "lin"
state = "dy01"
"""
CONFIG = """
[server]
port = 9999
[wecom]
corp_id = "wwCamp"
[wecom.app]
agent_id = 7
secret = "s"
[wecom.kf]
open_kfid = "wkCamp"
[wecom.robots]
sales = "k1"
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """(url, process) of a served look-alike."""
    (tmp_path / "world.toml").write_text(WORLD, encoding="utf-8")
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--port-file", str(tmp_path / "port")]
    command += ["--world", str(tmp_path / "world.toml"), "--config", str(tmp_path / "config.toml")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline() for _ in range(2)]
            url = f"http://127.0.0.1:{(tmp_path / 'port').read_text()}"
            assert url in lines[0]
            assert "http://127.0.0.1:9999/wecom/callback" in lines[0]
            assert f'api_base_url = "{url}"' in lines[1]
            yield url, process
        finally:
            process.kill()


def test_a_second_terminal_and_a_clean_end(
    running: tuple[str, "subprocess.Popen[str]"], capsys: pytest.CaptureFixture[str]
) -> None:
    url, process = running

    def run(*words: str) -> str:
        assert cli.main([words[0], "--url", url, *words[1:]]) == 0
        return capsys.readouterr().out

    assert "学员 wmMing 小明（好友 lin）" in run("state")
    assert "userid=wu" in run("member", "wu", "吴销售", "--department", "4")
    assert "external_userid=wmHong" in run("learner", "小红", "--id", "wmHong")
    run("follow", "wmHong", "wu", "--state", "dy02")
    run("unfollow", "wmHong", "wu", "--by", "member")
    run("group", "B班", "wu", "--chat-id", "wrB")
    run("join", "wrB", "wmHong")
    run("leave", "wrB", "wmHong", "--removed")
    run("enter", "wmHong", "--scene", "camp", "--param", "t1")
    run("say", "wmHong", "签到", "3")
    run("tell", "lin", "名单")
    assert "我：签到 3" in run("phone", "wmHong")
    assert "我：名单" in run("phone", "lin")
    assert cli.main(["click", "--url", url, "lin", "task", "key"]) == 1
    assert "没有卡片" in capsys.readouterr().err
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=5) == 0


def test_no_sandbox_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["state", "--url", "http://127.0.0.1:9"]) == 1
    assert "连不上沙箱" in capsys.readouterr().err


def test_a_bad_config_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[wecom.app]\nencoding_aes_key = "too short"\n', encoding="utf-8")
    assert cli.main(["--config", str(path)]) == 1
    assert "沙箱起不来" in capsys.readouterr().err


def test_the_bots_config_is_read_and_gaps_keep_defaults(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, encoding="utf-8")
    config = read_config(path)
    assert (config.corp_id, config.agent_id, config.secret, config.open_kfid) == ("wwCamp", 7, "s", "wkCamp")
    assert (config.robots, config.token) == ({"sales": "k1"}, SandboxConfig().token)
    assert config.callback_url == "http://127.0.0.1:9999/wecom/callback"
    assert read_config(None).callback_url == "http://127.0.0.1:8780/wecom/callback"


def test_a_phone_shows_cards_with_what_can_be_pressed() -> None:
    card = {"select_list": [{"question_key": "why", "option_list": [{"id": "price", "text": "价格"}]}]}
    bubble = {"from": "app", "at": 0, "text": "为什么", "card": card, "task_id": "t1", "label": ""}
    lines = bubble_lines({**bubble, "buttons": [{"text": "提交", "key": "submit"}]})
    assert lines[1:] == ["    ？--select why=…（price=价格）", "    ［提交］ click t1 submit"]
    assert bubble_lines({**bubble, "buttons": [], "label": "已提交"})[-1] == "    （已处理：已提交）"


def test_a_link_shows_its_address_and_a_waiting_mass_send_its_button() -> None:
    bubble = {"from": "lin", "at": 0, "text": "试试营 · 学习助手", "data": {"url": "https://work.weixin.qq.com/kfid/kfc1"}}
    assert bubble_lines(bubble)[-1] == "    · https://work.weixin.qq.com/kfid/kfc1"
    task = {"from": "system", "at": 0, "text": "上课啦", "data": {"msgid": "msg1", "state": "waiting"}}
    assert bubble_lines(task)[-1] == "    ［发送］ send msg1"
    assert len(bubble_lines({**task, "data": {"msgid": "msg1", "state": "sent"}})) == 1
