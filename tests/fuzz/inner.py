"""The inside of authentic callbacks: every message and event WeCom sends, with fields missing, huge, odd or of another shape."""

from __future__ import annotations

from functools import cache
from typing import Any

from handlers.core import router
from tests.fuzz.odd import fields, words
from tests.fuzz.source import Source

_LEARNERS = ("wmYu", "wmMing", "wmNew", "wmGone")
_MEMBERS = ("lin", "wu", "chen", "zhao", "ops", "stranger", "LIN")
_CONTACT = (
    "add_external_contact", "add_half_external_contact", "edit_external_contact", "del_external_contact", "del_follow_user",
    "transfer_fail", "msg_audit_approved", "something_new",
)  # fmt: skip
_CLICKS = ("claim:1", "close:1", "close_hold:1", "nudge:absent:1", "nudge:unfinished:1", "nudge:1", "old:1")
_MEDIA = ("image", "voice", "video", "location", "link", "file", "shortvideo")


@cache
def staff_lines() -> tuple[str, ...]:
    """Everything staff may say: each name of each command, and each example."""
    commands = router.discover().staff_commands
    return tuple(line for command in commands for line in (*command.names, *command.example))


def xml(source: Source, now: int) -> bytes:
    """A decrypted callback; one in a few is no XML of WeCom at all."""
    if source.odds(12):
        return source.rest()
    event = fields(source, _message(source, now))
    text = "<xml>" + "".join(_node(source, name, value) for name, value in event.items()) + "</xml>"
    raw = text.encode("utf-8", "surrogatepass" if source.odds(6) else "replace")
    if source.odds(8):
        at = source.below(len(raw))
        raw = raw[:at] + source.raw(40) + raw[at + source.below(8) :]
    return raw


def _message(source: Source, now: int) -> dict[str, Any]:
    head = {"ToUserName": "wwfuzz0000000001", "FromUserName": "sys", "CreateTime": str(now), "MsgType": "event", "AgentID": "1"}
    make = source.pick((_text, _contact, _chat, _click, _directory, _kf, _media, _tag, _unknown))
    return head | make(source)


def _text(source: Source) -> dict[str, Any]:
    said = source.pick(staff_lines())
    if source.odds(128):
        said += source.pick(("", " ", "#", " #1", " 1 #2")) + words(source, "")
    return {"FromUserName": source.pick(_MEMBERS), "MsgType": "text", "Content": said, "MsgId": f"t{source.name}"}


def _contact(source: Source) -> dict[str, Any]:
    return {
        "Event": "change_external_contact",
        "ChangeType": source.pick(_CONTACT),
        "UserID": source.pick(_MEMBERS),
        "ExternalUserID": source.pick((*_LEARNERS, f"wm{source.name}")),
        "State": source.pick(("dy01", "", "elsewhere")),
        "WelcomeCode": f"code{source.name}",
        "Source": source.pick(("", "DELETE_BY_TRANSFER")),
        "FailReason": source.pick(("customer_refused", "customer_limit_exceed")),
    }


def _chat(source: Source) -> dict[str, Any]:
    return {
        "Event": "change_external_chat",
        "ChangeType": source.pick(("update", "create", "dismiss", "odd")),
        "ChatId": source.pick(("wrFuzzA", "wrFuzzB", f"wr{source.name}")),
        "UpdateDetail": source.pick(("add_member", "del_member", "change_owner", "change_name", "change_notice", "")),
        "JoinScene": "3",
        "QuitScene": "1",
        "MemChangeCnt": "1",
        "MemChangeList": source.pick(
            ({"Item": [*_LEARNERS]}, {"Item": "wmYu"}, "wmYu,lin", "", {"Item": {"Item": "wmYu"}}, {"Odd": "1"})
        ),
        "LastMemVer": source.pick(("", "v1", "v2")),
        "CurMemVer": source.pick(("v1", "v2", f"v{source.name}")),
    }


def _click(source: Source) -> dict[str, Any]:
    option = {"QuestionKey": "q1", "OptionIds": {"OptionId": source.pick(("o1", ["o1", "o2"], {"deep": "o1"}))}}
    return {
        "FromUserName": source.pick(_MEMBERS),
        "Event": "template_card_event",
        "EventKey": source.pick(_CLICKS),
        "TaskId": source.pick(("claim-1-1", "close-1", f"task-{source.name}")),
        "ResponseCode": f"rc{source.name}",
        "CardType": "button_interaction",
        "SelectedItems": source.pick(("", {"SelectedItem": option}, {"SelectedItem": [option, option, "x"]})),
    }


def _directory(source: Source) -> dict[str, Any]:
    return {
        "Event": "change_contact",
        "ChangeType": source.pick(("create_user", "update_user", "delete_user", "create_party", "update_tag")),
        "UserID": source.pick((*_MEMBERS, f"u{source.name[:6]}")),
        "NewUserID": source.pick(("", "", "lin2", "wu")),
        "Name": "新同事",
        "Department": "1,2",
        "Status": source.pick(("1", "2", "5")),
        "Mobile": "13800138000",
        "ExtAttr": {"Item": [{"Name": "a", "Type": "0", "Text": {"Value": "b"}}]},
    }


def _kf(source: Source) -> dict[str, Any]:
    return {"Event": "kf_msg_or_event", "Token": f"ENC{source.name}", "OpenKfId": source.pick(("wkFuzzDesk", f"wk{source.name}"))}


def _media(source: Source) -> dict[str, Any]:
    return {"FromUserName": source.pick(_MEMBERS), "MsgType": source.pick(_MEDIA), "MediaId": "m", "MsgId": f"p{source.name}"}


def _tag(source: Source) -> dict[str, Any]:
    return {
        "Event": "change_external_tag",
        "Id": "et1",
        "TagType": "tag",
        "ChangeType": source.pick(("create", "delete", "shuffle")),
    }


def _unknown(source: Source) -> dict[str, Any]:
    event = source.pick(
        (
            "enter_agent",
            "subscribe",
            "unsubscribe",
            "LOCATION",
            "batch_job_result",
            "open_approval_change",
            "living_status_change",
        )
    )
    return {"FromUserName": source.pick(_MEMBERS), "Event": event, "EventKey": "", "MsgId": ""}


def _node(source: Source, name: str, value: Any) -> str:
    """One element; lists repeat it. Names and values may break out of it."""
    opened: list[str] = []
    while isinstance(value, dict) and len(value) == 1:  # as deep as it goes, without recursion
        opened.append(name)
        ((key, value),) = value.items()
        name = str(key) or "x"
    if opened:
        inside = _node(source, name, value)
        return "".join(f"<{each}>" for each in opened) + inside + "".join(f"</{each}>" for each in reversed(opened))
    if isinstance(value, list):
        return "".join(_leaf(source, name, one) if isinstance(one, list) else _node(source, name, one) for one in value)
    if isinstance(value, dict):
        return f"<{name}>" + "".join(_node(source, str(key) or "x", one) for key, one in value.items()) + f"</{name}>"
    return _leaf(source, name, value)


def _leaf(source: Source, name: str, value: Any) -> str:
    said = "x" if isinstance(value, list | dict) else str(value)
    kind = source.byte()
    if kind < 200:
        return f"<{name}><![CDATA[{said.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
    if kind < 240:
        escaped = said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return f"<{name}>{escaped}</{name}>"
    return f"<{name} odd='1'><![CDATA[{said}]]></{name}>"
