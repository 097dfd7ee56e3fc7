"""What the bot may order over the socket, one function per command (doc 101463).

846605 answers every req_id that does not fit: unknown, of an event, too old, used up, or of an earlier connection.
"""

from collections.abc import Callable

from sandbox.aibot import uploads
from sandbox.aibot.link import Link
from sandbox.aibot.robot import Turn
from sandbox.api import aibot
from sandbox.api.wire import Answer, Ask, Refusal
from sandbox.stage import Stage

BAD_REQ_ID, BAD_CHATID = 846605, 93006
EVENT_WINDOW_S = 5  # welcome and card update, doc 101463


def _turn(stage: Stage, link: Link, req_id: str, kind: str, window_s: float) -> Turn:
    robot = aibot.robot_of(stage)
    turn = robot.turns.get(req_id)
    fits = turn is not None and turn.kind == kind and not turn.used and stage.clock.now() - turn.at <= window_s
    if turn is None or not fits or (turn.link is not link and not robot.config.req_id_survives_reconnect):
        raise Refusal(BAD_REQ_ID, "invalid req_id")
    return turn


def respond(stage: Stage, link: Link, req_id: str, ask: Ask) -> Answer:
    turn = _turn(stage, link, req_id, "message", aibot.robot_of(stage).config.reply_window_s)
    aibot.answer_message(stage, turn, ask.body, by_socket=True)
    return {}


def welcome(stage: Stage, link: Link, req_id: str, ask: Ask) -> Answer:
    turn = _turn(stage, link, req_id, "enter_chat", EVENT_WINDOW_S)
    aibot.say_welcome(stage, turn.talk, ask.body)
    turn.used = True
    return {}


def update(stage: Stage, link: Link, req_id: str, ask: Ask) -> Answer:
    turn = _turn(stage, link, req_id, "template_card_event", EVENT_WINDOW_S)
    aibot.update_card(stage, turn, ask.body)
    turn.used = True
    return {}


def push(stage: Stage, link: Link, req_id: str, ask: Ask) -> Answer:
    """Unasked, but only where somebody has written to the robot before; integrators report 93006 for other chatids. A group
    that took the robot out is such another one (our choice)."""
    talk = aibot.robot_of(stage).named(ask.text("chatid"), ask.number("chat_type", 0, 0, 2))
    if talk is None or talk.spoken_at is None or (talk.group and not stage.rooms[talk.id].aibot):
        raise Refusal(BAD_CHATID, "invalid chatid")
    if ask.text("msgtype") == "template_card":
        aibot.say_card(stage, talk, ask)
    else:
        aibot.say_plain(stage, talk, ask)
    return {}


Command = Callable[[Stage, Link, str, Ask], Answer]

COMMANDS: dict[str, Command] = {
    "aibot_respond_msg": respond,
    "aibot_respond_welcome_msg": welcome,
    "aibot_respond_update_msg": update,
    "aibot_send_msg": push,
    "aibot_upload_media_init": lambda stage, link, req_id, ask: uploads.begin(stage, ask),
    "aibot_upload_media_chunk": lambda stage, link, req_id, ask: uploads.add_chunk(stage, ask),
    "aibot_upload_media_finish": lambda stage, link, req_id, ask: uploads.finish(stage, ask),
}
