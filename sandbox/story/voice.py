"""How the story is told on a terminal: chapters, who said what, what the bot did."""

import re
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from sandbox.story.ear import SILENCE

_BOT = ("机器人", "客服机器人")
_PLAIN, _DIM, _BOLD, _RED, _GREEN, _YELLOW, _CYAN = "0", "2", "1", "31", "32", "33", "36"
# Lines of one message that are shown; the transcript file has all of them.
_SHOWN_TO_LEARNER, _SHOWN_TO_MEMBER = 3, 16
_LINK = re.compile(r"https?://\S{36,}")
_TOKEN = re.compile(r"（(\S+) \S+\.\S+）")
_WIDE = 76
_ZONE = ZoneInfo("Asia/Shanghai")  # as the bot's own words tell the time


@dataclass
class Voice:
    """Writes to `out`, in colours only for a terminal; every word also goes to the file `whole`."""

    out: TextIO = sys.stdout
    whole: Path | None = None

    def __post_init__(self) -> None:
        self._colours = self.out.isatty()
        self._file = self.whole.open("w", encoding="utf-8") if self.whole else None
        self.heard = 0

    def close(self) -> None:
        if self._file:
            self._file.close()

    def line(self, words: str = "", colour: str = _PLAIN) -> None:
        """One line of the story itself."""
        self._write(words, colour)
        self._keep(words)

    def hear(self, line: dict[str, Any]) -> None:
        """One line of the look-alike's transcript."""
        if line["what"] == SILENCE:
            return
        if line["kind"] == "narrator":
            self._narrate(str(line["what"]))
            return
        self.heard += 1
        self._keep(f"{_face(line['at'])} {line['who']} → {line['to']}：{line['what']}")
        for text, colour in told(line):
            self._write(text, colour)

    def _narrate(self, words: str) -> None:
        self._keep(words)
        if words.startswith("#"):
            title = words.lstrip("# ")
            self._write("")
            self._write(f"━━ {title} {'━' * max(4, _WIDE - 4 - width(title))}", _BOLD)
            return
        for text in words.split("\n"):
            self._write(f"         {text}", _DIM)

    def _write(self, text: str, colour: str = _PLAIN) -> None:
        painted = f"\033[{colour}m{text}\033[0m" if self._colours and colour != _PLAIN and text else text
        self.out.write(painted + "\n")
        self.out.flush()

    def _keep(self, text: str) -> None:
        if self._file:
            self._file.write(text + "\n")
            self._file.flush()


def told(line: dict[str, Any]) -> list[tuple[str, str]]:
    """The lines one event is told in, each with its colour."""
    who, to, what, kind = str(line["who"]), str(line["to"]), str(line["what"]), str(line["kind"])
    if kind in ("lost", "dropped"):
        colour = _RED
    elif who in _BOT or kind in ("welcome", "robot"):
        colour = _GREEN
    else:
        colour = _CYAN
    if kind == "tag":
        return [(f"{_face(line['at'])} 🤖 机器人给 {to} 打标签：{what.removeprefix('标签 ')}", _DIM)]
    if kind == "robot":
        who, to = f"{to.removeprefix('内部群')}的机器人", ""
    lead = f"{_face(line['at'])} {_speaker(who, kind)}{f' → {to}' if to else ''}："
    lines = [text for text in short(what).split("\n") if text.strip()]
    if who == "客服机器人" or kind == "welcome":
        lines = _joined(lines, _SHOWN_TO_LEARNER)
    elif len(lines) > _SHOWN_TO_MEMBER:
        lines = [*lines[:_SHOWN_TO_MEMBER], f"……（共 {len(what.splitlines())} 行）"]
    if len(lines) == 1:
        return [(lead + lines[0], colour)]
    return [(lead, colour), *((f"           │ {text}", colour) for text in lines)]


def short(what: str) -> str:
    """Long links and signed tokens by their ends: nobody reads them."""
    what = _LINK.sub(lambda found: f"{found[0][:28]}…{found[0][-8:]}", what)
    return _TOKEN.sub(r"（带签名的链接）", what)


def _joined(lines: list[str], most: int) -> list[str]:
    """A few short lines as one; buttons at the end stay together."""
    buttons = [text for text in lines if text.startswith("［")]
    words = [text for text in lines if not text.startswith("［")]
    kept = words[:most] + (["……"] if len(words) > most else [])
    return [" / ".join(kept) + ("  " + " ".join(buttons) if buttons else "")]


def _speaker(who: str, kind: str) -> str:
    return "🤖 机器人" if who in _BOT else f"🤖 {who}" if kind in ("welcome", "robot") else who


def _face(at: int) -> str:
    return datetime.fromtimestamp(at, _ZONE).strftime("%H:%M:%S")


def width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def pad(text: str, columns: int) -> str:
    return text + " " * max(0, columns - width(text))
