"""URL mode: encrypted JSON callbacks, the encrypted HTTP answer as the first frame, and polls until the stream is finished.

Messages and enter_chat have the usual three tries of 5 s (doc 90238); a click comes once (doc 101835). Polls carry
msgtype `stream` and the stream's id, every `poll_s` until `finish` or the end of the window (doc 101031); a poll that
fails is simply followed by the next. Our choice: an answer WeCom would not take is a line in the transcript and no second
try.
"""

import asyncio
import json
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from sandbox.aibot.robot import Robot, Stream, Turn
from sandbox.aibot.sealed_json import RECEIVE_ID, SealedJson, open_answer, seal_json
from sandbox.api import aibot
from sandbox.api.wire import OUT_OF_FORM, Refusal
from sandbox.envelope import Misanswer, encrypt, sign
from sandbox.faults import CallbackFault
from sandbox.stage import Stage
from sandbox.wire_log import Entry

VERIFY_DEADLINE_S = 1.0  # doc 101033, as for the app
OK = 200
LATE_S = 1.0
NAMES = {
    "enter_chat": "打开智能机器人",
    "template_card_event": "点智能机器人的卡片",
    "feedback_event": "评价智能机器人的回复",
}
TROUBLES = (aiohttp.ClientError, TimeoutError, OSError)


def name_of(turn: Turn) -> str:
    """A callback in a few words."""
    return NAMES.get(turn.kind) or f"对智能机器人说：{turn.body['msgtype']}"


def lose(stage: Stage, robot: Robot, turn: Turn, why: str, entry: Entry | None = None) -> None:
    """Nobody heard it."""
    robot.lost += 1
    entry = entry or stage.wire.exchange("callback", name_of(turn), "", "", turn.body, "lose")
    stage.wire.settle(entry, "lost")
    stage.transcript.add("沙箱", "智能机器人", f"回调丢失：{name_of(turn)}（{why}）", "lost")


def deliver(stage: Stage, robot: Robot, turn: Turn, fault: CallbackFault | None) -> None:
    """Send one callback and take its answer, in a task of its own. Without a URL nothing is sent."""
    if not robot.callback_url:
        turn.settled = True
        return
    task = asyncio.get_running_loop().create_task(_play(stage, robot, turn, fault))
    robot.under_way.add(task)
    task.add_done_callback(robot.under_way.discard)


async def _play(stage: Stage, robot: Robot, turn: Turn, fault: CallbackFault | None) -> None:
    """One callback from its first try to the end of its stream; as long as that lasts it is not quiet."""
    stage.calls.under_way += 1
    try:
        entry = _entry(stage, robot, name_of(turn), turn.body, fault.kind if fault is not None else "")
        answer = await _first_answer(stage, robot, turn, entry, fault)
        stream = _take(stage, turn, answer) if answer else None
        if stream is not None and not stream.finished:
            await _follow(stage, robot, turn, stream)
        turn.settled = True
    finally:
        stage.calls.under_way -= 1
        stage.calls.stir()


def _entry(stage: Stage, robot: Robot, name: str, body: dict[str, Any], fault: str = "") -> Entry:
    return stage.wire.exchange("callback", name, "POST", urlsplit(robot.callback_url).path, body, fault)


async def _first_answer(
    stage: Stage, robot: Robot, turn: Turn, entry: Entry, fault: CallbackFault | None
) -> dict[str, Any] | None:
    """{} for an empty answer, None when the callback got lost or the answer was no good."""
    kind = fault.kind if fault is not None else ""
    if fault is not None and kind in ("delay", "reorder"):
        await asyncio.sleep(fault.delay_s if fault.delay_s is not None else LATE_S)
    skew_s = int(fault.skew_s or 0) if fault is not None else 0
    tries = 1 if turn.kind == "template_card_event" else stage.config.callback_tries
    for attempt in range(tries):
        if attempt:
            await asyncio.sleep(stage.config.callback_pause_s)
        try:
            answer = await _try(stage, robot, turn.body, entry, skew_s, lost=kind == "fail" and attempt == 0)
        except Misanswer as reason:
            stage.wire.settle(entry, "refused")
            _refuse(stage, str(reason))
            return None
        except TROUBLES:
            continue
        stage.wire.settle(entry, "ok")
        return answer
    lose(stage, robot, turn, f"{tries} 次都没有收到 200", entry)
    return None


def _refuse(stage: Stage, why: str) -> None:
    stage.transcript.add("沙箱", "智能机器人", f"回复没有被接受：{why}", "refused")


class NotDelivered(aiohttp.ClientError):
    """Any status but 200."""


async def _try(
    stage: Stage, robot: Robot, body: dict[str, Any], entry: Entry, skew_s: int = 0, *, lost: bool = False
) -> dict[str, Any]:
    """One POST and its opened answer, {} for an empty one; a lost one never reaches the bot."""
    begun, status, shown = time.monotonic(), 0, ""
    try:
        if lost:
            raise NotDelivered("lost on the way")
        sealed = seal_json(body, key=robot.config.aes_key, token=robot.config.token, timestamp=stage.clock.seconds() + skew_s)
        status, raw = await _post(stage, robot, sealed)
        shown = raw.decode(errors="replace")
        if status != OK:
            raise NotDelivered(str(status))
        # "success" is what app callbacks answer; here it says nothing too (our choice).
        if raw.strip() in (b"", b"success"):
            return {}
        answer = open_answer(raw, key=robot.config.aes_key, token=robot.config.token, nonce=sealed.nonce)
        shown = json.dumps(answer, ensure_ascii=False)
        return answer
    finally:
        stage.wire.tried(entry, status, shown, begun)


async def _post(stage: Stage, robot: Robot, sealed: SealedJson) -> tuple[int, bytes]:
    assert robot.session is not None, "the robot is not started"
    headers = {"Content-Type": "application/json"}
    async with (
        asyncio.timeout(stage.config.callback_deadline_s),
        robot.session.post(
            robot.callback_url, params=sealed.query, data=sealed.body.encode(), headers=headers, allow_redirects=False
        ) as response,
    ):
        return response.status, await response.read()


def _take(stage: Stage, turn: Turn, answer: dict[str, Any]) -> Stream | None:
    """Do what the answer says; the stream when it is one."""
    try:
        if turn.kind == "message":
            return aibot.answer_message(stage, turn, answer, by_socket=False)
        if turn.used or turn.kind not in ("enter_chat", "template_card_event"):
            raise Refusal(aibot.BAD_KIND, f"{turn.kind} takes no answer")
        turn.used = True
        if turn.kind == "enter_chat":
            aibot.say_welcome(stage, turn.talk, answer)
        else:
            aibot.update_card(stage, turn, answer)
    except Refusal as refusal:
        _refuse(stage, f"{refusal.errcode} {refusal.errmsg}")
    except OUT_OF_FORM as fault:
        _refuse(stage, f"格式不对 {fault!r}")
    return None


async def _follow(stage: Stage, robot: Robot, turn: Turn, stream: Stream) -> None:
    """Poll until the stream is finished or its window, counted from the person's message, is over."""
    head: dict[str, Any] = {name: turn.body[name] for name in ("aibotid", "chatid", "chattype", "from") if name in turn.body}
    entry = _entry(stage, robot, "轮询智能机器人的流式回复", {**head, "msgtype": "stream", "stream": {"id": stream.id}})
    while not stream.finished:
        await asyncio.sleep(robot.config.poll_s)
        if stage.clock.now() - stream.born_at > robot.config.stream_window_s:
            break
        body: dict[str, Any] = {"msgid": stage.world.mint("aimsg"), **head, "msgtype": "stream", "stream": {"id": stream.id}}
        try:
            answer = await _try(stage, robot, body, entry)
        except Misanswer as reason:
            _refuse(stage, str(reason))
            continue
        except TROUBLES:
            continue
        if answer and answer.get("stream", {}).get("id") != stream.id:
            _refuse(stage, f"轮询要回同一个 stream.id（{stream.id}）")
        elif answer:
            _take(stage, turn, answer)
    stage.wire.settle(entry, "ok" if stream.finished else "refused")


async def verify(stage: Stage, robot: Robot) -> bool:
    """The console's URL check: a GET with an encrypted echo, answered within 1 s by exactly the plaintext (doc 101033)."""
    assert robot.session is not None, "the robot is not started"
    echo, nonce, timestamp = secrets.token_hex(10), secrets.token_hex(5), str(stage.clock.seconds())
    encrypted = encrypt(robot.config.aes_key, echo, RECEIVE_ID)
    signature = sign(robot.config.token, timestamp, nonce, encrypted)
    query = {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": encrypted}
    try:
        async with (
            asyncio.timeout(VERIFY_DEADLINE_S),
            robot.session.get(robot.callback_url, params=query, allow_redirects=False) as answer,
        ):
            return answer.status == 200 and await answer.read() == echo.encode()
    except TROUBLES:
        return False
