"""Cards with buttons: sent once, and turned to their dead face for all who have them as soon as somebody has decided.

WeCom changes a card only against a response code: one comes with the send, one with every click, each works once (doc 94888).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from camp.messages import Message
from camp.outgoing import DAY, to_members
from storage import cards
from storage.cards import Card
from storage.database import Tx
from storage.outbox import Answer, Intent, Priority, add_intents

# Doc 94888: at most 100 userids in one update.
_MEMBERS_PER_UPDATE = 100


class Tap(NamedTuple):
    """The click being answered: its card and the fresh code that came with it, which is kept already."""

    userid: str
    task_id: str
    code: str


async def show(tx: Tx, kind: str, ref: str, userids: Sequence[str], message: Message) -> None:
    """Sends a card about `ref` to these members; the code of the send comes back as `answer.app.message`."""
    task_id = message["task_id"]
    await cards.open_card(tx, task_id, kind, ref, userids, message)
    await to_members(tx, userids, message, dedup_key=f"card:{task_id}", answer=Answer.ALWAYS, context={"task_id": task_id})


async def bury(tx: Tx, kind: str, ref: str, verdict: str) -> None:
    """Turns all open cards about `ref` to their dead face, which says `verdict` in place of the buttons.

    Where no code is at hand the face waits for the one that is still on its way (code_came).
    """
    for card in await cards.open_of(tx, kind, ref):
        face = {**card.message, "buttons": [], "text": verdict}
        await cards.close(tx, card.task_id, face)
        await _paint(tx, card, face, card.recipients)


async def repaint(tx: Tx, tap: Tap) -> None:
    """A tap on a card that is over: shows its dead face again to the one who tapped, with the code of that tap."""
    card = await cards.load(tx, tap.task_id)
    if card is not None and card.closed_at is not None and await cards.use_code(tx, tap.code):
        await _update(tx, tap.code, card.message, [tap.userid])


async def code_came(tx: Tx, task_id: str, code: str) -> None:
    """Keeps the code of a send; a card that was over before its code came gets its dead face now."""
    await cards.keep_code(tx, task_id, code)
    card = await cards.load(tx, task_id)
    if card is not None and card.closed_at is not None and not await cards.was_painted(tx, task_id):
        await _paint(tx, card, card.message, card.recipients)


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
