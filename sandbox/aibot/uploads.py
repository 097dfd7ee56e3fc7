"""aibot_upload_media_init, _chunk, _finish: files in pieces over the socket (doc 101463).

Chunks count from 0 (official SDKs) or from 1 (sample of the page): either is taken, as long as it is one of them. Our
choices: an unknown or expired upload_id, a wrong index, size, number or md5 is 40058; a chunk sent again replaces the
earlier one; only init counts against the frequency limits.
"""

import base64
import binascii
import hashlib

from sandbox.aibot.robot import Upload
from sandbox.api.aibot import TOO_OFTEN, robot_of
from sandbox.api.wire import BAD_PARAMETER, Answer, Ask, Refusal
from sandbox.clock import MINUTE
from sandbox.media import LEAST_BYTES, MOST_BYTES
from sandbox.stage import Stage

SESSION_S = 30 * MINUTE
CHUNK_BYTES = 512 * 1024  # before base64
MOST_CHUNKS = 100
TOO_BIG = 45001


def begin(stage: Stage, ask: Ask) -> Answer:
    robot, limits = robot_of(stage), stage.limits
    kind, name = ask.text("type"), ask.text("filename")
    if kind not in MOST_BYTES:
        raise Refusal(BAD_PARAMETER, "type is file, image, voice or video")
    size = ask.number("total_size", 0, 0, 1 << 40)
    if not LEAST_BYTES <= size <= MOST_BYTES[kind]:
        raise Refusal(TOO_BIG, f"{kind} has {LEAST_BYTES}..{MOST_BYTES[kind]} bytes")
    chunks = ask.number("total_chunks", 0, 1, MOST_CHUNKS)
    if not limits.passes(robot.config.bot_id, limits.aibot_uploads_minute, limits.aibot_uploads_hour):
        raise Refusal(TOO_OFTEN, "api freq out of limit")
    upload_id = stage.world.mint("up")
    robot.uploads[upload_id] = Upload(kind, name, size, chunks, ask.optional_text("md5").lower(), stage.clock.now())
    return {"upload_id": upload_id}


def _living(stage: Stage, ask: Ask) -> Upload:
    upload = robot_of(stage).uploads.get(ask.text("upload_id"))
    if upload is None or stage.clock.now() - upload.born_at > SESSION_S:
        raise Refusal(BAD_PARAMETER, "upload_id invalid or expired")
    return upload


def add_chunk(stage: Stage, ask: Ask) -> Answer:
    upload = _living(stage, ask)
    index = ask.number("chunk_index", -1, 0, upload.chunks)
    try:
        piece = base64.b64decode(ask.text("base64_data"), validate=True)
    except binascii.Error:
        raise Refusal(BAD_PARAMETER, "base64_data is not base64") from None
    if len(piece) > CHUNK_BYTES:
        raise Refusal(TOO_BIG, f"a chunk has at most {CHUNK_BYTES} bytes before base64")
    upload.pieces[index] = piece
    return {}


def finish(stage: Stage, ask: Ask) -> Answer:
    upload = _living(stage, ask)
    if sorted(upload.pieces) not in (list(range(upload.chunks)), list(range(1, upload.chunks + 1))):
        raise Refusal(BAD_PARAMETER, f"{len(upload.pieces)} of {upload.chunks} chunks are there")
    content = b"".join(piece for _, piece in sorted(upload.pieces.items()))
    if len(content) != upload.size:
        raise Refusal(BAD_PARAMETER, "total_size is wrong")
    if upload.md5 and upload.md5 != hashlib.md5(content, usedforsecurity=False).hexdigest():
        raise Refusal(BAD_PARAMETER, "md5 is wrong")
    del robot_of(stage).uploads[ask.text("upload_id")]
    media = stage.media.put(upload.kind, upload.name, content)
    return {"type": upload.kind, "media_id": media.media_id, "created_at": str(stage.clock.seconds())}
