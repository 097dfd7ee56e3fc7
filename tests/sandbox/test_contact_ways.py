"""Contact ways: codes with a state that lead to one or several members."""

from dataclasses import replace

from tests.sandbox.conftest import NOW, Play

PAIR = {"userid": "Lin", "external_userid": "wmMing"}


async def test_contact_ways(school: Play) -> None:
    add, get = "externalcontact/add_contact_way", "externalcontact/get_contact_way"
    way = {"type": 2, "scene": 2, "state": "c2031.dy", "user": ["Lin", "wu"]}
    made = await school.api(add, way)
    got = (await school.api(get, {"config_id": made["config_id"]}))["contact_way"]
    assert (got["state"], got["user"], got["qr_code"]) == ("c2031.dy", ["Lin", "wu"], made["qr_code"])
    assert await school.code(get, {"config_id": "none"}) == 41044
    assert await school.code(add, {**way, "state": "x" * 31}) == 40058
    assert await school.code(add, {**way, "user": ["Lin"] * 101}) == 41041
    assert await school.code(add, {**way, "user": ["nobody"]}) == 40003
    assert await school.code(add, {**way, "type": 1}) == 40058
    for wrong, errcode in (("type", 41037), ("scene", 41038)):
        assert await school.code(add, {**way, wrong: None}) == errcode
    for wrong, errcode in (("type", 41039), ("scene", 41040)):
        assert await school.code(add, {**way, wrong: 3}) == errcode
    assert await school.code(add, {**way, "scene": 1, "style": 9}) == 41042
    assert await school.code(add, {**way, "remark": "x" * 31}) == 40058
    assert await school.code(add, {**way, "party": [99]}) == 60123
    assert "qr_code" not in await school.api(add, {**way, "scene": 1})
    school.stage.config = replace(school.stage.config, ways_ceiling=2)
    assert await school.code(add, way) == 41045


async def test_a_contact_way_of_a_department_counts_everybody_in_it(school: Play) -> None:
    add, way = "externalcontact/add_contact_way", {"type": 2, "scene": 2, "party": [7]}
    await school.act("/departments", id=7, name="班主任")
    for number in range(100):
        await school.act("/members", userid=f"t{number}", name=f"老师{number}", department_ids=[7])
    assert await school.code(add, way) == 0
    await school.act("/members", userid="t100", name="老师100", department_ids=[7])
    assert await school.code(add, way) == 41041


async def test_contact_ways_are_listed_changed_and_removed(school: Play) -> None:
    ways = "externalcontact/{}_contact_way"
    made = [
        (await school.api(ways.format("add"), {"type": 1, "scene": 2, "user": [userid]}))["config_id"]
        for userid in ("Lin", "wu", "wu")
    ]
    first = await school.api(ways.format("list"), {"limit": 2})
    second = await school.api(ways.format("list"), {"limit": 2, "cursor": first["next_cursor"]})
    assert [way["config_id"] for page in (first, second) for way in page["contact_way"]] == made
    assert (await school.api(ways.format("list"), {"end_time": int(NOW) - 1}))["contact_way"] == []
    assert await school.code(ways.format("list"), {"limit": 1001}) == 40058
    update = ways.format("update")
    assert await school.code(update, {"config_id": made[0], "state": "neu", "user": ["wu"]}) == 0
    way = (await school.api(ways.format("get"), {"config_id": made[0]}))["contact_way"]
    assert (way["state"], way["user"], way["type"]) == ("neu", ["wu"], 1)
    assert await school.code(update, {"config_id": made[0], "user": ["wu", "Lin"]}) == 40058
    assert await school.code(ways.format("del"), {"config_id": made[0]}) == 0
    for verb in ("get", "update", "del"):
        assert await school.code(ways.format(verb), {"config_id": made[0]}) == 41044
    await school.act("/scan", 400, external_userid="wmMing", config_id=made[0])


async def test_scanning_a_contact_way_goes_round_its_members(school: Play) -> None:
    add, way = "externalcontact/add_contact_way", {"type": 2, "scene": 2, "state": "dy01", "user": ["Lin", "wu"]}
    made = await school.api(add, way)
    for who, userid in (("wmMing", "Lin"), ("wmHong", "wu"), ("wmMing", "Lin")):
        went = await school.act("/scan", external_userid=who, url=made["qr_code"])
        event = await school.bot.hear()
        assert (went["userid"], event["UserID"], event["State"]) == (userid, userid, "dy01")
        assert event["WelcomeCode"] == went["welcome_code"]
    exclusive = await school.api(add, {**way, "is_exclusive": True})
    assert (await school.act("/scan", external_userid="wmHong", config_id=exclusive["config_id"]))["userid"] == "wu"
