"""What a member can do with a card of the app or of the robot: press what lives, choose what stands there (doc 90240)."""

from typing import Any

from sandbox.people import Impossible
from sandbox.phones import AppMessage, Face, buttons_of

QUESTIONS = ("button_selection", "checkbox", "select_list")


def press(message: AppMessage | None, userid: str, task_id: str, key: str) -> tuple[Face, str]:
    """(the face this member sees, the words on the button), or Impossible with the reason it cannot be pressed."""
    if message is None or userid not in message.faces:
        raise Impossible(f"手机上没有卡片 {task_id}，没有收到过，或者已经撤回")
    face = message.faces[userid]
    if face.label:
        raise Impossible(f"按钮已经失效：{face.label}")
    for button in buttons_of(face.card):
        if button["key"] == key:
            return face, button["text"]
    raise Impossible(f"卡片上没有按钮 {key}")


def _takes(question: dict[str, Any], chosen: list[str], *, multiple: bool) -> bool:
    """Whether a person can choose these options: known ones, several only in a checkbox of mode 1, none where it is disabled."""
    known = {option["id"] for option in question["option_list"]}
    return set(chosen) <= known and not question.get("disable") and (multiple or len(chosen) <= 1)


def choose(card: dict[str, Any], selected: dict[str, list[str]]) -> None:
    """Impossible for what nobody could choose on the card."""
    questions: dict[str, dict[str, Any]] = {}
    for name in QUESTIONS:
        part = card.get(name) or []
        questions |= {question["question_key"]: question for question in (part if isinstance(part, list) else [part])}
    for key, chosen in selected.items():
        question = questions.get(key)
        if question is None:
            raise Impossible(f"卡片上没有问题 {key}")
        if not _takes(question, chosen, multiple=question.get("mode", 0) == 1):
            raise Impossible(f"卡片上没有选项 {key}={chosen}")
