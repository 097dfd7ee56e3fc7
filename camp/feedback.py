"""What people think of the robot's answers (doc 101027): one that did not help is a to-do of those who run the bot."""

from __future__ import annotations

from enum import IntEnum

from camp.phrases import say_in
from camp.policy import Policy
from storage import members, todos
from storage.database import Tx

_WORDS = 120


class Judged(IntEnum):
    """WeCom's numbers."""

    GOOD = 1
    BAD = 2
    WITHDRAWN = 3


async def take(tx: Tx, policy: Policy, *, userid: str, answer: str, judged: int, words: str) -> None:
    """Somebody judged an answer; who finds it good after all, or takes it back, ends the to-do."""
    member = await members.find(tx, userid)
    if member is None or judged not in list(Judged):
        return
    say = say_in(policy.language)
    line = say("robot.judged_bad", member=member.shown, words=say("robot.judged_because", words=words[:_WORDS]) if words else "")
    for one in await members.with_position(tx, "operator") or await members.with_position(tx, "manager"):
        key = f"feedback:{answer}:{member.id}:{one.id}"
        if judged == Judged.BAD:
            await todos.add(tx, one.id, kind="feedback", text=line, dedup_key=key)
        else:
            await todos.close_by_key(tx, key)
