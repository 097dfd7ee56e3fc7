"""Control: one person's phone as a list of chats, the way the page draws it."""

from collections import defaultdict
from itertools import islice
from typing import Any

from aiohttp import web

from sandbox.control.form import Route, reply
from sandbox.control.views import shown_window
from sandbox.people import Impossible
from sandbox.phones import KEEP, Bubble, shown
from sandbox.stage import STAGE, Stage

Answer = dict[str, Any]

# A teacher may have thousands of friends: the newest ones of those without a word, and the most recent talks, are enough
# for a screen. Our choice.
QUIET_FRIENDS = 50
TALKS = 200
NAMES = {"aibot": "智能机器人", "tasks": "群发任务"}
ROBOT = "群机器人"


def _person(stage: Stage, person_id: str) -> Answer:
    world = stage.world
    if person_id in world.learners:
        return {"id": person_id, "kind": "learner", "name": world.learners[person_id].name}
    member = world.members.get(person_id)
    if member is None:
        raise Impossible(f"没有 {person_id} 这个人")
    departments = [world.departments[number].name for number in member.departments if number in world.departments]
    return {
        "id": person_id,
        "kind": "member",
        "name": member.name,
        "position": member.position or "、".join(departments),
        "active": member.active,
    }


def _people(stage: Stage, ids: list[str]) -> list[Answer]:
    kinds = {True: "learner", False: "member"}
    return [{"id": one, "name": stage.world.name_of(one), "kind": kinds[one in stage.world.learners]} for one in ids]


def _present_chats(stage: Stage, person_id: str, kind: str) -> dict[str, int]:
    """Chats a phone has even without a message in them → since when."""
    world = stage.world
    chats = {f"group:{group.chat_id}": group.create_time for group in world.groups.values() if person_id in group.people}
    if kind == "learner":
        entered = [stage.desk.chats.get((open_kfid, person_id)) for open_kfid in stage.desk.accounts]
        chats |= {f"kf:{chat.open_kfid}": int(chat.touched_at) for chat in entered if chat is not None and chat.touched_at}
        return chats | {f"contact:{f.userid}": f.createtime for f in world.follows_of_learner(person_id) if not f.refused}
    chats |= {"app": 0} | ({"aibot": 0} if stage.aibot is not None else {})
    chats |= {room.chat: 0 for room in stage.rooms.values() if person_id in room.members}
    newest = sorted(world.follows_of_member(person_id), key=lambda follow: -follow.createtime)
    return chats | {f"contact:{f.external_userid}": f.createtime for f in islice(newest, QUIET_FRIENDS)}


def _bubbles(stage: Stage, person_id: str, kind: str, shared: list[str]) -> dict[str, list[Bubble]]:
    """What stands in each chat, oldest first."""
    found: dict[str, list[Bubble]] = defaultdict(list)
    own = stage.phones.learners if kind == "learner" else stage.phones.members
    for bubble in own.get(person_id, []):
        found[bubble.chat].append(bubble)
    for chat in shared:
        found[chat] += stage.phones.shared.get(chat, [])
    return found


def _friends(stage: Stage, person_id: str, other: str) -> bool:
    """Whether a line between the two would arrive: nobody deleted the other, and the member still works here."""
    follow = stage.world.follows.get((person_id, other)) or stage.world.follows.get((other, person_id))
    return follow is not None and not follow.refused and stage.world.active_member(follow.userid) is not None


def _described(stage: Stage, person: Answer, chat: str) -> Answer:
    """Name, people and whether this person can write there; more of what belongs to the kind of chat, as a room's `robot`,
    what the intelligent robot is called there, "" without one."""
    kind, _, other = chat.partition(":")
    about: Answer = {"chat": chat, "kind": kind, "people": [], "can_write": person.get("active", True)}
    if kind == "kf":
        window = shown_window(stage.desk.chat(other, person["id"]), stage.clock.now())
        return {**about, "name": stage.desk.accounts[other].name, "window": window}
    if kind == "contact":
        about["can_write"] = _friends(stage, person["id"], other)
        return {**about, "name": stage.world.name_of(other), "people": _people(stage, [other])}
    if kind in ("group", "room"):
        inside = stage.people_in(chat)
        named: Any = stage.world.groups[other] if kind == "group" else stage.rooms[other]
        robot = {"robot": stage.aibot.config.name if stage.aibot and named.aibot else ""} if kind == "room" else {}
        return {**about, "name": named.name, "people": _people(stage, inside), "size": len(inside), **robot}
    about["can_write"] = kind != "tasks" and about["can_write"]
    return {**about, "name": stage.config.app_name if kind == "app" else NAMES.get(kind, kind)}


def _speaker(stage: Stage, bubble: Bubble) -> str:
    """What stands above a bubble in a shared chat."""
    if bubble.sender in ("robot", "app"):
        return str(bubble.data.get("robot", ROBOT))
    if bubble.sender == "system":
        return ""
    return NAMES.get(bubble.sender) or stage.world.name_of(bubble.sender)


def _messages(stage: Stage, person_id: str, bubbles: list[Bubble], *, shared: bool) -> list[Answer]:
    messages = [shown(bubble, person_id) for bubble in bubbles]
    if shared:
        for message, bubble in zip(messages, bubbles, strict=True):
            message["from_name"] = _speaker(stage, bubble)
    return messages


def _recent(bubbles: dict[str, list[Bubble]]) -> list[str]:
    """Chats with a word in them, without all but the TALKS most recent ones of friends."""
    friends = sorted((chat for chat in bubbles if chat.startswith("contact:")), key=lambda chat: _order(bubbles[chat][-1]))
    dropped = set(friends[:-TALKS])
    return [chat for chat in bubbles if chat not in dropped]


def _order(bubble: Bubble) -> tuple[int, int]:
    """Time, and within one second the number of the bubble."""
    return bubble.at, int(bubble.id[1:])


def screen(stage: Stage, person_id: str, limit: int = KEEP) -> Answer:
    """The whole phone, newest activity first; the newest `limit` messages of each chat. Impossible for nobody's phone."""
    person = _person(stage, person_id)
    present = _present_chats(stage, person_id, person["kind"])
    shared = [chat for chat in present if chat.startswith(("group:", "room:"))]
    bubbles = _bubbles(stage, person_id, person["kind"], shared)
    chats = []
    for chat in dict.fromkeys([*present, *_recent(bubbles)]):
        about = _described(stage, person, chat)
        standing = bubbles.get(chat, [])
        order = _order(standing[-1]) if standing else (present[chat], 0)
        about["last_at"] = order[0]
        about["messages"] = _messages(stage, person_id, standing[-limit:], shared=chat in shared)
        chats.append((order, about))
    chats.sort(key=lambda one: one[0], reverse=True)
    return {"person": person, "chats": [about for _, about in chats]}


async def phone(request: web.Request) -> web.StreamResponse:
    """`?limit=` caps the messages of each chat."""
    limit = request.query.get("limit", str(KEEP))
    if not limit.isdecimal() or int(limit) < 1:
        return reply({"error": "limit 要是正整数"}, 400)
    try:
        return reply(screen(request.app[STAGE], request.match_info["id"], int(limit)))
    except Impossible as reason:
        return reply({"error": str(reason)}, 404)


async def people(request: web.Request) -> web.StreamResponse:
    """Who there is to switch a phone to; light, also with a crowd of thousands."""
    world = request.app[STAGE].world
    names = {department.id: department.name for department in world.departments.values()}
    return reply(
        {
            "learners": [{"id": learner.external_userid, "name": learner.name} for learner in world.learners.values()],
            "members": [
                {
                    "id": member.userid,
                    "name": member.name,
                    "position": member.position,
                    "departments": [names[number] for number in member.departments if number in names],
                    "active": member.active,
                }
                for member in world.members.values()
            ],
        }
    )


ROUTES: list[Route] = [
    ("GET", "/phone/{id}", phone),
    ("GET", "/people", people),
]
