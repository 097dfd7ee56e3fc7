"""Small files of each kind, and the multipart call that uploads them."""

import io
from typing import Any

import aiohttp

from tests.sandbox.conftest import Play

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
JPG = b"\xff\xd8\xff" + b"pixels"
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"film"
SILENCE = b"\x3c" + b"\x00" * 31  # one AMR frame, 20 ms
AMR = b"#!AMR\n" + SILENCE * 50
SHEET = b"name,phone\nMing,1\n"
OF_KIND = {"image": PNG, "voice": AMR, "video": MP4, "file": SHEET}
NAMES = {"image": "a.png", "voice": "a.amr", "video": "a.mp4", "file": "名单.csv"}


async def post_file(play: Play, path: str, name: str, content: bytes, field: str = "media", **query: str) -> dict[str, Any]:
    """The answer to a multipart call with one file in it."""
    if not play.token and "key" not in query:
        play.token = (await play.gettoken())["access_token"]
    form = aiohttp.FormData(quote_fields=False)
    form.add_field(field, io.BytesIO(content), filename=name)
    params = query if "key" in query else {"access_token": play.token, **query}
    answer = await play.client.post(f"/cgi-bin/{path}", params=params, data=form)
    return dict(await answer.json())


async def upload(play: Play, kind: str, content: bytes = b"", name: str = "") -> str:
    """The media_id of a small file of this kind."""
    content, name = content or OF_KIND[kind], name or NAMES[kind]
    return str((await post_file(play, "media/upload", name, content, type=kind))["media_id"])
