"""A picture over the robot's long connection: drawn, uploaded in pieces, and sent by its media_id (doc 101463)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable

import structlog

from bot.wecom.download import Fetched, NotFetched
from bot.wecom.fields import object_of, text_of
from bot.wecom.road import Attachment, Json
from bot.wecom.roads import media

log = structlog.get_logger("robot")

CHUNK_BYTES = 512 * 1024

# An address and how many bytes at most -> the file, or NotFetched.
Fetch = Callable[[str, int], Awaitable[Fetched]]
# A frame's command and body -> its acknowledgement; ConnectionError or TimeoutError without one.
Order = Callable[[str, Json], Awaitable[Json]]


async def with_picture(payload: Json, fetch: Fetch, order: Order) -> Json:
    """The payload with an image WeCom has in place of a picture that is still to be drawn. One that cannot be made leaves it as
    it is, so that the words beside it are said."""
    message = payload.get("message")
    if not isinstance(message, dict) or message.get("type") != "join_code":
        return payload
    try:
        code = await fetch(str(message["picture"]["qr_code"]), media.MOST_BYTES)
        drawn = await asyncio.to_thread(media.join_code, message["picture"], code.content)
        media_id = await _upload(drawn, order)
    except (NotFetched, OSError, TimeoutError, ValueError, KeyError) as fault:
        log.warning("no picture over the robot's connection", error=type(fault).__name__)
        return payload
    return {**payload, "message": {"type": "image", "media_id": media_id}}


async def _upload(picture: Attachment, order: Order) -> str:
    """WeCom's media_id of it; ValueError when WeCom refuses a piece. The chunks count from 0, as the vendor's SDK does."""
    content = picture.content
    chunks = [content[start : start + CHUNK_BYTES] for start in range(0, len(content), CHUNK_BYTES)]
    about = {
        "type": "image",
        "filename": picture.name,
        "total_size": len(content),
        "total_chunks": len(chunks),
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
    }
    upload_id = text_of(await _done(order, "aibot_upload_media_init", about), "upload_id")
    for number, chunk in enumerate(chunks):
        piece = {"upload_id": upload_id, "chunk_index": number, "base64_data": base64.b64encode(chunk).decode()}
        await _done(order, "aibot_upload_media_chunk", piece)
    return text_of(await _done(order, "aibot_upload_media_finish", {"upload_id": upload_id}), "media_id")


async def _done(order: Order, cmd: str, body: Json) -> Json:
    ack = await order(cmd, body)
    if ack.get("errcode"):
        raise ValueError(f"{cmd}: {ack['errcode']}")
    return object_of(ack, "body")
