"""Customer groups: the list and one group with its members [D 92120, 92122]."""

from __future__ import annotations

from bot.wecom.fields import at_most, names_of, number_of, object_of, rows_of, text_of
from bot.wecom.road import API_LIMITS, Call, Json, Road, RoadContext

MAX_OWNERS = 100
PAGE = 1000


def to_list(payload: Json, _ctx: RoadContext) -> Json:
    """Build groupchat/list; without owners a scope of more than 1,000 owners is refused (81017)."""
    body: Json = {"status_filter": 0, "cursor": payload.get("cursor") or "", "limit": PAGE}
    owners = names_of(payload.get("owners"))
    if owners:
        body["owner_filter"] = {"userid_list": at_most(owners, MAX_OWNERS, "owners")}
    return body


def read_list(answer: Json) -> Json:
    rows = rows_of(answer, "group_chat_list")
    return {
        "groups": [{"chat_id": text_of(row, "chat_id"), "status": number_of(row, "status")} for row in rows],
        "next_cursor": text_of(answer, "next_cursor"),
    }


def to_get(payload: Json, _ctx: RoadContext) -> Json:
    return {"chat_id": payload["chat_id"], "need_name": 1}


def read_get(answer: Json) -> Json:
    group = object_of(answer, "group_chat")
    head = {key: text_of(group, key) for key in ("chat_id", "name", "owner", "member_version")}
    return {**head, "members": [_member(row) for row in rows_of(group, "member_list")]}


def _member(row: Json) -> Json:
    """`type` 1 is a member of the corp, 2 an outside person; `state` is set only for those who came by a join way."""
    return {
        "id": text_of(row, "userid"),
        **{key: number_of(row, key) for key in ("type", "join_time", "join_scene")},
        **{key: text_of(row, key) for key in ("name", "state", "unionid")},
    }


ROAD = Road(
    name="group",
    calls=(
        Call(
            name="group.list",
            path="/cgi-bin/externalcontact/groupchat/list",
            build=to_list,
            read=read_list,
        ),
        Call(
            name="group.get",
            path="/cgi-bin/externalcontact/groupchat/get",
            build=to_get,
            read=read_get,
        ),
    ),
    limits=API_LIMITS,
)
