"""Control: the bytes behind a bubble, for the page, also of files whose media_id has expired for the bot; QR pictures."""

import io

import segno
from aiohttp import web

from sandbox.control.form import Route, reply
from sandbox.media import Media
from sandbox.stage import STAGE


def _served(shelf: dict[str, Media], name: str) -> web.StreamResponse:
    media = shelf.get(name)
    if media is None:
        return reply({"error": f"没有文件 {name}"}, 404)
    headers = {"X-Content-Type-Options": "nosniff"}
    return web.Response(body=media.content, content_type=media.content_type, headers=headers)


async def show_media(request: web.Request) -> web.StreamResponse:
    return _served(request.app[STAGE].media.files, request.match_info["media_id"])


async def show_picture(request: web.Request) -> web.StreamResponse:
    """What the url of media/uploadimg points to."""
    return _served(request.app[STAGE].media.pictures, request.match_info["name"])


async def show_code(request: web.Request) -> web.StreamResponse:
    """The QR picture of a join way; what it says can be scanned (`/scan`)."""
    config_id = request.match_info["config_id"]
    if config_id not in request.app[STAGE].world.join_ways:
        return reply({"error": f"没有二维码 {config_id}"}, 404)
    picture = io.BytesIO()
    segno.make(f"https://work.weixin.qq.com/gm/{config_id}", error="m").save(picture, "png", scale=10, border=2)
    return web.Response(body=picture.getvalue(), content_type="image/png")


ROUTES: list[Route] = [
    ("GET", "/codes/{config_id}", show_code),
    ("GET", "/media/{media_id}", show_media),
    ("GET", "/pictures/{name}", show_picture),
]
