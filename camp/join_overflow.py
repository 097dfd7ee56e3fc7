"""Chats that WeCom opens by itself when those behind a join code are full (auto_create_room): found, and part of the class."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from camp import class_group
from camp.join_code import class_name
from camp.messages import text
from camp.outgoing import to_members
from camp.phrases import say_in
from camp.policy import Policy
from storage import cohorts, join_ways, members
from storage.cohorts import ClassGroup
from storage.database import Tx
from storage.join_ways import JoinWay
from storage.outbox import Answer, Intent, Priority, add_intent

# The people of a new chat are in it some seconds after it was made; whoever came by the code proves whose chat it is.
_LOOK_AFTER = timedelta(seconds=5)
_CLOCKS_DIFFER = timedelta(minutes=2)
_CODE_LENGTH = 28


async def look_at(tx: Tx, chat_ids: Sequence[str], why: str) -> None:
    """Asks WeCom about chats that nobody declared, once a day each and reason; none while no code could have opened one."""
    unknown = [chat for chat in chat_ids if chat and await cohorts.class_group_of_chat(tx, chat) is None]
    if not unknown or not await join_ways.live(tx):
        return
    for chat_id in unknown:
        await add_intent(
            tx,
            Intent(
                "group.get",
                {"chat_id": chat_id},
                priority=Priority.SYNC,
                dedup_key=f"group.stranger:{chat_id}:{why}:{tx.now:%Y%m%d}",
                not_before=tx.now + _LOOK_AFTER,
                answer=Answer.ALWAYS,
                context={"stranger": chat_id},
            ),
        )


async def take_stranger(tx: Tx, policy: Policy, answer: Mapping[str, Any]) -> None:
    """What such a chat is: behind one of our codes it becomes part of the class, any other is nobody's business."""
    chat_id = answer["context"]["stranger"]
    if not answer["ok"] or await cohorts.class_group_of_chat(tx, chat_id) is not None:
        return
    result = answer["result"]
    way = await _way_of(tx, result)
    root = await _class_of(tx, way, result) if way is not None else None
    if root is None:
        return
    group = await _attach(tx, policy, root, chat_id, result)
    await class_group.take_group(tx, policy, {**answer, "context": {"class_group_id": group.id}})


async def _way_of(tx: Tx, chat: Mapping[str, Any]) -> JoinWay | None:
    """The code behind the chat: somebody in it came by it, or its name is the one WeCom was to give; and it is the younger."""
    states = {member["state"] for member in chat.get("members", ()) if member.get("state")}
    found = [way for way in await join_ways.live(tx) if _is_younger(chat, way)]
    named = [way for way in found if re.fullmatch(re.escape(way.room_name.strip()) + r"\s*[0-9]+", str(chat.get("name") or ""))]
    came = [way for way in found if way.state in states]
    both = [way for way in came if way in named]
    return next(iter(both or came or named), None)


def _is_younger(chat: Mapping[str, Any], way: JoinWay) -> bool:
    made, born = way.made_at, int(chat.get("create_time") or 0)
    return made is not None and (not born or born >= (made - _CLOCKS_DIFFER).timestamp())


async def _class_of(tx: Tx, way: JoinWay, chat: Mapping[str, Any]) -> ClassGroup | None:
    """The class of the code; of a code for all classes the one whose owner got the chat."""
    classes = [g for g in await cohorts.class_groups_of(tx, way.cohort_id) if g.overflow_of is None]
    if way.class_group_id is not None:
        return next((group for group in classes if group.id == way.class_group_id), None)
    staff = await members.load_many(tx, [group.class_teacher_id for group in classes])
    owner = str(chat.get("owner") or "").lower()
    theirs = [g for g in classes if owner in ((g.owner or "").lower(), staff[g.class_teacher_id].userid.lower())]
    return next(iter(theirs or [g for g in classes if g.chat_id]), None)


async def _attach(tx: Tx, policy: Policy, root: ClassGroup, chat_id: str, chat: Mapping[str, Any]) -> ClassGroup:
    groups = await cohorts.class_groups_of(tx, root.cohort_id)
    taken = {group.code.casefold() for group in groups}
    number = 2 + sum(group.overflow_of == root.id for group in groups)
    while (code := f"{root.code[:_CODE_LENGTH]}-{number}").casefold() in taken:
        number += 1
    name, owner = str(chat.get("name") or ""), str(chat.get("owner") or "")
    made = await join_ways.add_overflow(tx, root, code=code, chat_id=chat_id, chat_name=name, owner=owner)
    teacher = await members.load(tx, root.class_teacher_id)
    if teacher.active:
        cohort = await cohorts.load_cohort(tx, root.cohort_id)
        title = f"{cohort.name} {class_name(policy, root.code)}"
        words = say_in(policy.language)("join_code.opened", title=title, chat=name or chat_id, code=code)
        await to_members(tx, [teacher.userid], text(words), dedup_key=f"overflow:{made.id}")
    return made
