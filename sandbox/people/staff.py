"""Members write to the app, open it, press buttons, change and leave (docs 90239, 90240, 90970)."""

from typing import Any

from sandbox.api.messages import new_response_code
from sandbox.event_xml import Fields, from_member, from_system
from sandbox.people import Impossible
from sandbox.people.media import Sent
from sandbox.phones import AppMessage, Face, buttons_of
from sandbox.stage import Stage
from sandbox.world import Department, Member

CLICK_ANSWERS = ("button_selection", "checkbox", "select_list")


def member_of(stage: Stage, userid: str) -> Member:
    member = stage.world.active_member(userid)
    if member is None:
        raise Impossible(f"没有成员 {userid}")
    return member


def new_department(stage: Stage, number: int, name: str, parentid: int) -> dict[str, Any]:
    stage.world.departments[number] = Department(number, name, parentid)
    stage.changes.tell("world")
    return {"id": number}


def put_member(
    stage: Stage, userid: str, name: str, departments: list[int], position: str = "", *, told: bool = False
) -> dict[str, Any]:
    """A new member, silently unless `told` (then create_user fires); a known one is changed and update_user fires (doc 90970)."""
    known = stage.world.members.get(userid)
    if known is None or not known.active:
        stage.world.members[userid] = known = Member(userid, name, departments or [1], position=position)
        stage.changes.tell("world")
        if told:
            _tell_member(stage, known, "create_user")
        return {"userid": userid}
    known.name, known.departments = name, departments or known.departments
    known.position = position or known.position
    _tell_member(stage, known, "update_user")
    return {"userid": userid}


def set_status(stage: Stage, userid: str, status: int) -> dict[str, Any]:
    """1 active, 2 disabled, 4 not activated: the member stays in the directory (doc 90196)."""
    member = member_of(stage, userid)
    if status not in (1, 2, 4):
        raise Impossible("status 只能是 1、2、4；离职用 leave")
    member.status = status
    _tell_member(stage, member, "update_user")
    return {"userid": member.userid, "status": status}


def _tell_member(stage: Stage, member: Member, change: str) -> None:
    """Without the fields restricted since 2022 (doc 96079)."""
    fields: Fields = [
        ("ChangeType", change),
        ("UserID", member.userid),
        ("Name", member.name),
        ("Department", ",".join(map(str, member.departments))),
        ("MainDepartment", member.departments[0]),
        ("Status", member.status),
    ]
    tell_contact(stage, fields)


def tell_contact(stage: Stage, fields: Fields) -> None:
    stage.changes.tell("world")
    stage.courier.post(from_system(stage.config.corp_id, stage.clock.seconds(), "change_contact", fields), "change_contact")


def leave(stage: Stage, userid: str) -> dict[str, Any]:
    member = member_of(stage, userid)
    member.active, member.left_at, member.status = False, stage.clock.seconds(), 5
    stage.transcript.add(member.name, "企业", "离职", "leave")
    tell_contact(stage, [("ChangeType", "delete_user"), ("UserID", member.userid)])
    return {}


def _tell_app(stage: Stage, userid: str, msg_type: str, fields: Fields, what: str) -> None:
    xml = from_member(stage.config.corp_id, userid, stage.clock.seconds(), msg_type, fields)
    stage.courier.post(xml, what, agent_id=str(stage.config.agent_id))


def _media_fields(sent: Sent, origin: str) -> Fields:
    """What the XML says of a file, link or place, in the order of doc 90239."""
    data, part = sent.data, sent.part
    if sent.kind == "image":
        return [("PicUrl", origin + data["url"]), ("MediaId", data["media_id"])]
    if sent.kind == "voice":
        return [("MediaId", data["media_id"]), ("Format", "amr")]
    if sent.kind == "video":
        return [("MediaId", data["media_id"]), ("ThumbMediaId", data["media_id"])]
    if sent.kind == "link":
        return [("Title", part["title"]), ("Description", part["desc"]), ("Url", part["url"]), ("PicUrl", part["pic_url"])]
    if sent.kind == "location":
        spot = [("Location_X", str(part["latitude"])), ("Location_Y", str(part["longitude"]))]
        return [*spot, ("Scale", 15), ("Label", f"{part['name']} {part['address']}".strip()), ("AppType", "wxwork")]
    raise Impossible("企业微信不把文件转给应用；用网页上传，或者发给智能机器人")


def say(stage: Stage, userid: str, text: str, *, sent: Sent | None = None, origin: str = "") -> dict[str, Any]:
    """A member writes to the app or sends it a picture, recording, film, link or place; `origin` begins the PicUrl."""
    member = member_of(stage, userid)
    msg_id = stage.world.msg_id()
    sent = sent or Sent("text", text)
    body: Fields = [("Content", text)] if sent.kind == "text" else _media_fields(sent, origin)
    stage.phones.show_member(member.userid, stage.phones.bubble("app", "me", sent.kind, sent.text, data=dict(sent.data)))
    stage.transcript.add(member.name, "应用", sent.text, "say")
    fields: Fields = [*body, ("MsgId", msg_id), ("AgentID", stage.config.agent_id)]
    _tell_app(stage, member.userid, sent.kind, fields, f"「{sent.text[:20]}」")
    return {"msgid": str(msg_id)}


def enter(stage: Stage, userid: str) -> dict[str, Any]:
    member = member_of(stage, userid)
    stage.transcript.add(member.name, "应用", "打开应用", "enter")
    fields: Fields = [("Event", "enter_agent"), ("EventKey", ""), ("AgentID", stage.config.agent_id)]
    _tell_app(stage, member.userid, "event", fields, "enter_agent")
    return {}


def _living_card(stage: Stage, userid: str, task_id: str, key: str) -> tuple[AppMessage, Face, str]:
    """(message, face, button text), or Impossible with the reason the button cannot be pressed."""
    message = stage.phones.task_ids.get(task_id)
    on_screen = any(bubble.sent is message for bubble in stage.phones.members.get(userid, []))
    if message is None or userid not in message.faces or not on_screen:
        raise Impossible(f"{userid} 没有卡片 {task_id}")
    face = message.faces[userid]
    if face.label:
        raise Impossible(f"按钮已经失效：{face.label}")
    for button in buttons_of(face.card):
        if button["key"] == key:
            return message, face, button["text"]
    raise Impossible(f"卡片上没有按钮 {key}")


def _takes(question: dict[str, Any], chosen: list[str], *, multiple: bool) -> bool:
    """Whether a person can choose these options: known ones, one only where one is allowed, none where it is disabled."""
    known = {option["id"] for option in question["option_list"]}
    return set(chosen) <= known and not question.get("disable") and (multiple or len(chosen) <= 1)


def _selected(card: dict[str, Any], selected: dict[str, list[str]]) -> Fields:
    """SelectedItems of the questions on the card (doc 90240); what nobody could choose is impossible."""
    questions: dict[str, dict[str, Any]] = {}
    for name in CLICK_ANSWERS:
        part = card.get(name, [])
        questions |= {question["question_key"]: question for question in (part if isinstance(part, list) else [part])}
    many = card.get("checkbox", {}).get("mode", 0) == 1
    items: list[tuple[str, Fields]] = []
    for key, chosen in selected.items():
        question = questions.get(key)
        if question is None or not _takes(question, chosen, multiple=many and question is card.get("checkbox")):
            raise Impossible(f"卡片上没有选项 {key}={chosen}")
        options: Fields = [("OptionId", option) for option in chosen]
        items.append(("SelectedItem", [("QuestionKey", key), ("OptionIds", options)]))
    return [("SelectedItems", items)] if items else []


def click(stage: Stage, userid: str, task_id: str, key: str, selected: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """A member presses a button; it stays active until the bot updates the card (sheet 3.3)."""
    member = member_of(stage, userid)
    message, face, words = _living_card(stage, member.userid, task_id, key)
    chosen = _selected(face.card, selected or {})
    menu_keys = [action.get("key") for action in face.card.get("action_menu", {}).get("action_list", [])]
    event = "template_card_menu_event" if key in menu_keys else "template_card_event"
    code = new_response_code(stage, message)
    stage.transcript.add(member.name, "应用", f"点了按钮［{words}］", "click")
    fields: Fields = [
        ("Event", event),
        ("EventKey", key),
        ("TaskId", task_id),
        ("CardType", str(face.card["card_type"])),
        ("ResponseCode", code),
        ("AgentID", stage.config.agent_id),
        *chosen,
    ]
    _tell_app(stage, member.userid, "event", fields, f"{event} {key}")
    return {"response_code": code}
