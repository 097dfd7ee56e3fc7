"""Files that pass through WeCom: uploaded by the bot or sent by people, kept three days under a media_id (docs 90253, 90254).

Our choices: the kind of a file is judged by its first bytes (JPG, PNG, AMR, MP4), the length of a voice by counting its
AMR frames; the pictures of uploadimg stay for the run.
"""

from dataclasses import dataclass, field

from sandbox.clock import DAY, Clock
from sandbox.world import World

MEDIA_LIFE_S = 3 * DAY  # doc 90253
LEAST_BYTES = 6  # "all files >5 bytes", doc 90253
MEGABYTE = 1024 * 1024
MOST_BYTES = {"image": 10 * MEGABYTE, "voice": 2 * MEGABYTE, "video": 10 * MEGABYTE, "file": 20 * MEGABYTE}  # doc 90253
VOICE_S = 60.0

PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
AMR_HEAD = b"#!AMR\n"
AMR_FRAME_BYTES = (13, 14, 16, 18, 20, 21, 27, 32, 6)  # by frame type, RFC 4867; 20 ms each
OTHER_TYPES = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass
class Media:
    """One file; `robot` is the key of the webhook robot that alone may use it, "" for every app of the corp (doc 91770)."""

    media_id: str
    kind: str
    name: str
    content_type: str
    born_at: float
    content: bytes = field(repr=False)
    robot: str = ""

    def shown(self) -> dict[str, str | int]:
        """What a bubble's `data` says of it; the url serves the bytes to a page also when the media_id has expired."""
        shown: dict[str, str | int] = {
            "media_id": self.media_id,
            "name": self.name,
            "size": len(self.content),
            "content_type": self.content_type,
            "url": f"/_sandbox/media/{self.media_id}",
        }
        if self.content_type == "audio/amr":
            shown["seconds"] = max(1, round(voice_seconds(self.content)))
        return shown


def type_of(content: bytes, name: str) -> str:
    """The MIME type by the first bytes, else by the name's ending."""
    for head, mime in PICTURES.items():
        if content.startswith(head):
            return mime
    if content.startswith(AMR_HEAD):
        return "audio/amr"
    if content[4:8] == b"ftyp":
        return "video/mp4"
    return OTHER_TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def is_of_kind(kind: str, content: bytes) -> bool:
    """Whether the bytes are what the kind demands; a file may be anything."""
    wanted = {"image": "image/", "voice": "audio/amr", "video": "video/mp4"}.get(kind, "")
    return type_of(content, "").startswith(wanted)


def voice_seconds(content: bytes) -> float:
    """How long an AMR recording plays."""
    at, frames = len(AMR_HEAD), 0
    while at < len(content):
        kind = (content[at] >> 3) & 15
        at += AMR_FRAME_BYTES[kind] if kind < len(AMR_FRAME_BYTES) else 1
        frames += 1
    return frames * 0.02


class MediaShelf:
    """Every file of the run by its media_id, and the permanent pictures of uploadimg by their name in the url."""

    def __init__(self, clock: Clock, world: World) -> None:
        self._clock = clock
        self._world = world
        self.files: dict[str, Media] = {}
        self.pictures: dict[str, Media] = {}

    def put(self, kind: str, name: str, content: bytes, robot: str = "") -> Media:
        """A new file; nothing is checked here."""
        media = Media(self._world.mint("3M"), kind, name, type_of(content, name), self._clock.now(), content, robot)
        self.files[media.media_id] = media
        return media

    def living(self, media_id: str, robot: str = "") -> Media | None:
        """The file while its three days last and the asking party may use it."""
        media = self.files.get(media_id)
        if media is None or self._clock.now() - media.born_at > MEDIA_LIFE_S:
            return None
        return media if media.robot == robot else None

    def put_picture(self, content: bytes) -> str:
        """The name under which a picture is served for ever."""
        kind = type_of(content, "")
        name = f"{self._world.mint('pic')}.{'jpg' if kind == 'image/jpeg' else 'png'}"
        self.pictures[name] = Media(name, "image", name, kind, self._clock.now(), content)
        return name
