"""The look-alike's own record of the wire, followed while it grows: what was called, what was answered, what never arrived."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar
from xml.etree import ElementTree

import aiohttp

Json = dict[str, Any]
Key = tuple[str, ...]
Found = TypeVar("Found")
_AT_ONCE = 2000


def fields_of(xml: str) -> Json:
    """The top-level fields of a callback."""
    return {child.tag: child.text or "" for child in ElementTree.fromstring(xml)}


def key_of(fields: Json) -> Key:
    """What makes a callback itself and no other; the same from its XML and from an inbox row's body.

    The token of kf_msg_or_event is masked in the wire log, so those are told apart by number only.
    """
    event = str(fields.get("Event") or "")
    if event == "change_external_contact":
        return event, *(str(fields.get(name)) for name in ("ChangeType", "UserID", "ExternalUserID", "CreateTime"))
    if event == "change_external_chat":
        return event, *(str(fields.get(name)) for name in ("ChangeType", "ChatId", "CurMemVer", "CreateTime"))
    if event == "kf_msg_or_event":
        return event, str(fields.get("OpenKfId"))
    if event == "template_card_event":
        return "click", str(fields.get("ResponseCode"))
    if event:
        return event, *(str(fields.get(name)) for name in ("ChangeType", "Id", "UserID", "TagType", "CreateTime"))
    return "text", str(fields.get("MsgId"))


class Wire:
    """All entries so far by id, and what the load and the killer look for among them."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = f"{url}/_sandbox/wire"
        self._session = session
        self._grown = asyncio.Event()
        self.entries: dict[str, Json] = {}
        self.begun: dict[str, int] = defaultdict(int)  # exchanges begun, by path without /cgi-bin/
        self.answered: dict[str, int] = defaultdict(int)
        self.ended: dict[Key, str] = {}  # callbacks: "ok" or "lost"
        self.welcomes: dict[str, Json] = {}  # by welcome code: the body that was taken
        self.codes: set[str] = set()  # codes of customer service that carried their one message
        self.to_learner: dict[str, int] = defaultdict(int)  # kf messages taken
        self.to_member: dict[str, list[Json]] = defaultdict(list)  # bodies of app messages taken, in order

    async def follow(self) -> None:
        """Reads until cancelled."""
        seq = 0
        while True:
            query = {"after": str(seq), "limit": str(_AT_ONCE), "wait": "20"}
            async with self._session.get(self._url, params=query) as answer:
                told = await answer.json()
            seq = told["seq"]
            for entry in told["entries"]:
                self._take(entry)
            if told["entries"]:
                self._grown.set()
                self._grown = asyncio.Event()

    async def until(self, found: Callable[[], Found | None], within: float) -> Found | None:
        """The first true value of `found`, looked for whenever the wire moves; None after `within` seconds."""
        end = asyncio.get_running_loop().time() + within
        while not (value := found()):
            grown, left = self._grown, end - asyncio.get_running_loop().time()
            if left <= 0:
                return None
            try:
                async with asyncio.timeout(left):
                    await grown.wait()
            except TimeoutError:
                return found()
        return value

    async def ends(self, key: Key, within: float = 30.0) -> bool:
        """Whether this callback got its 200; False when WeCom gave it up."""
        return await self.until(lambda: self.ended.get(key), within) == "ok"

    def _take(self, entry: Json) -> None:
        known = self.entries.get(entry["id"])
        self.entries[entry["id"]] = entry
        path = entry["path"].removeprefix("/cgi-bin/")
        if known is None:
            self.begun[path] += 1
        if entry["state"] == "waiting" or (known is not None and known["state"] != "waiting"):
            return
        self.answered[path] += 1
        if entry["direction"] == "callback":
            fields = fields_of(entry["request"])
            self.ended[key_of(fields)] = entry["state"]
            if fields.get("Event") == "change_external_contact":  # the load does not know its CreateTime
                self.ended[key_of(fields)[:-1]] = entry["state"]
            if fields.get("Event") == "change_external_chat":
                self.ended[key_of(fields)[:-1]] = entry["state"]
        elif entry["errcode"] == 0:
            self._taken(path, entry["request"])

    def _taken(self, path: str, body: Json) -> None:
        if path == "externalcontact/send_welcome_msg":
            self.welcomes[body["welcome_code"]] = body
        elif path == "kf/send_msg":
            self.to_learner[body["touser"]] += 1
        elif path == "kf/send_msg_on_event":
            self.codes.add(body["code"])
        elif path == "message/send":
            for userid in str(body.get("touser", "")).split("|"):
                self.to_member[userid].append(body)


def words_of(body: Json) -> str:
    """All that a member reads of an app message."""
    kind = body["msgtype"]
    if kind == "template_card":
        card = body["template_card"]
        title = card.get("main_title", {})
        return "\n".join([title.get("title", ""), title.get("desc", ""), card.get("sub_title_text", "")])
    return str(body[kind].get("content", ""))
