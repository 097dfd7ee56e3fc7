"""Answers of a WeCom that knows everything, one function a path, shapes from wecom-api.md."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.blackbox.fake import Fake

KFID = "wkBlackboxDesk00000000000001"
LINK = "https://work.weixin.qq.com/kfid/kfcBlack?enc_scene=ENCabc"


def _send(fake: "Fake", body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    number = next(fake.serial)
    answer: dict[str, Any] = {"invaliduser": "", "invalidparty": "", "invalidtag": "", "msgid": f"m{number}"}
    if body.get("template_card", {}).get("card_type") == "button_interaction":
        answer["response_code"] = f"rc-send-{number}"
    return answer


def _update(_fake: "Fake", _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    return {"invaliduser": []}


def _kf_send(fake: "Fake", body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    if body.get("msgid") in fake.msgids:
        return {"errcode": 95032, "errmsg": "duplicate msgid"}
    if "touser" in body:
        left = fake.left.get(body["touser"])
        if left is None:
            return {"errcode": 95002, "errmsg": "no message in 48 h"}
        if left <= 0:
            return {"errcode": 95001, "errmsg": "5 already sent"}
        fake.left[body["touser"]] = left - 1
    fake.msgids.add(str(body.get("msgid")))
    return {"msgid": body.get("msgid")}


def _welcome(fake: "Fake", body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    code = "welcome:" + str(body.get("welcome_code"))
    if code in fake.used:
        return {"errcode": 41050, "errmsg": "invalid welcome code"}  # one use
    fake.used.add(code)
    return {}


def _sync(fake: "Fake", body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    token = body.get("token")
    if token and token not in fake.kf_tokens:
        return {"errcode": 95007, "errmsg": "invalid token"}
    start = int(str(body.get("cursor") or "cur0e").strip("cure"))
    if fake.empty_page_first and not str(body.get("cursor", "")).endswith("e"):
        return {"next_cursor": f"cur{start}e", "has_more": 1, "msg_list": []}
    chunk = fake.kf[start : start + min(fake.page, int(body.get("limit", 1000)))]
    end = start + len(chunk)
    return {"next_cursor": f"cur{end}", "has_more": int(end < len(fake.kf)), "msg_list": chunk}


def _contact(fake: "Fake", _body: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
    external = query.get("external_userid", "")
    known = fake.contacts.get(external)
    if known is None:
        return {"errcode": 84061, "errmsg": "not external contact"}
    follows = [
        {
            "userid": userid,
            "remark": "",
            "description": "",
            "createtime": state["at"],
            "tags": [],
            "add_way": 1,
            "state": state["state"],
        }
        for userid, state in known["follows"].items()
    ]
    who = {"external_userid": external, "name": known["name"], "type": 1, "gender": 0, "avatar": ""}
    if known.get("unionid"):
        who["unionid"] = known["unionid"]
    return {"external_contact": who, "follow_user": follows}


def _tag_list(fake: "Fake", _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for tag in fake.tags:
        groups.setdefault(tag["group"], []).append({"id": tag["id"], "name": tag["name"], "order": 0, "deleted": False})
    return {
        "tag_group": [{"group_id": f"etg-{name}", "group_name": name, "order": 0, "tag": tags} for name, tags in groups.items()]
    }


def _tag_add(fake: "Fake", body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    group = body.get("group_name") or str(body.get("group_id", "")).removeprefix("etg-")
    made = []
    for tag in body.get("tag", []):
        if any(t["group"] == group and t["name"] == tag["name"] for t in fake.tags):
            return {"errcode": 40071, "errmsg": "tag name exists"}
        row = {"id": f"et-{next(fake.serial)}", "name": tag["name"], "group": group}
        fake.tags.append(row)
        made.append({"id": row["id"], "name": row["name"], "order": 0})
    return {"tag_group": {"group_id": f"etg-{group}", "group_name": group, "order": 0, "tag": made}}


def _mark(fake: "Fake", body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    known = {tag["id"]: tag["name"] for tag in fake.tags}
    for tag in body.get("add_tag") or []:
        if tag not in known:
            return {"errcode": 40068, "errmsg": "invalid tag"}
        fake.marked.add((body["userid"], body["external_userid"], known[tag]))
    for tag in body.get("remove_tag") or []:
        fake.marked.discard((body["userid"], body["external_userid"], known.get(tag, "")))
    return {}


def _follow_users(fake: "Fake", _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    return {"follow_user": list(fake.members)}


def _by_user(fake: "Fake", body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    rows = [
        {
            "external_contact": {"external_userid": external, "name": known["name"], "type": 1},
            "follow_info": {
                "userid": userid,
                "remark": "",
                "createtime": st["at"],
                "tag_id": [],
                "state": st["state"],
                "add_way": 1,
            },
        }
        for external, known in fake.contacts.items()
        for userid, st in known["follows"].items()
        if userid in body.get("userid_list", [])
    ]
    return {"external_contact_list": rows, "next_cursor": ""}


def _group_list(fake: "Fake", _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    return {"group_chat_list": [{"chat_id": chat, "status": 0} for chat in fake.groups], "next_cursor": ""}


def _group_get(fake: "Fake", body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    group = fake.groups.get(body.get("chat_id", ""))
    if group is None:
        return {"errcode": 40050, "errmsg": "invalid chatid"}
    people = [{"userid": group["owner"], "type": 1, "join_time": 1, "join_scene": 1}]
    people += [{"userid": e, "type": 2, "join_time": int(time.time()), "join_scene": 3, "name": e} for e in group["people"]]
    return {
        "group_chat": {
            "chat_id": body["chat_id"],
            "name": group["name"],
            "owner": group["owner"],
            "create_time": 1,
            "member_list": people,
            "admin_list": [],
            "member_version": group["version"],
        }
    }


def _customers(fake: "Fake", body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    rows = [
        {"external_userid": e, "nickname": fake.contacts.get(e, {}).get("name") or f"微信{e[-3:]}", "avatar": "", "gender": 0}
        for e in body.get("external_userid_list", [])
    ]
    return {"customer_list": rows, "invalid_external_userid": []}


def _departments(_fake: "Fake", _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    rows = [{"id": 1, "name": "总部", "parentid": 0, "order": 1}, {"id": 2, "name": "growth", "parentid": 1, "order": 2}]
    return {"department": rows, "department_id": rows}


def _members(fake: "Fake", _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    return {"userlist": [{"userid": u, "name": n, "department": [1], "status": 1} for u, n in fake.members.items()]}


def _member(fake: "Fake", _body: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
    userid = query.get("userid", "")
    if userid not in fake.members:
        return {"errcode": 60111, "errmsg": "userid not found"}
    return {"userid": userid, "name": fake.members[userid], "department": [1], "main_department": 1, "status": 1}


def _nothing(_fake: "Fake", _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    return {}


def _contact_way(_fake: "Fake", _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    return {"url": LINK}


ANSWERS: dict[str, Callable[["Fake", dict[str, Any], dict[str, str]], dict[str, Any]]] = {
    "message/send": _send,
    "message/update_template_card": _update,
    "kf/send_msg": _kf_send,
    "kf/send_msg_on_event": _kf_send,
    "kf/sync_msg": _sync,
    "kf/add_contact_way": _contact_way,
    "kf/customer/batchget": _customers,
    "kf/account/list": lambda fake, body, query: {
        "account_list": [{"open_kfid": KFID, "name": "训练营", "manage_privilege": True}]
    },
    "kf/service_state/get": lambda fake, body, query: {"service_state": 1, "servicer_userid": ""},
    "kf/service_state/trans": _nothing,
    "externalcontact/get": _contact,
    "externalcontact/get_corp_tag_list": _tag_list,
    "externalcontact/add_corp_tag": _tag_add,
    "externalcontact/mark_tag": _mark,
    "externalcontact/remark": _nothing,
    "externalcontact/send_welcome_msg": _welcome,
    "externalcontact/get_follow_user_list": _follow_users,
    "externalcontact/batch/get_by_user": _by_user,
    "externalcontact/list": lambda fake, body, query: {"external_userid": list(fake.contacts)},
    "externalcontact/groupchat/list": _group_list,
    "externalcontact/groupchat/get": _group_get,
    "department/list": _departments,
    "department/simplelist": _departments,
    "user/simplelist": _members,
    "user/list": _members,
    "user/get": _member,
    "webhook/send": _nothing,
    "getcallbackip": lambda fake, body, query: {"ip_list": ["127.0.0.1"]},
}

# What even a lazy judge's fake must know, or no learner could speak at all.
LAZY = {"message/send", "kf/sync_msg"}
