"""Customer groups: the lists, both shapes of MemChangeList, changes without people, and the counts."""

from dataclasses import replace

from sandbox.clock import DAY
from tests.sandbox.conftest import NOW, Play

LIST, GET = "externalcontact/groupchat/list", "externalcontact/groupchat/get"


async def test_create_join_leave_with_nested_items(school: Play) -> None:
    await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    created = await school.bot.hear()
    assert (created["Event"], created["ChangeType"], created["ChatId"]) == ("change_external_chat", "create", "wrA")
    before = (await school.api(GET, {"chat_id": "wrA"}))["group_chat"]["member_version"]
    await school.act("/groups/wrA/join", external_userid="wmMing", state="dy01")
    joined = await school.bot.hear()
    assert (joined["ChangeType"], joined["UpdateDetail"], joined["JoinScene"]) == ("update", "add_member", "3")
    assert (joined["MemChangeCnt"], joined["MemChangeList"]) == ("1", {"Item": "wmMing"})
    assert joined["LastMemVer"] == before
    group = (await school.api(GET, {"chat_id": "wrA", "need_name": 1}))["group_chat"]
    assert group["member_version"] == joined["CurMemVer"]
    assert (group["name"], group["owner"], group["create_time"]) == ("A班", "Lin", int(NOW))
    teacher, learner = group["member_list"]
    assert (teacher["userid"], teacher["type"]) == ("Lin", 1)
    assert (learner["type"], learner["join_scene"], learner["state"], learner["name"]) == (2, 3, "dy01", "小明")
    await school.act("/groups/wrA/leave", external_userid="wmMing", quit_scene=1)
    left = await school.bot.hear()
    assert (left["UpdateDetail"], left["QuitScene"], left["LastMemVer"]) == ("del_member", "1", joined["CurMemVer"])


async def test_the_older_shape_is_one_text(school: Play) -> None:
    await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    await school.bot.hear()
    await school.act("/groups/wrA/join", external_userid="wmMing", join_scene=0, shape="comma")
    joined = await school.bot.hear()
    assert (joined["MemChangeList"], joined["JoinScene"]) == ("wmMing", "0")
    person = (await school.api(GET, {"chat_id": "wrA"}))["group_chat"]["member_list"][1]
    assert (person["join_scene"], person["invitor"]) == (1, {"userid": "Lin"})
    assert "state" not in person
    assert "name" not in person
    await school.act("/groups/wrA/leave", external_userid="wmMing", shape="comma")
    assert (await school.bot.hear())["MemChangeList"] == "wmMing"


async def test_a_corp_whose_events_all_have_the_older_shape(school: Play) -> None:
    school.stage.config = replace(school.stage.config, mem_change_shape="comma")
    await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    code = await school.api("externalcontact/groupchat/add_join_way", {"scene": 2, "chat_id_list": ["wrA"]})
    await school.bot.hear()
    await school.act("/scan", external_userid="wmMing", config_id=code["config_id"])
    assert (await school.bot.hear())["MemChangeList"] == "wmMing"
    await school.act("/groups/wrA/leave", external_userid="wmMing", shape="item")
    assert (await school.bot.hear())["MemChangeList"] == {"Item": "wmMing"}
    await school.act("/groups/wrA/join", 400, external_userid="wmMing", shape="star")


async def test_several_people_come_in_one_event_of_either_shape(school: Play) -> None:
    for chat_id, shape in (("wrA", "item"), ("wrB", "comma")):
        await school.act("/groups", chat_id=chat_id, name=chat_id, owner="Lin")
        await school.bot.hear()
        await school.act(f"/groups/{chat_id}/invite", people=["wmMing", "wmHong"], shape=shape)
        joined = await school.bot.hear()
        assert (joined["JoinScene"], joined["MemChangeCnt"]) == ("0", "2")
        expected: object = {"Item": ["wmMing", "wmHong"]} if shape == "item" else "wmMing,wmHong"
        assert joined["MemChangeList"] == expected
    person = (await school.api(GET, {"chat_id": "wrA"}))["group_chat"]["member_list"][2]
    assert (person["join_scene"], person["invitor"]) == (1, {"userid": "Lin"})
    await school.act("/groups/wrA/invite", 400, people=["wu", "wmMing"])
    assert "wu" not in school.stage.world.groups["wrA"].people


async def test_list_pages_and_filters(school: Play) -> None:
    for chat_id, owner in (("wrA", "Lin"), ("wrB", "wu")):
        await school.act("/groups", chat_id=chat_id, name=chat_id, owner=owner)
    first = await school.api(LIST, {"limit": 1})
    second = await school.api(LIST, {"limit": 1, "cursor": first["next_cursor"]})
    assert [page["group_chat_list"] for page in (first, second)] == [
        [{"chat_id": "wrA", "status": 0}],
        [{"chat_id": "wrB", "status": 0}],
    ]
    assert "next_cursor" not in second
    await school.act("/members/wu/leave")
    owned = await school.api(LIST, {"limit": 10, "owner_filter": {"userid_list": ["wu"]}, "status_filter": 1})
    assert owned["group_chat_list"] == [{"chat_id": "wrB", "status": 1}]
    assert await school.code(LIST, {}) == 40063
    assert await school.code(LIST, {"limit": 1001}) == 40058
    assert await school.code(LIST, {"limit": 1, "owner_filter": {"userid_list": ["u"] * 101}}) == 40058
    assert await school.code(GET, {"chat_id": "wrNone"}) == 40050


async def test_moves_nobody_could_make(school: Play) -> None:
    await school.act("/groups", 400, name="x", owner="nobody")
    await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    await school.act("/groups", 400, chat_id="wrA", name="A班", owner="Lin")
    await school.act("/groups/wrA/leave", 400, external_userid="wmMing")
    await school.act("/groups/wrA/join", 400, userid="Lin")
    await school.act("/groups/wrNone/join", 400, userid="wu")


async def test_more_than_a_thousand_owners_need_a_filter(school: Play) -> None:
    for number in range(1001):
        school.stage.world.add_group(f"wr{number}", "群", f"owner{number}")
    assert await school.code(LIST, {"limit": 10}) == 81017
    assert await school.code("externalcontact/groupchat/statistic", {"day_begin_time": int(NOW)}) == 81017
    assert await school.code(LIST, {"limit": 10, "owner_filter": {"userid_list": ["owner1"]}}) == 0


async def test_changes_without_people_have_no_list(school: Play) -> None:
    await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    await school.bot.hear()
    await school.act("/groups/wrA/join", userid="wu", join_scene=0)
    await school.bot.hear()
    version = (await school.api(GET, {"chat_id": "wrA"}))["group_chat"]["member_version"]
    await school.act("/groups/wrA/rename", name="A班（满）")
    await school.act("/groups/wrA/notice", notice="今晚 8 点")
    await school.act("/groups/wrA/owner", userid="wu")
    heard = [await school.bot.hear() for _ in range(3)]
    assert {event["UpdateDetail"] for event in heard} == {"change_name", "change_notice", "change_owner"}
    assert not any("MemChangeList" in event or "CurMemVer" in event for event in heard)
    group = (await school.api(GET, {"chat_id": "wrA"}))["group_chat"]
    assert (group["name"], group["notice"], group["owner"], group["member_version"]) == ("A班（满）", "今晚 8 点", "wu", version)
    await school.act("/groups/wrA/owner", 400, userid="wu")


async def test_a_dismissed_group_is_gone(school: Play) -> None:
    await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    await school.bot.hear()
    await school.act("/groups/wrA/dismiss")
    event = await school.bot.hear()
    assert (event["ChangeType"], event["ChatId"], "UpdateDetail" in event) == ("dismiss", "wrA", False)
    assert await school.code(GET, {"chat_id": "wrA"}) == 40050
    assert (await school.api(LIST, {"limit": 10}))["group_chat_list"] == []


async def test_the_group_behind_an_opengid(school: Play) -> None:
    await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    (group,) = (await school.see("/state"))["groups"]
    path = "externalcontact/opengid_to_chatid"
    assert (await school.api(path, {"opengid": group["opengid"]}))["chat_id"] == "wrA"
    assert await school.code(path, {"opengid": "oGnone"}) == 90511
    assert await school.code(path, {}) == 40063


async def test_counts_by_owner_and_by_day(school: Play) -> None:
    for chat_id, owner in (("wrA", "Lin"), ("wrB", "wu"), ("wrC", "wu")):
        await school.act("/groups", chat_id=chat_id, name=chat_id, owner=owner)
    await school.act("/groups/wrA/join", external_userid="wmMing")
    for words in ("到", "老师好"):
        await school.act("/groups/wrA/say", who="wmMing", text=words)
    school.later(DAY)
    school.token = ""
    await school.act("/groups/wrA/join", external_userid="wmHong")
    path, today = "externalcontact/groupchat/statistic", int(NOW)
    found = await school.api(path, {"day_begin_time": today, "order_by": 2, "limit": 1})
    assert (found["total"], found["next_offset"], found["items"][0]["owner"]) == (2, 1, "wu")
    (lin,) = (await school.api(path, {"day_begin_time": today, "owner_filter": {"userid_list": ["Lin"]}}))["items"]
    assert lin["data"] == {
        "new_chat_cnt": 1,
        "chat_total": 1,
        "chat_has_msg": 1,
        "new_member_cnt": 2,
        "member_total": 2,
        "member_has_msg": 1,
        "msg_total": 2,
        "migrate_trainee_chat_cnt": 0,
    }
    days = (await school.api(f"{path}_group_by_day", {"day_begin_time": today, "day_end_time": today + DAY}))["items"]
    assert [day["data"]["member_total"] for day in days] == [4, 5]
    assert days[1]["stat_time"] - days[0]["stat_time"] == DAY
    assert await school.code(path, {"day_begin_time": today, "day_end_time": today + 30 * DAY}) == 600018
    assert await school.code(path, {"day_begin_time": today - 181 * DAY}) == 600018
    assert await school.code(path, {"day_begin_time": today, "limit": 1001}) == 40058
    assert await school.code(path, {}) == 40063
