"""Broadcast: one kf message to many learners at once, each inside their own window; two statements, however many they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from camp.messages import Message
from storage import kf
from storage.database import Tx
from storage.lesson_clock import Pupil
from storage.outbox import Answer, Intent, Priority, add_intents


def may_reach(pupil: Pupil, *, keep: int) -> bool:
    """Whether an unasked message may go to the learner and still leave `keep` of WeCom's five (doc 94677) for answers."""
    return pupil.external_userid is not None and not pupil.unsubscribed and pupil.left > keep


async def to_pupils(
    tx: Tx, pupils: Sequence[Pupil], message: Message, *, dedup_key: Callable[[Pupil], str], expires_at: datetime
) -> None:
    """Sends to learners who `may_reach` said yes for; after `expires_at` or the end of their window it is not sent."""
    fact = tx.cause_id or 0
    await add_intents(
        tx,
        [
            Intent(
                "kf.message",
                {
                    "to": pupil.external_userid,
                    "open_kfid": pupil.open_kfid,
                    "msgid": f"b{fact}-{pupil.learner_id}-{pupil.left}",
                    "message": message,
                },
                priority=Priority.BROADCAST,
                dedup_key=dedup_key(pupil),
                expires_at=min(expires_at, pupil.until) if pupil.until else expires_at,
                answer=Answer.FAILURE,
                context={"learner_id": pupil.learner_id},
            )
            for pupil in pupils
        ],
    )
    await kf.spend_each(tx, [pupil.learner_id for pupil in pupils])
