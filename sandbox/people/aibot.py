"""Members talk to the intelligent robot: 1:1, and in internal groups by mentioning it (docs 100719, 101027)."""

from typing import Any

from sandbox.aibot.callbacks import tell_event, tell_message
from sandbox.aibot.robot import MOST_OPEN, Conversation, Robot
from sandbox.clock import DAY, SHANGHAI_S
from sandbox.people import Impossible
from sandbox.people.cards import choose, press
from sandbox.people.media import Sent
from sandbox.people.rooms import room_of
from sandbox.people.staff import member_of
from sandbox.phones import Bubble
from sandbox.stage import Stage
from sandbox.world import Member

Part = dict[str, Any]
ASKING_TOO_MUCH = "你还有 3 条提问没有答完，等一等再问"
VERDICTS = {1: "👍", 2: "👎", 3: "取消评价"}


def robot_of(stage: Stage) -> Robot:
    if stage.aibot is None:
        raise Impossible("这个企业没有智能机器人（config.toml 里没有 [wecom.aibot]）")
    return stage.aibot


def talk_of(stage: Stage, robot: Robot, member: Member, room_id: str) -> Conversation:
    """The conversation of a member 1:1, or of a room both are in."""
    if not room_id:
        return robot.talk_with(member.userid)
    room = room_of(stage, room_id)
    if member.userid not in room.members:
        raise Impossible(f"{member.name} 不在内部群「{room.name}」里")
    if not room.aibot:
        raise Impossible(f"内部群「{room.name}」里没有智能机器人")
    return robot.talk_in(room.id)


def _file_part(stage: Stage, robot: Robot, media_id: str) -> Part:
    """{"url", "aeskey"?} of a file, good for 5 min: encrypted with EncodingAESKey (URL mode) or with a key of its own."""
    media = stage.media.files[media_id]
    return robot.files.offer(robot.origin, media.name, media.content, robot.config.aes_key if robot.mode == "url" else None)


def _said(stage: Stage, robot: Robot, text: str, sent: Sent | None) -> Part:
    """msgtype with its part: text, one file, or both as mixed; a recording arrives as what was understood."""
    if sent is None:
        return {"msgtype": "text", "text": {"content": text}}
    if sent.kind == "voice":
        return {"msgtype": "voice", "voice": {"content": sent.text}}
    part = _file_part(stage, robot, str(sent.data["media_id"]))
    if not text:
        return {"msgtype": sent.kind, sent.kind: part}
    items = [{"msgtype": "text", "text": {"content": text}}, {"msgtype": "image", "image": part}]
    return {"msgtype": "mixed", "mixed": {"msg_item": items}}


def _quote(stage: Stage, robot: Robot, talk: Conversation, quote: str) -> Part:
    """What is quoted: a bubble of the conversation by its id, else the words themselves (doc 100719)."""
    screen = stage.phones.shared.get(talk.chat, []) if talk.group else stage.phones.members.get(talk.id, [])
    bubble = next((one for one in screen if one.id == quote and one.chat == talk.chat), None)
    if bubble is None:
        return {"msgtype": "text", "text": {"content": quote}}
    if bubble.kind in ("image", "file", "video") and bubble.data.get("media_id") in stage.media.files:
        return {"msgtype": bubble.kind, bubble.kind: _file_part(stage, robot, str(bubble.data["media_id"]))}
    kind = "voice" if bubble.kind == "voice" else "text"
    return {"msgtype": kind, kind: {"content": bubble.text}}


def _check_kinds(talk: Conversation, text: str, sent: Sent | None) -> None:
    if sent is not None and sent.kind not in ("image", "voice", "video", "file"):
        raise Impossible("智能机器人收不到链接和位置")
    if sent is not None and text and sent.kind != "image":
        raise Impossible("只有图片能和文字一起发")
    if sent is not None and talk.group and not text:
        raise Impossible("群里只有 @智能机器人 的文字或图文能到它那里，图片和文件要单聊发")


def _show(stage: Stage, talk: Conversation, member: Member, text: str, sent: Sent | None) -> Bubble:
    """The line as everybody sees it."""
    kind, data = "text", {}
    if sent is not None:
        kind, data = ("mixed", {"images": [dict(sent.data)]}) if text else (sent.kind, dict(sent.data))
        text = text or sent.text
    bubble = stage.phones.bubble(talk.chat, member.userid if talk.group else "me", kind, text, data=data)
    if talk.group:
        stage.phones.show_chat(bubble)
        stage.transcript.add(member.name, f"内部群「{stage.rooms[talk.id].name}」", text, "say")
    else:
        stage.phones.show_member(member.userid, bubble)
        stage.transcript.add(member.name, "智能机器人", text, "say")
    return bubble


def say(stage: Stage, userid: str, text: str, *, room: str = "", sent: Sent | None = None, quote: str = "") -> Part:
    """A member writes to the robot; a line in a room that does not mention it gets the mention. With three answers still open
    WeCom asks the person to wait and the robot hears nothing (doc 101031)."""
    robot, member = robot_of(stage), member_of(stage, userid)
    talk = talk_of(stage, robot, member, room)
    _check_kinds(talk, text, sent)
    mention = f"@{robot.config.name}"
    if talk.group and mention not in text:
        text = f"{mention} {text}"
    bubble = _show(stage, talk, member, text, sent)
    talk.spoken_at = stage.clock.now()
    if len(list(robot.open_turns(member.userid))) >= MOST_OPEN:
        notice = stage.phones.bubble(talk.chat, "system", "system", ASKING_TOO_MUCH)
        stage.phones.show_chat(notice) if talk.group else stage.phones.show_member(member.userid, notice)
        return {"id": bubble.id, "delivered": False}
    said = _said(stage, robot, text, sent)
    if quote:
        said["quote"] = _quote(stage, robot, talk, quote)
    turn = tell_message(stage, robot, member.userid, talk, said)
    return {"id": bubble.id, "delivered": True, "msgid": turn.body["msgid"], "req_id": turn.req_id}


def enter(stage: Stage, userid: str) -> Part:
    """A member opens the chat with the robot; only the first time in a day is told (doc 101027)."""
    robot, member = robot_of(stage), member_of(stage, userid)
    talk = robot.talk_with(member.userid)
    today = int((stage.clock.now() + SHANGHAI_S) // DAY)
    if talk.entered_on == today:
        return {"told": False}
    talk.entered_on = today
    stage.transcript.add(member.name, "智能机器人", "打开智能机器人", "enter")
    turn = tell_event(stage, robot, member.userid, talk, {"eventtype": "enter_chat"})
    return {"told": True, "req_id": turn.req_id}


def click(stage: Stage, userid: str, task_id: str, key: str, *, selected: dict[str, list[str]], room: str = "") -> Part:
    """A member presses a button of the robot's card; it stays alive until the robot changes the card (sheet 3.3)."""
    robot, member = robot_of(stage), member_of(stage, userid)
    talk = talk_of(stage, robot, member, room)
    face, words = press(robot.cards.get(task_id), member.userid, task_id, key)
    choose(face.card, selected)
    event: Part = {"card_type": face.card["card_type"], "event_key": key, "task_id": task_id}
    if selected:
        items = [{"question_key": question, "option_ids": {"option_id": chosen}} for question, chosen in selected.items()]
        event["selected_items"] = {"selected_item": items}
    stage.transcript.add(member.name, "智能机器人", f"点了按钮［{words}］", "click")
    said = {"eventtype": "template_card_event", "template_card_event": event}
    return {"req_id": tell_event(stage, robot, member.userid, talk, said, task_id).req_id}


def judge(
    stage: Stage, userid: str, feedback_id: str, verdict: int, *, words: str = "", reasons: list[int] | None = None
) -> Part:
    """A member judges an answer that asked for it: 1 good, 2 bad, 3 taken back (doc 101027)."""
    robot, member = robot_of(stage), member_of(stage, userid)
    talk = robot.feedback.get(feedback_id)
    if talk is None:
        raise Impossible(f"没有可以评价的回复 {feedback_id}")
    if verdict not in VERDICTS:
        raise Impossible("type 是 1 好、2 不好、3 取消")
    event: Part = {"id": feedback_id, "type": verdict}
    if verdict == 2:
        event |= {"content": words, "inaccurate_reason_list": reasons}
    stage.transcript.add(member.name, "智能机器人", f"评价 {VERDICTS[verdict]} {words}".strip(), "feedback")
    turn = tell_event(stage, robot, member.userid, talk, {"eventtype": "feedback_event", "feedback_event": event})
    return {"req_id": turn.req_id}
