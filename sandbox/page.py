"""The page with the four phones: static files from `sandbox/page/`, at `/` and `/page/…`.

Everything the page needs lies in that directory; the policy below keeps the browser from asking anybody else.
"""

import asyncio
from pathlib import Path

from aiohttp import web

ROOT = Path(__file__).with_name("page").resolve()
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    # The files are small and near; a newer sandbox must never meet the modules of an older one.
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def file_of(name: str) -> Path | None:
    """The file behind `/page/<name>`; None for what is not there, not of a served type, or outside the directory."""
    try:
        path = (ROOT / name).resolve()
        known = path.is_relative_to(ROOT) and path.suffix in TYPES and path.is_file()
    except (OSError, ValueError):  # a name no file system takes: too long, a null byte
        return None
    return path if known else None


async def serve_page(request: web.Request) -> web.StreamResponse:
    path = file_of(request.match_info.get("name", "index.html"))
    if path is None:
        raise web.HTTPNotFound(text="没有这个文件")
    body = await asyncio.to_thread(path.read_bytes)
    charset = None if path.suffix == ".png" else "utf-8"
    return web.Response(body=body, content_type=TYPES[path.suffix], charset=charset, headers=HEADERS)


def add_page_routes(app: web.Application) -> None:
    app.router.add_get("/", serve_page)
    app.router.add_get("/page/{name:.+}", serve_page)
