"""The robot's callback URL (智能机器人, URL mode): stored, answered within WeCom's 5 s, asked again until it is finished."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from aiohttp import web

from bot import metrics
from bot.readiness import Readiness
from bot.robot_answers import RobotAnswers
from bot.robot_intake import RobotIntake
from bot.turnstile import mark_authentic, read_in_time
from bot.wecom.envelope import BadEnvelope, Keys, open_echo, open_encrypted, seal_answer
from bot.wecom.road import Json, RoadContext
from bot.wecom.roads.aibot import to_content, to_stream, to_update, to_welcome
from bot.wecom.robot_inbound import Heard, read_json, to_heard
from camp.phrases import Say
from storage import robot_turns
from storage.robot_turns import Kind, Turn

log = structlog.get_logger("web")

# Of WeCom's 5 s (doc 101033): for storing, for the answer to be there, the rest for the way.
_STORE_SECONDS = 2.5
_ANSWER_SECONDS = {Kind.MESSAGE: 3.5, Kind.ENTER: 4.0, Kind.CLICK: 4.0}
# WeCom asks again about once a second; to let it wait a little saves most of these questions.
_MORE_SECONDS = 2.0
# So long before WeCom stops asking it is told that there is nothing more to ask for.
_LAST_WORD = timedelta(seconds=20)


@dataclass(frozen=True)
class RobotEdge:
    """`max_age_s`: how old a callback's timestamp may be; a replay within it meets the same turn and the same answer."""

    keys: Keys
    intake: RobotIntake
    answers: RobotAnswers
    readiness: Readiness
    context: RoadContext
    say: Say
    max_age_s: float
    max_body_bytes: int

    async def verify(self, request: web.Request) -> web.Response:
        """URL verification: the decrypted echostr, verbatim (doc 101033)."""
        query, now = request.query, self.intake.database.now().timestamp()
        names = {name: query.get(name, "") for name in ("timestamp", "nonce", "echostr")}
        try:
            words = open_echo(self.keys, signature=query.get("msg_signature", ""), **names, now=now, max_age_s=self.max_age_s)
        except BadEnvelope as bad:
            return self._refuse(bad)
        mark_authentic(request)
        self._count("verified")
        return web.Response(text=words)

    async def receive(self, request: web.Request) -> web.Response:
        """A message, an event or a question for more: stored, then answered; empty where there is nothing to answer."""
        began = asyncio.get_running_loop().time()
        try:
            words = await self._open(request)
        except BadEnvelope as bad:
            return self._refuse(bad)
        mark_authentic(request)
        try:
            heard = to_heard(read_json(words))
        except BadEnvelope as bad:
            # It is WeCom's own, and coming again would not make it readable.
            self._count("unreadable")
            log.warning("robot callback unreadable", reason=bad.reason)
            return web.Response()
        self.readiness.robot_heard()
        if heard.stream_id:
            frame = await self._more(heard.stream_id)
        else:
            frame = await self._first(heard, began)
        if frame is None:
            return web.Response()
        now = self.intake.database.now().timestamp()
        sealed = seal_answer(self.keys, json.dumps(frame, ensure_ascii=False), nonce=request.query["nonce"], now=now)
        return web.json_response(sealed)

    async def _open(self, request: web.Request) -> str:
        if (request.content_length or 0) > self.max_body_bytes:
            raise BadEnvelope("too large", 413)
        body = await read_in_time(request)
        if len(body) > self.max_body_bytes:
            raise BadEnvelope("too large", 413)
        encrypted, query = read_json(body).get("encrypt"), request.query
        if not isinstance(encrypted, str) or not encrypted:
            raise BadEnvelope("no encrypt")
        return open_encrypted(
            self.keys,
            signature=query.get("msg_signature", ""),
            timestamp=query.get("timestamp", ""),
            nonce=query.get("nonce", ""),
            encrypted=encrypted,
            now=self.intake.database.now().timestamp(),
            max_age_s=self.max_age_s,
        )

    async def _first(self, heard: Heard, began: float) -> Json | None:
        """The first frame of an answer, or the one answer an event takes."""
        turn = await self.intake.store(heard, "", _STORE_SECONDS)
        self._count("stored" if heard.kind else "unknown")
        if turn is None or heard.turn is None:
            return None
        left = _ANSWER_SECONDS[heard.turn] - (asyncio.get_running_loop().time() - began)
        answer = await self.answers.wait(turn, left)
        if answer is None:
            wait = to_stream(str(turn), self.say("robot.wait"), finish=False)
            return wait if heard.turn is Kind.MESSAGE else None
        return self._frame(heard.turn, turn, answer, first=True)

    async def _more(self, stream_id: str) -> Json | None:
        """The rest of an answer: WeCom asks until it is finished, at most some minutes (doc 101031)."""
        if not stream_id.isascii() or not stream_id.isdigit() or len(stream_id) > 19:
            return None
        turn_id = int(stream_id)
        answer = await self.answers.wait(turn_id, _MORE_SECONDS)
        turn = await self._load(turn_id)
        if turn is None:
            return None
        self._count("more")
        if answer is None and turn.taken_at is None and self.intake.database.now() < turn.until - _LAST_WORD:
            return to_stream(stream_id, self.say("robot.wait"), finish=False)
        answer = answer or await self.answers.take(turn_id, or_close=True)
        if answer is None:
            return to_stream(stream_id, self.say("robot.still_busy"), finish=True)
        return self._frame(turn.kind, turn_id, answer, first=False)

    async def _load(self, turn: int) -> Turn | None:
        async with self.intake.database.read() as tx:
            return await robot_turns.load(tx, turn)

    def _frame(self, kind: Kind, turn: int, answer: dict[str, Any], *, first: bool) -> Json:
        if "update" in answer:
            return to_update(answer["update"], answer["userids"], self.context)
        words, card = "\n\n".join(answer["texts"]), answer["card"]
        if kind is Kind.ENTER:
            return to_welcome(card or {"type": "text", "text": words}, self.context)
        if card is None:
            return to_stream(str(turn), words, finish=True)
        shown = to_content(card, self.context)
        if first and not words:
            return shown
        # What has begun as a stream ends as one.
        stream = to_stream(str(turn), words or str(card.get("title") or ""), finish=True)
        return {**stream, **shown, "msgtype": "stream_with_template_card"}

    def _refuse(self, bad: BadEnvelope) -> web.Response:
        self._count(f"refused_{bad.status}")
        log.info("robot callback refused", reason=bad.reason, status=bad.status)
        return web.Response(status=bad.status)

    def _count(self, outcome: str) -> None:
        metrics.robot_callbacks.labels(mode="url", outcome=outcome).inc()
