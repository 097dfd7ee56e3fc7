"""Cards with buttons: sent once, and turned to their dead face for all who have them as soon as somebody has decided.

WeCom changes a card of the app only against a response code: one comes with the send, one with every click, each works once (doc
94888). A card of the robot changes only as the answer to a tap on it (doc 101032): where something else decided, the words are
said below it, and the next tap shows its dead face.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from camp import robot
from camp.messages import Message, text
from camp.outgoing import DAY, to_members
from camp.policy import Policy
from camp.talk import Talk
from storage import cards
from storage.cards import Card
from storage.database import Tx
from storage.outbox import Answer, Intent, Priority, add_intents
from storage.rooms import Room

# Doc 94888: at most 100 userids in one update.
_MEMBERS_PER_UPDATE = 100


class Tap(NamedTuple):
    """The click being answered: its card, and the fresh code that came with it, which is kept already, or the robot's turn."""

    userid: str
    task_id: str
    code: str
    turn: int | None = None


async def show(tx: Tx, kind: str, ref: str, userids: Sequence[str], message: Message) -> None:
    """Sends a card about `ref` to these members; the code of the send comes back as `answer.app.message`."""
    task_id = message["task_id"]
    await cards.open_card(tx, task_id, kind, ref, userids, message)
    await to_members(tx, userids, message, dedup_key=f"card:{task_id}", answer=Answer.ALWAYS, context={"task_id": task_id})


async def show_in_talk(tx: Tx, policy: Policy, talk: Talk, kind: str, ref: str, message: Message) -> None:
    """Answers somebody with a card about `ref`, on the road they came by; in a group everybody may tap it."""
    if talk.turn is None or talk.tapped:
        await show(tx, kind, ref, [talk.userid], message)
        return
    face = _robots(message, talk.chat_id or talk.userid)
    await cards.open_card(tx, face["task_id"], kind, ref, [talk.userid], face, chat_id=talk.chat_id)
    await robot.answer_turn(tx, policy, talk.turn, face)


async def show_in_room(tx: Tx, policy: Policy, room: Room, kind: str, ref: str, message: Message) -> bool:
    """Posts a card about `ref` into a bound group; False when the robot cannot, and nothing is kept then."""
    face = _robots(message, room.chat_id)
    key = f"card:{face['task_id']}"
    if not await robot.push(tx, policy, chat_id=room.chat_id, message=face, dedup_key=key, otherwise=[]):
        return False
    await cards.open_card(tx, face["task_id"], kind, ref, [], face, chat_id=room.chat_id)
    return True


async def bury(
    tx: Tx, policy: Policy, kind: str, ref: str, verdict: str, tap: Tap | None = None, *, replaced: bool = False
) -> bool:
    """Turns all open cards about `ref` to their dead face, which says `verdict` in place of the buttons.

    Where no code is at hand the face waits for the one that is still on its way (code_came). `replaced`: by a newer card, so
    that nothing needs to be said below one in a group. True when the tapped card was one of them.
    """
    tapped = False
    for card in await cards.open_of(tx, kind, ref):
        face = {**card.message, "buttons": [], "text": verdict}
        await cards.close(tx, card.task_id, face)
        tapped |= tap is not None and tap.task_id == card.task_id
        if card.chat_id is None:
            await _paint(tx, card, face, card.recipients)
        elif tap is not None and tap.turn is not None and tap.task_id == card.task_id:
            await robot.update_card_of_turn(tx, policy, tap.turn, face, userids=None)
        elif not replaced:
            await _say_below(tx, policy, card, verdict)
    return tapped


async def repaint(tx: Tx, policy: Policy, tap: Tap) -> None:
    """A tap on a card that is over: shows its dead face again, with the code of that tap to the one who tapped; in a group to
    all."""
    card = await cards.load(tx, tap.task_id)
    if card is not None and card.closed_at is not None:
        await _answer_tap(tx, policy, tap, card.message)


async def tell_on(tx: Tx, policy: Policy, tap: Tap, verdict: str) -> None:
    """A tap on a card that was over has done something all the same: its face says what."""
    card = await cards.load(tx, tap.task_id)
    if card is not None:
        await redraw(tx, policy, tap, {**card.message, "buttons": [], "text": verdict})


async def redraw(tx: Tx, policy: Policy, tap: Tap, face: Message) -> None:
    """The tapped card goes on with another face; one without buttons is over."""
    await (cards.change if face["buttons"] else cards.close)(tx, tap.task_id, face)
    await _answer_tap(tx, policy, tap, face)


async def _answer_tap(tx: Tx, policy: Policy, tap: Tap, face: Message) -> None:
    if tap.turn is not None:
        await robot.update_card_of_turn(tx, policy, tap.turn, face, userids=None)
    elif await cards.use_code(tx, tap.code):
        await _update(tx, tap.code, face, [tap.userid])


async def code_came(tx: Tx, task_id: str, code: str) -> None:
    """Keeps the code of a send; a card that was over before its code came gets its dead face now."""
    await cards.keep_code(tx, task_id, code)
    card = await cards.load(tx, task_id)
    if card is not None and card.closed_at is not None and not await cards.was_painted(tx, task_id):
        await _paint(tx, card, card.message, card.recipients)


def _robots(message: Message, where: str) -> Message:
    """The card as the robot shows it there: a task_id is used once (42014), and the app's card may have it."""
    return {**message, "task_id": f"{message['task_id']}@{hashlib.sha256(where.encode()).hexdigest()[:12]}"}


async def _say_below(tx: Tx, policy: Policy, card: Card, verdict: str) -> None:
    """In a group; who has the card in the robot's own chat learns it at the next tap."""
    if card.chat_id:
        words = text(f"{card.message['title']}：{verdict}")
        key = f"card-over:{card.task_id}"[:200]
        await robot.push(tx, policy, chat_id=card.chat_id, message=words, dedup_key=key, otherwise=[])


async def _paint(tx: Tx, card: Card, face: Message, userids: Sequence[str]) -> None:
    for start in range(0, len(userids), _MEMBERS_PER_UPDATE):
        code = await cards.take_code(tx, card.task_id)
        if code is None:
            return
        await _update(tx, code, face, userids[start : start + _MEMBERS_PER_UPDATE])


async def _update(tx: Tx, code: str, face: Message, userids: Sequence[str]) -> None:
    payload = {"userids": list(userids), "response_code": code, "card": face}
    key, until = f"update:{code}"[:200], tx.now + DAY
    await add_intents(tx, [Intent("app.update_card", payload, priority=Priority.CARD_UPDATE, dedup_key=key, expires_at=until)])
