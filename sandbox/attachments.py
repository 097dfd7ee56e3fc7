"""Welcomes and mass sends on the customer's screen: the text and every attachment are messages of their own, in the order of the
call (docs 92599, 92135). An attachment is {"msgtype": kind, kind: {…}}."""

from typing import Any

from sandbox.stage import Stage

NAMES = {"image": "图片", "link": "链接", "miniprogram": "小程序", "video": "视频", "file": "文件"}


def media_id_of(kind: str, data: dict[str, Any]) -> Any:
    """What names the file of an attachment; None for one without."""
    return data.get("pic_media_id" if kind == "miniprogram" else "media_id")


def parts(stage: Stage, text: str, attachments: list[dict[str, Any]]) -> list[tuple[str, str, dict[str, Any]]]:
    """(kind, words, data) of each message as a screen shows it; the text first."""
    shown: list[tuple[str, str, dict[str, Any]]] = [("text", text, {})] if text else []
    for part in attachments:
        kind = str(part["msgtype"])
        media = stage.media.files.get(str(media_id_of(kind, part[kind])))
        data: dict[str, Any] = {**({"url": part[kind].get("pic_url", "")} if kind == "image" else {}), **part[kind]}
        if media is not None and kind != "miniprogram":
            data |= media.shown()
        shown.append((kind, str(data.get("title") or data.get("name") or f"［{NAMES[kind]}］"), data))
    return shown


def summary(text: str, attachments: list[dict[str, Any]]) -> str:
    """One line for people who follow what is sent."""
    return " ".join(filter(None, [text, *(f"［{NAMES[part['msgtype']]}］" for part in attachments)]))
