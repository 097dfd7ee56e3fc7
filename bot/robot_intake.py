"""What the robot was told becomes a fact and the turn it may be answered by, stored together: the same in both modes."""

from __future__ import annotations

import base64
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from bot import metrics
from bot.inbox_writer import InboxWriter
from bot.wecom.robot_inbound import Heard
from storage import members, robot_people, robot_talks, robot_turns
from storage.database import Database, Tx
from storage.inbox import FactDraft
from storage.robot_turns import SOCKET, Kind, Turn, chat_of, conversation_of, turn_id

SOURCE = "aibot"
# An event is answered within 5 s (doc 101027), over the socket a message within 24 h (doc 101463).
_EVENT_LASTS = timedelta(seconds=5)
_SOCKET_MESSAGE_LASTS = timedelta(hours=24)
_MOST_KNOWN = 10_000


@dataclass
class RobotIntake:
    """`stream_lasts`: how long WeCom asks for an answer in URL mode, where `file_key` (32 bytes) opens files."""

    database: Database
    writer: InboxWriter
    seal: Callable[[str], str]
    mode: str
    stream_lasts: timedelta
    file_key: bytes = field(default=b"", repr=False)
    _known: OrderedDict[str, str] = field(default_factory=OrderedDict, repr=False)

    async def store(self, heard: Heard, req_id: str, patience_s: float) -> int | None:
        """The number of the turn once fact and turn are durable; None where there is nothing to answer.

        Raises as `InboxWriter.submit` does.
        """
        if not heard.kind:
            return None
        userid = await self._who(heard.userid)
        draft = self._draft(heard, userid)
        await self.writer.submit([draft], None, patience_s, partial(self._beside, heard, userid, req_id))
        if heard.kind == "aibot.feedback":
            metrics.robot_judged.labels(verdict=heard.said["type"] if heard.said["type"] in (1, 2, 3) else 0).inc()
        return None if heard.turn is None else turn_id(heard.msgid)

    def _draft(self, heard: Heard, userid: str | None) -> FactDraft:
        body = {**heard.said, "userid": userid or heard.userid}
        if heard.turn:
            body |= {"turn": turn_id(heard.msgid), "chat_id": heard.chat_id}
        if heard.kind == "aibot.file":
            key = heard.media["aeskey"] or base64.b64encode(self.file_key).decode()
            body |= {"url": self.seal(heard.media["url"]), "key": self.seal(key)}
        kind = heard.kind
        if userid is None:
            kind, body = "aibot.unknown", {"kind": kind, "msgid": heard.msgid, "said": body}
        return FactDraft(SOURCE, kind, f"aibot:{heard.msgid}", conversation_of(userid or heard.userid, heard.chat_id), body)

    async def _beside(self, heard: Heard, userid: str | None, req_id: str, tx: Tx) -> None:
        """The turn, and that somebody spoke here."""
        if heard.turn is not None:
            who = userid or heard.userid
            turn = Turn(
                id=turn_id(heard.msgid),
                kind=heard.turn,
                mode=self.mode,
                userid=who,
                chat_id=heard.chat_id,
                chat=chat_of(who, heard.chat_id),
                opened_at=tx.now,
                until=tx.now + self._lasts(heard.turn),
                req_id=req_id,
                task_id=str(heard.said.get("task_id") or ""),
                response_url=self.seal(heard.response_url) if heard.response_url else None,
            )
            await robot_turns.open_turn(tx, turn)
        if heard.turn is Kind.MESSAGE and (userid or heard.chat_id):
            await robot_talks.note(tx, chat_of(userid or "", heard.chat_id), heard.chat_id or heard.userid)
        if heard.turn is not None and userid and heard.chat_id:
            await robot_talks.note_reader(tx, heard.chat_id, userid)

    def _lasts(self, kind: Kind) -> timedelta:
        if kind is not Kind.MESSAGE:
            return _EVENT_LASTS
        return _SOCKET_MESSAGE_LASTS if self.mode == SOCKET else self.stream_lasts

    async def _who(self, name: str) -> str | None:
        """The member a callback names, by userid or open_userid; None for one we do not know (yet)."""
        if name in self._known:
            self._known.move_to_end(name)
            return self._known[name]
        async with self.database.read() as tx:
            member = await members.find(tx, name)
            person = None if member is not None else await robot_people.find(tx, name)
        userid = member.userid if member is not None else person.userid if person is not None else None
        if userid is not None:
            self._known[name] = userid
            if len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
        return userid
