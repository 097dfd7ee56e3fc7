"""What people send besides text: pictures, recordings, films, files, links and places (docs 90239, 94670)."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any

from sandbox.media import MOST_BYTES
from sandbox.people import Impossible, check_keys
from sandbox.stage import Stage

WORDS = {"image": "图片", "voice": "语音", "video": "视频", "file": "文件", "link": "链接", "location": "位置"}
FILES = " ".join(WORDS)  # the keys one of which may stand in the body of an act
PLAIN_NAMES = {"image": "照片.jpg", "voice": "语音.amr", "video": "视频.mp4", "file": "文件"}


@dataclass
class Sent:
    """One message of a person: `text` in words, `data` for the bubble, `part` as the API tells it, `too_large` for files
    above the size WeCom hands on."""

    kind: str
    text: str
    data: dict[str, Any] = field(default_factory=dict)
    part: dict[str, Any] = field(default_factory=dict)
    too_large: bool = False


def _file(stage: Stage, kind: str, given: dict[str, Any]) -> Sent:
    check_keys(given, "name base64")
    try:
        content = base64.b64decode(str(given.get("base64", "")), validate=True)
    except binascii.Error:
        raise Impossible(f"{kind}.base64 不是 base64") from None
    if not content:
        raise Impossible(f"{kind}.base64 是空的")
    media = stage.media.put(kind, str(given.get("name") or PLAIN_NAMES[kind]), content)
    too_large = len(content) > _most(kind)
    return Sent(kind, f"［{WORDS[kind]}］{media.name}", dict(media.shown()), {"media_id": media.media_id}, too_large)


def _most(kind: str) -> int:
    """Bytes that still reach the bot: image 2 MB, voice 2, video 10, file 20 (sheet 9.3)."""
    return MOST_BYTES["voice"] if kind == "image" else MOST_BYTES[kind]


def _link(given: dict[str, Any]) -> Sent:
    check_keys(given, "title desc url pic_url")
    part = {name: str(given.get(name, "")) for name in ("title", "desc", "url", "pic_url")}
    if not part["url"]:
        raise Impossible("link 要有 url")
    return Sent("link", part["title"] or part["url"], part, part)


def _place(given: dict[str, Any]) -> Sent:
    check_keys(given, "latitude longitude name address")
    try:
        spot = {name: float(given[name]) for name in ("latitude", "longitude")}
    except (KeyError, TypeError, ValueError):
        raise Impossible("location 要有 latitude 和 longitude") from None
    part = {**spot, "name": str(given.get("name", "")), "address": str(given.get("address", ""))}
    return Sent("location", f"［位置］{part['name']} {part['address']}".strip(), part, part)


def sent_by(stage: Stage, values: dict[str, Any]) -> Sent | None:
    """The file, link or place in the body of an act; None when it has none of them."""
    kind = next((kind for kind in WORDS if values.get(kind)), None)
    if kind is None:
        return None
    given = values[kind]
    if not isinstance(given, dict):
        raise Impossible(f"{kind} 要是对象")
    if kind == "link":
        return _link(given)
    return _place(given) if kind == "location" else _file(stage, kind, given)
