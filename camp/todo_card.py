"""The card below a list of to-dos: a button for each of the first few. In a group all see it, so it holds no words of theirs."""

from __future__ import annotations

from collections.abc import Sequence

from camp import card
from camp.card import Tap
from camp.messages import Message
from camp.messages import card as to_card
from camp.phrases import say_in
from camp.policy import Policy
from camp.talk import Talk
from storage import cards
from storage.database import Tx
from storage.members import Member
from storage.todos import Todo

CARD = "todo"
# A card holds six buttons (doc 101032).
_BUTTONS = 6


async def show(tx: Tx, policy: Policy, talk: Talk, member: Member, waiting: Sequence[Todo]) -> None:
    """Shows it where the member speaks to the robot."""
    say = say_in(policy.language, masked=True)
    shown = waiting[:_BUTTONS]
    about = [
        say("todo.card_line", number=todo.id, person=say("teacher.person", id=todo.learner_id, name=todo.learner_name or ""))
        for todo in shown
        if todo.learner_id is not None
    ]
    face = to_card(
        f"todo-{member.id}-{tx.cause_id or 0}",
        say("todo.card_title", member=member.shown, number=len(waiting)),
        words=" ".join(about),
        buttons=[(f"todo:{todo.id}", say("todo.button", number=todo.id), 1) for todo in shown],
    )
    await card.show_in_talk(tx, policy, talk, CARD, str(member.id), face)


async def without(tx: Tx, policy: Policy, number: int, tap: Tap) -> None:
    """The tapped card loses the button of this to-do; with the last one it is over."""
    shown = await cards.load(tx, tap.task_id)
    if shown is None:
        return
    face: Message = {**shown.message, "buttons": [one for one in shown.message["buttons"] if one[0] != f"todo:{number}"]}
    if not face["buttons"]:
        face["text"] = say_in(policy.language)("todo.card_done")
    await card.redraw(tx, policy, tap, face)
