"""Rooms of the corp's own people made by our app: make, change, read [D 90244, 90245, 90246, 90248 by sheet 3.8]."""

from __future__ import annotations

from bot.wecom.bucket import Limit
from bot.wecom.fields import names_of, object_of, text_of
from bot.wecom.road import API_LIMITS, Call, Json, Road, RoadContext
from bot.wecom.room import ROOM_REFUSED, chatid_of

NAME_CHARACTERS, FEWEST, MOST = 50, 2, 2000
CHATID_TAKEN = 86215


def to_create(payload: Json, _ctx: RoadContext) -> Json:
    """Build appchat/create. The id is ours, so that a second call after a lost answer finds the room there (86215)."""
    userlist = names_of(payload["members"])
    if not FEWEST <= len(userlist) <= MOST:
        raise ValueError(f"members: {len(userlist)} given, {FEWEST} to {MOST} allowed")
    body: Json = {"name": str(payload["name"])[:NAME_CHARACTERS], "userlist": userlist, "chatid": chatid_of(payload)}
    return body | ({"owner": payload["owner"]} if payload.get("owner") else {})


def to_update(payload: Json, _ctx: RoadContext) -> Json:
    """Build appchat/update with what changes and nothing else."""
    changes: Json = {
        "name": str(payload.get("name") or "")[:NAME_CHARACTERS],
        "owner": payload.get("owner"),
        "add_user_list": names_of(payload.get("add")),
        "del_user_list": names_of(payload.get("remove")),
    }
    given = {key: value for key, value in changes.items() if value}
    if not given:
        raise ValueError("nothing changes")
    return {"chatid": chatid_of(payload), **given}


def read_get(answer: Json) -> Json:
    info = object_of(answer, "chat_info")
    head = {key: text_of(info, key) for key in ("chatid", "name", "owner")}
    return {**head, "members": names_of(info.get("userlist"))}


ROAD = Road(
    name="appchat",
    calls=(
        Call(
            name="appchat.create",
            path="/cgi-bin/appchat/create",
            build=to_create,
            settled_codes=frozenset({CHATID_TAKEN}),
            final=ROOM_REFUSED,
        ),
        Call(name="appchat.update", path="/cgi-bin/appchat/update", build=to_update, final=ROOM_REFUSED),
        Call(
            name="appchat.get",
            method="GET",
            path="/cgi-bin/appchat/get",
            build=lambda payload, ctx: {"chatid": chatid_of(payload)},
            read=read_get,
            final=ROOM_REFUSED,
        ),
    ),
    # At most 1,000 changes an hour and 1,000 rooms a day [sheet 3.8].
    limits=(*API_LIMITS, Limit("api", 1_000, 3600.0, burst=50)),
)
