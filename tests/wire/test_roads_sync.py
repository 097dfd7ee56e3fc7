"""The roads that read and project: contact, group, directory."""

from __future__ import annotations

import pytest

from bot.wecom.road import Json, RoadContext
from bot.wecom.roads import calls_by_name, load_roads

CALLS = calls_by_name(load_roads())
CTX = RoadContext(1000017)


def build(name: str, payload: Json) -> Json:
    return CALLS[name].build(payload, CTX)


def test_contact_welcome() -> None:
    assert build("contact.welcome", {"code": "wc", "text": "欢迎"}) == {"welcome_code": "wc", "text": {"content": "欢迎"}}
    link = {"title": "打卡", "url": "https://work.weixin.qq.com/kfid/x", "desc": "点我"}
    body = build("contact.welcome", {"code": "wc", "text": "欢迎", "link": link})
    assert body["attachments"] == [{"msgtype": "link", "link": link}]


FOLLOW = {"userid": "lin", "remark": "小雨妈妈", "state": "c2031.dy", "createtime": "1791000000", "remark_mobiles": ["138"]}
READ_FOLLOW = {**FOLLOW, "createtime": 1791000000, "tag_ids": ["et1"]}


def test_contact_get_and_by_user() -> None:
    contact = {"external_userid": "wm1", "name": "雨", "type": 1, "unionid": "u", "avatar": "x"}
    answer = {"external_contact": contact, "follow_user": [{**FOLLOW, "tags": [{"tag_id": "et1"}, {"tag_name": "own"}]}]}
    del contact["avatar"]
    assert CALLS["contact.get"].read(answer) == {"contact": contact, "follows": [READ_FOLLOW]}
    body = build("contact.by_user", {"userids": ["lin"], "cursor": ""})
    assert body == {"userid_list": ["lin"], "cursor": "", "limit": 100}
    answer = {
        "external_contact_list": [{"external_contact": contact, "follow_info": {**FOLLOW, "tag_id": ["et1"]}}],
        "next_cursor": "n",
    }
    expected = {**READ_FOLLOW, "external_userid": "wm1", "name": "雨", "unionid": "u"}
    del expected["remark"]
    assert CALLS["contact.by_user"].read(answer) == {"contacts": [expected], "next_cursor": "n"}


def test_contact_tags() -> None:
    group = {"group_id": "g1", "group_name": "营伴", "tag": [{"id": "et1", "name": "热"}, {"id": "et2", "deleted": True}]}
    tags = {"tags": [{"group_id": "g1", "group_name": "营伴", "tag_id": "et1", "name": "热"}]}
    assert CALLS["contact.tags"].read({"tag_group": [group]}) == tags
    assert CALLS["contact.add_tag"].read({"tag_group": group}) == tags
    assert build("contact.tags", {}) == {}
    assert build("contact.add_tag", {"group": "营伴", "names": ["热"]}) == {"group_name": "营伴", "tag": [{"name": "热"}]}


def test_contact_mark_tag() -> None:
    pair = {"userid": "lin", "external_userid": "wm1"}
    assert build("contact.mark_tag", {**pair, "add": ["et1"], "remove": []}) == {**pair, "add_tag": ["et1"]}
    with pytest.raises(ValueError, match="no tags"):
        build("contact.mark_tag", {**pair, "add": [], "remove": []})
    assert CALLS["contact.follow_users"].read({"follow_user": ["lin", "wu"]}) == {"userids": ["lin", "wu"]}


def test_groups() -> None:
    assert build("group.list", {"cursor": "c"}) == {"status_filter": 0, "cursor": "c", "limit": 1000}
    assert build("group.list", {"cursor": "", "owners": ["lin"]})["owner_filter"] == {"userid_list": ["lin"]}
    assert build("group.get", {"chat_id": "wr7"}) == {"chat_id": "wr7", "need_name": 1}
    listed = {"group_chat_list": [{"chat_id": "wr7", "status": "0"}], "next_cursor": "n"}
    assert CALLS["group.list"].read(listed) == {"groups": [{"chat_id": "wr7", "status": 0}], "next_cursor": "n"}
    member = {"userid": "wm1", "type": 2, "join_time": 1791000000, "join_scene": 3, "name": "雨", "state": "c2031.dy"}
    group = {"chat_id": "wr7", "name": "A班", "owner": "lin", "member_version": "v1", "create_time": 7, "member_list": [member]}
    read = CALLS["group.get"].read({"group_chat": group})
    del member["userid"]
    assert read == {
        **{key: group[key] for key in ("chat_id", "name", "owner", "member_version", "create_time")},
        "members": [{"id": "wm1", "unionid": "", **member}],
    }


def test_directory() -> None:
    assert build("directory.members", {"department_id": 4}) == {"department_id": 4}
    rows = {"department": [{"id": 1, "name": "公司", "parentid": 0, "order": 1}]}
    assert CALLS["directory.departments"].read(rows) == {"departments": [{"id": 1, "name": "公司", "parentid": 0}]}
    rows = {"userlist": [{"userid": "lin", "name": "林", "department": [1, "4"], "open_userid": ""}]}
    assert CALLS["directory.members"].read(rows) == {"members": [{"userid": "lin", "name": "林", "departments": [1, 4]}]}
