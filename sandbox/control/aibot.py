"""Control: the intelligent robot. What members do with it, its mode, its connection, and what can be seen of it."""

from typing import Any

from aiohttp import web

from sandbox.aibot import post
from sandbox.aibot.callbacks import kick
from sandbox.aibot.link import Link
from sandbox.aibot.settings import MODES
from sandbox.control.form import Form, Route, acting, reply
from sandbox.people import Impossible, aibot, check_keys
from sandbox.people.media import FILES, Sent, sent_by
from sandbox.stage import STAGE, Stage

Answer = dict[str, Any]


def _sent(stage: Stage, form: Form) -> Sent | None:
    """The file of an act; voice is {"text"}: the robot is told only what WeCom understood."""
    voice = form.values.get("voice")
    if isinstance(voice, dict) and voice.get("text"):
        check_keys(voice, "text")
        return Sent("voice", str(voice["text"]))
    return sent_by(stage, form.values)


def say(stage: Stage, form: Form) -> Answer:
    """{userid, room?, text and/or one of image, video, file {name, base64}, or voice {text}, quote? (a bubble's id or words)}."""
    sent = _sent(stage, form)
    text = form.text("text", "" if sent is not None else None)
    return aibot.say(stage, form.text("userid"), text, room=form.text("room", ""), sent=sent, quote=form.text("quote", ""))


def enter(stage: Stage, form: Form) -> Answer:
    return aibot.enter(stage, form.text("userid"))


def click(stage: Stage, form: Form) -> Answer:
    """{userid, task_id, key, selected? {question: option or [options]}, room?}."""
    selected = form.values.get("selected") or {}
    if not isinstance(selected, dict):
        raise Impossible('selected 要是 {"问题": ["选项"]}')
    chosen = {key: [value] if isinstance(value, str) else list(value) for key, value in selected.items()}
    return aibot.click(
        stage, form.text("userid"), form.text("task_id"), form.text("key"), selected=chosen, room=form.text("room", "")
    )


def judge(stage: Stage, form: Form) -> Answer:
    """{userid, feedback_id, type 1|2|3, content?, reasons? [int]}."""
    reasons = [int(reason) for reason in form.values.get("reasons") or []]
    userid, feedback_id = form.text("userid"), form.text("feedback_id")
    return aibot.judge(stage, userid, feedback_id, form.number("type"), words=form.text("content", ""), reasons=reasons)


def set_mode(stage: Stage, form: Form) -> Answer:
    """{mode: socket|url, url?}: what the console switches; URL mode cuts the long connection (doc 101463)."""
    robot = aibot.robot_of(stage)
    mode = form.text("mode")
    if mode not in MODES:
        raise Impossible("mode 是 socket 或 url")
    robot.mode = mode
    robot.callback_url = form.text("url", robot.callback_url)
    if mode == "url":
        for link in robot.links:
            link.drop()
    return seen(stage)


def _link(stage: Stage) -> Link:
    link = aibot.robot_of(stage).link
    if link is None:
        raise Impossible("长连接没有连上")
    return link


def cut(stage: Stage, form: Form) -> Answer:
    """The network drops the long connection: no event, no close frame."""
    _link(stage).drop()
    return {}


def take_over(stage: Stage, form: Form) -> Answer:
    """Another program with the robot's secret subscribes, and goes again: the bot's connection is kicked (doc 101463)."""
    robot, link = aibot.robot_of(stage), _link(stage)
    robot.link = None
    kick(stage, robot, link)
    return {}


def seen(stage: Stage) -> Answer:
    robot = stage.aibot
    if robot is None:
        return {"mode": "", "connected": False, "conversations": []}
    return {
        "mode": robot.mode,
        "name": robot.config.name,
        "bot_id": robot.config.bot_id,
        "callback_url": robot.callback_url,
        "connected": robot.link is not None,
        "lost": robot.lost,
        "conversations": [
            {
                "chat": talk.chat,
                "chatid": talk.id,
                "chattype": "group" if talk.group else "single",
                "name": stage.rooms[talk.id].name if talk.group else stage.world.name_of(talk.id),
                "spoken_at": talk.spoken_at,
                "open": sum(1 for turn in robot.turns.values() if turn.talk is talk and not turn.settled),
            }
            for talk in robot.talks.values()
        ],
    }


async def robot(request: web.Request) -> web.StreamResponse:
    return reply(seen(request.app[STAGE]))


async def verify(request: web.Request) -> web.StreamResponse:
    """What the console does when the robot's callback URL is saved (doc 101033)."""
    stage = request.app[STAGE]
    if stage.aibot is None:
        return reply({"error": "这个企业没有智能机器人"}, 400)
    return reply({"verified": await post.verify(stage, stage.aibot)})


ROUTES: list[Route] = [
    ("GET", "/aibot", robot),
    ("POST", "/aibot/say", acting(say, f"userid room text quote {FILES}")),
    ("POST", "/aibot/enter", acting(enter, "userid")),
    ("POST", "/aibot/click", acting(click, "userid task_id key selected room")),
    ("POST", "/aibot/feedback", acting(judge, "userid feedback_id type content reasons")),
    ("POST", "/aibot/mode", acting(set_mode, "mode url")),
    ("POST", "/aibot/cut", acting(cut)),
    ("POST", "/aibot/take-over", acting(take_over)),
    ("POST", "/aibot/verify", verify),
]
