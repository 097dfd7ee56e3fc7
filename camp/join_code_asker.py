"""Who waits for a join code: members in the app, or a group in which one of them asked the robot.

Of the latter a code's `waiting` holds `room:<chatid>:<userid>`, of the former the userid.
"""

from __future__ import annotations

from collections.abc import Sequence

from camp import robot
from camp.messages import Message, text
from camp.policy import Policy
from camp.robot import Instead
from camp.talk import Talk
from storage.database import Tx
from storage.outbox import Priority
from storage.robot_turns import conversation_of


async def asker_in(tx: Tx, policy: Policy, talk: Talk) -> str:
    """How whoever speaks here waits: in the group, where the robot can show it there unasked."""
    in_group = talk.in_group and await robot.may_speak_in(tx, policy, talk.chat_id)
    return conversation_of(talk.userid, talk.chat_id) if in_group else talk.userid


def in_group(asker: str) -> bool:
    return ":" in asker


async def to_groups(tx: Tx, policy: Policy, askers: Sequence[str], message: Message, *, key: str) -> None:
    """Says it in the groups among those who wait; whoever asked gets its words by app message if WeCom refuses."""
    for asker in filter(in_group, askers):
        _, chat_id, userid = asker.split(":")
        by_app = Instead(text(message["text"]), f"{key}:{userid}")
        await robot.push(
            tx,
            policy,
            chat_id=chat_id,
            message=message,
            dedup_key=f"{key}:{asker}",
            otherwise=[userid],
            by_app=by_app,
            priority=Priority.REPLY,
        )
