"""Attachments of what members send to customers: welcome messages and mass sends [D 92599, 92135]."""

from __future__ import annotations

from bot.wecom.clip import clip_bytes
from bot.wecom.road import Json

LINK_TITLE_BYTES, LINK_DESC_BYTES = 128, 512  # as remembered of the official page, UNCONFIRMED in our sheet


def to_link(link: Json) -> Json:
    """Build the attachment of `{title, url, desc?, picture?}`."""
    card = {"title": clip_bytes(link["title"], LINK_TITLE_BYTES), "url": link["url"]}
    if link.get("desc"):
        card["desc"] = clip_bytes(link["desc"], LINK_DESC_BYTES)
    if link.get("picture"):
        card["picurl"] = link["picture"]
    return {"msgtype": "link", "link": card}


def to_attachment(part: Json) -> Json:
    """Build the attachment of a link, or of a picture `{type: "picture", url}` that WeCom has been given before (doc 90256)."""
    return {"msgtype": "image", "image": {"pic_url": part["url"]}} if part["type"] == "picture" else to_link(part)
