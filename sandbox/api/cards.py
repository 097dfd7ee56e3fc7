"""Template card checks, one errcode per field (docs 90236, 90313), for app messages and robots alike."""

import re
from collections.abc import Callable
from typing import Any

from sandbox.api.media import media_named
from sandbox.api.wire import Refusal
from sandbox.stage import Stage

TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
INTERACTIVE = ("button_interaction", "vote_interaction", "multiple_interaction")
KEY_BYTES = 1024
BAD_TASK_ID, BAD_CARD_TYPE, NO_URL, NO_APP, NO_TITLE, BAD_QUESTION = 42014, 42031, 42028, 42030, 42033, 42043
SUBTITLE_CHARACTERS, ROBOT_SUBTITLE_CHARACTERS = 160, 112

Part = dict[str, Any]


def _refuse_if(fault: object, errcode: int, errmsg: str) -> None:
    if fault:
        raise Refusal(errcode, f"template_card: {errmsg}")


def _parts(card: Part, name: str, most: int, errcode: int, least: int = 0) -> list[Part]:
    found = card.get(name, [])
    well_formed = isinstance(found, list) and all(isinstance(part, dict) for part in found)
    _refuse_if(not well_formed or not least <= len(found) <= most, errcode, f"{name} has {least}..{most} entries")
    return list(found)


def _bad_text(part: Part, name: str, most: int) -> bool:
    """Missing, not a string, or longer than `most` characters."""
    value = part.get(name)
    return not isinstance(value, str) or not value or len(value) > most


def _bad_key(part: Part, name: str, most: int = KEY_BYTES) -> bool:
    value = part.get(name)
    return not isinstance(value, str) or not 1 <= len(value.encode()) <= most


def _check_rows(card: Part) -> None:
    for row in _parts(card, "horizontal_content_list", 6, 42035):
        _refuse_if(_bad_text(row, "keyname", 5), 42027, "horizontal_content_list.keyname has 1..5 characters")
        value = row.get("value", "")
        _refuse_if(not isinstance(value, str) or len(value) > 30, 42035, "horizontal_content_list.value ≤30 characters")
        kind = row.get("type", 0)
        _refuse_if(kind == 1 and not row.get("url"), NO_URL, "horizontal_content_list.url missing")
        _refuse_if(kind == 2 and not row.get("media_id"), 42029, "horizontal_content_list.media_id missing")
        _refuse_if(kind == 3 and not row.get("userid"), 42050, "horizontal_content_list.userid missing")
    for row in _parts(card, "vertical_content_list", 4, 42036):
        _refuse_if(not row.get("title"), NO_TITLE, "vertical_content_list.title missing")


def _check_links(card: Part, *, robot: bool) -> None:
    """jump_list and quote_area. Only a robot's card may ask a question (type 3)."""
    for link in _parts(card, "jump_list", 3, 42042):
        kind = link.get("type", 0)
        _refuse_if(kind not in ((0, 1, 2, 3) if robot else (0, 1, 2)), 42042, "jump_list.type unknown")
        _refuse_if(not link.get("title"), NO_TITLE, "jump_list.title missing")
        _refuse_if(kind == 1 and not link.get("url"), NO_URL, "jump_list.url missing")
        _refuse_if(kind == 2 and not link.get("appid"), NO_APP, "jump_list.appid missing")
        _refuse_if(kind == 3 and not link.get("question"), NO_TITLE, "jump_list.question missing")
    quote = card.get("quote_area") or {}
    _refuse_if(quote.get("type", 0) == 1 and not quote.get("url"), NO_URL, "quote_area.url missing")
    _refuse_if(quote.get("type", 0) == 2 and not quote.get("appid"), NO_APP, "quote_area.appid missing")


def _check_action(card: Part) -> None:
    action = card.get("card_action")
    _refuse_if(not isinstance(action, dict) or action.get("type") not in (0, 1, 2), 42045, "card_action missing")
    assert isinstance(action, dict)
    _refuse_if(action["type"] == 1 and not action.get("url"), NO_URL, "card_action.url missing")
    _refuse_if(action["type"] == 2 and not action.get("appid"), NO_APP, "card_action.appid missing")


def _check_options(question: Part, most: int, longest: int) -> None:
    _refuse_if(not question.get("question_key"), BAD_QUESTION, "question_key missing")
    for option in _parts(question, "option_list", most, 42037, least=1):
        _refuse_if(_bad_key(option, "id", 128), 42040, "option_list.id missing or too long")
        _refuse_if(_bad_text(option, "text", longest), 42041, "option_list.text missing or too long")


def _check_submit(card: Part) -> None:
    button = card.get("submit_button")
    _refuse_if(not isinstance(button, dict), 42046, "submit_button missing")
    assert isinstance(button, dict)
    _refuse_if(_bad_text(button, "text", 10), 42049, "submit_button.text has 1..10 characters")
    _refuse_if(_bad_key(button, "key"), 42046, "submit_button.key missing or too long")


def _check_text_notice(card: Part) -> None:
    _refuse_if(not card["main_title"].get("title") and not card.get("sub_title_text"), NO_TITLE, "no title")
    _check_action(card)


def _check_news_notice(card: Part) -> None:
    _refuse_if(not card["main_title"].get("title"), NO_TITLE, "main_title missing")
    image, area = card.get("card_image") or {}, card.get("image_text_area")
    _refuse_if(area is None and not image.get("url"), 42044, "card_image.url missing")
    if area is not None:
        _refuse_if(not isinstance(area, dict) or not area.get("image_url"), 42044, "image_text_area.image_url missing")
        _refuse_if(area.get("type", 0) == 1 and not area.get("url"), NO_URL, "image_text_area.url missing")
    ratio = image.get("aspect_ratio", 1.3)
    _refuse_if(not 1.3 <= ratio <= 2.25, 42044, "card_image.aspect_ratio is 1.3..2.25")
    _check_action(card)


def _check_buttons(card: Part) -> None:
    _refuse_if(not card["main_title"].get("title"), NO_TITLE, "main_title missing")
    for button in _parts(card, "button_list", 6, 42038, least=1):
        _refuse_if(_bad_text(button, "text", 10), 42038, "button_list.text has 1..10 characters")
        if button.get("type", 0) == 1:
            _refuse_if(not button.get("url"), NO_URL, "button_list.url missing")
        else:
            _refuse_if(_bad_key(button, "key"), 42039, "button_list.key missing or too long")
    if "button_selection" in card:
        _check_options(card["button_selection"], 10, 1000)


def _check_vote(card: Part) -> None:
    _refuse_if(not card["main_title"].get("title"), NO_TITLE, "main_title missing")
    checkbox = card.get("checkbox")
    _refuse_if(not isinstance(checkbox, dict), BAD_QUESTION, "checkbox missing")
    assert isinstance(checkbox, dict)
    _refuse_if(checkbox.get("mode", 0) not in (0, 1), BAD_QUESTION, "checkbox.mode is 0 or 1")
    _check_options(checkbox, 20, 11)
    _check_submit(card)


def _check_selects(card: Part) -> None:
    _refuse_if(not card["main_title"].get("title"), NO_TITLE, "main_title missing")
    for question in _parts(card, "select_list", 3, 42047, least=1):
        _refuse_if(len(str(question.get("title", ""))) > 13, NO_TITLE, "select_list.title ≤13 characters")
        _check_options(question, 10, 1000)
    _check_submit(card)


KINDS: dict[str, Callable[[Part], None]] = {
    "text_notice": _check_text_notice,
    "news_notice": _check_news_notice,
    "button_interaction": _check_buttons,
    "vote_interaction": _check_vote,
    "multiple_interaction": _check_selects,
}


def _check_menu(card: Part) -> None:
    menu = card.get("action_menu", {})
    _refuse_if(not isinstance(menu, dict), 42037, "action_menu must be an object")
    if not menu:
        return
    actions = _parts(menu, "action_list", 3, 42037, least=1)
    for action in actions:
        _refuse_if(_bad_key(action, "key"), 42039, "action_list.key missing or too long")
    _refuse_if(len({action["key"] for action in actions}) < len(actions), 42051, "action_list.key repeated")


def calls_back(card: Part) -> bool:
    """Interactive kinds and cards with a menu: they need a task_id and a callback URL, and get a response_code."""
    return card.get("card_type") in INTERACTIVE or bool(card.get("action_menu"))


def check_card(card: Part, *, robot: bool = False) -> None:
    """All field checks but the task_id and media; raises the first Refusal. The advised lengths of titles are no limits."""
    kind = card.get("card_type")
    _refuse_if(kind not in KINDS, BAD_CARD_TYPE, "card_type unknown")
    card = {**card, "main_title": card.get("main_title") or {}}
    _refuse_if(not isinstance(card["main_title"], dict), NO_TITLE, "main_title must be an object")
    most = ROBOT_SUBTITLE_CHARACTERS if robot else SUBTITLE_CHARACTERS
    _refuse_if(len(str(card.get("sub_title_text", ""))) > most, 45002, f"sub_title_text ≤{most} characters")
    _check_rows(card)
    _check_links(card, robot=robot)
    _check_menu(card)
    KINDS[str(kind)](card)


def check_card_media(stage: Stage, card: Part, robot: str = "") -> None:
    """Rows of type 2 hand over a file; 40007 for one that is none."""
    for row in card.get("horizontal_content_list", []):
        if row.get("type", 0) == 2:
            media_named(stage, row["media_id"], "file", robot)


def check_task_id(card: Part) -> str:
    """The task_id ("" when the card needs none); 42014 for a bad or missing one."""
    task_id = card.get("task_id", "")
    if not task_id and not calls_back(card):
        return ""
    _refuse_if(not isinstance(task_id, str) or not TASK_ID.fullmatch(task_id), BAD_TASK_ID, "task_id invalid")
    return str(task_id)
