"""Control: what can be seen. The world, people's screens, the transcript, the bot's calls, and quiet."""

import asyncio
import time
from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox.control.calendar import shown_calendar
from sandbox.control.form import Route, reply
from sandbox.desk import REPLIES_PER_TURN, REPLY_WINDOW_S, Chat
from sandbox.phones import shown
from sandbox.rooms import Room
from sandbox.stage import STAGE, Stage
from sandbox.world import Group


def _tags(stage: Stage) -> list[dict[str, Any]]:
    """Every tag with the (member, learner) pairs that carry it."""
    marks: dict[str, list[dict[str, str]]] = {}
    for follow in stage.world.follows.values():
        for tag_id in follow.tag_ids:
            pair = {"userid": follow.userid, "external_userid": follow.external_userid}
            marks.setdefault(tag_id, []).append(pair)
    return [
        {"tag_id": tag.id, "name": tag.name, "group_id": group.id, "group": group.name, "marks": marks.get(tag.id, [])}
        for group in stage.world.tag_groups.values()
        for tag in group.tags
    ]


def _follows(stage: Stage) -> list[dict[str, Any]]:
    names = {tag.id: tag.name for group in stage.world.tag_groups.values() for tag in group.tags}
    return [{**asdict(follow), "tags": [names[tag_id] for tag_id in follow.tag_ids]} for follow in stage.world.follows.values()]


def _group(group: Group) -> dict[str, Any]:
    shown_group = asdict(group)
    shown_group["members"] = list(shown_group.pop("people").values())
    return shown_group


def shown_window(chat: Chat, now: float) -> dict[str, Any]:
    """48 h and 5 messages since the learner last wrote (doc 94677)."""
    return {
        "open_kfid": chat.open_kfid,
        "external_userid": chat.external_userid,
        "state": chat.state_at(now),
        "servicer": chat.servicer,
        "said_at": chat.said_at,
        "closes_at": None if chat.said_at is None else chat.said_at + REPLY_WINDOW_S,
        "open": chat.window_open(now),
        "sent": chat.sent,
        "left": REPLIES_PER_TURN - chat.sent if chat.window_open(now) else 0,
    }


def _room(room: Room) -> dict[str, Any]:
    return {"id": room.id, "name": room.name, "members": room.members, "aibot": room.aibot}


async def state(request: web.Request) -> web.StreamResponse:
    stage = request.app[STAGE]
    world, now = stage.world, stage.clock.now()
    return reply(
        {
            "now": now,
            "corp_id": stage.config.corp_id,
            "callback_url": stage.courier.callback_url,
            "departments": [asdict(department) for department in world.departments.values()],
            "members": [asdict(member) for member in world.members.values()],
            "learners": [asdict(learner) for learner in world.learners.values()],
            "follows": _follows(stage),
            "groups": [_group(group) for group in world.groups.values()],
            "tags": _tags(stage),
            "contact_ways": list(world.contact_ways.values()),
            "join_ways": list(world.join_ways.values()),
            "kf": {
                "accounts": [{"open_kfid": a.open_kfid, "name": a.name} for a in stage.desk.accounts.values()],
                "links": [asdict(link) for link in stage.desk.links.values()],
                "windows": [shown_window(chat, now) for chat in stage.desk.chats.values()],
            },
            "robots": dict(stage.phones.robot_names),
            "rooms": [_room(room) for room in stage.rooms.values()],
            "calendar": shown_calendar(stage)["marks"],
            "clock": {"now": now, "offset_s": stage.clock.offset_s, "held": stage.clock.held_at is not None},
            "counters": {
                "callbacks": stage.courier.counted(),
                "calls": dict(stage.calls.counts),
                "dropped_app_messages": stage.dropped,
            },
        }
    )


async def learner_phone(request: web.Request) -> web.StreamResponse:
    stage, who = request.app[STAGE], request.match_info["external_userid"]
    if who not in stage.world.learners:
        return reply({"error": f"没有学员 {who}"}, 404)
    return reply({"messages": [shown(bubble, who) for bubble in stage.phones.learners.get(who, [])]})


async def member_phone(request: web.Request) -> web.StreamResponse:
    stage, who = request.app[STAGE], request.match_info["userid"]
    if who not in stage.world.members:
        return reply({"error": f"没有成员 {who}"}, 404)
    return reply({"messages": [shown(bubble, who) for bubble in stage.phones.members.get(who, [])]})


async def robots(request: web.Request) -> web.StreamResponse:
    return reply(request.app[STAGE].phones.robots)


def _number(request: web.Request, name: str, default: float) -> float:
    try:
        return float(request.query.get(name, default))
    except ValueError:
        raise web.HTTPBadRequest(text=f"{name} 要是数字") from None


async def transcript(request: web.Request) -> web.StreamResponse:
    """A JSON array of the lines after `after`; waits up to `wait` seconds for the first."""
    lines = request.app[STAGE].transcript
    return reply(await lines.wait_after(int(_number(request, "after", 0)), _number(request, "wait", 0)))


async def calls(request: web.Request) -> web.StreamResponse:
    """A JSON array of the bot's calls, oldest first."""
    return reply(request.app[STAGE].calls.of(request.query.get("path", "")))


def _quiet_in(stage: Stage) -> float:
    """Seconds until it may count as quiet; 0 when it is."""
    if stage.courier.pending or stage.calls.under_way:
        return stage.config.quiet_s
    return max(0.0, stage.calls.moved_at + stage.config.quiet_s - time.monotonic())


async def quiet(request: web.Request) -> web.StreamResponse:
    """Every callback delivered or lost, no call under way, and nothing moved for 0.5 s (real time)."""
    stage, give_up_at = request.app[STAGE], time.monotonic() + _number(request, "wait", 10)
    while left := _quiet_in(stage):
        if time.monotonic() + left > give_up_at:
            await asyncio.sleep(max(0.0, give_up_at - time.monotonic()))
            return reply({"quiet": not _quiet_in(stage)})
        await asyncio.sleep(left)
    return reply({"quiet": True})


ROUTES: list[Route] = [
    ("GET", "/state", state),
    ("GET", "/phones/learner/{external_userid}", learner_phone),
    ("GET", "/phones/member/{userid}", member_phone),
    ("GET", "/robots", robots),
    ("GET", "/transcript", transcript),
    ("GET", "/calls", calls),
    ("GET", "/quiet", quiet),
]
