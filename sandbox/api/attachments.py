"""The message of welcomes and mass sends: text and up to nine attachments (docs 92599, 92135).

Each attachment is {"msgtype": kind, kind: {…}}.
"""

from typing import Any

from sandbox.api.media import media_named
from sandbox.api.wire import EMPTY_PARAMETER, Ask, Refusal, too_large
from sandbox.attachments import media_id_of
from sandbox.stage import Stage

TEXT_BYTES = 4000
MOST = 9
# What each kind must carry; of several alternatives one is enough. miniprogram: doc 92135.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "image": (("media_id", "pic_url"),),
    "link": (("title",), ("url",)),
    "miniprogram": (("title",), ("pic_media_id",), ("appid",), ("page",)),
    "video": (("media_id",),),
    "file": (("media_id",),),
}
MEDIA = {"image": "image", "video": "video", "file": "file", "miniprogram": "image"}  # kind → kind of its file


def _checked(stage: Stage, part: Any) -> dict[str, Any]:
    kind = part.get("msgtype")
    if kind not in REQUIRED:
        raise Refusal(41065, "invalid attachment type")
    for alternatives in REQUIRED[kind]:
        if not any(part.get(kind, {}).get(name) for name in alternatives):
            missing_media = "media_id" in alternatives
            raise Refusal(41006 if missing_media else EMPTY_PARAMETER, f"{kind}.{alternatives[0]} is empty")
    if media_id_of(kind, part[kind]):
        media_named(stage, media_id_of(kind, part[kind]), MEDIA[kind])
    return {"msgtype": kind, kind: part[kind]}


def message_of(stage: Stage, ask: Ask) -> tuple[str, list[dict[str, Any]]]:
    """(text, attachments) of a call; 40063 when both are empty, 45002 and 41064 for too much, 41065 for an unknown kind,
    41006 without and 40007 for a dead or wrong media_id."""
    text = str((ask.body.get("text") or {}).get("content", ""))
    attachments = ask.body.get("attachments") or []
    if len(attachments) > MOST:
        raise Refusal(41064, f"more than {MOST} attachments")
    if not text and not attachments:
        raise Refusal(EMPTY_PARAMETER, "text and attachments are empty")
    too_large(text, TEXT_BYTES)
    return text, [_checked(stage, part) for part in attachments]
