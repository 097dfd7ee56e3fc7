"""What people see on their screens, by person: learners in WeChat, members in WeCom; group chats are one shared timeline each."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.changes import Changes
from sandbox.clock import HOUR, Clock

RESPONSE_CODE_LIFE_S = 72 * HOUR  # doc 94888
# What a screen keeps of one chat; our choice, so that a crowd of thousands does not fill the memory. A chat grows by
# SLACK over it before it is cut, so that cutting is rare.
KEEP, SLACK = 500, 100


@dataclass
class Bubble:
    """One message on a screen.

    `chat` names the conversation it stands in. On a learner's phone: "kf:<open_kfid>", "contact:<userid>"; on a member's:
    "app", "aibot", "tasks", "contact:<external_userid>"; shared by all who are in it: "group:<chat_id>" (customer group),
    "room:<id>" (internal group). `sender` is "me" (only in chats of one person), "kf", "app", "robot", "aibot", "system",
    a userid or an external_userid. `kind` is the message type; `items` what can be tapped or opened, `data` what else the
    kind needs (media_id, name, url, a mass-send task …).
    """

    id: str
    at: int
    chat: str
    sender: str
    kind: str
    text: str
    items: list[dict[str, Any]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    sent: "AppMessage | None" = None


@dataclass
class Face:
    """A card as one member sees it now; `label` replaces its buttons once it is dead (doc 94888)."""

    card: dict[str, Any]
    label: str = ""


@dataclass
class AppMessage:
    """One message/send of the bot, with the present face per recipient when it is a card; `agent_id` is the app that sent it."""

    msgid: str
    msgtype: str
    fingerprint: str  # equal for messages the duplicate check calls identical
    sent_at: float
    recipients: list[str]
    task_id: str = ""
    faces: dict[str, Face] = field(default_factory=dict)
    agent_id: int | None = None


@dataclass
class ResponseCode:
    """The right to update one card once within 72 h (doc 94888)."""

    message: AppMessage
    born_at: float
    used: bool = False


class Phones:
    """All screens, and the app messages behind them. `people_in` says who looks at a shared chat."""

    def __init__(self, clock: Clock, changes: Changes, people_in: Callable[[str], Iterable[str]]) -> None:
        self._clock = clock
        self._changes = changes
        self._people_in = people_in
        self._counts: Counter[tuple[str, str]] = Counter()  # by (whose screen, chat), at least what stands there
        self._serial = itertools.count(1)
        self.learners: dict[str, list[Bubble]] = {}
        self.members: dict[str, list[Bubble]] = {}
        self.shared: dict[str, list[Bubble]] = {}  # by chat: "group:…" and "room:…"
        self.robots: dict[str, list[dict[str, Any]]] = {}
        self.robot_names: dict[str, str] = {}
        self.messages: dict[str, AppMessage] = {}
        self.newest: dict[str, AppMessage] = {}  # by fingerprint
        self.response_codes: dict[str, ResponseCode] = {}
        self.task_ids: dict[str, AppMessage] = {}

    def bubble(self, chat: str, sender: str, kind: str, text: str, **more: Any) -> Bubble:
        return Bubble(f"b{next(self._serial)}", self._clock.seconds(), chat, sender, kind, text, **more)

    def show_learner(self, external_userid: str, bubble: Bubble) -> None:
        self._append(self.learners.setdefault(external_userid, []), external_userid, bubble)
        self.touch(external_userid)

    def show_member(self, userid: str, bubble: Bubble) -> None:
        self._append(self.members.setdefault(userid, []), userid, bubble)
        self.touch(userid)

    def show_chat(self, bubble: Bubble) -> None:
        """A message in a group, seen by everybody in it."""
        self._append(self.shared.setdefault(bubble.chat, []), "", bubble)
        self.touch_chat(bubble.chat)

    def touch(self, *people: str) -> None:
        """Something on these people's screens looks different now."""
        self._changes.tell(*(f"phone:{person}" for person in people))

    def touch_chat(self, chat: str) -> None:
        """Something in a shared timeline, or who is in it, is different now."""
        if self._changes.listened:
            self._changes.tell(f"chat:{chat}")
            self.touch(*self._people_in(chat))

    def _append(self, screen: list[Bubble], owner: str, bubble: Bubble) -> None:
        screen.append(bubble)
        count = (owner, bubble.chat)
        self._counts[count] += 1
        if self._counts[count] > KEEP + SLACK:
            kept = {other.id for other in [other for other in screen if other.chat == bubble.chat][-KEEP:]}
            screen[:] = [other for other in screen if other.chat != bubble.chat or other.id in kept]
            self._counts[count] = len(kept)

    def remove(self, message: AppMessage) -> None:
        """Take a recalled message off every screen."""
        for userid in message.recipients:
            self.members[userid] = [bubble for bubble in self.members[userid] if bubble.sent is not message]
        self.touch(*message.recipients)


def buttons_of(card: dict[str, Any]) -> list[dict[str, str]]:
    """What a person can press on a living card: {text, key} of every part that calls back."""
    pressable = [button for button in card.get("button_list", []) if button.get("type", 0) == 0]
    pressable += [card["submit_button"]] if "submit_button" in card else []
    pressable += card.get("action_menu", {}).get("action_list", [])
    return [{"text": str(button.get("text", "")), "key": str(button.get("key", ""))} for button in pressable]


def card_text(card: dict[str, Any]) -> str:
    """A card as lines of text, for people and for tests."""
    title = card.get("main_title", {})
    lines = [title.get("title", ""), title.get("desc", ""), card.get("sub_title_text", "")]
    emphasis = card.get("emphasis_content", {})
    lines += [" ".join(filter(None, [emphasis.get("title", ""), emphasis.get("desc", "")]))]
    lines += [card.get("quote_area", {}).get("quote_text", "")]
    lines += [f"{row.get('keyname', '')}：{row.get('value', '')}" for row in card.get("horizontal_content_list", [])]
    lines += [f"{row.get('title', '')} {row.get('desc', '')}".strip() for row in card.get("vertical_content_list", [])]
    for question in [*card.get("select_list", []), *filter(None, [card.get("checkbox")])]:
        options = " / ".join(option.get("text", "") for option in question.get("option_list", []))
        lines.append(f"{question.get('title', '')}[{question.get('question_key', '')}] {options}")
    lines += [link.get("title", "") for link in card.get("jump_list", [])]
    return "\n".join(filter(None, lines))


def shown(bubble: Bubble, userid: str) -> dict[str, Any]:
    """One bubble as the control API gives it; cards with their present face."""
    seen: dict[str, Any] = {
        "id": bubble.id,
        "at": bubble.at,
        "chat": bubble.chat,
        "from": bubble.sender,
        "kind": bubble.kind,
        "text": bubble.text,
    }
    if bubble.items:
        seen["items"] = bubble.items
    if bubble.data:
        seen["data"] = bubble.data
    if bubble.sent is not None:
        seen["msgid"] = bubble.sent.msgid
        face = bubble.sent.faces.get(userid)
        if face is not None:
            seen["text"] = card_text(face.card)
            seen["card"] = face.card
            seen["task_id"] = face.card.get("task_id") or bubble.sent.task_id
            seen["buttons"] = [] if face.label else buttons_of(face.card)
            seen["label"] = face.label
    return seen
