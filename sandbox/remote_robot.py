"""The subcommands of `robot`: what members do with the intelligent robot, and what happens to it, on a running look-alike."""

import argparse
import base64
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sandbox.remote import Refused, Remote, chosen, told, write

PICTURES = (".jpg", ".jpeg", ".png")


def say(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act("/aibot/say", userid=o.member, text=" ".join(o.text), room=o.room, quote=o.quote))


def send(remote: Remote, o: argparse.Namespace) -> None:
    """A file, 1:1: in groups WeCom hands the robot none."""
    path: Path = o.file
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise Refused(f"读不了 {path}：{fault.strerror}") from None
    kind = "image" if path.suffix.lower() in PICTURES else "file"
    told(remote.act("/aibot/say", userid=o.member, **{kind: {"name": path.name, "base64": base64.b64encode(content).decode()}}))


def enter(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act("/aibot/enter", userid=o.member))


def click(remote: Remote, o: argparse.Namespace) -> None:
    body = {"userid": o.member, "task_id": o.task_id, "key": o.key, "room": o.room}
    told(remote.act("/aibot/click", **body, selected=chosen(o.select)))


def join(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act(f"/rooms/{quote(o.room, safe='')}/aibot", inside=True))


def leave(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act(f"/rooms/{quote(o.room, safe='')}/aibot", inside=False))


def cut(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act("/aibot/cut"))


def take_over(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act("/aibot/take-over"))


def mode(remote: Remote, o: argparse.Namespace) -> None:
    _show(remote.act("/aibot/mode", mode=o.mode, url=o.callback))


def verify(remote: Remote, o: argparse.Namespace) -> None:
    if not remote.act("/aibot/verify")["verified"]:
        raise Refused("回调地址没有通过验证")
    told({})


def state(remote: Remote, o: argparse.Namespace) -> None:
    _show(remote.call("GET", "/aibot"))


def _show(robot: dict[str, Any]) -> None:
    if not robot["mode"]:
        raise Refused("这个企业没有智能机器人（config.toml 里没有 [wecom.aibot]）")
    way = robot["callback_url"] if robot["mode"] == "url" else ("长连接已连上" if robot["connected"] else "长连接没有连上")
    write(f"智能机器人「{robot['name']}」{robot['mode']}：{way}，没送到的回调 {robot['lost']} 条")
    for talk in robot["conversations"]:
        where = "内部群" if talk["chattype"] == "group" else "单聊"
        write(
            f"{where} {talk['chatid']} {talk['name']}：{'说过话' if talk['spoken_at'] else '只打开过'}，等答复 {talk['open']} 条"
        )
