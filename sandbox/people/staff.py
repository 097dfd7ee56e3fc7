"""Members write to the app, open it, press buttons, change and leave (docs 90239, 90240, 90970)."""

from typing import Any

from sandbox.api.messages import new_response_code
from sandbox.event_xml import Fields, from_member, from_system
from sandbox.people import Impossible
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
    return {"id": number}


def put_member(stage: Stage, userid: str, name: str, departments: list[int]) -> dict[str, Any]:
    """A new member, silently; a known one is changed and update_user fires (doc 90970)."""
    known = stage.world.members.get(userid)
    if known is None or not known.active:
        stage.world.members[userid] = Member(userid, name, departments or [1])
        return {"userid": userid}
    known.name, known.departments = name, departments or known.departments
    fields: Fields = [
        ("ChangeType", "update_user"),
        ("UserID", userid),
        ("Name", name),
        ("Department", ",".join(map(str, known.departments))),
    ]
    _tell_contact(stage, fields)
    return {"userid": userid}


def _tell_contact(stage: Stage, fields: Fields) -> None:
    stage.courier.post(from_system(stage.config.corp_id, stage.clock.seconds(), "change_contact", fields), "change_contact")


def leave(stage: Stage, userid: str) -> dict[str, Any]:
    member = member_of(stage, userid)
    member.active = False
    stage.transcript.add(member.name, "企业", "离职", "leave")
    _tell_contact(stage, [("ChangeType", "delete_user"), ("UserID", member.userid)])
    return {}


def _tell_app(stage: Stage, userid: str, msg_type: str, fields: Fields, what: str) -> None:
    xml = from_member(stage.config.corp_id, userid, stage.clock.seconds(), msg_type, fields)
    stage.courier.post(xml, what, agent_id=str(stage.config.agent_id))


def say(stage: Stage, userid: str, text: str) -> dict[str, Any]:
    member = member_of(stage, userid)
    msg_id = stage.world.msg_id()
    stage.phones.show_member(member.userid, stage.phones.bubble("app", "me", "text", text))
    stage.transcript.add(member.name, "应用", text, "say")
    fields: Fields = [("Content", text), ("MsgId", msg_id), ("AgentID", stage.config.agent_id)]
    _tell_app(stage, member.userid, "text", fields, f"「{text[:20]}」")
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


def _selected(card: dict[str, Any], selected: dict[str, list[str]]) -> Fields:
    """SelectedItems of the questions on the card (doc 90240); unknown questions or options are impossible."""
    questions: dict[str, list[str]] = {}
    for name in CLICK_ANSWERS:
        part = card.get(name, [])
        for question in part if isinstance(part, list) else [part]:
            questions[question["question_key"]] = [option["id"] for option in question["option_list"]]
    items: list[tuple[str, Fields]] = []
    for key, chosen in selected.items():
        if key not in questions or not set(chosen) <= set(questions[key]):
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
