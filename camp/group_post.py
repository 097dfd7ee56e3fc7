"""What staff hear as a group: one way for each audience, and a way around where WeCom will not take a post.

A thing for an audience goes to the groups of the robot that are bound to it; where there is none, into the cohort's staff room;
where there is none, through the webhook robots of the people concerned. A post WeCom refuses goes to the same people by app
message, and so do those after it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from camp import robot, room, staff_room
from camp.messages import Message, text
from camp.outgoing import alert_operators, to_members, to_robot
from camp.phrases import say_in
from camp.policy import Policy
from camp.robot import Instead
from camp.rules.route import AUDIENCES, Route, nearest
from storage import directory, members, outbox, silent_robots
from storage.cohorts import ClassGroup
from storage.database import Tx
from storage.members import Member
from storage.rooms import Room

# The robot was removed (93000), stopped, or its key is none: bot.wecom.roads.robot.GONE. Nothing but a person brings it back.
_GONE = frozenset({-9, 40058, 93000, 93001, 93004, 93008})


@dataclass(frozen=True)
class Post:
    """One thing for the people of an `audience` (camp.rules.route.AUDIENCES), said once under its `key`.

    `cohort_id`, `pool`: whose groups it goes to. `concerned`: whose departments decide on the robot; with `each` those of them
    who are in no group get it by app message. `mentions`: userids called by name; `heard`: userids told the same already.
    `here`: what groups of the robot read instead, as there it hears what is answered.
    """

    audience: str
    message: Message
    key: str
    cohort_id: int | None = None
    pool: str | None = None
    concerned: Sequence[Member] = ()
    each: bool = False
    mentions: Sequence[str] = ()
    heard: Collection[str] = ()
    here: Message | None = None


async def tell(tx: Tx, policy: Policy, post: Post) -> frozenset[str]:
    """Posts it; returns the userids known to read it in a room, who get it by app message should their room refuse it."""
    bound = await room.rooms_of(tx, cohort_id=post.cohort_id, pool=post.pool)
    groups = [one for one in bound if await robot.may_speak_in(tx, policy, one.chat_id)]
    readers = await _tell_groups(tx, policy, post, groups)
    in_pool = any(one.pool for one in groups)
    # A group bound to a cohort hears of its hand-offs too; whether sales sit in it nobody knows.
    in_cohort = any(one.cohort_id for one in groups)
    if in_pool or (in_cohort and not post.pool):
        return readers
    seated = None
    if post.cohort_id is not None and not in_cohort:
        seated = await staff_room.post(
            tx, post.cohort_id, post.message, key=post.key, mentions=post.mentions, heard=sorted(post.heard)
        )
    if seated is None:
        await tell_by_robot(tx, policy, post)
    elif post.each:
        await _tell_alone(tx, post, [one for one in post.concerned if one.userid not in seated])
    return readers | (seated or frozenset())


async def tell_by_robot(tx: Tx, policy: Policy, post: Post) -> None:
    """The same through webhook robots alone."""
    routes, without = await _routes(tx, policy, post)
    silent = await silent_robots.all_silent(tx)
    for route, people in routes.items():
        key, concerned = f"{post.key}:{route.name}", [one.userid for one in people]
        if route.name in silent:
            await _instead(tx, policy, route, post.message, key, concerned, post.heard)
            await _tell_operators(tx, policy, route.name, silent[route.name])
            continue
        context = {
            "audience": route.audience,
            "department": route.department,
            "concerned": concerned,
            "heard": sorted(post.heard),
        }
        await to_robot(tx, route.name, post.message, dedup_key=key, mentions=post.mentions, context=context)
    if post.each:
        await _tell_alone(tx, post, without)


async def tell_class(tx: Tx, policy: Policy, group: ClassGroup, post: Post) -> None:
    """Posts it into the groups bound to one class."""
    bound = await room.rooms_of(tx, class_group_id=group.id)
    await _tell_groups(tx, policy, post, [one for one in bound if await robot.may_speak_in(tx, policy, one.chat_id)])


async def take_robot_answer(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """A post a robot could not make: its people get it by app message. What expired is no news any more."""
    row = await outbox.load(tx, int(answer["outbox_id"]))
    if answer["ok"] or row is None:
        return
    name, context = str(row.payload["robot"]), answer["context"]
    if answer["errcode"] in _GONE:
        await silent_robots.silence(tx, name, answer["errcode"])
        await _tell_operators(tx, policy, name, answer["errcode"])
    if not answer["expired"]:
        route = Route(name, context.get("audience"), context.get("department"))
        people, heard = context.get("concerned") or (), context.get("heard") or ()
        await _instead(tx, policy, route, row.payload["message"], f"{row.dedup_key}", people, heard)


async def readers_of(tx: Tx, policy: Policy, route: Route) -> list[Member]:
    """The active staff a robot speaks to."""
    if route.audience is None:
        return []
    people = await members.with_position(tx, AUDIENCES[route.audience])
    lines = await _lines(tx, policy)
    routes = [one for one in policy.robots if one.name != route.name] + [route]
    return [one for one in people if route in nearest(routes, route.audience, lines.get(one.department_id or 0, ()))]


async def _tell_groups(tx: Tx, policy: Policy, post: Post, groups: Sequence[Room]) -> frozenset[str]:
    """Says it in these groups; who is known to read there."""
    readers = await room.readers_of(tx, groups)
    concerned = [one.userid for one in post.concerned if one.active]
    otherwise = [userid for userid in dict.fromkeys([*concerned, *sorted(readers)]) if userid not in post.heard]
    say, message = say_in(policy.language), post.here or post.message
    for one in groups:
        why = say("room.instead_of_group", what=room.bound_in_words(say, one))
        by_app = Instead(under(post.message, why), f"{post.key}:app")
        key = f"{post.key}:group:{one.chat_id}"
        chat_id = one.chat_id
        await robot.push(tx, policy, chat_id=chat_id, message=message, dedup_key=key, otherwise=otherwise, by_app=by_app)
    return readers


async def _routes(tx: Tx, policy: Policy, post: Post) -> tuple[dict[Route, list[Member]], list[Member]]:
    """The robots nearest to those concerned, each with those it is nearest to, and who has none; the general ones for nobody."""
    lines = await _lines(tx, policy)
    if not post.concerned:
        return {route: [] for route in nearest(policy.robots, post.audience, ())}, []
    routes: dict[Route, list[Member]] = {}
    without: list[Member] = []
    for one in post.concerned:
        found = nearest(policy.robots, post.audience, lines.get(one.department_id or 0, ()))
        for route in found:
            routes.setdefault(route, []).append(one)
        if not found:
            without.append(one)
    return routes, without


async def _lines(tx: Tx, policy: Policy) -> dict[int, tuple[str, ...]]:
    """Of each department its number and name and those of all above it; nothing where no robot asks for a department."""
    return await directory.lines(tx) if any(route.department for route in policy.robots) else {}


async def _instead(
    tx: Tx,
    policy: Policy,
    route: Route,
    message: Message,
    key: str,
    concerned: Collection[str],
    heard: Collection[str],
) -> None:
    say = say_in(policy.language)
    readers = [one.userid for one in await readers_of(tx, policy, route)]
    people = [userid for userid in dict.fromkeys([*concerned, *readers]) if userid not in heard]
    await to_members(tx, people, under(message, say("staff_room.instead_of_robot", name=route.name)), dedup_key=f"{key}:app")


async def _tell_alone(tx: Tx, post: Post, people: Sequence[Member]) -> None:
    await to_members(tx, [one.userid for one in people], post.message, dedup_key=f"{post.key}:each")


def under(message: Message, first_line: str) -> Message:
    """The message as an app message below a line that says why it comes this way; of a picture its caption."""
    words = f"{first_line}\n{message.get('text') or ''}".rstrip()
    return {**message, "text": words} if message["type"] == "markdown" else text(words)


async def _tell_operators(tx: Tx, policy: Policy, name: str, errcode: int) -> None:
    words = say_in(policy.language)("staff_room.robot_silent", name=name, errcode=errcode)
    await alert_operators(tx, text(words), dedup_key=f"robot-silent:{name}:{tx.now:%Y%m%d}")
