"""Join codes, counts and pictures on the wire: bodies of the fact sheet (4, 6.5, 6.8), and a real server that gives the QR."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import aiohttp
import pytest
import segno
import zxingcpp
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image

from bot.wecom import errors
from bot.wecom.client import WeComClient
from bot.wecom.errors import Outcome
from bot.wecom.join_code_picture import draw_join_code
from bot.wecom.road import Json, RoadContext
from bot.wecom.roads import calls_by_name, load_roads
from bot.wecom.tokens import Token, TokenKeeper

CALLS = calls_by_name(load_roads())
CTX = RoadContext(1000017)
WAY = {"state": "c12.dy01", "remark": "r", "chat_ids": ["wrA"], "room_name": "A ", "room_number": 2}
LINK = "https://work.weixin.qq.com/gm/abc"


def qr() -> bytes:
    file = io.BytesIO()
    segno.make(LINK).save(file, "png", scale=8)
    return file.getvalue()


def reads(picture: bytes) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))]


def test_a_code_is_told_whole() -> None:
    body = CALLS["group.add_join_way"].build(WAY, CTX)
    assert body == {
        "scene": 2,
        "remark": "r",
        "auto_create_room": 1,
        "room_base_name": "A ",
        "room_base_id": 2,
        "chat_id_list": ["wrA"],
        "state": "c12.dy01",
    }
    assert CALLS["group.update_join_way"].build({**WAY, "config_id": "jw1"}, CTX) == {"config_id": "jw1", **body}
    long = CALLS["group.add_join_way"].build({**WAY, "remark": "营" * 99, "room_name": "营" * 99}, CTX)
    assert (len(long["remark"]), len(long["room_base_name"])) == (30, 40)


@pytest.mark.parametrize("wrong", [{"state": "营" * 11}, {"chat_ids": []}, {"chat_ids": [f"wr{n}" for n in range(6)]}])
def test_what_wecom_would_refuse_does_not_reach_it(wrong: Json) -> None:
    with pytest.raises(ValueError, match=r"state|chat_ids"):
        CALLS["group.add_join_way"].build({**WAY, **wrong}, CTX)


def test_answers() -> None:
    way = {"join_way": {"config_id": "jw1", "qr_code": "https://p/1", "state": "c1", "chat_id_list": ["wrA", "wrB"]}}
    assert CALLS["group.get_join_way"].read(way) == {"qr_code": "https://p/1", "state": "c1", "chat_ids": ["wrA", "wrB"]}
    assert CALLS["group.get_join_way"].read({}) == {"qr_code": "", "state": "", "chat_ids": []}
    [day] = CALLS["group.statistics"].read({"items": [{"stat_time": 7, "data": {"msg_total": "3", "member_has_msg": 2}}]})["days"]
    assert (day["at"], day["msg_total"], day["member_has_msg"], day["chat_total"]) == (7, 3, 2, 0)


def test_counts_are_asked_by_owner() -> None:
    body = CALLS["group.statistics"].build({"owners": ["lin"], "start": 1, "end": 2}, CTX)
    assert body == {"day_begin_time": 1, "day_end_time": 2, "owner_filter": {"userid_list": ["lin"]}}


def test_the_caption_leaves_the_code_readable() -> None:
    assert reads(draw_join_code(qr(), "阅读营第1期 · A班", ["渠道：抖音投放"], "微信扫一扫")) == [LINK]
    assert reads(draw_join_code(qr(), "很长的营期名字" * 20, ["x" * 500, ""], "")) == [LINK]


@pytest.mark.parametrize("bad", [b"", b"<html>404</html>", b"\x89PNG\r\n\x1a\n" + b"x" * 100, b"GIF89a"])
def test_what_is_no_picture_is_refused(bad: bytes) -> None:
    with pytest.raises(ValueError, match="QR picture"):
        draw_join_code(bad, "t", [], "f")


def test_a_picture_of_a_thousand_megapixels_is_not_unpacked() -> None:
    file = io.BytesIO()
    Image.new("1", (6000, 6000)).save(file, "PNG")
    with pytest.raises(ValueError, match="too large"):
        draw_join_code(file.getvalue(), "t", [], "f")


class Vendor:
    """WeCom's API and its picture server in one."""

    def __init__(self) -> None:
        self.picture: bytes = qr()
        self.status = 200
        self.seen: list[tuple[str, str]] = []
        self.uploaded = b""
        self.refuses: list[int] = []

    async def give(self, request: web.Request) -> web.Response:
        self.seen.append((request.path, request.query_string))
        return web.Response(body=self.picture, status=self.status)

    async def take(self, request: web.Request) -> web.Response:
        part = await (await request.multipart()).next()
        assert isinstance(part, aiohttp.BodyPartReader)
        assert (part.name, part.filename, part.headers["Content-Type"]) == ("media", "join-code.png", "image/png")
        self.uploaded = bytes(await part.read())
        self.seen.append((request.path, request.query["type"]))
        code = self.refuses.pop() if self.refuses else 0
        return web.json_response({"errcode": code, "errmsg": "", "media_id": "M1", "created_at": "17"})


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
async def server(vendor: Vendor) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/qr", vendor.give)
    app.router.add_post("/cgi-bin/media/upload", vendor.take)
    async with TestServer(app) as running:
        yield str(running.make_url("")).rstrip("/")


async def draw(server: str, url: str) -> tuple[Outcome, int, Json]:
    async def token() -> Token:
        return Token("secret", 7200.0)

    async with aiohttp.ClientSession() as session:
        client = WeComClient(session, server, TokenKeeper(token, lambda: 0.0), 30.0, context=CTX)
        payload = {"qr_code": url, "title": "t", "lines": ["a"], "foot": "f"}
        answer = await client.call(CALLS["media.join_code"], payload)
    return answer.outcome, answer.errcode, answer.result


async def test_the_picture_is_fetched_without_a_secret_drawn_and_uploaded(vendor: Vendor, server: str) -> None:
    assert await draw(server, f"{server}/qr") == (Outcome.SUCCESS, 0, {"media_id": "M1", "created_at": 17})
    assert vendor.seen == [("/qr", ""), ("/cgi-bin/media/upload", "image")]
    assert reads(vendor.uploaded) == [LINK]


async def test_a_token_that_died_is_fetched_anew_and_the_picture_is_not(vendor: Vendor, server: str) -> None:
    vendor.refuses = [42001]
    assert (await draw(server, f"{server}/qr"))[0] is Outcome.SUCCESS
    assert [path for path, _ in vendor.seen] == ["/qr", "/cgi-bin/media/upload", "/cgi-bin/media/upload"]


async def test_only_https_or_the_api_itself_is_asked(server: str) -> None:
    for url in ("http://10.0.0.1/qr", "file:///etc/passwd", f"{server}.evil.example/qr", "", "qr"):
        outcome, code, _ = await draw(server, url)
        assert (outcome, code) == (Outcome.PERMANENT, errors.UNSENDABLE)


async def test_a_server_without_the_picture(vendor: Vendor, server: str) -> None:
    vendor.status = 404
    assert (await draw(server, f"{server}/qr"))[0] is not Outcome.SUCCESS
    vendor.status, vendor.picture = 200, b"<html>"
    assert (await draw(server, f"{server}/qr"))[:2] == (Outcome.PERMANENT, errors.UNSENDABLE)
    vendor.picture = b"x" * (2 * 1024 * 1024 + 1)
    assert (await draw(server, f"{server}/qr"))[0] is Outcome.PERMANENT
    assert not vendor.uploaded
