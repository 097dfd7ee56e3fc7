"""入群码 asked for in a staff group over the long connection: the picture stands in the group and can be scanned."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image

from tests.robot.conftest import ROOM, Play, by_socket  # noqa: F401

CHAT = f"room:{ROOM}"


async def pictures(play: Play, userid: str, chat: str) -> list[bytes]:
    bubbles = [bubble for bubble in await play.camp.corp.chat(userid, chat) if bubble["kind"] == "image"]
    return [play.camp.stage.media.files[bubble["data"]["media_id"]].content for bubble in bubbles]


async def test_the_picture_stands_in_the_group(by_socket: Play) -> None:  # noqa: F811
    await by_socket.says("lin", "入群码 read-01 dy01", ROOM)
    await by_socket.sees("wu", "图片几秒后发到这里", CHAT)
    shown: list[bytes] = []

    async def come() -> bool:
        shown[:] = await pictures(by_socket, "wu", CHAT)
        return bool(shown)

    await by_socket.camp.until(come, "the picture in the group", 20)
    [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(shown[0])))
    assert code.text
    assert await pictures(by_socket, "lin", "app") == []
    assert await by_socket.camp.count("SELECT count(*) FROM outbox WHERE call = 'media.join_code'") == 0


@pytest.mark.parametrize("cmd", ["aibot_upload_media_init", "aibot_upload_media_finish"])
async def test_a_picture_wecom_does_not_take_is_a_link_in_words(by_socket: Play, cmd: str) -> None:  # noqa: F811
    await by_socket.camp.corp.act("/faults", path=cmd, errcode=45009)
    await by_socket.says("lin", "入群码 read-01 dy01", ROOM)
    assert "没做成" in await by_socket.sees("wu", "_sandbox/codes/", CHAT, within=20)
