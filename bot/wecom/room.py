"""What the ways into an internal room have in common: text and markdown with people called by name, and a room's own id."""

from __future__ import annotations

import re

from bot.wecom.clip import clip_bytes
from bot.wecom.fields import names_of
from bot.wecom.message import message_of, plain_text
from bot.wecom.road import Json

# The app's scope is not the whole corp, or a right is missing: what was to be said goes another way now, not in an hour.
ROOM_REFUSED = frozenset({48002, 50002, 60011, 301002})
_CHATID = re.compile(r"[0-9a-zA-Z]{1,32}")


def to_words(payload: Json, text_bytes: int, markdown_bytes: int) -> Json:
    """The message as markdown or, whatever else it is, as text: nobody can tap anything there.

    Mentions go into `mentioned_list` of a text, and as `<@userid>` behind a markdown, which has no such field.
    """
    message = message_of(payload)
    mentions = names_of(payload.get("mentions"))
    if message.get("type") == "markdown":
        tail = "".join(f"<@{userid}>" for userid in mentions)
        room = markdown_bytes - len(tail.encode()) - 1
        content = clip_bytes(plain_text(message), room)
        return {"msgtype": "markdown", "markdown": {"content": f"{content}\n{tail}" if tail else content}}
    text: Json = {"content": clip_bytes(plain_text(message), text_bytes)}
    if mentions:
        text["mentioned_list"] = mentions
    return {"msgtype": "text", "text": text}


def chatid_of(payload: Json) -> str:
    """The id of a room our app made; raises ValueError for one WeCom would refuse (86001)."""
    chatid = str(payload["to"])
    if not _CHATID.fullmatch(chatid):
        raise ValueError("chatid: 1 to 32 of 0-9 a-z A-Z")
    return chatid
