"""Customer contact: welcome, customers, follow relations and corp tags [D 92599, 92114, 92994, 92117, 92118, 92571]."""

from __future__ import annotations

from collections.abc import Sequence

from bot.wecom.attachment import to_link
from bot.wecom.clip import clip_bytes
from bot.wecom.fields import at_most, names_of, number_of, object_of, rows_of, text_of
from bot.wecom.road import API_LIMITS, Call, Json, Road, RoadContext

WELCOME_BYTES = 4000
TAG_NAME_CHARS = 30
MAX_USERS = 100
PAGE = 100


def to_welcome(payload: Json, _ctx: RoadContext) -> Json:
    """Build send_welcome_msg; the code lives 20 s and works once."""
    body: Json = {"welcome_code": payload["code"], "text": {"content": clip_bytes(payload["text"], WELCOME_BYTES)}}
    link = payload.get("link")
    if link:
        body["attachments"] = [to_link(link)]
    return body


def to_get(payload: Json, _ctx: RoadContext) -> Json:
    return {"external_userid": payload["external_userid"]}


def next_get_page(query: Json, answer: Json) -> Json | None:
    """A customer with more than 500 followers comes in pages; the last one has an empty next_cursor."""
    cursor = text_of(answer, "next_cursor")
    return query | {"cursor": cursor} if cursor else None


def read_get(answer: Json) -> Json:
    contact = object_of(answer, "external_contact")
    return {
        "contact": {
            "external_userid": text_of(contact, "external_userid"),
            "name": text_of(contact, "name"),
            "type": number_of(contact, "type"),
            "unionid": text_of(contact, "unionid"),
        },
        "follows": [_follow(row) for row in rows_of(answer, "follow_user")],
    }


def merge_get(pages: Sequence[Json]) -> Json:
    contact = pages[0]["contact"] if pages else {}
    return {"contact": contact, "follows": [follow for page in pages for follow in page["follows"]]}


def _follow(row: Json) -> Json:
    return {
        "userid": text_of(row, "userid"),
        "remark": text_of(row, "remark"),
        "state": text_of(row, "state"),
        "createtime": number_of(row, "createtime"),
        "remark_mobiles": names_of(row.get("remark_mobiles")),
        "tag_ids": _tag_ids(row),
    }


def _tag_ids(row: Json) -> list[str]:
    """get lists tags as objects, batch/get_by_user as ids; personal tags have an object without an id."""
    return names_of(row.get("tag_id")) + [text_of(tag, "tag_id") for tag in rows_of(row, "tags") if text_of(tag, "tag_id")]


def read_tags(answer: Json) -> Json:
    """Flatten groups: a list of them after get_corp_tag_list, a single one after add_corp_tag; deleted tags are left out."""
    return {
        "tags": [
            {
                "group_id": text_of(group, "group_id"),
                "group_name": text_of(group, "group_name"),
                "tag_id": text_of(tag, "id"),
                "name": text_of(tag, "name"),
            }
            for group in rows_of(answer, "tag_group")
            for tag in rows_of(group, "tag")
            if not group.get("deleted") and not tag.get("deleted")
        ]
    }


def to_add_tag(payload: Json, _ctx: RoadContext) -> Json:
    """Build add_corp_tag; an existing group name joins that group, an existing tag name is 40071 (success without tags)."""
    names = [str(name)[:TAG_NAME_CHARS] for name in payload["names"]]
    if not names:
        raise ValueError("no names")
    return {"group_name": payload["group"], "tag": [{"name": name} for name in names]}


def to_mark_tag(payload: Json, _ctx: RoadContext) -> Json:
    """Build mark_tag; WeCom refuses a call with neither list."""
    lists = {"add_tag": names_of(payload.get("add")), "remove_tag": names_of(payload.get("remove"))}
    given = {name: ids for name, ids in lists.items() if ids}
    if not given:
        raise ValueError("no tags")
    return {"userid": payload["userid"], "external_userid": payload["external_userid"], **given}


def to_by_user(payload: Json, _ctx: RoadContext) -> Json:
    userids = at_most(names_of(payload["userids"]), MAX_USERS, "userids")
    return {"userid_list": userids, "cursor": payload.get("cursor") or "", "limit": PAGE}


def read_by_user(answer: Json) -> Json:
    return {
        "contacts": [_customer(row) for row in rows_of(answer, "external_contact_list")],
        "next_cursor": text_of(answer, "next_cursor"),
    }


def _customer(row: Json) -> Json:
    contact, follow = object_of(row, "external_contact"), _follow(object_of(row, "follow_info"))
    del follow["remark"]  # the contract keeps it for contact.get alone
    kept = {key: text_of(contact, key) for key in ("external_userid", "name", "unionid")}
    return {**kept, **follow}


ROAD = Road(
    name="contact",
    calls=(
        Call(
            name="contact.welcome",
            path="/cgi-bin/externalcontact/send_welcome_msg",
            build=to_welcome,
            used_codes=frozenset({41050}),  # a code works once [D 92599]; we do not try after its 20 s
        ),
        Call(
            name="contact.get",
            method="GET",
            path="/cgi-bin/externalcontact/get",
            build=to_get,
            read=read_get,
            next_page=next_get_page,
            merge=merge_get,
        ),
        Call(
            name="contact.tags",
            path="/cgi-bin/externalcontact/get_corp_tag_list",
            build=lambda payload, ctx: {},
            read=read_tags,
        ),
        Call(
            name="contact.add_tag",
            path="/cgi-bin/externalcontact/add_corp_tag",
            build=to_add_tag,
            read=read_tags,
        ),
        Call(name="contact.mark_tag", path="/cgi-bin/externalcontact/mark_tag", build=to_mark_tag),
        Call(
            name="contact.follow_users",
            method="GET",
            path="/cgi-bin/externalcontact/get_follow_user_list",
            build=lambda payload, ctx: {},
            read=lambda answer: {"userids": names_of(answer.get("follow_user"))},
        ),
        Call(
            name="contact.by_user",
            path="/cgi-bin/externalcontact/batch/get_by_user",
            build=to_by_user,
            read=read_by_user,
        ),
    ),
    limits=API_LIMITS,
)
