"""入群码: made once, sent as a picture that can be scanned; who came by it is known by its channel."""

from __future__ import annotations

from tests.groups.conftest import GROUP, Groups
from tests.loopback import Camp

CHANNELS = "SELECT c.code FROM enrolments e JOIN channels c ON c.id = e.channel_id ORDER BY e.id"


async def test_a_code_is_made_once_and_arrives_as_a_picture(camp: Camp, groups: Groups) -> None:
    answer, picture = await groups.code("chen", "入群码 read-01 抖音投放", "入群码")
    assert "阅读营第1期 · A班 · 抖音投放" in answer
    assert picture.startswith(b"\x89PNG")
    [way] = groups.ways()
    cohort_id = await camp.count("SELECT id FROM cohorts WHERE code = 'read-01'")
    assert (way["scene"], way["chat_id_list"], way["state"]) == (2, [GROUP], f"c{cohort_id}.dy01")
    assert (way["auto_create_room"], way["room_base_name"].strip(), way["room_base_id"]) == (1, "阅读营第1期 · A班", 2)
    again, same = await groups.code("lin", "join code read-01 dy01 A班", "same as before")
    assert len(groups.ways()) == 1
    assert same == picture
    assert await camp.count("SELECT count(*) FROM outbox WHERE call = 'media.join_code'") == 1
    assert "0 in the group" in again


async def test_two_who_ask_at_once_share_one_code(camp: Camp, groups: Groups) -> None:
    await camp.members["chen"].says("入群码 read-01")
    await groups.code("lin", "入群码 read-01", "入群码")
    await camp.members["chen"].hears(since=0)
    await camp.quiet()
    assert len(groups.ways()) == 1
    for userid in ("chen", "lin"):
        shown = [bubble for bubble in await camp.corp.screen("member", userid) if bubble["kind"] == "image"]
        assert len(shown) == 1


async def test_who_scans_it_is_attributed_to_the_channel(camp: Camp, groups: Groups) -> None:
    _, picture = await groups.code("chen", "入群码 read-01 dy01")
    assert await groups.scans("wmYu", picture) == GROUP
    await groups.some_seconds()
    [row] = await camp.rows(
        "SELECT ch.code, gm.state, e.source FROM enrolments e JOIN channels ch ON ch.id = e.channel_id"
        " JOIN learners l ON l.id = e.learner_id JOIN group_members gm ON gm.external_userid = l.external_userid"
    )
    assert (row.code, row.source) == ("dy01", "chat")
    assert "抖音投放：1 / 1" in await camp.ask(camp.members["chen"], "漏斗 read-01", "抖音投放")
    assert "抖音投放" in await camp.ask(camp.members["lin"], "学员 #1", "渠道")
    assert "已有 1 人扫码在群" in (await groups.code("chen", "入群码 read-01 dy01", "入群码"))[0]


async def test_a_channel_that_is_known_stays(camp: Camp, groups: Groups) -> None:
    yu = camp.learners["周小雨"]
    await yu.adds("lin", "dy01")
    await camp.quiet()
    _, picture = await groups.code("chen", "入群码 read-01")  # of no channel
    await groups.scans(yu.id, picture)
    await groups.some_seconds()
    assert [row.code for row in await camp.rows(CHANNELS)] == ["dy01"]
    assert (await camp.rows("SELECT state FROM group_members"))[0].state == "c1"


async def test_other_is_no_channel_and_gives_way(camp: Camp, groups: Groups) -> None:
    yu = camp.learners["周小雨"]
    await yu.adds("lin", "")
    await camp.quiet()
    assert [row.code for row in await camp.rows(CHANNELS)] == ["other"]
    _, picture = await groups.code("lin", "入群码 read-01 dy01")
    await groups.scans(yu.id, picture)
    await groups.some_seconds()
    assert [row.code for row in await camp.rows(CHANNELS)] == ["dy01"]


async def test_a_picture_that_cannot_be_made_is_a_link_in_words(camp: Camp, groups: Groups) -> None:
    await camp.corp.act("/faults", path="media/upload", errcode=45001)
    answer = await camp.members["lin"].asks("入群码 read-01 dy01", "_sandbox/codes/")
    assert "没做成" in answer
    assert (await groups.code("lin", "入群码 read-01 dy01", "入群码"))[1].startswith(b"\x89PNG")


async def test_a_refused_code_is_explained_and_can_be_asked_for_again(camp: Camp, groups: Groups) -> None:
    await camp.corp.act("/faults", path="externalcontact/groupchat/add_join_way", errcode=40058)
    assert "40058" in await camp.members["lin"].asks("入群码 read-01", "没做成")
    assert await camp.count("SELECT count(*) FROM join_ways") == 0
    await groups.code("lin", "入群码 read-01")
    assert len(groups.ways()) == 1


async def test_the_welcome_shows_the_way_into_the_group(camp: Camp, groups: Groups) -> None:
    await groups.code("lin", "入群码 read-01")
    yu = camp.learners["周小雨"]
    await yu.adds("lin", "dy01")
    await yu.hears("欢迎", "长按识别二维码", "_sandbox/codes/")
    await camp.corp.act("/kf/enter", external_userid=yu.id)
    assert "_sandbox/codes/" in await camp.ask(yu, "我的", "还没进")
