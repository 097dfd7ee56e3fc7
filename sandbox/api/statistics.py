"""Counts of groups, owners and members (docs 92132, 92133, 93559): sums only, never per learner.

Computed from what stands on the screens now: groups that were dismissed and people who left are not counted any more, and
one chat keeps its newest 500 messages. Days are those of Asia/Shanghai.
"""

from collections.abc import Iterator
from typing import Any

from sandbox.api.groups import owners_asked
from sandbox.api.wire import EMPTY_PARAMETER, Answer, Ask, Refusal, Table, post
from sandbox.clock import DAY, SHANGHAI_S
from sandbox.phones import Bubble
from sandbox.stage import Stage
from sandbox.world import Group

BAD_TIME = 600018
MOST_DAYS, BACK_DAYS = 30, 180
MOST_OWNERS_A_PAGE = 1000
ORDERS = {1: "new_chat_cnt", 2: "chat_total", 3: "new_member_cnt", 4: "member_total"}
MINUTES = 60

Span = tuple[int, int]  # [from, until)


def _midnight(at: int) -> int:
    return (at + SHANGHAI_S) // DAY * DAY - SHANGHAI_S


def _span(stage: Stage, ask: Ask, first: str, last: str) -> Span:
    """Whole days from `first` to `last` inclusive; 600018 beyond 30 days or 180 days ago."""
    if not ask.has(first):
        raise Refusal(EMPTY_PARAMETER, f"{first} is empty")
    begin = _midnight(ask.number(first, 0, 0, 2**40))
    end = _midnight(ask.number(last, begin, 0, 2**40)) + DAY
    if not begin < end <= begin + MOST_DAYS * DAY or begin < _midnight(stage.clock.seconds()) - BACK_DAYS * DAY:
        raise Refusal(BAD_TIME, "invalid time range")
    return begin, end


def _days(span: Span) -> Iterator[Span]:
    return ((day, day + DAY) for day in range(*span, DAY))


def _within(span: Span, at: int) -> bool:
    return span[0] <= at < span[1]


def _counts(stage: Stage, groups: list[Group], span: Span) -> dict[str, int]:
    there = [group for group in groups if group.create_time < span[1]]
    joined = [person.join_time for group in there for person in group.people.values() if person.join_time < span[1]]
    said = {
        group.chat_id: [
            bubble
            for bubble in stage.phones.shared.get(f"group:{group.chat_id}", [])
            if _within(span, bubble.at) and bubble.sender != "system"
        ]
        for group in there
    }
    return {
        "new_chat_cnt": sum(_within(span, group.create_time) for group in there),
        "chat_total": len(there),
        "chat_has_msg": sum(bool(bubbles) for bubbles in said.values()),
        "new_member_cnt": sum(_within(span, at) for at in joined),
        "member_total": len(joined),
        "member_has_msg": sum(len({bubble.sender for bubble in bubbles}) for bubbles in said.values()),
        "msg_total": sum(len(bubbles) for bubbles in said.values()),
        "migrate_trainee_chat_cnt": 0,
    }


def _groups_by_owner(stage: Stage, ask: Ask) -> dict[str, list[Group]]:
    owners, found = owners_asked(stage, ask), dict[str, list[Group]]()
    for group in stage.world.groups.values():
        if not owners or group.owner in owners:
            found.setdefault(group.owner, []).append(group)
    return found


def by_owner(stage: Stage, ask: Ask) -> Answer:
    span = _span(stage, ask, "day_begin_time", "day_end_time")
    counted = [(owner, _counts(stage, groups, span)) for owner, groups in _groups_by_owner(stage, ask).items()]
    key = ORDERS[ask.number("order_by", 1, 1, 4)]
    counted.sort(key=lambda pair: pair[1][key], reverse=not ask.number("order_asc", 0, 0, 1))
    items = [{"owner": owner, "data": data} for owner, data in counted]
    start, limit = ask.number("offset", 0, 0, 2**31), ask.number("limit", 500, 1, MOST_OWNERS_A_PAGE)
    rest = start + limit
    more = {"next_offset": rest} if rest < len(items) else {}
    return {"total": len(items), **more, "items": items[start:rest]}


def by_day(stage: Stage, ask: Ask) -> Answer:
    span = _span(stage, ask, "day_begin_time", "day_end_time")
    groups = [group for owned in _groups_by_owner(stage, ask).values() for group in owned]
    return {"items": [{"stat_time": day[0], "data": _counts(stage, groups, day)} for day in _days(span)]}


def _answers(bubbles: list[Bubble]) -> tuple[bool, list[int]]:
    """(the customer spoke first, minutes until the member answered) of one chat on one day, as the member sees it."""
    asked_at, waits = -1, []
    for bubble in bubbles:
        if bubble.sender != "me" and asked_at < 0:
            asked_at = bubble.at
        elif bubble.sender == "me" and asked_at >= 0:
            waits.append((bubble.at - asked_at) // MINUTES)
            asked_at = -1
    return bubbles[0].sender != "me", waits


def _behaviour(stage: Stage, userids: list[str], span: Span) -> dict[str, Any]:
    chats: dict[tuple[str, str], list[Bubble]] = {}
    for userid in userids:
        for bubble in stage.phones.members.get(userid, []):
            if bubble.chat.startswith("contact:") and bubble.sender != "system" and _within(span, bubble.at):
                chats.setdefault((userid, bubble.chat), []).append(bubble)
    follows = [follow for userid in userids for follow in stage.world.follows_of_member(userid)]
    asked = [waits for first, waits in map(_answers, chats.values()) if first]
    first_waits = [waits[0] for waits in asked if waits]
    new = sum(_within(span, follow.createtime) for follow in follows)
    return {
        "stat_time": span[0],
        "chat_cnt": sum(any(bubble.sender == "me" for bubble in bubbles) for bubbles in chats.values()),
        "message_cnt": sum(bubble.sender == "me" for bubbles in chats.values() for bubble in bubbles),
        "reply_percentage": round(100 * len(first_waits) / len(asked), 2) if asked else 0,
        "avg_reply_time": round(sum(first_waits) / len(first_waits)) if first_waits else 0,
        "negative_feedback_cnt": sum(follow.refused and _within(span, follow.refused_at) for follow in follows),
        "new_apply_cnt": new,  # nobody of ours is kept waiting for an answer to a friend request
        "new_contact_cnt": new,
    }


def behaviour(stage: Stage, ask: Ask) -> Answer:
    """Per day, summed over everybody named (doc 92132)."""
    users, departments = ask.names("userid", 100), ask.body.get("partyid") or []
    if not users and not departments:
        raise Refusal(EMPTY_PARAMETER, "userid and partyid are empty")
    everybody = stage.world.members_behind(users, departments)
    if not everybody:
        raise Refusal(40003, "invalid userid")
    span = _span(stage, ask, "start_time", "end_time")
    return {"behavior_data": [_behaviour(stage, everybody, day) for day in _days(span)]}


TABLE: Table = {
    "externalcontact/groupchat/statistic": post(by_owner),
    "externalcontact/groupchat/statistic_group_by_day": post(by_day),
    "externalcontact/get_user_behavior_data": post(behaviour),
}
