"""Passive replies: what the bot says in its 200 to a callback of the app (docs 90240, 90241; sheet 1.8, 3.7).

Messages and a few events take a text; a click on a card takes update_button or update_template_card, which change the card
of whoever clicked and of nobody else. Our choices: other types, and a reply WeCom would not take, are a line in the
transcript and no second try; the text is refused above its 2048 bytes; a reply needs the ToUserName of the member.
"""

from typing import Any
from xml.etree import ElementTree

from sandbox.api.card_updates import keep_task_id, new_face
from sandbox.api.parts import TEXT_BYTES
from sandbox.api.wire import OUT_OF_FORM, Ask, Refusal, too_large
from sandbox.phones import Face, card_text
from sandbox.stage import Stage

MESSAGES = {"text", "image", "voice", "video", "location", "link"}
EVENTS = {"subscribe", "enter_agent", "LOCATION", "click", "view", "view_miniprogram", "scancode_waitmsg"}
EVENTS |= {"template_card_menu_event"}
CLICK = "template_card_event"
UPDATES = ("update_button", "update_template_card")

# The XML writes fields in PascalCase and repeats an element where JSON has a list.
LISTS = {"horizontal_content_list", "vertical_content_list", "jump_list", "button_list", "select_list", "option_list"}
LISTS |= {"action_list"}
NUMBERS = {"type": int, "style": int, "desc_color": int, "mode": int, "aspect_ratio": float}
TRUTHS = {"is_checked", "disable"}
ONE_WORD = {"key_name": "keyname", "page_path": "pagepath", "app_id": "appid", "user_id": "userid", "check_box": "checkbox"}


def _name(tag: str) -> str:
    """`HorizontalContentList` → `horizontal_content_list`."""
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in tag).lstrip("_")
    return ONE_WORD.get(words, words)


def _value(name: str, element: ElementTree.Element) -> Any:
    if len(element):
        return _fields(element)
    text = element.text or ""
    if name in NUMBERS and text:
        return NUMBERS[name](text)
    return text.strip().lower() in ("1", "true") if name in TRUTHS else text


def _fields(element: ElementTree.Element) -> dict[str, Any]:
    """The children of an element as the JSON of the API writes them."""
    found: dict[str, Any] = {}
    for child in element:
        name = _name(child.tag)
        if name in LISTS:
            found.setdefault(name, []).append(_value(name, child))
        else:
            found[name] = _value(name, child)
    return found


def _say(stage: Stage, userid: str, content: str) -> None:
    if not content:
        raise Refusal(44004, "content is empty")
    too_large(content, TEXT_BYTES)
    stage.phones.show_member(userid, stage.phones.bubble("app", "app", "text", content))
    stage.transcript.add("机器人", stage.world.name_of(userid), content, "text")


def _update(stage: Stage, userid: str, task_id: str, reply: dict[str, Any]) -> None:
    """The card of the one who clicked."""
    if reply["msg_type"] == "update_button":
        body: dict[str, Any] = {"button": reply.get("button")}
    else:
        body = {"template_card": reply.get("template_card")}
    card, label = new_face(stage, Ask(body))
    message = stage.phones.task_ids[task_id]
    keep_task_id(stage, card, message)
    message.faces[userid] = Face(card or message.faces[userid].card, label)
    stage.phones.touch(userid)
    stage.transcript.add("机器人", stage.world.name_of(userid), f"卡片更新：{label or card_text(card or {})}", "card_update")


def _act(stage: Stage, event: dict[str, Any], reply: dict[str, Any]) -> None:
    userid, kind = str(event.get("from_user_name", "")), str(reply.get("msg_type", ""))
    if str(reply.get("to_user_name", "")).lower() != userid.lower():
        raise Refusal(40003, "ToUserName is not the member who wrote or clicked")
    cause = str(event.get("event", ""))
    if cause == CLICK and kind in UPDATES:
        _update(stage, userid, str(event["task_id"]), reply)
    elif kind == "text" and (cause in EVENTS or event["msg_type"] in MESSAGES):
        _say(stage, userid, str(reply.get("content", "")))
    else:
        raise Refusal(40008, f"{cause or event['msg_type']} takes no {kind or 'reply without MsgType'}")


def take(stage: Stage, event: str, reply: str) -> None:
    """Do what the bot's reply to this event says; both are the plain XML."""
    try:
        _act(stage, _fields(ElementTree.fromstring(event)), _fields(ElementTree.fromstring(reply)))
    except Refusal as refusal:
        why = f"{refusal.errcode} {refusal.errmsg}"
    except (ElementTree.ParseError, *OUT_OF_FORM) as fault:
        why = f"格式不对 {fault!r}"
    else:
        return
    stage.transcript.add("沙箱", "机器人", f"被动回复没有被接受：{why}", "refused")
