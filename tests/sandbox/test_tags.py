"""Corp tags: made by the app or in the console, and marked on the pair of a member and a learner."""

from dataclasses import replace

from tests.sandbox.conftest import Play

PAIR = {"userid": "Lin", "external_userid": "wmMing"}


async def test_tags_join_groups_and_belong_to_the_pair(school: Play) -> None:
    add = "externalcontact/add_corp_tag"
    first = (await school.api(add, {"group_name": "训练营", "tag": [{"name": "未到课"}]}))["tag_group"]
    second = (await school.api(add, {"group_name": "训练营", "tag": [{"name": "意向"}]}))["tag_group"]
    assert first["group_id"] == second["group_id"]
    assert await school.code(add, {"group_name": "训练营", "tag": [{"name": "新"}, {"name": "意向"}]}) == 40071
    assert await school.code(add, {"group_name": "空"}) == 40063
    assert await school.code(add, {"group_id": "etg-none", "tag": [{"name": "x"}]}) == 40068
    assert await school.code(add, {"group_name": "长", "tag": [{"name": "长" * 31}]}) == 40058
    listed = (await school.api("externalcontact/get_corp_tag_list", {}))["tag_group"]
    assert [tag["name"] for tag in listed[0]["tag"]] == ["未到课", "意向"]
    tag_id = first["tag"][0]["id"]
    only = await school.api("externalcontact/get_corp_tag_list", {"tag_id": [tag_id]})
    assert [tag["id"] for tag in only["tag_group"][0]["tag"]] == [tag_id]

    mark = "externalcontact/mark_tag"
    assert await school.code(mark, {**PAIR, "add_tag": [tag_id]}) == 84061
    await school.act("/follow", **PAIR)
    assert await school.code(mark, {**PAIR, "add_tag": ["et-none"]}) == 40068
    assert await school.code(mark, PAIR) == 40063
    assert await school.code(mark, {**PAIR, "add_tag": [tag_id]}) == 0
    assert (await school.see("/state"))["tags"][0]["marks"] == [PAIR]
    got = await school.api("externalcontact/get", external_userid="wmMing")
    assert got["follow_user"][0]["tags"] == [{"group_name": "训练营", "tag_name": "未到课", "tag_id": tag_id, "type": 1}]
    assert await school.code(mark, {**PAIR, "remove_tag": [tag_id]}) == 0
    assert (await school.see("/state"))["tags"][0]["marks"] == []


async def test_adding_again_keeps_the_tags_of_the_pair(school: Play) -> None:
    await school.act("/follow", **PAIR, state="dy01")
    made = await school.api("externalcontact/add_corp_tag", {"group_name": "训练营", "tag": [{"name": "意向"}]})
    tag_id = made["tag_group"]["tag"][0]["id"]
    await school.api("externalcontact/mark_tag", {**PAIR, "add_tag": [tag_id]})
    await school.act("/unfollow", **PAIR, by="learner")
    first, second = [(await school.act("/follow", **PAIR))["welcome_code"] for _ in range(2)]
    follow = (await school.see("/state"))["follows"][0]
    assert (follow["tags"], follow["state"], follow["refused"]) == (["意向"], "dy01", False)
    assert first != second


async def test_changing_and_removing_tags_of_ones_own(school: Play) -> None:
    add, edit, remove = (f"externalcontact/{verb}_corp_tag" for verb in ("add", "edit", "del"))
    made = (await school.api(add, {"group_name": "营", "tag": [{"name": "未到课"}, {"name": "意向"}]}))["tag_group"]
    absent, keen = [tag["id"] for tag in made["tag"]]
    await school.act("/follow", **PAIR)
    await school.api("externalcontact/mark_tag", {**PAIR, "add_tag": [absent, keen]})
    assert await school.code(edit, {"id": absent, "name": "意向"}) == 40071
    assert await school.code(edit, {"id": absent, "name": "缺课", "order": 3}) == 0
    assert await school.code(edit, {"id": made["group_id"], "name": "七天营"}) == 0
    (group,) = (await school.api("externalcontact/get_corp_tag_list", {}))["tag_group"]
    assert (group["group_name"], group["tag"][0]["name"], group["tag"][0]["order"]) == ("七天营", "缺课", 3)
    assert await school.code(edit, {"id": "et-none"}) == 40068
    assert await school.code(remove, {"tag_id": ["et-none"]}) == 40068
    assert await school.code(remove, {}) == 40063
    assert await school.code(remove, {"tag_id": [absent]}) == 0
    assert (await school.see("/state"))["follows"][0]["tags"] == ["意向"]
    assert await school.code(remove, {"tag_id": [keen]}) == 0
    assert (await school.api("externalcontact/get_corp_tag_list", {}))["tag_group"] == []


async def test_tag_events_name_the_tag_or_its_group(school: Play) -> None:
    async def heard(count: int) -> set[tuple[str, ...]]:
        events = [await school.bot.hear() for _ in range(count)]
        assert {event["Event"] for event in events} == {"change_external_tag"}
        return {(event["ChangeType"], event["TagType"], event["Id"]) for event in events}

    made = await school.act("/tags", group="来源", name="抖音")
    group_id, tag_id = made["group_id"], made["tag_id"]
    assert await heard(2) == {("create", "tag_group", group_id), ("create", "tag", tag_id)}
    other = (await school.act("/tags", group="来源", name="视频号"))["tag_id"]
    assert await heard(1) == {("create", "tag", other)}
    await school.act(f"/tags/{tag_id}", name="抖音直播")
    assert await heard(1) == {("update", "tag", tag_id)}
    await school.act(f"/tags/{group_id}/shuffle", order=[other, tag_id])
    assert await heard(1) == {("shuffle", "tag_group", group_id)}
    (group,) = (await school.api("externalcontact/get_corp_tag_list", {}))["tag_group"]
    assert [tag["name"] for tag in group["tag"]] == ["视频号", "抖音直播"]
    await school.client.delete(f"/_sandbox/tags/{group_id}")
    assert await heard(1) == {("delete", "tag_group", group_id)}


async def test_tags_of_the_console_can_be_marked_but_not_changed(school: Play) -> None:
    made = await school.act("/tags", group="来源", name="抖音")
    await school.act("/follow", **PAIR)
    assert await school.code("externalcontact/mark_tag", {**PAIR, "add_tag": [made["tag_id"]]}) == 0
    for one_id in made.values():
        assert await school.code("externalcontact/edit_corp_tag", {"id": one_id, "name": "x"}) == 301002
    assert await school.code("externalcontact/del_corp_tag", {"tag_id": [made["tag_id"]]}) == 301002
    assert await school.code("externalcontact/del_corp_tag", {"group_id": [made["group_id"]]}) == 301002


async def test_ceilings_of_tags(school: Play) -> None:
    school.stage.config = replace(school.stage.config, corp_tags=2)
    body = {"group_name": "营", "tag": [{"name": "a"}, {"name": "b"}]}
    assert await school.code("externalcontact/add_corp_tag", {**body, "tag": [{"name": name} for name in "abc"]}) == 40126
    assert await school.code("externalcontact/add_corp_tag", body) == 0
    mark = {**PAIR, "add_tag": ["et"] * 3001}
    assert await school.code("externalcontact/mark_tag", mark) == 40058


async def test_a_tag_set_in_the_client_is_called_back(school: Play) -> None:
    made = await school.act("/tags", group="来源", name="抖音")
    await school.act("/follow", **PAIR)
    for _ in range(3):
        await school.bot.hear()
    await school.act("/mark", **PAIR, add_tag=[made["tag_id"]])
    assert (await school.bot.hear())["ChangeType"] == "edit_external_contact"
    assert (await school.see("/state"))["follows"][0]["tags"] == ["抖音"]
    await school.act("/mark", 400, **PAIR, add_tag=["et-none"])
    assert "格式不对" in (await school.act("/mark", 400, **PAIR, add_tag=5))["error"]
