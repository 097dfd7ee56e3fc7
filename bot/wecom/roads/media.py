"""Files of our own: a join code's picture with its caption, uploaded for app messages [D 90253]; it lives three days."""

from __future__ import annotations

from bot.wecom.fields import number_of, text_of
from bot.wecom.join_code_picture import draw_join_code
from bot.wecom.road import API_LIMITS, Attachment, Call, Json, Road, RoadContext

MOST_BYTES = 2 * 1024 * 1024


def to_upload(_payload: Json, _ctx: RoadContext) -> Json:
    return {"type": "image"}


def join_code(payload: Json, code: bytes) -> Attachment:
    """The picture of `{qr_code, title, lines, foot}`; WeCom trips over file names that are not ASCII."""
    lines = [str(line) for line in payload["lines"]]
    return Attachment("join-code.png", "image/png", draw_join_code(code, str(payload["title"]), lines, str(payload["foot"])))


def read_upload(answer: Json) -> Json:
    return {"media_id": text_of(answer, "media_id"), "created_at": number_of(answer, "created_at")}


ROAD = Road(
    name="media",
    calls=(
        Call(
            name="media.join_code",
            path="/cgi-bin/media/upload",
            build=to_upload,
            read=read_upload,
            fetch=lambda payload: str(payload["qr_code"]),
            most_bytes=MOST_BYTES,
            attach=join_code,
        ),
    ),
    limits=API_LIMITS,
)
