"""Customer groups (docs 92120, 92122, 94828): who is in, since when, by which way."""

from typing import Any

from sandbox.api.wire import EMPTY_PARAMETER, Answer, Ask, Refusal, Table, page, post
from sandbox.stage import Stage
from sandbox.world import Group, GroupPerson

AT_WORK, OWNER_LEFT, INHERITED = 0, 1, 3  # status; 2 "being inherited" never shows, our hand-over is done at once
MOST_OWNERS = 1000
TOO_MANY_OWNERS = 81017


def owners_asked(stage: Stage, ask: Ask) -> list[str]:
    """owner_filter.userid_list, [] for everybody: refused with 81017 when that is more than a thousand owners."""
    owners = Ask(ask.body.get("owner_filter") or {}).names("userid_list", 100)
    if not owners and len({group.owner for group in stage.world.groups.values()}) > MOST_OWNERS:
        raise Refusal(TOO_MANY_OWNERS, f"more than {MOST_OWNERS} owners: use owner_filter")
    return owners


def _status(stage: Stage, group: Group) -> int:
    if stage.world.active_member(group.owner) is None:
        return OWNER_LEFT
    return INHERITED if group.inherited else AT_WORK


def list_groups(stage: Stage, ask: Ask) -> Answer:
    """status 1 marks a group whose owner left, 3 one that has been handed on since (doc 92120)."""
    if "limit" not in ask.body:
        raise Refusal(EMPTY_PARAMETER, "limit is required")
    status_filter = ask.number("status_filter", 0, 0, 3)
    owners = owners_asked(stage, ask)
    found = []
    for group in stage.world.groups.values():
        status = _status(stage, group)
        if (not owners or group.owner in owners) and status_filter in (0, status):
            found.append({"chat_id": group.chat_id, "status": status})
    shown, cursor = page(found, ask, 1000, 1000)
    return {"group_chat_list": shown, **({"next_cursor": cursor} if cursor else {})}


def _person(stage: Stage, person: GroupPerson, *, with_name: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "userid": person.id,
        "type": person.type,
        "join_time": person.join_time,
        "join_scene": person.join_scene,
        "group_nickname": "",
    }
    learner = stage.world.learners.get(person.id)
    if learner is not None and learner.unionid:
        shown["unionid"] = learner.unionid
    if person.invitor:
        shown["invitor"] = {"userid": person.invitor}
    if person.state:
        shown["state"] = person.state
    if with_name:
        shown["name"] = stage.world.name_of(person.id)
    return shown


def get_group(stage: Stage, ask: Ask) -> Answer:
    group = stage.world.groups.get(ask.text("chat_id"))
    if group is None:
        raise Refusal(40050, "chatid does not exist")
    with_name = ask.number("need_name", 0, 0, 1) == 1
    return {
        "group_chat": {
            "chat_id": group.chat_id,
            "name": group.name,
            "owner": group.owner,
            "create_time": group.create_time,
            "notice": group.notice,
            "member_list": [_person(stage, person, with_name=with_name) for person in group.people.values()],
            "admin_list": [],
            "member_version": group.version,
        }
    }


def chat_id_of(stage: Stage, ask: Ask) -> Answer:
    """The group behind an opengid, which a mini program learns by wx.getGroupEnterInfo; 90511 for none of ours (doc 94828)."""
    opengid = ask.text("opengid")
    found = next((group for group in stage.world.groups.values() if group.opengid == opengid), None)
    if found is None:
        raise Refusal(90511, "invalid opengid")
    return {"chat_id": found.chat_id}


TABLE: Table = {
    "externalcontact/opengid_to_chatid": post(chat_id_of),
    "externalcontact/groupchat/list": post(list_groups),
    "externalcontact/groupchat/get": post(get_group),
}
