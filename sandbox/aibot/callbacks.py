"""The bot hears what people did with the robot: the bodies of messages and events, and the way they go (docs 100719, 101027).

Ordered callback faults strike here too: lose, double and delay in both modes, fail and skew in URL mode (fail over the
socket, and reorder, make it a second late; twins mean nothing here, the msgid tells callbacks apart).
"""

import asyncio
from typing import Any

from sandbox.aibot import post
from sandbox.aibot.link import Frame, Link
from sandbox.aibot.robot import Conversation, Robot, Turn
from sandbox.faults import CallbackFault
from sandbox.stage import Stage

Body = dict[str, Any]
MESSAGE, EVENT = "aibot_msg_callback", "aibot_event_callback"
LATE_S = 1.0


def _head(stage: Stage, robot: Robot, userid: str, talk: Conversation) -> Body:
    head: Body = {"msgid": stage.world.mint("aimsg"), "aibotid": robot.config.bot_id}
    if talk.group:
        head["chatid"] = talk.id
    return {**head, "chattype": "group" if talk.group else "single", "from": {"userid": robot.outward(userid)}}


def tell_message(stage: Stage, robot: Robot, userid: str, talk: Conversation, said: Body) -> Turn:
    """`said` is msgtype with its part, and the quote when there is one."""
    body = _head(stage, robot, userid, talk)
    if robot.mode == "url":
        body["response_url"] = robot.response_url(talk)
    turn = robot.add_turn("message", userid, talk, {**body, **said})
    _tell(stage, robot, turn)
    return turn


def tell_event(stage: Stage, robot: Robot, userid: str, talk: Conversation, event: Body, task_id: str = "") -> Turn:
    """`event` is eventtype with its part; from.corpid is not there for robots of the corp itself (doc 101027)."""
    kind = str(event["eventtype"])
    body = _head(stage, robot, userid, talk)
    if robot.mode == "url" and kind == "template_card_event":
        body["response_url"] = robot.response_url(talk)
    body |= {"create_time": stage.clock.seconds(), "msgtype": "event", "event": event}
    turn = robot.add_turn(kind, userid, talk, body, task_id)
    _tell(stage, robot, turn)
    return turn


def kick(stage: Stage, robot: Robot, link: Link) -> None:
    """Another connection has the robot now: this one hears of it and is cut (doc 101463)."""
    link.subscribed = False
    link.send(_disconnected(stage, robot))
    link.drop(robot.config.kick_s)
    stage.transcript.add("沙箱", "智能机器人", "新的长连接顶掉了旧的", "link")


def _disconnected(stage: Stage, robot: Robot) -> Frame:
    body: Body = {"msgid": stage.world.mint("aimsg"), "create_time": stage.clock.seconds(), "aibotid": robot.config.bot_id}
    body |= {"msgtype": "event", "event": {"eventtype": "disconnected_event"}}
    return {"cmd": EVENT, "headers": {"req_id": stage.world.mint("req")}, "body": body}


def _tell(stage: Stage, robot: Robot, turn: Turn) -> None:
    stage.calls.stir()
    fault = stage.faults.take_callback()
    if fault is not None and fault.kind == "lose":
        turn.settled = True
        post.lose(stage, robot, turn, "按要求丢弃")
        return
    times = 2 if fault is not None and fault.kind == "double" else 1
    for _ in range(times):
        if robot.mode == "socket":
            _by_socket(stage, robot, turn, fault)
        else:
            post.deliver(stage, robot, turn, fault)


def _by_socket(stage: Stage, robot: Robot, turn: Turn, fault: CallbackFault | None) -> None:
    """One frame. What comes while nobody is connected is lost; integrators report that it is not sent later."""
    if fault is not None and fault.kind in ("delay", "fail", "reorder"):
        wait_s = fault.delay_s if fault.delay_s is not None else LATE_S
        asyncio.get_running_loop().call_later(wait_s, _by_socket, stage, robot, turn, None)
        return
    if robot.link is None:
        turn.settled = True
        post.lose(stage, robot, turn, "长连接没有连上")
        return
    turn.link = robot.link
    frame: Frame = {"cmd": MESSAGE if turn.kind == "message" else EVENT, "headers": {"req_id": turn.req_id}, "body": turn.body}
    robot.link.send(frame)
    stage.wire.settle(stage.wire.exchange("callback", post.name_of(turn), "WS", "/_aibot", frame), "ok")
    stage.calls.stir()
