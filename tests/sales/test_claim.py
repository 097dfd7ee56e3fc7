"""From the hand-off to the claim: cards, one winner, quota, giving back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.closing.town import START, Town

TWO_WARM = [("张小明", 5), ("李雷", 6)]


async def handed_off(town: Town, people: list[tuple[str, int]] = TWO_WARM) -> None:
    for name, attended in people:
        await town.enrol(name, attended=attended)
    await town.close()


async def test_the_cards_say_much_but_not_who(house: Any, town: Town) -> None:
    await handed_off(town)
    cards = await town.cards("hu")
    assert cards == await town.cards("mei")
    first = cards[0]
    assert first["title"] == "转化公海 · 12月一期"
    assert first["desc"] == "李** #2，领取后看全部资料"
    assert ["到课", "6/7"] in first["fields"]
    assert ["渠道", "抖音投放"] in first["fields"]
    assert len(first["fields"]) <= 6
    assert first["buttons"] == [["claim:2", "领取", 1]]
    assert [p["to"] for p in await house.sent("app.message") if p["message"].get("task_id") == first["task_id"]] == [
        ["hu", "mei"]
    ]
    (robot,) = [post for post in await house.sent("robot.message") if post["robot"] == "sales"]
    assert "转化公海 +2 人" in robot["message"]["text"]
    assert "张小明" not in str(await house.sent("robot.message"))


async def test_many_are_ten_cards_and_one_digest(house: Any, town: Town) -> None:
    await handed_off(town, [(f"学员{i:02d}", 5) for i in range(13)])
    *singled, digest = await town.cards("hu")
    assert len(singled) == 10
    assert digest["title"] == "转化公海 · 12月一期"
    assert "还有 3 位学员进了公海（本批共 13 位）" in digest["text"]
    assert digest["buttons"] == []


async def test_a_race_by_tap_has_one_winner(house: Any, town: Town) -> None:
    await handed_off(town)
    card = (await town.cards("hu"))[0]
    await town.code_arrives(card["task_id"], "send-code")
    (won,) = await house.click("hu", card["buttons"][0][0], card["task_id"], "hu")
    assert "领取成功（1/100）" in won
    assert "李雷 #2" in won
    assert "到课 6/7" in won
    (lost,) = await house.click("mei", card["buttons"][0][0], card["task_id"], "mei")
    assert lost == "#2 已被 hu 于 23:00 领取。"
    updates = await house.sent("app.update_card")
    assert updates[0]["userids"] == ["hu", "mei"]
    assert "已被 hu 领取" in updates[0]["card"]["text"]
    assert updates[0]["card"]["buttons"] == []
    assert updates[1]["userids"] == ["mei"]
    assert updates[1]["response_code"].startswith("mei-")
    assert len({u["response_code"] for u in updates}) == 2, "every code works once"
    assert any("李雷#2 已由销售 hu 领取跟进" in words for words in await town.told("lin"))


async def test_a_race_by_word_has_one_winner(house: Any, town: Town) -> None:
    await handed_off(town)
    card = (await town.cards("hu"))[0]
    assert "领取成功" in (await house.member_says("mei", "领取#2"))[0]
    assert "已被 mei 于 23:00 领取" in (await house.member_says("hu", "领取 ２号"))[0]
    assert "已经是你的客户" in (await house.member_says("mei", "领取 #2"))[0]
    assert await house.sent("app.update_card") == [], "no code has come yet"
    await town.code_arrives(card["task_id"], "send-code")
    (update,) = await house.sent("app.update_card")
    assert update["response_code"] == "send-code"
    assert "已被 mei 领取" in update["card"]["text"]


async def test_the_same_tap_twice_is_one_claim(house: Any, town: Town) -> None:
    await handed_off(town)
    card = (await town.cards("hu"))[0]
    await house.click("hu", card["buttons"][0][0], card["task_id"])
    (again,) = await house.click("hu", card["buttons"][0][0], card["task_id"])
    assert "已经是你的客户" in again
    assert len(await house.rows("select 1 from claims")) == 1


async def test_a_full_quota_offers_whom_to_give_back(house: Any, town: Town) -> None:
    house.configure(quota={"sales": 2})
    await handed_off(town, [("甲", 4), ("乙", 5), ("丙", 6)])
    await house.member_says("hu", "领取 #1")
    await house.member_says("hu", "领取 #3")
    card = next(c for c in await town.cards("hu") if c["buttons"][0][0] == "claim:2")
    for refused in [await house.member_says("hu", "领取 #2"), await house.click("hu", "claim:2", card["task_id"])]:
        assert "配额满了：你持有 2/2。有舍才有得" in refused[0]
        assert refused[0].index("#1") < refused[0].index("#3"), "the least likely first"
    assert "持有 2/2，还能领 0" in (await house.member_says("hu", "公海"))[0]
    await house.member_says("hu", "退回 #1 联系不上")
    assert "领取成功" in (await house.member_says("hu", "领取 #2"))[0]


async def test_who_is_full_gets_no_cards(house: Any, town: Town) -> None:
    house.configure(quota={"sales": 1})
    await handed_off(town)
    await house.member_says("hu", "领取 #1")
    await town.enrol("迟到", attended=4)
    before = len(await town.cards("hu"))
    await house.member_says("lin", "放弃 #3 联系不上")
    assert len(await town.cards("hu")) == before
    assert len(await town.cards("mei")) == before + 1


async def test_when_nobody_has_room_somebody_hears(house: Any, town: Town) -> None:
    house.configure(quota={"sales": 0})
    await handed_off(town)
    assert await town.cards("hu") == []
    assert any("没有销售有空余配额" in words for words in await town.told("boss"))
    assert (await house.rows("select count(*) n from pool_entries where state = 'open'"))[0].n == 2


async def test_claims_and_looks_have_a_daily_limit(house: Any, town: Town) -> None:
    house.configure(claims_per_day=1, views_per_day=2)
    await handed_off(town, [("甲", 4), ("乙", 5), ("丙", 6)])
    (pool,) = await house.member_says("hu", "公海")
    assert pool.count("到课") == 2
    assert pool == (await house.member_says("hu", "公海"))[0], "looking at the same ones again is free"
    await house.member_says("hu", "领取 #3")
    await house.member_says("hu", "退回 #3 手滑")
    assert "今天已领 1 位" in (await house.member_says("hu", "领取 #2"))[0]
    house.now += timedelta(days=1)
    assert "领取成功" in (await house.member_says("hu", "领取 #2"))[0]


async def test_giving_back(house: Any, town: Town) -> None:
    await handed_off(town)
    await house.member_says("hu", "领取 #1")
    cards = len(await town.cards("mei"))
    (answer,) = await house.member_says("hu", "退回 #1 孩子生病")
    assert "已把 张小明#1 退回公海，3 天内你不能再领。现在持有 0/100" in answer
    assert len(await town.cards("mei")) == cards, "no card is sent again"
    assert "退回公海：张** #1" in (await house.sent("robot.message"))[-1]["message"]["text"]
    assert any("被 hu 退回公海。理由：孩子生病" in words for words in await town.told("lin"))
    (refused,) = await house.member_says("hu", "领取 #1")
    assert "12-10 23:00 之后才能再领" in refused
    assert "领取成功" in (await house.member_says("mei", "领取 #1"))[0]
    await house.member_says("mei", "退回 #1 还是不行")
    house.now += timedelta(days=3)
    assert "领取成功" in (await house.member_says("hu", "领取 #1"))[0]


async def test_my_customers_and_follow_ups(house: Any, town: Town) -> None:
    await handed_off(town)
    assert "你还没有客户" in (await house.member_says("hu", "我的客户"))[0]
    await house.member_says("hu", "领取 #1")
    assert "已记下 张小明#1" in (await house.member_says("hu", "跟进 #1 约了周五试听"))[0]
    (mine,) = await house.member_says("hu", "我的客户")
    assert "我的客户 1/100" in mine
    assert "#1 张小明 · 到课 5/7" in mine
    assert "约了周五试听" in mine


async def test_lessons_held_before_they_enrolled_are_no_absences_for_sales_either(house: Any, town: Town) -> None:
    await town.enrol("晚到的", attended=4, enrolled_at=START + timedelta(days=2))
    await town.close()
    fields = (await town.cards("hu"))[0]["fields"]
    assert ["到课", "4/5"] in fields
    assert ["完课", "4/5"] in fields
    assert "· 到课 4/5 ·" in (await house.member_says("hu", "公海"))[0]
    assert "到课 4/5，完课 4/5，" in (await house.member_says("hu", "领取 #1"))[0]
    assert "· 到课 4/5 ·" in (await house.member_says("hu", "我的客户"))[0]


async def test_the_pool_is_masked_and_says_who_waits(house: Any, town: Town) -> None:
    await handed_off(town)
    house.now += timedelta(days=2)
    (pool,) = await house.member_says("hu", "公海")
    assert "转化公海 2 人待领。你持有 0/100，还能领 100 人。" in pool
    assert "#2 李** A 级 · 到课 6/7 · 等 2 天 · 抖音投放" in pool
    assert "李雷" not in pool
    assert "续报公海现在没有人待领" in (await house.member_says("hu", "公海 续报"))[0]


async def test_the_quota_in_chat(house: Any, town: Town) -> None:
    await handed_off(town)
    await house.member_says("hu", "领取 #1")
    assert "hu：1/100，还能领 99" in (await house.member_says("boss", "配额"))[0]
    assert "你持有 1/100，还能领 99。今天已领 1/50" in (await house.member_says("hu", "配额"))[0]


@pytest.mark.parametrize(
    ("who", "words", "part"),
    [
        ("hu", "领取", "还缺：学员编号"),
        ("hu", "领取 张三", "没看懂学员编号"),
        ("hu", "领取 #99", "没有 #99 这位学员"),
        ("lin", "领取 #1", "需要岗位"),
        ("lin", "公海", "需要岗位"),
        ("hu", "公海 天上", "没有“天上”这个公海"),
        ("hu", "跟进 #1", "还缺：跟进内容"),
        ("hu", "跟进 #1 你好", "#1 不是你的客户"),
        ("lin", "跟进 #1 你好", "需要岗位"),
        ("hu", "退回 #1", "还缺：理由"),
        ("hu", "退回 #1 不要了", "#1 不是你的客户"),
        ("lin", "退回 #1 不要了", "需要岗位"),
        ("lin", "我的客户", "需要岗位"),
        ("lin", "配额", "需要岗位"),
        ("hu", "漏斗", "需要岗位"),
    ],
)
async def test_wrong_words_and_wrong_people(house: Any, town: Town, who: str, words: str, part: str) -> None:
    await handed_off(town)
    assert part in (await house.member_says(who, words))[0]
