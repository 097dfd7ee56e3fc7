"""What goes over the wire to rooms and robots (sheet 3.8, 7)."""

from __future__ import annotations

import base64
import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.settings import ConfigError, load_settings
from bot.wecom.road import RoadContext
from bot.wecom.roads import calls_by_name, load_roads
from bot.wecom.roads.robot import PICTURE_BYTES, to_picture
from sandbox.config import read_config

CALLS = calls_by_name(load_roads())
CTX = RoadContext(1000017, {"bosses": "k1"})
ROOM = "camp0123456789abcdef"


def build(call: str, payload: dict[str, Any]) -> dict[str, Any]:
    return CALLS[call].build(payload, CTX)


def test_a_room_is_made_changed_and_read() -> None:
    assert build("appchat.create", {"to": ROOM, "name": "班" * 60, "owner": "lin", "members": ["lin", "wu"]}) == {
        "chatid": ROOM,
        "name": "班" * 50,
        "owner": "lin",
        "userlist": ["lin", "wu"],
    }
    assert CALLS["appchat.create"].settled_codes == {86215}
    assert build("appchat.update", {"to": ROOM, "add": ["a"], "remove": []}) == {"chatid": ROOM, "add_user_list": ["a"]}
    both = {"to": ROOM, "add": [], "remove": ["b"], "owner": "a", "name": "新"}
    assert build("appchat.update", both) == {"chatid": ROOM, "del_user_list": ["b"], "owner": "a", "name": "新"}
    assert build("appchat.get", {"to": ROOM}) == {"chatid": ROOM}
    info = {"chat_info": {"chatid": ROOM, "name": "群", "owner": "lin", "userlist": ["lin", "wu"]}}
    assert CALLS["appchat.get"].read(info) == {"chatid": ROOM, "name": "群", "owner": "lin", "members": ["lin", "wu"]}


@pytest.mark.parametrize(
    ("call", "payload"),
    [
        ("appchat.create", {"to": "room-1", "name": "群", "members": ["a", "b"]}),
        ("appchat.create", {"to": "r" * 33, "name": "群", "members": ["a", "b"]}),
        ("appchat.create", {"to": ROOM, "name": "群", "members": ["a"]}),
        ("appchat.create", {"to": ROOM, "name": "群", "members": [f"m{n}" for n in range(2001)]}),
        ("appchat.update", {"to": ROOM, "add": [], "remove": []}),
    ],
)
def test_what_wecom_would_refuse_is_not_sent(call: str, payload: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        build(call, payload)


def test_a_post_calls_people_by_name_and_is_never_a_card() -> None:
    text = {"to": ROOM, "message": {"type": "text", "text": "3 人缺勤"}, "mentions": ["lin"]}
    assert build("appchat.send", text) == {
        "chatid": ROOM,
        "msgtype": "text",
        "text": {"content": "3 人缺勤", "mentioned_list": ["lin"]},
    }
    marked = build("appchat.send", {**text, "message": {"type": "markdown", "text": "**3**"}})
    assert marked["markdown"]["content"] == "**3**\n<@lin>"
    card = {"type": "card", "task_id": "t", "title": "领取", "text": "", "fields": [], "buttons": [["claim:1", "领取", 1]]}
    assert build("appchat.send", {"to": ROOM, "message": card})["text"]["content"] == "领取\n· 领取"


def test_a_picture_carries_the_md5_of_its_bytes() -> None:
    bars = {"type": "bars", "title": "阅读营 漏斗", "rows": [["报名", 312], ["进群", 290], ["成交", 0]], "text": "报名 312"}
    body = build("robot.message", {"robot": "bosses", "message": bars})
    raw = base64.b64decode(body["image"]["base64"])
    assert body["msgtype"] == "image"
    assert body["image"]["md5"] == hashlib.md5(raw, usedforsecurity=False).hexdigest()
    picture = Image.open(io.BytesIO(raw))
    assert picture.format == "PNG"
    blue = [sum(picture.convert("RGB").getpixel((x, y)) == (0x33, 0x70, 0xFF) for x in range(720)) for y in (124, 188, 252)]
    assert blue[0] > blue[1] > 0
    assert blue[2] == 0


def test_a_picture_over_two_megabytes_is_not_sent() -> None:
    assert to_picture(b"\x89" * PICTURE_BYTES)["msgtype"] == "image"
    with pytest.raises(ValueError, match="2097153"):
        to_picture(b"\x89" * (PICTURE_BYTES + 1))


CONFIG = Path(__file__).parents[2] / "config.example.toml"
NORTH = '[wecom.robots]\nsales = "k1"\nnorth = { key = "k2", for = "teachers", department = "北方部" }\nodd = "k3"\n'


def test_routes_are_read_and_keys_stay_secret(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG.read_text("utf-8").replace("[wecom.robots]\n", NORTH), encoding="utf-8")
    settings = load_settings(file)
    assert [(r.name, r.audience, r.department) for r in settings.wecom.routes] == [
        ("sales", "sales", None),
        ("north", "teachers", "北方部"),
        ("odd", None, None),
    ]
    assert settings.wecom.robot_keys == {"sales": "k1", "north": "k2", "odd": "k3"}
    assert "k2" not in repr(settings)
    assert read_config(file).robots == settings.wecom.robot_keys


@pytest.mark.parametrize(
    ("line", "said"),
    [('x = { for = "teachers" }', "key"), ('x = { key = "k", for = "bosses" }', "for"), ('x = { key = "k", foo = 1 }', "foo")],
)
def test_what_is_wrong_with_a_route_is_named(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG.read_text("utf-8").replace("[wecom.robots]\n", f"[wecom.robots]\n{line}\n"), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    (fault,) = caught.value.faults
    assert (fault.section, fault.key) == ("wecom.robots.x", said)
