"""The robot people talk to (智能机器人): how any part of the business answers it, changes its cards, or speaks unasked.

URL mode: an answer is a row that WeCom comes for (bot.robot_edge); too late for that, the response_url takes one message, once.
Socket mode: everything leaves by the lane `aibot.say` of the node that holds the connection. Whatever way is shut, the same
words go to the person by app message: nothing is lost in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from camp.messages import Message, markdown, split_pages, text
from camp.outgoing import alert_operators, to_members
from camp.phrases import say_in
from camp.policy import Policy
from storage import robot_links, robot_talks, robot_turns
from storage.columns import to_dict
from storage.database import Tx
from storage.outbox import Answer, Intent, Priority, add_intent, load
from storage.robot_turns import SOCKET, Kind, Turn, chat_of

# A stream and a markdown hold 20,480 bytes (docs 101031, 101138).
TEXT_BYTES = 20_000
# A response_url lives an hour (doc 101138); so long a push may wait for the connection before it goes another way.
_HOUR = timedelta(hours=1)
_NEVER_SPOKEN = 93006
# bot.wecom.errors.UNCERTAIN: nobody knows whether WeCom took it.
_UNCERTAIN = -10


class Instead(NamedTuple):
    """What members read by app message in place of what the robot could not say; once under `key`, however many groups refuse."""

    message: Message
    key: str


async def answer_turn(tx: Tx, policy: Policy, turn: int, message: Message) -> None:
    """Answers what somebody did with the robot: text, markdown or a card (`camp.messages`), also several times.

    What comes while WeCom still waits joins the answer; what comes later is a message of its own in the same conversation, and
    where the robot may not speak any more an app message to the one who asked. A welcome that comes too late is dropped.
    """
    for part in _parts(message):
        found = await robot_turns.load(tx, turn, lock=True)
        if found is not None:
            await robot_turns.change(tx, turn, answers=found.answers + 1)
            await (_say if found.mode == SOCKET else _keep)(tx, policy, found, part)


async def update_card_of_turn(tx: Tx, policy: Policy, turn: int, card: Message, *, userids: Sequence[str] | None) -> None:
    """The answer to a click: the card gets this face, for everybody in the conversation when `userids` is None.

    WeCom takes that for 5 s (doc 101027); later the words of the face are said instead.
    """
    found = await robot_turns.load(tx, turn, lock=True)
    if found is None:
        return
    face = {**card, "task_id": found.task_id}
    in_time = found.kind is Kind.CLICK and tx.now < found.until and found.mode == policy.robot
    if in_time and found.mode == SOCKET:
        await _queue(tx, found, "update", face, Priority.CARD_UPDATE, userids=list(userids or ()))
    elif in_time and found.taken_at is None and found.answer is None:
        await robot_turns.change(tx, turn, answer={"update": face, "userids": list(userids or ())})
        _tell_edge(tx, turn)
    else:
        await answer_turn(tx, policy, turn, _words_of(card))


async def push(
    tx: Tx,
    policy: Policy,
    *,
    chat_id: str | None = None,
    userid: str | None = None,
    message: Message,
    dedup_key: str,
    otherwise: Sequence[str],
    by_app: Instead | None = None,
    priority: Priority = Priority.NOTICE,
) -> bool:
    """Speaks unasked, into a group (`chat_id`) or to one member; True when it will be said, or was before under this key.

    False where the robot cannot (URL mode, nobody ever wrote to it there, the connection was given up): the caller goes by app
    message. If WeCom refuses after all, or an hour passes, the members `otherwise` get it by app message, or what `by_app` says.
    """
    chat = chat_of(userid or "", chat_id or "")
    name = await _speaks_in(tx, policy, chat)
    if name is None:
        return False
    for number, part in enumerate(_parts(message)):
        payload = {"to": [chat], "how": "push", "chat_id": name, "group": bool(chat_id), "message": part}
        intent = Intent(
            "aibot.say",
            payload,
            priority,
            dedup_key=f"{dedup_key}:{number}" if number else dedup_key,
            expires_at=tx.now + _HOUR,
            answer=Answer.FAILURE,
            context={"otherwise": list(otherwise), **({"by_app": by_app._asdict()} if by_app else {})},
        )
        await add_intent(tx, intent)
    return True


async def may_speak_in(tx: Tx, policy: Policy, chat_id: str) -> bool:
    """Whether the robot can say something in this group now, unasked."""
    return await _speaks_in(tx, policy, chat_of("", chat_id)) is not None


async def may_speak_to(tx: Tx, policy: Policy, userid: str) -> bool:
    """Whether it can say something to this member alone."""
    return await _speaks_in(tx, policy, chat_of(userid, "")) is not None


async def _speaks_in(tx: Tx, policy: Policy, chat: str) -> str | None:
    """What WeCom calls the conversation; None where the robot may not speak unasked."""
    if policy.robot != SOCKET:
        return None
    name, link = await robot_talks.find(tx, chat), await robot_links.load(tx)
    return None if link is not None and link.state in robot_links.GIVEN_UP else name


async def go_another_way(tx: Tx, policy: Policy, body: dict[str, Any]) -> None:
    """The end of something the robot could not say (`answer.aibot.say`, `answer.aibot.response`): the people get it by app.

    Where the acknowledgement was lost nobody knows whether it was said. It is not said again in the conversation; the app
    message says that it may be a repetition.
    """
    sent = await load(tx, body["outbox_id"])
    payload = to_dict(sent.payload) if sent is not None else {}
    if body["errcode"] == _NEVER_SPOKEN and payload:
        await robot_talks.forget(tx, payload["to"][0])
    how = payload.get("how", "reply")
    if not payload or how == "welcome":
        return
    if how == "update":
        await answer_turn(tx, policy, body["context"]["turn"], _words_of(payload["message"]))
        return
    people = [str(userid) for userid in body["context"].get("otherwise", [])]
    if not people:
        say, key = say_in(policy.language), f"robot-not-said:{payload['to'][0]}:{tx.now:%Y%m%d}"
        await alert_operators(tx, text(say("robot.not_said", errcode=body["errcode"])), dedup_key=key)
    if body["errcode"] == _UNCERTAIN:
        hint = text(say_in(policy.language)("robot.maybe_said"))
        await to_members(tx, people, hint, priority=Priority.REPLY, dedup_key=f"robot-hint:{body['outbox_id']}")
    instead = body["context"].get("by_app") or {"message": payload["message"], "key": f"robot-other:{body['outbox_id']}"}
    await to_members(tx, people, instead["message"], priority=Priority.REPLY, dedup_key=instead["key"])


async def answer_left_behind(tx: Tx, policy: Policy) -> None:
    """URL mode: answers WeCom did not come for in time go by the response_url (job)."""
    for turn in await robot_turns.left_behind(tx):
        await robot_turns.change(tx, turn.id, taken_at=tx.now)
        for message in messages_of(turn.answer or {}):
            await _late(tx, policy, turn.id, message)


def messages_of(answer: dict[str, Any]) -> list[Message]:
    """What a kept answer says, as messages of their own."""
    if answer.get("update"):
        return [_words_of(answer["update"])]
    texts = answer.get("texts") or []
    return [*([markdown("\n\n".join(texts))] if texts else []), *([answer["card"]] if answer.get("card") else [])]


async def _say(tx: Tx, policy: Policy, turn: Turn, message: Message) -> None:
    """Socket mode."""
    if policy.robot != SOCKET:
        await to_members(tx, [turn.userid], message, priority=Priority.REPLY)
    elif turn.kind is Kind.MESSAGE and tx.now < turn.until:
        # A card is shown below the words, whichever was made first.
        await _queue(tx, turn, "reply", message, Priority.NOTICE if message["type"] == "card" else Priority.REPLY)
    elif turn.kind is not Kind.ENTER:
        await _queue(tx, turn, "push", message, Priority.REPLY)
    elif not turn.answers and tx.now < turn.until:
        await _queue(tx, turn, "welcome", message, Priority.WELCOME)


async def _queue(tx: Tx, turn: Turn, how: str, message: Message, priority: Priority, **more: Any) -> None:
    name = turn.chat_id or await robot_talks.find(tx, turn.chat) or turn.userid
    payload = {
        "to": [turn.chat],
        "how": how,
        "req_id": turn.req_id,
        # The same frame again is the same words in the same place (doc 101031).
        "stream": f"{turn.id}-{turn.answers}",
        "chat_id": name,
        "group": bool(turn.chat_id),
        "message": message,
        **more,
    }
    within_seconds = how in ("welcome", "update")
    expires_at = turn.until if within_seconds else tx.now + _HOUR
    context = {"turn": turn.id, "otherwise": [turn.userid]}
    await add_intent(tx, Intent("aibot.say", payload, priority, expires_at=expires_at, answer=Answer.FAILURE, context=context))


async def _keep(tx: Tx, policy: Policy, turn: Turn, message: Message) -> None:
    """URL mode: for WeCom's next question, while there will be one."""
    answer = _joined(turn, message) if turn.taken_at is None and tx.now < turn.until else None
    if answer is None:
        await _late(tx, policy, turn.id, message)
        return
    await robot_turns.change(tx, turn.id, answer=answer)
    _tell_edge(tx, turn.id)


def _joined(turn: Turn, message: Message) -> dict[str, Any] | None:
    """The turn's answer with this message in it; None where they do not go together (doc 101031)."""
    answer = turn.answer or {"texts": [], "card": None}
    if turn.kind is Kind.CLICK or (turn.kind is Kind.ENTER and turn.answer is not None):
        return None
    if message["type"] == "card":
        return None if answer["card"] else {**answer, "card": message}
    texts = [*answer["texts"], message["text"]]
    return {**answer, "texts": texts} if sum(len(words.encode()) + 2 for words in texts) <= TEXT_BYTES else None


async def _late(tx: Tx, policy: Policy, turn_id: int, message: Message) -> None:
    """By the response_url, which takes one message within the hour; what comes after that by app message."""
    turn = await robot_turns.load(tx, turn_id, lock=True)
    if turn is None or turn.kind is Kind.ENTER:
        return
    if turn.response_url is None or turn.late_at is not None or tx.now > turn.opened_at + _HOUR:
        await to_members(tx, [turn.userid], message, priority=Priority.REPLY)
        return
    await robot_turns.change(tx, turn_id, late_at=tx.now)
    intent = Intent(
        "aibot.response",
        {"to": [turn.chat], "response_url": turn.response_url, "message": message},
        Priority.REPLY,
        expires_at=turn.opened_at + _HOUR,
        answer=Answer.FAILURE,
        context={"turn": turn_id, "otherwise": [turn.userid]},
    )
    await add_intent(tx, intent)


def _tell_edge(tx: Tx, turn: int) -> None:
    """After the commit whoever of this node waits for the answer looks (bot.robot_answers)."""
    tx.lanes.add(f"turn:{turn}")


def _parts(message: Message) -> list[Message]:
    if message["type"] == "card" or len(message["text"].encode()) <= TEXT_BYTES:
        return [message]
    return [{**message, "text": page} for page in split_pages(message["text"].split("\n"), limit=TEXT_BYTES)]


def _words_of(card: Message) -> Message:
    """A card's face as text."""
    fields = [f"{key}：{value}" for key, value in card.get("fields") or []]
    lines = [card.get("title"), card.get("desc"), *fields, card.get("text")]
    return text("\n".join(str(line) for line in lines if line))
