"""The ways out: how any part of the business speaks to a member, a learner or an internal group. Nothing else adds messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from camp.messages import Message, split_pages
from camp.phrases import say_in
from camp.policy import Policy
from storage import kf, members
from storage.database import Tx
from storage.learners import Learner
from storage.outbox import Answer, Intent, Priority, add_intent, add_intents

DAY = timedelta(hours=24)


class Reach(StrEnum):
    """What became of a message to a learner."""

    SENT = "sent"
    NO_WINDOW = "no_window"  # never wrote to kf, or more than 48 h ago
    BUDGET_SPENT = "budget_spent"  # 5 messages since the learner's last one
    UNSUBSCRIBED = "unsubscribed"  # 退订: only answers to what they write themselves


async def to_members(
    tx: Tx,
    userids: Sequence[str],
    message: Message,
    *,
    priority: Priority = Priority.NOTICE,
    dedup_key: str | None = None,
    expires_after: timedelta = DAY,
    not_before: datetime | None = None,
    answer: Answer = Answer.FAILURE,
    context: dict[str, Any] | None = None,
) -> None:
    """An app message to members (merged into one `touser` list), unless the dedup_key was used before or nobody is named.

    Texts over WeCom's byte limit go out as several messages in order. Notices with a dedup_key also ask WeCom to drop an
    identical repetition (doc 90236), so that a crash between sending and noting it stays unseen.
    """
    if not userids:
        return
    for number, part in enumerate(_parts(message)):
        key = f"{dedup_key}:{number}" if dedup_key and number else dedup_key
        payload: dict[str, Any] = {"to": list(userids), "message": part}
        if dedup_key:
            payload["duplicate_check"] = True
        intent = Intent(
            "app.message",
            payload,
            priority=priority,
            dedup_key=key,
            not_before=not_before,
            expires_at=(not_before or tx.now) + expires_after,
            answer=answer,
            context=context or {},
        )
        await add_intents(tx, [intent])


async def to_learner(
    tx: Tx,
    policy: Policy,
    learner: Learner,
    message: Message,
    *,
    priority: Priority = Priority.REPLY,
    dedup_key: str | None = None,
    expires_after: timedelta = DAY,
    context: dict[str, Any] | None = None,
) -> Reach:
    """A kf message to a learner, inside WeCom's window (5 messages, 48 h: doc 94677) or not at all.

    The message that uses up the window says so. `context` comes back with a refusal (`answer.kf.message`), beside `learner_id`.
    Right after entering a session the one welcome code carries it instead (doc 95122), which needs no window.
    """
    if learner.unsubscribed_at is not None and priority > Priority.REPLY:
        return Reach.UNSUBSCRIBED
    window = await kf.window(tx, learner.id)
    if window is None or learner.external_userid is None:
        return Reach.NO_WINDOW
    fact = tx.cause_id or 0
    if window.until is None:
        code = await kf.take_welcome(tx, learner.id)
        if code is None:
            return Reach.NO_WINDOW
        await add_intent(
            tx,
            Intent(
                "kf.welcome",
                {"code": code, "msgid": f"w{fact}-{learner.id}", "message": message},
                priority=Priority.WELCOME,
                expires_at=tx.now + timedelta(seconds=18),
                answer=Answer.FAILURE,
                context={**(context or {}), "learner_id": learner.id},
            ),
        )
        return Reach.SENT
    if window.left == 0:
        return Reach.BUDGET_SPENT
    stored = await add_intent(
        tx,
        Intent(
            "kf.message",
            {
                "to": learner.external_userid,
                "open_kfid": window.open_kfid,
                "msgid": _msgid(fact, learner, window.left),
                "message": _with_last_word(policy, message) if window.left == 1 else message,
            },
            priority=priority,
            dedup_key=dedup_key,
            expires_at=min(tx.now + expires_after, window.until),
            answer=Answer.FAILURE,
            context={**(context or {}), "learner_id": learner.id},
        ),
    )
    if stored:
        await kf.spend(tx, learner.id)
    return Reach.SENT


async def to_robot(
    tx: Tx,
    robot: str,
    message: Message,
    *,
    dedup_key: str,
    mentions: Sequence[str] = (),
    context: dict[str, Any] | None = None,
) -> bool:
    """A post into an internal group by its webhook robot (camp.group_post decides which); False when it was posted before.

    A post that cannot be made comes back as `answer.robot.message` with the `context`.
    """
    return await _post(tx, "robot.message", {"robot": robot}, message, dedup_key, mentions, context)


async def to_staff_room(
    tx: Tx,
    chatid: str,
    message: Message,
    *,
    dedup_key: str,
    mentions: Sequence[str] = (),
    context: dict[str, Any] | None = None,
) -> bool:
    """A post into a room our app made; as `to_robot`, and its failure is `answer.appchat.send`."""
    return await _post(tx, "appchat.send", {"to": chatid}, message, dedup_key, mentions, context)


async def _post(
    tx: Tx,
    call: str,
    place: dict[str, Any],
    message: Message,
    dedup_key: str,
    mentions: Sequence[str],
    context: dict[str, Any] | None,
) -> bool:
    stored = False
    parts = _parts(message)
    for number, part in enumerate(parts):
        called = list(mentions) if number == len(parts) - 1 else []
        intent = Intent(
            call,
            {**place, "message": part, "mentions": called},
            dedup_key=f"{dedup_key}:{number}" if number else dedup_key,
            expires_at=tx.now + DAY,
            answer=Answer.FAILURE,
            context=context or {},
        )
        stored |= await add_intent(tx, intent)
    return stored


def _parts(message: Message) -> list[Message]:
    """A text over WeCom's byte limit as several in order; nobody is to guess what was cut off."""
    if message["type"] not in ("text", "markdown"):
        return [message]
    return [{**message, "text": page} for page in split_pages(message["text"].split("\n"))] or [message]


async def alert_operators(tx: Tx, message: Message, *, dedup_key: str) -> None:
    """Tells the operators, or the managers where there is no operator."""
    people = await members.with_position(tx, "operator") or await members.with_position(tx, "manager")
    await to_members(tx, [p.userid for p in people], message, dedup_key=dedup_key)


def _with_last_word(policy: Policy, message: Message) -> Message:
    # The learner sees why we fall silent, and how to make us speak again.
    field = "tail" if message["type"] == "menu" else "text"
    hint = say_in(policy.language)("common.window_last")
    return {**message, field: f"{message.get(field) or ''}\n{hint}".lstrip()}


def _msgid(fact: int, learner: Learner, left: int) -> str:
    # At most 32 bytes of [0-9a-zA-Z_-]; the same fact retried gives the same ids, so WeCom drops the repetition.
    return f"m{fact}-{learner.id}-{left}"
