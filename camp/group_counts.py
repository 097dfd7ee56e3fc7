"""Counts of class groups per day: joins and leaves are our own record, messages are WeCom's, of all groups of the owners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from camp.messages import text
from camp.phrases import Say, say_in
from camp.policy import Policy
from camp.talk import Talk, answer
from storage import cohorts, group_flow, members
from storage.cohorts import ClassGroup
from storage.database import Tx
from storage.outbox import Answer, Intent, Priority, add_intent

# Doc 92133: at most 30 days and 100 owners in a call; its days are those of Asia/Shanghai.
DAYS = 7
MOST_OWNERS = 100
_THEIR_ZONE = ZoneInfo("Asia/Shanghai")
_WITHIN = timedelta(minutes=2)


async def owners_of(tx: Tx, groups: Sequence[ClassGroup]) -> list[str]:
    """The userids of those who own the chats, as WeCom told; of a chat it has not told of, the class teacher's."""
    staff = await members.load_many(tx, [group.class_teacher_id for group in groups])
    found = {group.owner or staff[group.class_teacher_id].userid for group in groups if group.chat_id}
    return sorted(found)


async def ask(tx: Tx, talk: Talk, say: Say, where: str, groups: Sequence[ClassGroup], owners: Sequence[str]) -> None:
    """Asks WeCom for the days up to today; the answer goes to whoever asked, where they asked."""
    today = tx.now.astimezone(_THEIR_ZONE).date()
    first, last = (datetime.combine(day, time(), _THEIR_ZONE) for day in (today - timedelta(DAYS - 1), today))
    await add_intent(
        tx,
        Intent(
            "group.statistics",
            {"owners": list(owners), "start": int(first.timestamp()), "end": int(last.timestamp())},
            priority=Priority.READ,
            expires_at=tx.now + _WITHIN,
            answer=Answer.ALWAYS,
            context={
                "talk": [talk.userid, talk.turn, talk.chat_id],
                "where": where,
                "groups": [group.id for group in groups],
                "language": say("group.language"),
                "start": int(first.timestamp()),
            },
        ),
    )


async def take(tx: Tx, policy: Policy, body: Mapping[str, Any]) -> None:
    """The counts, a line a day; where WeCom gave none, joins and leaves alone."""
    context = body["context"]
    say = say_in(context["language"])
    groups = [await cohorts.load_class_group(tx, group_id) for group_id in context["groups"]]
    ids = [group.id for group in groups]
    first = datetime.fromtimestamp(context["start"], UTC)
    spans = [(first + timedelta(n), first + timedelta(n + 1)) for n in range(DAYS)]
    flow = await group_flow.per_day(tx, ids, spans)
    told = {day["at"]: day for day in body["result"].get("days", ())} if body["ok"] else {}
    total = await group_flow.inside(tx, ids)
    lines = [say("group.counts_head", where=context["where"], days=DAYS, total=total)]
    for (since, _), count in zip(spans, flow, strict=True):
        values = {"day": since.astimezone(_THEIR_ZONE).strftime("%m-%d"), "joined": count.joined, "left": count.left}
        day = told.get(int(since.timestamp()))
        if day is None:
            lines.append(say("group.counts_unsaid", **values))
        else:
            lines.append(say("group.counts_day", messages=day["msg_total"], speakers=day["member_has_msg"], **values))
    lines += _remarks(say, body, groups)
    userid, turn, chat_id = context["talk"]
    await answer(tx, policy, Talk(userid, turn, chat_id), text("\n".join(lines)))


def _remarks(say: Say, body: Mapping[str, Any], groups: Sequence[ClassGroup]) -> list[str]:
    if not body["ok"]:
        return [say("group.counts_refused", code=body["errcode"])]
    chats = sum(group.chat_id is not None and group.dismissed_at is None for group in groups)
    everything = max((int(day["chat_total"]) for day in body["result"].get("days", ())), default=0)
    return [say("group.counts_others", all=everything, ours=chats)] if everything > chats else []
