"""The message of welcomes and mass sends: text and up to nine attachments (docs 92599, 92135).

Each attachment is {"msgtype": kind, kind: {…}}. On the customer's screen the text and every attachment are messages of
their own, in the order of the call.
"""

from typing import Any

from sandbox.api.media import media_named
from sandbox.api.wire import EMPTY_PARAMETER, Ask, Refusal, too_large
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
NAMES = {"image": "图片", "link": "链接", "miniprogram": "小程序", "video": "视频", "file": "文件"}


def _media_id(kind: str, data: dict[str, Any]) -> Any:
    return data.get("pic_media_id" if kind == "miniprogram" else "media_id")


def _checked(stage: Stage, part: Any) -> dict[str, Any]:
    kind = part.get("msgtype")
    if kind not in REQUIRED:
        raise Refusal(41065, "invalid attachment type")
    for alternatives in REQUIRED[kind]:
        if not any(part.get(kind, {}).get(name) for name in alternatives):
            missing_media = "media_id" in alternatives
            raise Refusal(41006 if missing_media else EMPTY_PARAMETER, f"{kind}.{alternatives[0]} is empty")
    if _media_id(kind, part[kind]):
        media_named(stage, _media_id(kind, part[kind]), MEDIA[kind])
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


def parts(stage: Stage, text: str, attachments: list[dict[str, Any]]) -> list[tuple[str, str, dict[str, Any]]]:
    """(kind, words, data) of each message as a screen shows it; the text first."""
    shown: list[tuple[str, str, dict[str, Any]]] = [("text", text, {})] if text else []
    for part in attachments:
        kind = str(part["msgtype"])
        media = stage.media.files.get(str(_media_id(kind, part[kind])))
        data: dict[str, Any] = {**({"url": part[kind].get("pic_url", "")} if kind == "image" else {}), **part[kind]}
        if media is not None and kind != "miniprogram":
            data |= media.shown()
        shown.append((kind, str(data.get("title") or data.get("name") or f"［{NAMES[kind]}］"), data))
    return shown


def summary(text: str, attachments: list[dict[str, Any]]) -> str:
    """One line for people who follow what is sent."""
    return " ".join(filter(None, [text, *(f"［{NAMES[part['msgtype']]}］" for part in attachments)]))
