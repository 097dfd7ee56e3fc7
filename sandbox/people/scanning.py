"""Learners scan a QR code of the corp: a contact way makes a friend, a join way leads into a group (docs 92572, 92229).

Our choice where no document speaks: a way with is_exclusive leads back to the member the learner has already; an open
group is the first one with a free place; a group that opened by itself is bound to the way, also beyond five.
"""

from typing import Any

from sandbox.people import Impossible, groups
from sandbox.people.contacts import follow, learner_of
from sandbox.stage import Stage
from sandbox.world import Group

QR_SCENE = 3  # JoinScene, doc 92130


def _known(stage: Stage, mark: str) -> str:
    """The config_id of an id or of the url in the code."""
    config_id = mark.rpartition("/")[2]
    if config_id not in stage.world.contact_ways and config_id not in stage.world.join_ways:
        raise Impossible("这个二维码不是本企业的，或者已经删除")
    return config_id


def _befriend(stage: Stage, external_userid: str, config_id: str) -> dict[str, Any]:
    way = stage.world.contact_ways[config_id]
    members = stage.world.members_behind(list(way.get("user") or []), list(way.get("party") or []))
    if not members:
        raise Impossible("二维码后面已经没有成员了")
    userid = members[(stage.world.scans[config_id] - 1) % len(members)]
    if way.get("is_exclusive"):
        userid = next((m for m in members if (m, external_userid) in stage.world.follows), userid)
    answer = follow(stage, external_userid, userid, state=str(way["state"]))
    return {"userid": userid, **answer}


def _groups_of(stage: Stage, way: dict[str, Any]) -> list[Group]:
    """Those that have not been dismissed."""
    return [stage.world.groups[chat_id] for chat_id in way["chat_id_list"] if chat_id in stage.world.groups]


def _open_group(stage: Stage, way: dict[str, Any]) -> Group | None:
    return next((group for group in _groups_of(stage, way) if len(group.people) < stage.config.group_size), None)


def _new_group(stage: Stage, way: dict[str, Any]) -> Group:
    """All are full: a new one opens by itself, with the next number and the first group's owner."""
    first = next(iter(_groups_of(stage, way)), None)
    if first is None or not way["auto_create_room"]:
        raise Impossible("二维码后面的群都满了" if first else "二维码后面已经没有群了")
    name = f"{way['room_base_name'] or first.name}{way['room_base_id']}"
    chat_id = groups.new_group(stage, "", name, first.owner)["chat_id"]
    way["room_base_id"] += 1
    way["chat_id_list"].append(chat_id)
    return stage.world.groups[chat_id]


def _enter(stage: Stage, external_userid: str, config_id: str) -> dict[str, Any]:
    way = stage.world.join_ways[config_id]
    for group in _groups_of(stage, way):
        if external_userid in group.people:
            raise Impossible(f"已经在群「{group.name}」里了")
    group = _open_group(stage, way) or _new_group(stage, way)
    groups.join(stage, group.chat_id, external_userid, scene=QR_SCENE, state=way["state"], shape="")
    return {"chat_id": group.chat_id}


def scan(stage: Stage, external_userid: str, mark: str) -> dict[str, Any]:
    """`mark` is the config_id or the url in the code; answers {userid, welcome_code} or {chat_id}."""
    learner_of(stage, external_userid)
    config_id = _known(stage, mark)
    stage.world.scans[config_id] += 1
    if config_id in stage.world.contact_ways:
        return _befriend(stage, external_userid, config_id)
    return _enter(stage, external_userid, config_id)
