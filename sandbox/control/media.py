"""Control: the bytes behind a bubble, for the page; also of files whose media_id has expired for the bot."""

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


ROUTES: list[Route] = [
    ("GET", "/media/{media_id}", show_media),
    ("GET", "/pictures/{name}", show_picture),
]
