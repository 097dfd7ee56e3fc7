"""Byte, field and pace limits of wecom-api.md, checked on every call the bot makes."""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.blackbox.answers import KFID
from tests.blackbox.reading import ODD, card_text, text_of

if TYPE_CHECKING:
    from tests.blackbox.fake import Call, Fake

AGENT = 1000017


class Judge:
    """Notes what is wrong with one accepted call."""

    def __init__(self, fake: "Fake", call: "Call") -> None:
        self.fake, self.call, self.body = fake, call, call.body

    def breach(self, wrong: object, what: str) -> None:
        """Notes `what` when `wrong` is true."""
        if wrong:
            self.fake.breaches.append(f"{self.call.path}: {what}: {json.dumps(self.body, ensure_ascii=False)[:400]}")

    def text(self, text: Any, size: int, name: str) -> None:
        """Not empty, not longer than `size` bytes, nothing in it that only a programmer would say."""
        if not isinstance(text, str) or not text.strip():
            self.breach(True, f"{name} empty")
            return
        self.breach(len(text.encode()) > size, f"{name} over {size} bytes")
        odd = ODD.search(text)
        self.breach(odd, f"{name} shows {odd and odd.group()!r}")


def _app_message(judge: Judge) -> None:
    body = judge.body
    users = str(body.get("touser", "")).split("|")
    judge.breach(not body.get("touser") or len(users) > 1000 or len(users) != len(set(users)), "touser")
    judge.breach(any([judge.fake.pace(user, 30) for user in users]), "more than 30 messages a minute to one member")
    judge.breach(body.get("agentid") != AGENT, "agentid")
    if body.get("enable_duplicate_check"):
        judge.breach(not 0 < int(body.get("duplicate_check_interval", 1800)) <= 14400, "duplicate_check_interval")
    kind = body.get("msgtype")
    if kind in ("text", "markdown"):
        judge.text(body.get(kind, {}).get("content"), 2048, kind)
    elif kind == "template_card":
        _card(judge, body["template_card"])
    else:
        judge.breach(True, "msgtype")


def _card(judge: Judge, card: dict[str, Any]) -> None:
    task, title, kind = card.get("task_id", ""), card.get("main_title", {}), card.get("card_type")
    if kind == "button_interaction":
        judge.breach(not title.get("title") or not 1 <= len(card.get("button_list", [])) <= 6, "button card parts")
        judge.breach(not re.fullmatch(r"[0-9A-Za-z_\-@]{1,128}", task), "task_id form")
    else:
        judge.breach(kind != "text_notice", "card_type")
        judge.breach(not card.get("card_action"), "text_notice without card_action")
        judge.breach(not (title.get("title") or card.get("sub_title_text")), "text_notice without title")
    judge.breach(task and task in judge.fake.task_ids, "task_id used twice")
    judge.fake.task_ids.add(task)
    _card_fields(judge, card)


def _card_fields(judge: Judge, card: dict[str, Any]) -> None:
    title, rows, buttons = card.get("main_title", {}), card.get("horizontal_content_list", []), card.get("button_list", [])
    judge.breach(len(title.get("title", "")) > 36 or len(title.get("desc", "")) > 44, "title or desc too long")
    judge.breach(
        len(card.get("sub_title_text", "")) > 160 or len(card.get("source", {}).get("desc", "")) > 20, "sub_title_text or source"
    )
    judge.breach(len(rows) > 6, "more than 6 rows")
    judge.breach(
        any(len(r.get("keyname", "")) > 5 or not 0 < len(r.get("value", "")) <= 30 for r in rows), "row too long or empty"
    )
    judge.breach(any(not 0 < len(b.get("text", "")) <= 10 for b in buttons), "button text")
    judge.breach(
        any(not 0 < len(b.get("key", "").encode()) <= 1024 or b.get("style", 1) not in (1, 2, 3, 4) for b in buttons), "button"
    )
    odd = ODD.search(card_text(card))
    judge.breach(odd, f"card shows {odd and odd.group()!r}")


def _update_card(judge: Judge) -> None:
    body, code = judge.body, str(judge.body.get("response_code"))
    judge.breach(not 0 < len(body.get("userids", [])) <= 100, "userids")
    judge.breach(code in judge.fake.used, "response_code used twice")
    judge.breach(not code.startswith(("rc-send-", "rc-click-")), "unknown response_code")
    judge.fake.used.add(code)
    judge.breach(body.get("agentid") != AGENT, "agentid")
    judge.breach(not (body.get("button", {}).get("replace_name") or body.get("template_card")), "neither button nor card")
    if "template_card" in body:
        _card_fields(judge, body["template_card"])


def _kf_message(judge: Judge) -> None:
    body = judge.body
    judge.breach(not re.fullmatch(r"[0-9a-zA-Z_-]{1,32}", body.get("msgid", "")), "msgid form")
    if judge.call.path == "kf/send_msg":
        judge.breach(body.get("open_kfid") != KFID or not body.get("touser"), "open_kfid/touser")
    if body.get("msgtype") == "text":
        judge.text(body.get("text", {}).get("content"), 2048, "text")
        return
    judge.breach(body.get("msgtype") != "msgmenu", "msgtype")
    items = body.get("msgmenu", {}).get("list", [])
    judge.breach(not 1 <= len(items) <= 10, "menu items")
    for item in items:
        inner = item.get(item.get("type"), {})
        judge.breach(item.get("type") == "click" and not 0 < len(inner.get("id", "").encode()) <= 128, "menu id")
        judge.text(inner.get("content"), 128, "menu item")
    judge.text(text_of(body), 2048, "menu")


def _welcome(judge: Judge) -> None:
    body = judge.body
    judge.text(body.get("text", {}).get("content"), 4000, "welcome")
    judge.breach(not body.get("welcome_code") or len(body.get("attachments", [])) > 9, "code or attachments")
    for one in body.get("attachments", []):
        link = one.get("link", {})
        if one.get("msgtype") == "link":
            judge.breach(not link.get("url") or not 0 < len(link.get("title", "").encode()) <= 128, "link")


def _robot(judge: Judge) -> None:
    kind = str(judge.body.get("msgtype"))
    size = {"text": 2048, "markdown": 4096, "markdown_v2": 4096}.get(kind)
    judge.breach(judge.fake.pace("robot:" + judge.call.query.get("key", ""), 20), "more than 20 messages a minute by one robot")
    judge.breach(size is None, "msgtype")
    judge.text(judge.body.get(kind, {}).get("content"), size or 0, kind)


def _mark_tag(judge: Judge) -> None:
    body = judge.body
    judge.breach(not (body.get("add_tag") or body.get("remove_tag")), "no list")
    judge.breach(not body.get("userid") or not body.get("external_userid"), "ids")


def _add_tag(judge: Judge) -> None:
    names = [tag.get("name", "") for tag in judge.body.get("tag", [])]
    judge.breach(not names or any(not 0 < len(name) <= 30 for name in names), "tag names")


def _sync(judge: Judge) -> None:
    body = judge.body
    judge.breach(body.get("open_kfid") != KFID, "open_kfid")
    judge.breach(
        len(str(body.get("cursor", "")).encode()) > 64 or len(str(body.get("token", "")).encode()) > 128, "cursor or token"
    )
    judge.breach(not 0 < body.get("limit", 1000) <= 1000, "limit")


def _by_user(judge: Judge) -> None:
    judge.breach(not 1 <= len(judge.body.get("userid_list", [])) <= 100 or judge.body.get("limit", 50) > 100, "batch size")


def _link(judge: Judge) -> None:
    judge.breach(not re.fullmatch(r"[0-9a-zA-Z_-]{1,32}", judge.body.get("scene", "")), "scene")


def _customers(judge: Judge) -> None:
    judge.breach(not 1 <= len(judge.body.get("external_userid_list", [])) <= 100, "batch size")


_CHECKS: dict[str, Callable[[Judge], None]] = {
    "message/send": _app_message,
    "message/update_template_card": _update_card,
    "kf/send_msg": _kf_message,
    "kf/send_msg_on_event": _kf_message,
    "kf/sync_msg": _sync,
    "kf/add_contact_way": _link,
    "kf/customer/batchget": _customers,
    "externalcontact/send_welcome_msg": _welcome,
    "externalcontact/mark_tag": _mark_tag,
    "externalcontact/add_corp_tag": _add_tag,
    "externalcontact/batch/get_by_user": _by_user,
    "webhook/send": _robot,
}


def check(fake: "Fake", call: "Call") -> None:
    """Puts every breach of a documented limit by this call into `fake.breaches`."""
    if call.path in _CHECKS:
        _CHECKS[call.path](Judge(fake, call))
