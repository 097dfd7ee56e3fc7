"""A mass-send task (企业群发) at WeCom, whoever it is for: asked for, looked up, looked at, reminded, taken back.

WeCom has no key that makes a second add_msg_template harmless, so that call is never repeated blindly: when nobody knows
whether it counted, WeCom's own list is asked first (docs/decisions.md). `about` names the table a task belongs to; the answers
come back with `<about>_id` in their context.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from storage.columns import from_micros
from storage.database import Tx
from storage.outbox import Answer, Intent, Priority, add_intent

# A task that WeCom takes much later than it was asked for would surprise its member.
ASK_WITHIN = timedelta(minutes=30)
MOST_TRIES = 3
BAD_MSGID = 41047
# WeCom's list may be behind by some seconds.
_LOOK_AFTER = timedelta(minutes=1)
_LOOK_BACK = timedelta(minutes=1)
_LOOK_WITHIN = timedelta(hours=1)
# bot.wecom.errors.UNCERTAIN: the call may have counted.
_UNCERTAIN = -10
_SECOND = 1_000_000


class Made(StrEnum):
    """What the end of add_msg_template says."""

    STANDS = "stands"
    NOBODY = "nobody"  # 41048: nobody can receive it
    UNKNOWN = "unknown"
    LATE = "late"  # WeCom could not be reached in time
    REFUSED = "refused"


def made_of(answer: dict[str, Any]) -> Made:
    """What became of `ask`."""
    if answer["ok"]:
        return Made.STANDS if answer["result"].get("msgid") else Made.NOBODY
    if answer["errcode"] == _UNCERTAIN:
        return Made.UNKNOWN
    return Made.LATE if answer["expired"] else Made.REFUSED


async def ask(
    tx: Tx, about: str, row_id: int, payload: dict[str, Any], *, tries: int, expires_at: datetime | None = None
) -> None:
    """One add_msg_template; the end of it is `answer.contact.mass_send`."""
    await add_intent(
        tx,
        Intent(
            "contact.mass_send",
            payload,
            priority=Priority.REPLY,
            dedup_key=f"{about}:{row_id}:{tries}",
            expires_at=expires_at or tx.now + ASK_WITHIN,
            answer=Answer.ALWAYS,
            context={f"{about}_id": row_id},
        ),
    )


async def look_up(tx: Tx, about: str, row_id: int, *, chat_type: str, asked_at: datetime, tries: int) -> None:
    """Asks for WeCom's list of the time in which the task may have been made."""
    look = tx.now + _LOOK_AFTER
    await add_intent(
        tx,
        Intent(
            "contact.mass_list",
            {
                "chat_type": chat_type,
                "start": int((asked_at - _LOOK_BACK).timestamp()),
                "end": int(look.timestamp()),
            },
            priority=Priority.READ,
            dedup_key=f"{about}-look:{row_id}:{tries}",
            not_before=look,
            expires_at=look + _LOOK_WITHIN,
            answer=Answer.ALWAYS,
            context={f"{about}_id": row_id},
        ),
    )


def question(call: str, about: str, row_id: int, payload: dict[str, Any], now: datetime, **context: Any) -> Intent:
    """A read about a task. It is read again at the next look anyway: an answer that comes later is not waited for."""
    return Intent(
        call,
        payload,
        priority=Priority.SYNC,
        expires_at=now + timedelta(hours=1),
        answer=Answer.ALWAYS,
        context={f"{about}_id": row_id, **context},
    )


async def remind(tx: Tx, about: str, row_id: int, msgid: str | None, *, number: int, until: datetime) -> None:
    """WeCom's own reminder; it allows three in 24 h (41094, doc 97610)."""
    await add_intent(
        tx,
        Intent(
            "contact.mass_remind",
            {"msgid": msgid},
            dedup_key=f"{about}-remind:{row_id}:{number}",
            expires_at=min(tx.now + timedelta(hours=1), until),
        ),
    )


async def take_back(tx: Tx, about: str, row_id: int, msgid: str | None) -> None:
    """What is not sent yet will not be (doc 97611); the end of it is `answer.contact.mass_cancel`."""
    await add_intent(
        tx,
        Intent(
            "contact.mass_cancel",
            {"msgid": msgid},
            dedup_key=f"{about}-cancel:{row_id}",
            expires_at=tx.now + timedelta(hours=12),
            answer=Answer.ALWAYS,
            context={f"{about}_id": row_id},
        ),
    )


def tapped_at(answer: dict[str, Any], userid: str, now: datetime) -> datetime | None:
    """When this member sent the task, as get_groupmsg_task tells; None while they have not.

    Which number means "sent" is not certain (2 in the documents, 1 in a fixture): everything but 0 is.
    """
    mine = [row for row in answer["result"].get("tasks", []) if str(row["userid"]).lower() == userid.lower()]
    if not any(row["status"] for row in mine):
        return None
    return moment(max(int(row["send_time"]) for row in mine)) or now


def moment(seconds: int) -> datetime | None:
    """WeCom's epoch seconds; None for 0."""
    return from_micros(seconds * _SECOND) if seconds > 0 else None
