"""What the robot says: streams, cards, markdown, media, welcomes, card updates, and `aibot/response` behind a response_url.

One place for both modes (docs 101031, 101032, 101138, 101463). Our choices: a stream counts once against the frequency
limits, with its first frame; a frame after the finished one is 846608 like one after the window; a card update with
another task_id is 42014; a used or expired response_url is 60140; msg_item over the socket is 40058.
"""

import base64
import binascii
import hashlib
from dataclasses import replace
from typing import Any

from sandbox.aibot.robot import RESPONSE_URL_LIFE_S, Conversation, Robot, Stream, Turn
from sandbox.api.cards import BAD_TASK_ID, check_card, check_task_id
from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Answer, Ask, Refusal, Table, post, too_large
from sandbox.clock import MINUTE
from sandbox.media import MEGABYTE, is_of_kind
from sandbox.phones import AppMessage, Bubble, Face, card_text
from sandbox.stage import Stage

BAD_KIND, BAD_MEDIA, TOO_OFTEN, STREAM_OVER, CODE_OVER = 40008, 40007, 45009, 846608, 60140
CONTENT_BYTES = 20_480  # stream and markdown, doc 101031
FEEDBACK_BYTES = 256
QUESTION_BYTES = 200  # jump_list type 3, doc 101032
MOST_PICTURES, PICTURE_BYTES = 10, 10 * MEGABYTE
MEDIA_WORDS = {"image": "图片", "voice": "语音", "video": "视频", "file": "文件"}


def robot_of(stage: Stage) -> Robot:
    if stage.aibot is None:
        raise Refusal(853000, "invalid bot_id or secret: the corp has no intelligent robot")
    return stage.aibot


def admit(stage: Stage, talk: Conversation) -> None:
    """30 a minute and 1000 an hour per conversation, replies and pushes together (doc 101463)."""
    if not stage.limits.passes(talk.key, stage.limits.aibot_minute, stage.limits.aibot_hour):
        raise Refusal(TOO_OFTEN, "api freq out of limit")


def show(stage: Stage, talk: Conversation, bubble: Bubble) -> Bubble:
    """A new bubble where the people of the conversation see it."""
    where = stage.world.name_of(talk.id)
    if talk.group:
        stage.phones.show_chat(bubble)
        where = f"内部群「{stage.rooms[talk.id].name}」"
    else:
        stage.phones.show_member(talk.id, bubble)
    stage.transcript.add("智能机器人", where, bubble.text, bubble.kind)
    return bubble


def touch(stage: Stage, talk: Conversation) -> None:
    """A bubble of the conversation has changed."""
    if talk.group:
        stage.phones.touch_chat(talk.chat)
    else:
        stage.phones.touch(talk.id)


def _bubble(stage: Stage, talk: Conversation, kind: str, text: str, **more: Any) -> Bubble:
    return stage.phones.bubble(talk.chat, "aibot", kind, text, **more)


def _feedback(stage: Stage, talk: Conversation, part: Answer) -> Answer:
    """{"feedback_id"} for the bubble's data when people may judge it."""
    feedback = part.get("feedback")
    if not feedback:
        return {}
    found = feedback.get("id") if isinstance(feedback, dict) else None
    if not isinstance(found, str) or not 1 <= len(found.encode()) <= FEEDBACK_BYTES:
        raise Refusal(BAD_PARAMETER, f"feedback.id has 1..{FEEDBACK_BYTES} bytes")
    robot_of(stage).feedback[found] = talk
    return {"feedback_id": found}


def _checked_card(stage: Stage, ask: Ask) -> Answer:
    card = ask.part("template_card")
    check_card(card)
    for link in card.get("jump_list", []):
        question = link.get("question", "")
        if link.get("type") == 3 and not (isinstance(question, str) and 1 <= len(question.encode()) <= QUESTION_BYTES):
            raise Refusal(BAD_PARAMETER, f"jump_list.question has 1..{QUESTION_BYTES} bytes")
    return card


def say_card(stage: Stage, talk: Conversation, ask: Ask) -> None:
    """A card, alive for everybody who is in the conversation now."""
    robot, card = robot_of(stage), _checked_card(stage, ask)
    task_id = check_task_id(card)
    if task_id in robot.cards:
        raise Refusal(BAD_TASK_ID, "template_card: task_id was used before")
    feedback = _feedback(stage, talk, card)
    admit(stage, talk)
    people = list(stage.people_in(talk.chat)) if talk.group else [talk.id]
    message = AppMessage(stage.world.mint("aimsg"), "template_card", "", stage.clock.now(), people, task_id)
    message.faces = {userid: Face(card) for userid in people}
    if task_id:
        robot.cards[task_id] = message
    show(stage, talk, _bubble(stage, talk, "card", card_text(card), data=feedback, sent=message))


def say_markdown(stage: Stage, talk: Conversation, ask: Ask) -> None:
    content = ask.content("markdown")
    too_large(content, CONTENT_BYTES)
    feedback = _feedback(stage, talk, ask.part("markdown"))
    admit(stage, talk)
    show(stage, talk, _bubble(stage, talk, "markdown", content, data=feedback))


def say_media(stage: Stage, talk: Conversation, ask: Ask) -> None:
    """A file the bot uploaded within the last three days; title and description of a video are cut (doc 101463)."""
    kind = ask.text("msgtype")
    media = stage.media.living(str(ask.part(kind).get("media_id", "")))
    if media is None or media.kind != kind:
        raise Refusal(BAD_MEDIA, "invalid media_id")
    admit(stage, talk)
    show(stage, talk, _bubble(stage, talk, kind, f"［{MEDIA_WORDS[kind]}］{media.name}", data=dict(media.shown())))


def _pictures(stage: Stage, part: Answer) -> list[Answer]:
    """The images of a finished stream: ≤10, JPG or PNG of ≤10 MB, base64 with the md5 of the bytes (doc 101031)."""
    items = part.get("msg_item") or []
    if not isinstance(items, list) or len(items) > MOST_PICTURES:
        raise Refusal(BAD_PARAMETER, f"msg_item has at most {MOST_PICTURES} entries")
    if items and not part.get("finish"):
        raise Refusal(BAD_PARAMETER, "msg_item goes with finish only")
    shown: list[Answer] = []
    for item in items:
        image = item["image"]
        try:
            content = base64.b64decode(image["base64"], validate=True)
        except binascii.Error:
            raise Refusal(BAD_PARAMETER, "msg_item.image.base64 is not base64") from None
        if len(content) > PICTURE_BYTES or not is_of_kind("image", content):
            raise Refusal(45001, "msg_item.image is no JPG or PNG of 10 MB at most")
        if image["md5"] != hashlib.md5(content, usedforsecurity=False).hexdigest():
            raise Refusal(BAD_PARAMETER, "msg_item.image.md5 is wrong")
        shown.append(dict(stage.media.put("image", "image.png", content).shown()))
    return shown


def _known_stream(stage: Stage, turn: Turn, stream_id: str) -> Stream | None:
    """The stream a further frame belongs to; None for a first frame, 846608 when it takes no more."""
    stream, window = turn.streams.get(stream_id), robot_of(stage).config.stream_window_s
    if stream is not None and (stream.finished or stage.clock.now() - stream.born_at > window):
        raise Refusal(STREAM_OVER, f"stream message update expired (>{window // MINUTE} minutes), cannot update")
    return stream


def say_stream(stage: Stage, turn: Turn, ask: Ask, *, born_at: float, with_pictures: bool) -> Stream:
    """One frame: the whole text so far, in one bubble that changes. The window for changes begins at `born_at`."""
    part = ask.part("stream")
    stream_id, content, finish = part.get("id"), part.get("content") or "", part.get("finish") is True
    if not isinstance(stream_id, str) or not stream_id:
        raise Refusal(EMPTY_PARAMETER, "stream.id is empty")
    if not isinstance(content, str):
        raise Refusal(BAD_PARAMETER, "stream.content must be a string")
    too_large(content, CONTENT_BYTES)
    stream = _known_stream(stage, turn, stream_id)
    if part.get("msg_item") and not with_pictures:
        raise Refusal(BAD_PARAMETER, "msg_item is for URL mode only")
    pictures = _pictures(stage, part)
    if stream is None:
        feedback = _feedback(stage, turn.talk, part)
        admit(stage, turn.talk)
        bubble = _bubble(stage, turn.talk, "markdown", content, data={"stream": {"id": stream_id, "finish": finish}, **feedback})
        stream = turn.streams[stream_id] = Stream(stream_id, show(stage, turn.talk, bubble), born_at)
    stream.bubble.text, stream.finished = content, finish
    stream.bubble.data["stream"] = {"id": stream_id, "finish": finish}
    if pictures:
        stream.bubble.data["images"] = pictures
    turn.settled = turn.settled or finish
    touch(stage, turn.talk)
    return stream


def answer_message(stage: Stage, turn: Turn, body: Answer, *, by_socket: bool) -> Stream | None:
    """The bot answers a message; the stream when there is one. URL mode takes streams and cards only (sheet 8.4)."""
    ask, now = Ask(body), stage.clock.now()
    kind = ask.text("msgtype")
    with_card = kind == "stream_with_template_card" and ask.has("template_card")
    if with_card and turn.carded:
        raise Refusal(BAD_PARAMETER, "template_card: one message is answered with one card")
    if kind in ("stream", "stream_with_template_card"):
        born_at = now if by_socket else turn.at
        stream = say_stream(stage, turn, ask, born_at=born_at, with_pictures=not by_socket)
        if with_card:
            say_card(stage, turn.talk, ask)
            turn.carded = True
        return stream
    if kind == "template_card":
        say_card(stage, turn.talk, ask)
    elif by_socket:
        say_plain(stage, turn.talk, ask)
    else:
        raise Refusal(BAD_KIND, "invalid message type")
    turn.settled = True
    return None


def say_plain(stage: Stage, talk: Conversation, ask: Ask) -> None:
    """Markdown or a file; everything else, text among it, is 40008."""
    kind = ask.text("msgtype")
    if kind == "markdown":
        say_markdown(stage, talk, ask)
    elif kind in MEDIA_WORDS:
        say_media(stage, talk, ask)
    else:
        raise Refusal(BAD_KIND, "invalid message type")


def say_welcome(stage: Stage, talk: Conversation, body: Answer) -> None:
    """The answer to enter_chat: text or a card (doc 101031)."""
    ask = Ask(body)
    if ask.text("msgtype") == "template_card":
        say_card(stage, talk, ask)
    elif ask.text("msgtype") == "text":
        content = ask.content("text")
        too_large(content, CONTENT_BYTES)
        admit(stage, talk)
        show(stage, talk, _bubble(stage, talk, "text", content))
    else:
        raise Refusal(BAD_KIND, "invalid message type")


def update_card(stage: Stage, turn: Turn, body: Answer) -> None:
    """The answer to a click: a new face of the card, for `userids` or for everybody who has it (doc 101031)."""
    robot, ask = robot_of(stage), Ask(body)
    if ask.text("response_type") != "update_template_card":
        raise Refusal(BAD_PARAMETER, "response_type must be update_template_card")
    card = _checked_card(stage, ask)
    if card.get("task_id") != turn.task_id:
        raise Refusal(BAD_TASK_ID, "template_card: task_id is not that of the clicked card")
    message = robot.cards[turn.task_id]
    wanted = [robot.inward(userid) for userid in ask.names("userids", 1000)]
    people = [userid for userid in message.faces if not wanted or userid in wanted]
    for userid in people:
        message.faces[userid] = Face(card, str(card.get("replace_text", "")))
    touch(stage, turn.talk)
    stage.phones.touch(*people)
    names = "、".join(stage.world.name_of(userid) for userid in people)
    stage.transcript.add("智能机器人", names, f"卡片更新：{card_text(card)}", "card_update")


def respond(stage: Stage, ask: Ask) -> Answer:
    """POST to a response_url, plain JSON: markdown or a card, once, within the hour (doc 101138)."""
    code = robot_of(stage).response_codes.get(ask.query.get("response_code", ""))
    if code is None or code.used or stage.clock.now() - code.born_at > RESPONSE_URL_LIFE_S:
        raise Refusal(CODE_OVER, "response_code invalid or expired")
    if ask.text("msgtype") == "markdown":
        say_markdown(stage, code.talk, ask)
    elif ask.text("msgtype") == "template_card":
        say_card(stage, code.talk, ask)
    else:
        raise Refusal(BAD_KIND, "invalid message type")
    code.used = True
    return {}


TABLE: Table = {"aibot/response": replace(post(respond), with_token=False)}
