"""Everybody members serve, customers or not (doc 99434, self-built apps only).

People who sit in a customer group and are nobody's friend are in it too, with a masked name and a temporary openid (4 h).
"""

import hashlib
from typing import Any

from sandbox.api.wire import Answer, Ask, Table, page, post
from sandbox.clock import HOUR
from sandbox.stage import Stage
from sandbox.world import Follow, Group, GroupPerson

TMP_OPENID_LIFE_S = 4 * HOUR


def _tmp_openid(stage: Stage, external_userid: str) -> str:
    """Another one every four hours."""
    seed = f"{stage.world.run}{external_userid}{stage.clock.seconds() // TMP_OPENID_LIFE_S}"
    return f"oTMP{hashlib.sha256(seed.encode()).hexdigest()[:28]}"


def _masked(name: str) -> str:
    """How exactly WeCom masks is not documented: the first character stays."""
    return name[:1] + "*" * max(1, len(name) - 1)


def _friend(stage: Stage, follow: Follow) -> dict[str, Any]:
    return {
        "is_customer": True,
        "tmp_openid": _tmp_openid(stage, follow.external_userid),
        "external_userid": follow.external_userid,
        "name": _masked(stage.world.name_of(follow.external_userid)),
        "follow_userid": follow.userid,
        "add_time": follow.createtime,
    }


def _in_group(stage: Stage, group: Group, person: GroupPerson) -> dict[str, Any]:
    return {
        "is_customer": False,
        "tmp_openid": _tmp_openid(stage, person.id),
        "name": _masked(stage.world.name_of(person.id)),
        "chat_id": group.chat_id,
        "chat_name": group.name,
        "add_time": person.join_time,
    }


def list_people(stage: Stage, ask: Ask) -> Answer:
    found = [_friend(stage, follow) for follow in stage.world.follows.values()]
    for group in stage.world.groups.values():
        strangers = [p for p in group.people.values() if p.type == 2 and not stage.world.follows_of_learner(p.id)]
        found += [_in_group(stage, group, person) for person in strangers]
    shown, cursor = page(found, ask, 1000, 1000)
    return {"info_list": shown, "next_cursor": cursor}


TABLE: Table = {"externalcontact/contact_list": post(list_people)}
