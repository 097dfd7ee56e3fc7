"""Customer groups: the lists, and both shapes of MemChangeList."""

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
