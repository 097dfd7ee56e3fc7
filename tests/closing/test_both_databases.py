"""One whole story, from the close to the refund, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.settings import DEFAULT_RULES
from camp.policy import Policy
from camp.rules.route import route_of
from camp.rules.rule import RuleBook
from storage.database import Database
from tests.closing.town import CLOSE_TIME, Town, camp_toml
from tests.conftest import House


@pytest.fixture
async def anywhere(database: Database) -> Town:
    policy = Policy(link_key=b"k", privacy_key=b"0123456789abcdef0123456789abcdef", robots=(route_of("sales"),), sweep_chunk=2)
    house = House(database, replace(policy, rulebook=RuleBook(DEFAULT_RULES)))
    await house.apply(camp_toml())
    house.now = CLOSE_TIME
    return Town(house)


async def test_the_whole_story(anywhere: Town) -> None:
    town, house = anywhere, anywhere.house
    for name, attended, teacher in [("甲", 0, "lin"), ("乙", 0, "wu"), ("丙", 2, "lin"), ("丁", 5, "lin"), ("戊", 6, "wu")]:
        await town.enrol(name, attended=attended, teacher=teacher)
    await town.close()
    assert list((await town.places()).values()) == ["next_cohort", "next_cohort", "sale_window", "conversion", "conversion"]
    assert "5 人回到原来的位置" in (await house.member_says("boss", "撤销结营 read7-01"))[0]
    assert set((await town.places()).values()) == {"class"}
    await town.close()
    assert set((await town.places("read7-02")).values()) == {"class"}

    assert "领取成功" in (await house.member_says("hu", "领取 #4"))[0]
    assert "已被 hu" in (await house.member_says("mei", "领取 #4"))[0]
    await house.member_says("hu", "跟进 #4 周五试听")
    assert "周五试听" in (await house.member_says("hu", "我的客户"))[0]
    await house.member_says("hu", "退回 #4 没空")
    assert "领取成功" in (await house.member_says("mei", "领取 #4"))[0]
    await town.pay("丁")
    await town.refund("S1", 199900)
    assert (await town.places())["丁"] == "sale_window"

    house.now += timedelta(days=10)
    await house.tick("sale_window")
    assert list((await town.places()).values())[2:] == ["conversion"] * 3
    assert "转化公海 2 → 3" in (await house.member_says("boss", "试算 warm 2"))[0]
    assert "报名 5 · 100%" in (await house.member_says("boss", "漏斗 read7-01"))[0]
    assert "规则 lukewarm-ended" in (await house.member_says("lin", "为什么 #3"))[-1]
    assert "转化公海 3 人待领" in (await house.member_says("mei", "公海"))[0]
