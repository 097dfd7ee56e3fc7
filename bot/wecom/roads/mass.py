"""Mass sends (企业群发): a task that one member confirms with a tap, and how it went [D 92135, 93338, 97610, 97611]."""

from __future__ import annotations

from collections.abc import Sequence

from bot.wecom.attachment import to_attachment, to_link
from bot.wecom.clip import clip_bytes
from bot.wecom.fields import at_most, names_of, number_of, object_of, rows_of, text_of
from bot.wecom.road import API_LIMITS, Call, Json, Road, RoadContext

TEXT_BYTES = 4000
MAX_CUSTOMERS, MAX_GROUPS, MAX_ATTACHED = 10_000, 2000, 9
TASK_PAGE, RESULT_PAGE, LIST_PAGE = 1000, 1000, 100
_BY_EVERYBODY = 2  # made by the corp's API, by members, or both


def to_send(payload: Json, _ctx: RoadContext) -> Json:
    """Build add_msg_template for customers of one member, or for customer groups they own; `allow_select` is left out, so the
    list cannot be changed."""
    receivers: Json
    if "chat_ids" in payload:
        # Never empty: without a list WeCom would take all groups of the sender.
        receivers = {"chat_type": "group", "chat_id_list": at_most(names_of(payload["chat_ids"]), MAX_GROUPS, "chat_ids")}
    else:
        customers = at_most(names_of(payload["external_userids"]), MAX_CUSTOMERS, "external_userids")
        receivers = {"chat_type": "single", "external_userid": customers}
    body: Json = {
        **receivers,
        "sender": payload["userid"],
        "text": {"content": clip_bytes(payload["text"], TEXT_BYTES)},
    }
    attached = [to_link(payload["link"])] if payload.get("link") else []
    attached += [to_attachment(part) for part in payload.get("attached", [])]
    if attached:
        body["attachments"] = attached[:MAX_ATTACHED]
    return body


def read_send(answer: Json) -> Json:
    """41048 (nobody can receive it) is a success without a msgid."""
    return {"msgid": text_of(answer, "msgid"), "failed": names_of(answer.get("fail_list"))}


def to_owner(payload: Json, _ctx: RoadContext) -> Json:
    return {"chat_id": payload["chat_id"], "need_name": 0}


def read_owner(answer: Json) -> Json:
    """Whose the group is now: only they can be the sender of a mass message to it (doc 92122)."""
    return {"owner": text_of(object_of(answer, "group_chat"), "owner")}


def to_msgid(payload: Json, _ctx: RoadContext) -> Json:
    return {"msgid": payload["msgid"]}


def to_task(payload: Json, _ctx: RoadContext) -> Json:
    return {"msgid": payload["msgid"], "limit": TASK_PAGE}


def to_result(payload: Json, _ctx: RoadContext) -> Json:
    return {"msgid": payload["msgid"], "userid": payload["userid"], "limit": RESULT_PAGE}


def to_list(payload: Json, _ctx: RoadContext) -> Json:
    """Build get_groupmsg_list_v2; without a creator, for WeCom names none for what an API made. Times in epoch seconds."""
    return {
        "chat_type": payload.get("chat_type") or "single",
        "start_time": int(payload["start"]),
        "end_time": int(payload["end"]),
        "filter_type": _BY_EVERYBODY,
        "limit": LIST_PAGE,
    }


def next_page(query: Json, answer: Json) -> Json | None:
    cursor = text_of(answer, "next_cursor")
    return query | {"cursor": cursor} if cursor else None


def read_task(answer: Json) -> Json:
    """Status 0 is unsent; which number means sent differs between the documents (2) and a fixture (1)."""
    return {
        "tasks": [
            {"userid": text_of(row, "userid"), "status": number_of(row, "status"), "send_time": number_of(row, "send_time")}
            for row in rows_of(answer, "task_list")
        ]
    }


def read_result(answer: Json) -> Json:
    return {
        "sends": [
            {
                "external_userid": text_of(row, "external_userid"),
                "chat_id": text_of(row, "chat_id"),
                "status": number_of(row, "status"),
                "send_time": number_of(row, "send_time"),
            }
            for row in rows_of(answer, "send_list")
        ]
    }


def read_list(answer: Json) -> Json:
    return {
        "messages": [
            {
                "msgid": text_of(row, "msgid"),
                "create_time": number_of(row, "create_time"),
                "text": text_of(object_of(row, "text"), "content"),
            }
            for row in rows_of(answer, "group_msg_list")
        ]
    }


def merge_pages(pages: Sequence[Json]) -> Json:
    """All pages as one; each result holds one list."""
    (name,) = pages[0]
    return {name: [row for page in pages for row in page[name]]}


ROAD = Road(
    name="mass",
    calls=(
        Call(
            name="contact.mass_send",
            path="/cgi-bin/externalcontact/add_msg_template",
            build=to_send,
            read=read_send,
            repeatable=False,
        ),
        Call(
            name="contact.mass_owner",
            path="/cgi-bin/externalcontact/groupchat/get",
            build=to_owner,
            read=read_owner,
        ),
        Call(
            name="contact.mass_list",
            path="/cgi-bin/externalcontact/get_groupmsg_list_v2",
            build=to_list,
            read=read_list,
            next_page=next_page,
            merge=merge_pages,
        ),
        Call(
            name="contact.mass_task",
            path="/cgi-bin/externalcontact/get_groupmsg_task",
            build=to_task,
            read=read_task,
            next_page=next_page,
            merge=merge_pages,
        ),
        Call(
            name="contact.mass_result",
            path="/cgi-bin/externalcontact/get_groupmsg_send_result",
            build=to_result,
            read=read_result,
            next_page=next_page,
            merge=merge_pages,
        ),
        Call(
            name="contact.mass_remind",
            path="/cgi-bin/externalcontact/remind_groupmsg_send",
            build=to_msgid,
            repeatable=False,
        ),
        Call(name="contact.mass_cancel", path="/cgi-bin/externalcontact/cancel_groupmsg_send", build=to_msgid),
    ),
    limits=API_LIMITS,
)
