"""A talk: where a member speaks to us, in the app's chat, in the robot's, or in a group; and the way back to them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from camp.messages import Message
from camp.outgoing import to_members
from camp.policy import Policy
from camp.robot import answer_turn, push
from storage.database import Tx
from storage.outbox import Priority
from storage.rooms import Room


@dataclass(frozen=True)
class Talk:
    """`turn`: the interaction with the robot, None in the app's chat. `chat_id`: the group, empty in a chat of one. `room`:
    that group as it is bound. `tapped`: a button, on which the robot may answer with nothing but the card's new face."""

    userid: str
    turn: int | None = None
    chat_id: str = ""
    room: Room | None = None
    tapped: bool = False

    @property
    def in_group(self) -> bool:
        return bool(self.chat_id)

    @property
    def alone(self) -> str:
        """The conversation of the chat of one with this member."""
        return f"member:{self.userid.lower()}"


async def answer(tx: Tx, policy: Policy, talk: Talk, message: Message) -> None:
    """Says it where the member spoke: in a group all read it."""
    if talk.turn is None or talk.tapped:
        await tell_alone(tx, policy, talk, message)
    else:
        await answer_turn(tx, policy, talk.turn, message)


async def tell_alone(tx: Tx, policy: Policy, talk: Talk, message: Message) -> None:
    """Says it to the member and nobody else: where they talk to the robot from its chat if it may speak there unasked, else
    from the app's. A card goes by `camp.card`, which remembers where it stands."""
    if talk.turn is not None and await _by_robot(tx, policy, talk, message):
        return
    await to_members(tx, [talk.userid], message, priority=Priority.REPLY)


async def _by_robot(tx: Tx, policy: Policy, talk: Talk, message: Message) -> bool:
    # The content in the key: one fact may say several things.
    said = hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()[:16]
    return await push(
        tx,
        policy,
        userid=talk.userid,
        message=message,
        dedup_key=f"alone:{tx.cause_id}:{talk.userid}:{said}",
        otherwise=[talk.userid],
        priority=Priority.REPLY,
    )
