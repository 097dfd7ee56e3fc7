"""The subcommand `crowd FILE`: invites a crowd into a running look-alike and shows how far it has come."""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

_LOOK_EVERY_S = 0.5
_NAMES = {
    "signed_up": "加好友",
    "joined": "进群",
    "checked_in": "签到",
    "finished": "完课",
    "asked": "提问",
    "paid": "付款",
    "vanished": "不再出现",
    "deleted_teacher": "删老师",
    "missed": "来晚了",
    "impossible": "没做成",
}
_STATES = {"running": "进行中", "done": "演完了", "stopped": "被请走了", "failed": "出错了"}

Call = Callable[[str, str, dict[str, Any] | None], Any]


class Unreadable(Exception):
    """The file cannot be read."""


def line_of(progress: Mapping[str, Any]) -> str:
    """One line of progress, for people."""
    counts = "，".join(f"{name} {progress['counts'][key]}" for key, name in _NAMES.items() if progress["counts"].get(key))
    carried = progress["callbacks"]
    return (
        f"{_STATES[progress['state']]} {progress['phase']} {progress['seconds']:.0f} 秒"
        f"：{counts or '还没开始'}；每秒 {progress['acts_per_second']:g} 个动作"
        f"；回调送达 {carried['delivered']}，在途 {carried['pending']}，丢失 {carried['lost']}"
    )


def run(call: Call, options: argparse.Namespace) -> None:
    """Invites, follows to the end, and sends everybody home on Ctrl-C; `--example` prints a file to begin with."""
    if options.example:
        sys.stdout.write(files("sandbox.crowd").joinpath("example.toml").read_text(encoding="utf-8"))
        return
    if options.stop:
        call("DELETE", "/crowd", None)
        return
    if options.file is not None:
        call("POST", "/crowd", {"toml": _read(options.file)})
    try:
        _follow(call)
    except KeyboardInterrupt:
        call("DELETE", "/crowd", None)
        sys.stdout.write("\n请他们走了。\n")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"读不了 {file}：{error}") from None


def _follow(call: Call) -> None:
    live = sys.stdout.isatty()
    while (progress := call("GET", "/crowd", None))["state"] == "running":
        if live:
            sys.stdout.write(f"\r\x1b[K{line_of(progress)}")
            sys.stdout.flush()
        time.sleep(_LOOK_EVERY_S)
    if progress["state"] == "none":
        sys.stdout.write("没有学员在场。\n")
        return
    sys.stdout.write(f"{chr(13) + chr(27) + '[K' if live else ''}{line_of(progress)}\n")
    for reason, times in progress["reasons"].items():
        sys.stdout.write(f"  {times} 次：{reason}\n")
    if progress["problem"]:
        sys.stdout.write(f"  {progress['problem']}\n")
