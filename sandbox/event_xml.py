"""The plain XML inside a callback: text in CDATA, numbers bare, nested elements in the order of the documents."""

from collections.abc import Sequence
from typing import Union

Value = Union[str, int, "Fields"]
Fields = Sequence[tuple[str, Value]]


def _element(name: str, value: Value) -> str:
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    if isinstance(value, str):
        # A "]]>" typed by a person must not end the section early.
        safe = value.replace("]]>", "]]]]><![CDATA[>")
        return f"<{name}><![CDATA[{safe}]]></{name}>"
    return f"<{name}>{_inner(value)}</{name}>"


def _inner(fields: Fields) -> str:
    return "".join(_element(name, value) for name, value in fields)


def render(fields: Fields) -> str:
    """`<xml>…</xml>` of the given (name, value) pairs."""
    return f"<xml>{_inner(fields)}</xml>"


def from_member(corp: str, userid: str, at: int, msg_type: str, rest: Fields) -> str:
    """A message or event a member causes in the app's chat (docs 90239, 90240)."""
    head: Fields = [("ToUserName", corp), ("FromUserName", userid), ("CreateTime", at), ("MsgType", msg_type)]
    return render([*head, *rest])


def from_system(corp: str, at: int, event: str, rest: Fields) -> str:
    """A change_* event, always from `sys` (docs 92130, 92277, 90970)."""
    head: Fields = [
        ("ToUserName", corp),
        ("FromUserName", "sys"),
        ("CreateTime", at),
        ("MsgType", "event"),
        ("Event", event),
    ]
    return render([*head, *rest])


def kf_notice(corp: str, at: int, token: str, open_kfid: str) -> str:
    """The contentless kf callback (doc 94670)."""
    return render(
        [
            ("ToUserName", corp),
            ("CreateTime", at),
            ("MsgType", "event"),
            ("Event", "kf_msg_or_event"),
            ("Token", token),
            ("OpenKfId", open_kfid),
        ]
    )
