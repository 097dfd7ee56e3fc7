"""kf: the parts of a message to a learner by msgtype (doc 94677).

Our choices: a link needs url and thumb_media_id, a mini program appid, pagepath and thumb_media_id, a place its two
coordinates, an acquisition link link_url.
"""

from typing import Any

from sandbox.api.media import media_named
from sandbox.api.parts import MEDIA_WORDS, Said, media_part, require
from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Ask, Refusal, too_large
from sandbox.stage import Stage

TEXT_BYTES = 2048
MENU_ITEMS = 10
ITEM_KINDS = ("click", "view", "miniprogram", "text")
REQUIRED = {
    "link": ("url", "thumb_media_id"),
    "miniprogram": ("appid", "pagepath", "thumb_media_id"),
    "ca_link": ("link_url",),
}
WORDS = {"link": "链接", "miniprogram": "小程序", "ca_link": "获客链接", "location": "位置"}
KINDS = ("text", *MEDIA_WORDS, "link", "miniprogram", "msgmenu", "location", "ca_link")


def menu_items(menu: dict[str, Any]) -> list[dict[str, Any]]:
    """What can be tapped; 95008 for more than ten, 95009 for a kind nobody knows."""
    entries = menu.get("list") or []
    if len(entries) > MENU_ITEMS:
        raise Refusal(95008, f"more than {MENU_ITEMS} menu items")
    items = []
    for entry in entries:
        kind = entry.get("type")
        if kind not in ITEM_KINDS or not isinstance(entry.get(kind), dict):
            raise Refusal(95009, "invalid menu item")
        if not entry[kind].get("content"):
            raise Refusal(EMPTY_PARAMETER, f"{kind}.content is empty")
        items.append({"type": kind, **entry[kind]})
    return items


def _menu(ask: Ask) -> tuple[Said, list[dict[str, Any]]]:
    menu = ask.part("msgmenu")
    items = menu_items(menu)
    if not items and not menu.get("head_content"):
        raise Refusal(EMPTY_PARAMETER, "msgmenu is empty")
    text = "\n".join(filter(None, [str(menu.get("head_content", "")), str(menu.get("tail_content", ""))]))
    return Said("menu", text, {name: menu[name] for name in ("head_content", "tail_content") if menu.get(name)}), items


def _place(ask: Ask) -> Said:
    place = ask.part("location")
    for name in ("latitude", "longitude"):
        if isinstance(place.get(name), bool) or not isinstance(place.get(name), int | float):
            raise Refusal(BAD_PARAMETER, f"location.{name} must be a number")
    return Said("location", f"［位置］{place.get('name', '')} {place.get('address', '')}".strip(), place)


def message_of(stage: Stage, ask: Ask, allowed: tuple[str, ...] = KINDS) -> tuple[Said, list[dict[str, Any]]]:
    """(what the learner sees, what can be tapped) of the message in the call; 40008 for a kind that is not allowed."""
    kind = ask.text("msgtype")
    if kind not in allowed:
        raise Refusal(40008, "invalid message type")
    if kind == "text":
        content = ask.content("text")
        too_large(content, TEXT_BYTES)
        return Said("text", content), []
    if kind == "msgmenu":
        return _menu(ask)
    if kind in MEDIA_WORDS:
        return media_part(stage, ask, kind), []
    if kind == "location":
        return _place(ask), []
    part = dict(ask.part(kind))
    require(part, kind, *REQUIRED[kind])
    if "thumb_media_id" in REQUIRED[kind]:
        part["picurl"] = media_named(stage, part["thumb_media_id"], "image").shown()["url"]
    title = part.get("title") or part.get("url") or part.get("link_url") or part.get("pagepath")
    return Said(kind, f"［{WORDS[kind]}］{title}", part), []
