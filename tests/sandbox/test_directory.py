"""The address book: departments, members and their ids, and the events of its changes (sheet 5)."""

from typing import Any

from tests.sandbox.conftest import CREDENTIALS, NOW, Play


async def changed(play: Play) -> dict[str, Any]:
    event = await play.bot.hear()
    assert (event["Event"], event["FromUserName"]) == ("change_contact", "sys")
    return event


async def test_departments_and_who_is_in_them(school: Play) -> None:
    await school.act("/departments", id=2, name="教务")
    await school.act("/departments", id=3, name="一组", parentid=2)
    await school.act("/members", userid="he", name="何老师", department_ids=[3, 2], position="教务主管")
    await school.act("/departments", 400, id=4, name="x", parentid=99)
    listed = (await school.api("department/list", id=2))["department"]
    assert [(one["id"], one["name"], one["parentid"]) for one in listed] == [(2, "教务", 1), (3, "一组", 2)]
    ids = (await school.api("department/simplelist"))["department_id"]
    assert [one["id"] for one in ids] == [1, 2, 3]
    assert "name" not in ids[0]
    assert [one["userid"] for one in (await school.api("user/simplelist", department_id=2))["userlist"]] == ["he"]
    profile = (await school.api("user/list", department_id=3))["userlist"][0]
    assert (profile["department"], profile["main_department"], profile["position"], profile["status"]) == (
        [3, 2],
        3,
        "教务主管",
        1,
    )
    assert "mobile" not in profile
    assert await school.code("user/list", department_id=9) == 60123
    assert await school.code("user/list") == 60127


async def test_user_get_ignores_case(school: Play) -> None:
    assert (await school.api("user/get", userid="LIN"))["name"] == "林老师"
    assert await school.code("user/get", userid="nobody") == 60111


async def test_list_id_pages(school: Play) -> None:
    await school.act("/departments", id=2, name="教务")
    await school.act("/members", userid="he", name="何老师", department_ids=[1, 2])
    first = await school.api("user/list_id", {"limit": 3})
    assert first["dept_user"] == [
        {"userid": "Lin", "department": 1},
        {"userid": "wu", "department": 1},
        {"userid": "he", "department": 1},
    ]
    rest = await school.api("user/list_id", {"cursor": first["next_cursor"]})
    assert (rest["dept_user"], rest["next_cursor"]) == ([{"userid": "he", "department": 2}], "")
    assert await school.code("user/list_id", {"limit": 10_001}) == 40058


async def test_userid_by_mobile_and_the_count_of_misses(school: Play) -> None:
    await school.act("/members", userid="he", name="何老师", mobile="13800000001")
    assert (await school.api("user/getuserid", {"mobile": "13800000001"}))["userid"] == "he"
    await school.act("/members", 400, userid="wu", name="吴销售", mobile="13800000001")
    assert await school.code("user/getuserid", {"mobile": "13900000000"}) == 46004
    school.stage.directory.mobile_misses.admit("corp", school.clock.traffic(), 99)
    assert await school.code("user/getuserid", {"mobile": "13800000001"}) == 45009
    school.later(86400)
    school.token = ""
    assert await school.code("user/getuserid", {"mobile": "13800000001"}) == 0


async def test_encrypted_ids_back_to_userids(school: Play) -> None:
    path = "batch/openuserid_to_userid"
    answer = await school.api(path, {"open_userid_list": ["oid-Lin", "oid-nobody", "wu"], "source_agentid": 1})
    assert answer["userid_list"] == [{"open_userid": "oid-Lin", "userid": "Lin"}]
    assert answer["invalid_open_userid_list"] == ["oid-nobody", "wu"]
    assert await school.code(path, {"open_userid_list": []}) == 40063
    assert await school.code(path, {"open_userid_list": ["o"] * 1001}) == 40058


async def test_members_come_change_and_leave(school: Play) -> None:
    await school.act("/members", userid="he", name="何老师", told=True)
    created = await changed(school)
    assert (created["ChangeType"], created["UserID"], created["Name"], created["Status"]) == ("create_user", "he", "何老师", "1")
    await school.act("/members/he/status", status=2)
    assert (await changed(school))["Status"] == "2"
    assert (await school.api("user/get", userid="he"))["status"] == 2
    await school.act("/members/he/status", 400, status=5)
    await school.act("/members/he/leave")
    left = await changed(school)
    assert (left["ChangeType"], left["UserID"], "Name" in left) == ("delete_user", "he", False)
    assert await school.code("user/get", userid="he") == 60111
    assert len((await school.api("user/simplelist", department_id=1))["userlist"]) == 2


async def test_departments_come_change_and_go(school: Play) -> None:
    await school.act("/departments", id=5, name="销售", told=True)
    created = await changed(school)
    assert (created["ChangeType"], created["Id"], created["Name"], created["ParentId"]) == ("create_party", "5", "销售", "1")
    await school.act("/departments", id=5, name="销售一部")
    assert (await changed(school))["ChangeType"] == "update_party"
    await school.act("/members", userid="he", name="何老师", department_ids=[5])
    await school.act("/departments/5/remove", 400)
    await school.act("/members/he/leave")
    await changed(school)
    await school.act("/departments/5/remove")
    gone = await changed(school)
    assert (gone["ChangeType"], gone["Id"]) == ("delete_party", "5")
    await school.act("/departments/1/remove", 400)


async def test_member_tags_and_messages_to_them(school: Play) -> None:
    await school.act("/departments", id=2, name="教务")
    await school.act("/members", userid="he", name="何老师", department_ids=[2])
    tag = await school.act("/member-tags", tag_id=7, name="值班", add_userids=["lin"], add_party_ids=[2])
    assert (tag["userids"], tag["party_ids"]) == (["Lin"], [2])
    event = await changed(school)
    assert (event["ChangeType"], event["TagId"], event["AddUserItems"], event["AddPartyItems"]) == ("update_tag", "7", "Lin", "2")
    body = {"totag": "7|8", "msgtype": "text", "agentid": school.stage.config.agent_id, "text": {"content": "好"}}
    assert (await school.api("message/send", body))["invalidtag"] == "8"
    assert [len(await school.phone(userid)) for userid in ("Lin", "he", "wu")] == [1, 1, 0]
    await school.act("/member-tags", tag_id=7, del_userids=["Lin"])
    removed = await changed(school)
    assert (removed["DelUserItems"], "AddUserItems" in removed) == ("Lin", False)
    await school.api("message/send", body)
    assert [len(await school.phone(userid)) for userid in ("Lin", "he")] == [1, 2]
    await school.act("/member-tags", 400, tag_id=7, add_userids=["nobody"])


async def test_a_member_gets_another_userid_and_keeps_everything(school: Play) -> None:
    await school.act("/follow", userid="Lin", external_userid="wmMing")
    await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    await school.act("/contact/say", **{"from": "wmMing", "to": "Lin", "text": "老师好"})
    sent = {"touser": "lin", "msgtype": "text", "agentid": CREDENTIALS.agent_id, "text": {"content": "名单"}}
    await school.api("message/send", sent)
    assert {(await school.bot.hear())["Event"] for _ in range(2)} == {"change_external_contact", "change_external_chat"}
    await school.act("/members/lin/rename", new_userid="lin.ban")
    event = await school.bot.hear()
    assert (event["ChangeType"], event["UserID"], event["NewUserID"], event["Name"]) == (
        "update_user",
        "Lin",
        "lin.ban",
        "林老师",
    )
    assert await school.code("user/get", userid="Lin") == 60111
    assert (await school.api("externalcontact/list", userid="LIN.BAN"))["external_userid"] == ["wmMing"]
    got = await school.api("externalcontact/get", external_userid="wmMing")
    assert [follow["userid"] for follow in got["follow_user"]] == ["lin.ban"]
    group = (await school.api("externalcontact/groupchat/get", {"chat_id": "wrA"}))["group_chat"]
    assert (group["owner"], group["member_list"][0]["userid"]) == ("lin.ban", "lin.ban")
    assert [bubble["text"] for bubble in await school.phone("lin.ban")] == ["老师好", "名单"]
    assert [bubble["chat"] for bubble in await school.phone("wmMing")] == ["contact:lin.ban"]
    await school.act("/contact/say", **{"from": "lin.ban", "to": "wmMing", "text": "在的"})
    await school.act("/members/lin.ban/rename", 400, new_userid="WU")


async def test_tasks_chats_lives_and_money_follow_the_new_userid(school: Play) -> None:
    await school.act("/follow", userid="Lin", external_userid="wmMing")
    task = await school.api("externalcontact/add_msg_template", {"sender": "Lin", "text": {"content": "今晚"}})
    chat = await school.api("appchat/create", {"name": "教务", "userlist": ["Lin", "wu"], "owner": "Lin"})
    paid = await school.act("/pay", external_userid="wmMing", payee_userid="Lin", total_fee=100)
    start = int(NOW)
    live = {"anchor_userid": "Lin", "theme": "第一课", "living_start": start + 60, "living_duration": 600}
    livingid = (await school.api("living/create", live))["livingid"]
    await school.act("/kf/say", external_userid="wmMing", text="在吗")
    state = {"open_kfid": CREDENTIALS.open_kfid, "external_userid": "wmMing", "service_state": 3, "servicer_userid": "Lin"}
    await school.api("kf/service_state/trans", state)
    move = {"handover_userid": "Lin", "takeover_userid": "wu", "external_userid": ["wmMing"]}
    await school.api("externalcontact/transfer_customer", move)
    await school.act("/members/Lin/rename", new_userid="lin.ban")
    await school.act(f"/mass/{task['msgid']}/send", userid="lin.ban")
    info = (await school.api("appchat/get", chatid=chat["chatid"]))["chat_info"]
    assert (info["owner"], info["userlist"]) == ("lin.ban", ["lin.ban", "wu"])
    (bill,) = (await school.api("externalpay/get_bill_list", {"begin_time": start, "end_time": start + 1}))["bill_list"]
    assert (bill["out_trade_no"], bill["payee_userid"]) == (paid["out_trade_no"], "lin.ban")
    assert (await school.api("living/get_living_info", livingid=livingid))["living_info"]["anchor_userid"] == "lin.ban"
    asked = {name: state[name] for name in ("open_kfid", "external_userid")}
    assert (await school.api("kf/service_state/get", asked))["servicer_userid"] == "lin.ban"
    (moving,) = (await school.see("/transfers"))["transfers"]
    assert (moving["handover_userid"], moving["takeover_userid"]) == ("lin.ban", "wu")
