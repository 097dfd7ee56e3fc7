"""Customer groups: the list, one group with its members, the codes that lead into them, counts per day
[D 92120, 92122, 92229, 92133]."""

from __future__ import annotations

from bot.wecom.clip import clip_chars
from bot.wecom.fields import at_most, names_of, number_of, object_of, rows_of, text_of
from bot.wecom.road import API_LIMITS, Call, Json, Road, RoadContext

MAX_OWNERS = 100
MAX_GROUPS, MAX_STATE_BYTES, REMARK_CHARS, ROOM_NAME_CHARS = 5, 30, 30, 40
QR_CODE = 2  # scene; 1 is a button in a mini program
_COUNTS = ("new_member_cnt", "member_total", "member_has_msg", "msg_total", "chat_total", "chat_has_msg")
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
    members = [_member(row) for row in rows_of(group, "member_list")]
    return {**head, "create_time": number_of(group, "create_time"), "members": members}


def _member(row: Json) -> Json:
    """`type` 1 is a member of the corp, 2 an outside person; `state` is set only for those who came by a join way."""
    return {
        "id": text_of(row, "userid"),
        **{key: number_of(row, key) for key in ("type", "join_time", "join_scene")},
        **{key: text_of(row, key) for key in ("name", "state", "unionid")},
    }


def to_join_way(payload: Json, _ctx: RoadContext) -> Json:
    """Build the settings of a code, all of them: an update overwrites every field. 41091 for more than five groups."""
    state = str(payload["state"])
    if len(state.encode()) > MAX_STATE_BYTES:
        raise ValueError("state exceeds 30 bytes")
    named = {"config_id": payload["config_id"]} if payload.get("config_id") else {}
    return {
        **named,
        "scene": QR_CODE,
        "remark": clip_chars(str(payload.get("remark") or ""), REMARK_CHARS),
        "auto_create_room": 1,
        "room_base_name": clip_chars(str(payload["room_name"]), ROOM_NAME_CHARS),
        "room_base_id": int(payload["room_number"]),
        "chat_id_list": at_most(names_of(payload["chat_ids"]), MAX_GROUPS, "chat_ids"),
        "state": state,
    }


def read_join_way(answer: Json) -> Json:
    """`chat_ids` may name a group that opened by itself."""
    way = object_of(answer, "join_way")
    return {"qr_code": text_of(way, "qr_code"), "state": text_of(way, "state"), "chat_ids": names_of(way.get("chat_id_list"))}


def to_statistics(payload: Json, _ctx: RoadContext) -> Json:
    """Whole days from `start` to `end` (Unix seconds), at most 30 of them, at most 180 ago (600018); summed over the owners."""
    owners = at_most(names_of(payload["owners"]), MAX_OWNERS, "owners")
    days = {"day_begin_time": int(payload["start"]), "day_end_time": int(payload["end"])}
    return {**days, "owner_filter": {"userid_list": owners}}


def read_statistics(answer: Json) -> Json:
    rows = rows_of(answer, "items")
    return {
        "days": [
            {"at": number_of(row, "stat_time"), **{name: number_of(object_of(row, "data"), name) for name in _COUNTS}}
            for row in rows
        ]
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
        Call(
            name="group.add_join_way",
            path="/cgi-bin/externalcontact/groupchat/add_join_way",
            build=to_join_way,
            read=lambda answer: {"config_id": text_of(answer, "config_id")},
        ),
        Call(
            name="group.update_join_way",
            path="/cgi-bin/externalcontact/groupchat/update_join_way",
            build=to_join_way,
        ),
        Call(
            name="group.get_join_way",
            path="/cgi-bin/externalcontact/groupchat/get_join_way",
            build=lambda payload, _ctx: {"config_id": str(payload["config_id"])},
            read=read_join_way,
        ),
        Call(
            name="group.statistics",
            path="/cgi-bin/externalcontact/groupchat/statistic_group_by_day",
            build=to_statistics,
            read=read_statistics,
        ),
    ),
    limits=API_LIMITS,
)
