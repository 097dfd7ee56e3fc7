"""Files of the bot: upload, download, pictures with a permanent url (docs 90253, 90254, 90256, 91770).

Our choices where no document speaks: a body without the part `media` or without a filename is 41005, five bytes or fewer
40006, other contents than the type demands 40005, an unknown type 40004, a voice over 60 s 45007; filenames are read as
UTF-8. upload_attachment gives a media_id that can be used like any other.
"""

from dataclasses import dataclass, replace
from urllib.parse import quote

from aiohttp.multipart import content_disposition_filename, parse_content_disposition

from sandbox.api.wire import Answer, Ask, Download, Refusal, Table, get, post
from sandbox.limits import CORP
from sandbox.media import LEAST_BYTES, MEGABYTE, MOST_BYTES, VOICE_S, Media, is_of_kind, voice_seconds
from sandbox.stage import Stage

BAD_KIND, BAD_CONTENT, TOO_SMALL, BAD_MEDIA_ID, NO_FILE = 40004, 40005, 40006, 40007, 41005
TOO_BIG, TOO_LONG, TOO_OFTEN = 45001, 45007, 45009
PICTURE_BYTES = 2 * MEGABYTE
ROBOT_KINDS = ("file", "voice")
UNKNOWN_ROBOT = 93000


@dataclass
class Upload:
    """The one file of a multipart body."""

    name: str
    content: bytes


def _boundary(content_type: str) -> bytes:
    kind, _, rest = content_type.partition(";")
    boundary = rest.partition("boundary=")[2].split(";")[0].strip().strip('"')
    if kind.strip().lower() != "multipart/form-data" or not boundary:
        raise Refusal(NO_FILE, "media data missing: the body is not multipart/form-data")
    return b"--" + boundary.encode()


def read_upload(ask: Ask) -> Upload:
    """The first part of a multipart body that carries a filename."""
    for part in ask.raw.split(_boundary(ask.headers.get("Content-Type", "")))[1:]:
        head, _, content = part.partition(b"\r\n\r\n")
        lines = [line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n")]
        fields = {name.strip().lower(): value.strip() for name, _, value in lines}
        _, parameters = parse_content_disposition(fields.get("content-disposition"))
        name = content_disposition_filename(parameters)
        if name:
            return Upload(name, content.removesuffix(b"\r\n"))
    raise Refusal(NO_FILE, "media data missing: no part with a filename")


def _checked(kind: str, upload: Upload) -> Upload:
    if len(upload.content) < LEAST_BYTES:
        raise Refusal(TOO_SMALL, "media must be larger than 5 bytes")
    if len(upload.content) > MOST_BYTES[kind]:
        raise Refusal(TOO_BIG, f"{kind} exceeds {MOST_BYTES[kind]} bytes")
    if not is_of_kind(kind, upload.content):
        raise Refusal(BAD_CONTENT, f"the file is no {kind}")
    if kind == "voice" and voice_seconds(upload.content) > VOICE_S:
        raise Refusal(TOO_LONG, "voice playtime exceeds 60 s")
    return upload


def _kind(ask: Ask, name: str, allowed: tuple[str, ...]) -> str:
    kind = ask.query.get(name, "")
    if kind not in allowed:
        raise Refusal(BAD_KIND, f"{name} is one of {', '.join(allowed)}")
    return kind


def _shelved(stage: Stage, ask: Ask, kind: str, robot: str = "") -> Answer:
    upload = _checked(kind, read_upload(ask))
    media = stage.media.put(kind, upload.name, upload.content, robot)
    return {"type": kind, "media_id": media.media_id, "created_at": str(int(media.born_at))}


def upload(stage: Stage, ask: Ask) -> Answer:
    if not stage.limits.passes(CORP, stage.limits.media_uploads):
        raise Refusal(TOO_OFTEN, "api freq out of limit")
    return _shelved(stage, ask, _kind(ask, "type", tuple(MOST_BYTES)))


def upload_attachment(stage: Stage, ask: Ask) -> Answer:
    """attachment_type 1 moments, 2 product albums (sheet 4)."""
    ask.number("attachment_type", 1, 1, 2)
    answer = _shelved(stage, ask, _kind(ask, "media_type", tuple(MOST_BYTES)))
    return {**answer, "created_at": int(answer["created_at"])}


def robot_upload(stage: Stage, ask: Ask) -> Answer:
    """For the messages of this one robot (doc 91770)."""
    key = ask.query.get("key", "")
    if key not in stage.phones.robot_names:
        raise Refusal(UNKNOWN_ROBOT, "invalid webhook url")
    return _shelved(stage, ask, _kind(ask, "type", ROBOT_KINDS), key)


def upload_picture(stage: Stage, ask: Ask) -> Answer:
    """A url for use inside WeCom messages; the look-alike really serves it (doc 90256)."""
    upload = read_upload(ask)
    if len(upload.content) > PICTURE_BYTES:
        raise Refusal(TOO_BIG, f"the picture exceeds {PICTURE_BYTES} bytes")
    _checked("image", upload)
    if not stage.limits.passes(CORP, stage.limits.images_day, stage.limits.images_month):
        raise Refusal(TOO_OFTEN, "api freq out of limit")
    return {"url": f"{ask.origin}/_sandbox/pictures/{stage.media.put_picture(upload.content)}"}


def media_named(stage: Stage, media_id: object, kind: str, robot: str = "") -> Media:
    """The living file of this kind, else 40007; a file of another kind counts as none (our choice)."""
    media = stage.media.living(media_id, robot) if isinstance(media_id, str) else None
    if media is None or media.kind != kind:
        raise Refusal(BAD_MEDIA_ID, "invalid media_id")
    return media


def _span(header: str, size: int) -> tuple[int, int]:
    """First and last byte that a Range asks for; the whole file for a header of another form."""
    first, dash, last = header.removeprefix("bytes=").partition("-")
    if not header.startswith("bytes=") or not dash or not (first or last).isdecimal():
        return 0, size - 1
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last.isdecimal() else size - 1


def download(stage: Stage, ask: Ask) -> Download:
    """The bytes; 206 for a Range, 416 for one outside the file (doc 90254)."""
    media = stage.media.living(ask.text("media_id"))
    if media is None:
        raise Refusal(BAD_MEDIA_ID, "invalid media_id")
    ascii_name = media.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    headers = {
        "Content-Disposition": f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(media.name)}",
        "Accept-Ranges": "bytes",
    }
    asked, size = ask.headers.get("Range", ""), len(media.content)
    first, last = _span(asked, size)
    if first > last:
        return Download(b"", media.content_type, {**headers, "Content-Range": f"bytes */{size}"}, 416)
    if not asked or (first, last) == (0, size - 1):
        return Download(media.content, media.content_type, headers)
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return Download(media.content[first : last + 1], media.content_type, headers, 206)


TABLE: Table = {
    "media/upload": replace(post(upload), takes_files=True),
    "media/uploadimg": replace(post(upload_picture), takes_files=True),
    "media/upload_attachment": replace(post(upload_attachment), takes_files=True),
    "webhook/upload_media": replace(post(robot_upload), takes_files=True, with_token=False),
    "media/get": get(download),
}
