"""The directory a demo runs in: made anew each time, with a config of random ports and secrets."""

from __future__ import annotations

import base64
import fcntl
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MARK = ".wecamp-demo"


class NotOurs(Exception):
    """The directory holds something that no demo made, or a demo that still runs; nothing was removed."""


@contextmanager
def fresh(directory: Path) -> Iterator[Path]:
    """The directory, emptied of what an earlier demo left there and held while the block lasts; NotOurs rather than remove
    anything else."""
    directory = directory.resolve()
    mark = directory / _MARK
    if directory.exists() and (not directory.is_dir() or (any(directory.iterdir()) and not mark.exists())):
        raise NotOurs(
            f"{directory} 里有别的东西，没有动它；请用 --dir 换一个目录。Not a demo directory; choose another with --dir."
        )
    directory.mkdir(parents=True, exist_ok=True)
    with mark.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NotOurs(
                f"{directory} 里正在演另一场；请用 --dir 换一个目录。Another demo runs there; choose another --dir."
            ) from None
        for left in directory.iterdir():
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            elif left != mark:
                left.unlink()
        yield directory


def free_port(wanted: int = 0) -> int:
    """The wanted loopback port if nobody listens on it right now, else another one."""
    with socket.socket() as probe:
        # As servers do it: a port whose last connections are still being forgotten is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_config(directory: Path, sandbox_url: str) -> Path:
    """config.toml of a made-up corp, whose WeCom and whose clock are the look-alike's at that address."""
    path = directory / "config.toml"
    path.touch(mode=0o600)
    path.write_text(_config(directory, free_port(), sandbox_url), encoding="utf-8")
    return path


def _config(directory: Path, port: int, sandbox_url: str) -> str:
    aes_key = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    return f"""# Made by `wecamp demo`; every secret is random and good for this run only.
[server]
host = "127.0.0.1"
port = {port}

[storage]
url = "sqlite+aiosqlite:///{directory / "wecamp.db"}"

[wecom]
corp_id = "wwdemo{secrets.token_hex(6)}"
api_base_url = "{sandbox_url}"

[wecom.app]
agent_id = 1000002
secret = "{secrets.token_urlsafe(24)}"
token = "{secrets.token_hex(12)}"
encoding_aes_key = "{aes_key}"

[wecom.kf]
open_kfid = "wkdemo{secrets.token_hex(8)}"

[wecom.aibot]
mode = "socket"
bot_id = "aibdemo{secrets.token_hex(8)}"
secret = "{secrets.token_urlsafe(24)}"
socket_url = "{sandbox_url.replace("http", "ws", 1)}/_aibot"

[wecom.robots]
sales = "{secrets.token_hex(16)}"
teachers = "{secrets.token_hex(16)}"

[ingest.shop]
secret = "{secrets.token_urlsafe(24)}"

[time]
tick_seconds = 1

[pool]
cards_per_handover = 4

[practice]
clock_url = "{sandbox_url}/_sandbox/clock"
"""
