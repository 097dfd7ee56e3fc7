"""The long connection (doc 101463): subscribe, heartbeat, orders, one connection per robot; and the robot's other addresses.

Our choices: orders before a right subscribe are 853000 (what a wrong bot_id or secret answers, as integrators report; the
connection stays open), an unknown cmd is 40058. A frame that is not a JSON object ends the connection.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.aibot import files
from sandbox.aibot.callbacks import kick
from sandbox.aibot.commands import COMMANDS
from sandbox.aibot.link import Frame, Link
from sandbox.aibot.robot import Robot
from sandbox.api.wire import BAD_PARAMETER, OUT_OF_FORM, Answer, Ask, Refusal
from sandbox.calls import Call
from sandbox.faults import API_TROUBLES
from sandbox.stage import STAGE, Stage

PATH = "/_aibot"
BAD_CREDENTIALS, TOO_OFTEN = 853000, 45009
LONGEST_SHOWN = 200
SWITCHED = 101
NAMES = {
    "aibot_subscribe": "智能机器人上线",
    "aibot_respond_msg": "智能机器人回复",
    "aibot_respond_welcome_msg": "智能机器人欢迎语",
    "aibot_respond_update_msg": "智能机器人更新卡片",
    "aibot_send_msg": "智能机器人主动推送",
    "aibot_upload_media_init": "智能机器人传文件：开始",
    "aibot_upload_media_chunk": "智能机器人传文件：分片",
    "aibot_upload_media_finish": "智能机器人传文件：结束",
}


class Cut(Exception):
    """The connection ends here."""


async def serve_socket(request: web.Request) -> web.StreamResponse:
    """One connection, from the upgrade to its end."""
    stage = request.app[STAGE]
    robot = stage.aibot
    if robot is None or robot.mode != "socket":
        return web.Response(status=403, text="the robot is not in long-connection mode")
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    link = Link(socket, request.transport)
    writing = asyncio.create_task(link.write())
    robot.links.add(link)
    try:
        await _listen(stage, robot, link, socket)
    finally:
        robot.links.discard(link)
        if robot.link is link:
            robot.link = None
            stage.transcript.add("沙箱", "智能机器人", "长连接断开", "link")
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    return socket


async def _listen(stage: Stage, robot: Robot, link: Link, socket: web.WebSocketResponse) -> None:
    """Frames in order, until one side ends it or nothing came for `idle_s` of real time: pings are due by the machine's clock."""
    while True:
        try:
            message = await socket.receive(timeout=robot.config.idle_s)
        except TimeoutError:
            stage.transcript.add("沙箱", "智能机器人", "太久没有心跳，断开长连接", "link")
            link.drop()
            return
        if message.type is not aiohttp.WSMsgType.TEXT:
            return
        with suppress(Cut):
            await _hear(stage, robot, link, message.data)
            continue
        link.drop()
        await link.gone.wait()
        return


def _parsed(text: str) -> tuple[str, str, dict[str, Any]]:
    """(cmd, req_id, body) of a frame."""
    try:
        frame = json.loads(text)
    except ValueError:
        raise Cut from None
    if not isinstance(frame, dict):
        raise Cut
    headers, body = frame.get("headers"), frame.get("body")
    req_id = headers.get("req_id", "") if isinstance(headers, dict) else ""
    return str(frame.get("cmd", "")), str(req_id), body if isinstance(body, dict) else {}


async def _hear(stage: Stage, robot: Robot, link: Link, text: str) -> None:
    """One frame of the bot, with whatever fault is queued for its cmd."""
    cmd, req_id, body = _parsed(text)
    if cmd == "ping":
        link.send(_answer(req_id, {}))
        return
    call = Call(
        at=stage.clock.seconds(),
        method="WS",
        path=cmd,
        query={},
        body=_shown(body),
        errcode=None,
        http_status=SWITCHED,
        fault="",
    )
    stage.calls.add(call)
    entry = stage.wire.exchange("call", NAMES.get(cmd, cmd), "WS", PATH, {"cmd": cmd, "req_id": req_id, "body": call["body"]})
    try:
        said = await _said(stage, robot, link, call, req_id, body)
    except Cut:
        call["http_status"] = 0
        stage.wire.answered(entry, call, "")
        raise
    link.send_text(said)
    stage.wire.answered(entry, call, said)
    stage.calls.stir()


async def _said(stage: Stage, robot: Robot, link: Link, call: Call, req_id: str, body: dict[str, Any]) -> str:
    """The answering frame as text, spoiled by what was ordered. An HTTP status there cannot be, so it cuts."""
    stage.calls.stir()
    cmd, fault = call["path"], stage.faults.take_api(call["path"])
    if fault is None:
        return _worded(call, req_id, _carried_out(stage, robot, link, cmd, req_id, body))
    call["fault"] = " ".join(f"{name} {value}" for name, value in fault.wording().items() if name in API_TROUBLES)
    if fault.cut == "before" or fault.http_status is not None:
        raise Cut
    if fault.hang_s is not None:
        await asyncio.sleep(fault.hang_s)
    if fault.junk:
        return "<html>sandbox fault</html>"
    if fault.errcode is not None:
        return _worded(call, req_id, {"errcode": fault.errcode, "errmsg": "fault ordered from the sandbox"})
    said = _worded(call, req_id, _carried_out(stage, robot, link, cmd, req_id, body))
    if fault.cut == "after":
        raise Cut
    return said


def _worded(call: Call, req_id: str, answer: Answer) -> str:
    call["errcode"] = int(answer.get("errcode", 0))
    return json.dumps(_answer(req_id, answer), ensure_ascii=False)


def _answer(req_id: str, answer: Answer) -> Frame:
    """{"headers", "errcode", "errmsg", "body"?}."""
    body = {name: value for name, value in answer.items() if name not in ("errcode", "errmsg")}
    frame: Frame = {"headers": {"req_id": req_id}, "errcode": answer.get("errcode", 0), "errmsg": answer.get("errmsg", "ok")}
    return {**frame, "body": body} if body else frame


def _shown(body: dict[str, Any]) -> dict[str, Any]:
    """A body for the log: without the secret, and with long data cut."""
    shown = {name: value for name, value in body.items() if name != "secret"}
    if len(str(shown.get("base64_data", ""))) > LONGEST_SHOWN:
        shown["base64_data"] = f"{shown['base64_data'][:LONGEST_SHOWN]}…"
    return shown


def _carried_out(stage: Stage, robot: Robot, link: Link, cmd: str, req_id: str, body: dict[str, Any]) -> Answer:
    try:
        if cmd == "aibot_subscribe":
            _subscribe(stage, robot, link, Ask(body))
            return {}
        if cmd not in COMMANDS:
            raise Refusal(BAD_PARAMETER, f"unknown cmd {cmd}")
        if not link.subscribed:
            raise Refusal(BAD_CREDENTIALS, "not subscribed")
        return COMMANDS[cmd](stage, link, req_id, Ask(body))
    except Refusal as refusal:
        return {"errcode": refusal.errcode, "errmsg": refusal.errmsg}
    except OUT_OF_FORM as fault:
        return {"errcode": BAD_PARAMETER, "errmsg": f"parameter out of form: {fault!r}"}


def _subscribe(stage: Stage, robot: Robot, link: Link, ask: Ask) -> None:
    """The newest right subscribe has the robot; the connection before it hears of it and is cut."""
    bot_id = ask.text("bot_id")
    if not robot.subscribes.admit(bot_id, stage.clock.traffic()):
        raise Refusal(TOO_OFTEN, "api freq out of limit")
    if (bot_id, ask.text("secret")) != (robot.config.bot_id, robot.config.secret):
        raise Refusal(BAD_CREDENTIALS, "invalid bot_id or secret")
    before, robot.link = robot.link, link
    link.subscribed = True
    if before is not None and before is not link:
        kick(stage, robot, before)
    else:
        stage.transcript.add("智能机器人", "沙箱", "长连接已建立", "link")


async def serve_file(request: web.Request) -> web.StreamResponse:
    """What a person sent to the robot, encrypted, for 5 min; no token needed, the url is the secret."""
    robot = request.app[STAGE].aibot
    return robot.files.serve(request.match_info["secret"]) if robot is not None else web.Response(status=404)


@web.middleware
async def door(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Takes a websocket upgrade at `/` for the robot, and notes our own address as the bot knows it."""
    robot = request.app[STAGE].aibot
    upgrade = request.headers.get("Upgrade", "").lower() == "websocket"
    if robot is not None and (upgrade or request.path.startswith("/cgi-bin/") or not robot.origin):
        robot.origin = str(request.url.origin())
    return await serve_socket(request) if upgrade and request.path == "/" else await handler(request)


async def _run(app: web.Application) -> AsyncIterator[None]:
    robot = app[STAGE].aibot
    if robot is None:
        yield
        return
    connector = aiohttp.TCPConnector(limit=0)
    robot.session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None), trust_env=False)
    yield
    for task in robot.under_way:
        task.cancel()
    await asyncio.gather(*robot.under_way, return_exceptions=True)
    await robot.session.close()


async def _hang_up(app: web.Application) -> None:
    """Open connections must not delay the end."""
    robot = app[STAGE].aibot
    for link in robot.links if robot is not None else ():
        link.drop()


def add_aibot_routes(app: web.Application) -> None:
    """The robot's addresses: `/_aibot`, its files, and a websocket at `/`."""
    app.middlewares.append(door)
    app.cleanup_ctx.append(_run)
    app.on_shutdown.append(_hang_up)
    app.router.add_get(PATH, serve_socket)
    app.router.add_get(files.PATH + "{secret}", serve_file)
