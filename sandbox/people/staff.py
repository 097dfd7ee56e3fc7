"""Members write to the app, open it, press buttons, change and leave (docs 90239, 90240, 90970)."""

from typing import Any

from sandbox.event_xml import Fields, from_member, from_system
from sandbox.people import Impossible
from sandbox.people.cards import choose, press
from sandbox.people.media import Sent
from sandbox.phones import AppMessage
from sandbox.renaming import Renaming
from sandbox.stage import Stage
from sandbox.world import Department, Member


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


def rename(stage: Stage, userid: str, new_userid: str) -> dict[str, Any]:
    """The administrator gives the member another userid; the event names both (doc 90970)."""
    member = member_of(stage, userid)
    if any(known.lower() == new_userid.lower() for known in stage.world.members):
        raise Impossible(f"已经有成员 {new_userid}")
    old = member.userid
    Renaming(stage, old, new_userid).carry_out()
    stage.transcript.add("管理员", member.name, f"账号 {old} 改成 {new_userid}", "rename")
    _tell_member(stage, member, "update_user", before=old)
    return {"userid": new_userid}


def _tell_member(stage: Stage, member: Member, change: str, *, before: str = "") -> None:
    """Without the fields restricted since 2022 (doc 96079); NewUserID only of a member who was called `before` until now."""
    fields: Fields = [
        ("ChangeType", change),
        ("UserID", before or member.userid),
        *([("NewUserID", member.userid)] if before else []),
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


def _on_screen(stage: Stage, userid: str, task_id: str) -> AppMessage | None:
    """The card, unless it was recalled or never came."""
    message = stage.phones.task_ids.get(task_id)
    seen = any(bubble.sent is message for bubble in stage.phones.members.get(userid, []))
    return message if seen else None


def _selected(selected: dict[str, list[str]]) -> Fields:
    """SelectedItems (doc 90240); left out when nothing was chosen."""
    items: list[tuple[str, Fields]] = []
    for key, chosen in selected.items():
        options: Fields = [("OptionId", option) for option in chosen]
        items.append(("SelectedItem", [("QuestionKey", key), ("OptionIds", options)]))
    return [("SelectedItems", items)] if items else []


def click(stage: Stage, userid: str, task_id: str, key: str, selected: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """A member presses a button; it stays active until the bot updates the card (sheet 3.3)."""
    member = member_of(stage, userid)
    message = _on_screen(stage, member.userid, task_id)
    face, words = press(message, member.userid, task_id, key)
    assert message is not None
    choose(face.card, selected or {})
    menu_keys = [action.get("key") for action in face.card.get("action_menu", {}).get("action_list", [])]
    event = "template_card_menu_event" if key in menu_keys else "template_card_event"
    code = stage.new_response_code(message)
    stage.transcript.add(member.name, "应用", f"点了按钮［{words}］", "click")
    fields: Fields = [
        ("Event", event),
        ("EventKey", key),
        ("TaskId", task_id),
        ("CardType", str(face.card["card_type"])),
        ("ResponseCode", code),
        ("AgentID", stage.config.agent_id),
        *_selected(selected or {}),
    ]
    _tell_app(stage, member.userid, "event", fields, f"{event} {key}")
    return {"response_code": code}
