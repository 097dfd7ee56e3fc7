"""The real process: `python -m bot serve` on a real file, told to leave, doubled, and killed."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

CORP, TOKEN = "ww0000000000000001", "callbackToken"
AES = base64.b64encode(bytes(range(32))).decode()[:43]
MESSAGES = 40


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One installation: a directory with a config, and the processes started there. WeCom is away: nobody listens."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.started: list[subprocess.Popen[str]] = []
        (home / "config.toml").write_text(
            f"""
[server]
port = {self.port}
[storage]
url = "sqlite+aiosqlite:///{home}/wecamp.db"
[wecom]
corp_id = "{CORP}"
api_base_url = "http://127.0.0.1:{free_port()}"
[wecom.app]
agent_id = 1000002
secret = "app-secret"
token = "{TOKEN}"
encoding_aes_key = "{AES}"
[wecom.kf]
open_kfid = "wkTest"
""",
            encoding="utf-8",
        )

    def start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "bot", "serve", "--config", str(self.home / "config.toml")]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("WECAMP_")}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        self.started.append(process)
        return process

    def until_ready(self, process: subprocess.Popen[str]) -> None:
        def ready() -> bool:
            if process.poll() is not None:
                pytest.fail(f"the process ended: {process.communicate()[1][-2000:]}")
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as page:
                return bool(page.status == 200)
            return False

        wait_until(ready)

    def callback(self, words: str, msg_id: int) -> int:
        """A member writes to the app; returns the status of the answer."""
        xml = (
            f"<xml><ToUserName>{CORP}</ToUserName><FromUserName>lin{msg_id}</FromUserName><CreateTime>{int(time.time())}</CreateTime>"
            f"<MsgType>text</MsgType><Content>{words}</Content><MsgId>{msg_id}</MsgId><AgentID>1000002</AgentID></xml>"
        ).encode()
        packed = os.urandom(16) + struct.pack(">I", len(xml)) + xml + CORP.encode()
        count = 32 - len(packed) % 32
        key = base64.b64decode(AES + "=")
        encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        encrypted = base64.b64encode(encryptor.update(packed + bytes([count]) * count) + encryptor.finalize()).decode()
        stamp, nonce = str(int(time.time())), secrets.token_hex(4)
        digest = hashlib.sha1("".join(sorted([TOKEN, stamp, nonce, encrypted])).encode()).hexdigest()
        url = f"http://127.0.0.1:{self.port}/wecom/callback?msg_signature={digest}&timestamp={stamp}&nonce={nonce}"
        body = f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=5) as answer:
            return int(answer.status)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with contextlib.closing(sqlite3.connect(self.home / "wecamp.db", timeout=5)) as database:
            return database.execute(query).fetchall()


def wait_until(holds: Callable[[], bool], seconds: float = 20.0) -> float:
    """Polls until it holds; returns the seconds it took."""
    started = time.monotonic()
    while not holds():
        if time.monotonic() - started > seconds:
            pytest.fail("it did not happen in time")
        time.sleep(0.05)
    return time.monotonic() - started


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    for process in server.started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_it_starts_without_wecom_survives_a_kill_and_leaves_when_told(server: Server) -> None:
    process = server.start()
    server.until_ready(process)
    _refuses_a_twin(server)
    for number in range(MESSAGES):
        assert server.callback("帮助", number + 1) == 200
    process.kill()  # whatever it was doing
    process.communicate()
    again = server.start()
    server.until_ready(again)
    wait_until(lambda: server.rows("SELECT count(*) FROM inbox WHERE state = 0") == [(0,)], seconds=10)
    _adds_up(server)
    _leaves(again)


def _refuses_a_twin(server: Server) -> None:
    twin = server.start()
    _, words = twin.communicate(timeout=20)
    assert twin.returncode not in (0, None)
    assert "wecamp.db" in words
    assert "Traceback" not in words


def _adds_up(server: Server) -> None:
    """Every message that was answered 200 is there once, and one answer to each was decided."""
    assert server.rows("SELECT count(*), count(DISTINCT dedup_key) FROM inbox WHERE kind = 'app.text'") == [(MESSAGES, MESSAGES)]
    assert server.rows("SELECT error FROM inbox WHERE state = 2") == []
    replies = "SELECT count(*), count(DISTINCT cause_id) FROM outbox WHERE call = 'app.message'"
    assert server.rows(replies) == [(MESSAGES, MESSAGES)]
    assert server.callback("帮助", 1) == 200  # WeCom repeats what it got no answer for
    assert server.rows("SELECT count(*) FROM inbox WHERE kind = 'app.text'") == [(MESSAGES,)]


def _leaves(process: subprocess.Popen[str]) -> None:
    told = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=10)
    assert time.monotonic() - told < 5
    assert process.returncode == 0
    for word in ("Traceback", "never retrieved", "app-secret", "帮助"):
        assert word not in log
