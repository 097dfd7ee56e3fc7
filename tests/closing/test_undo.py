"""A close taken back, explained, and rehearsed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.settings import DEFAULT_RULES
from camp.rules.rule import RuleBook
from storage import attendance
from tests.closing.town import Town


async def closed(town: Town) -> None:
    for name, attended in [("甲", 0), ("乙", 0), ("丙", 2), ("丁", 5), ("戊", 6)]:
        await town.enrol(name, attended=attended)
    await town.close()


async def test_undo_puts_everybody_back(house: Any, town: Town) -> None:
    await closed(town)
    (answer,) = [w for w in await house.member_says("boss", "撤销结营 read7-01")]
    assert answer == "已撤销 12月一期 的结营，5 人回到原来的位置。"
    assert set((await town.places()).values()) == {"class"}
    assert await town.places("read7-02") == {}
    assert {row.state for row in await house.rows("select state from pool_entries")} == {"withdrawn"}
    assert (await house.rows("select count(*) n from tag_marks where wanted and group_name = '营伴状态'"))[0].n == 0
    assert (await house.rows("select count(*) n from todos where done_at is null"))[0].n == 0
    assert any("撤销了 12月一期 的结营" in words for words in await town.told("lin"))
    (refused,) = await house.member_says("hu", "领取 #4")
    assert "已撤出公海" in refused


async def test_after_an_undo_it_can_be_closed_again(house: Any, town: Town) -> None:
    await closed(town)
    await house.member_says("boss", "撤销结营 read7-01")
    await house.tick("cohort_close")
    assert len(await town.cards("boss")) == 1, "the clock does not ask again by itself"
    await town.close()
    assert list((await town.places()).values()) == ["next_cohort", "next_cohort", "sale_window", "conversion", "conversion"]
    assert await town.places("read7-02") == {"甲": "class", "乙": "class"}
    assert len([w for w in await town.told("lin") if "位学员去向" in w]) == 2


async def test_what_happened_since_stays_and_is_named(house: Any, town: Town) -> None:
    await closed(town)
    await house.member_says("hu", "领取 #4")
    await town.pay("丙")
    async with house.tx() as tx:
        rows = await house.rows("select id from enrolments where source = 'moved' and learner_id = 1")
        lesson = await house.rows("select id from lessons where cohort_id = 2")
        await attendance.save(tx, rows[0].id, lesson[0].id, attended=True)
    (answer,) = await house.member_says("boss", "撤销结营 read7-01")
    assert "2 人回到原来的位置" in answer
    assert "丁#4：转化公海" in answer
    assert "丙#3：已成交" in answer
    assert "甲#1：转入下一期" in answer
    assert await town.places() == {"甲": "next_cohort", "乙": "class", "丙": "paid", "丁": "conversion", "戊": "class"}
    assert await town.places("read7-02") == {"甲": "class"}


async def test_undo_has_its_time(house: Any, town: Town) -> None:
    await closed(town)
    house.now += timedelta(hours=25)
    (answer,) = await house.member_says("boss", "撤销结营 read7-01")
    assert "已超过 24 小时" in answer
    (refused,) = await house.member_says("hu", "撤销结营 read7-01")
    assert "需要岗位" in refused


async def test_why_a_learner_is_where_they_are(house: Any, town: Town) -> None:
    await closed(town)
    await house.member_says("hu", "领取 #4")
    (why,) = await house.member_says("lin", "为什么 #4")
    assert why.split("\n")[1:6] == [
        "丁#4 现在：转化公海（12月一期）",
        "规则 warm：到课 ≥ 4（设置 warm_lessons） 且 未成交 → 转化公海（A 级，标签“高意向”）",
        "当时的事实：到课 5，完课 5，成交 0",
        "12-07 23:00 12月一期 结营时：在班 → 转化公海",
        "由 boss 确认",
    ]
    assert "12-07 23:00 hu 领取" in why
    (moved,) = await house.member_says("boss", "为什么 #1")
    assert "甲#1 现在：在班（12月二期）" in moved
    assert "规则 no-show" in moved


async def test_why_keeps_to_the_scope(house: Any, town: Town) -> None:
    await closed(town)
    assert await house.member_says("wu", "为什么 #4") == ["没有 #4 这位学员，或不在你的范围内。"]
    (usage,) = await house.member_says("lin", "为什么")
    assert "用法：为什么 #编号" in usage


async def test_why_before_any_rule(house: Any, town: Town) -> None:
    await town.enrol("甲")
    (why,) = await house.member_says("lin", "为什么 1")
    assert "还没有规则处理过" in why
    assert "如果现在结营：no-show" in why
    await town.close()
    house.configure(rulebook=RuleBook(tuple(replace(r, name=f"new-{r.name}") for r in DEFAULT_RULES)))
    (old,) = await house.member_says("boss", "为什么 1")
    assert "规则 no-show（现在的规则里已没有）" in old
    assert "按现在的规则会是：new-no-show" in old


async def test_the_rules_in_words(house: Any, town: Town) -> None:
    (rules,) = await house.member_says("boss", "规则")
    assert "【7天阅读营】热度线 4 课，销售期 10 天" in rules
    assert "· lukewarm：到课 ≥ 1 且 到课 ＜ 4（设置 warm_lessons） 且 未成交 → 销售期内（标签“待转化”）" in rules
    assert "需要岗位" in (await house.member_says("lin", "规则"))[0]


async def test_a_rehearsal_moves_nobody(house: Any, town: Town) -> None:
    await closed(town)
    await town.pay("丙")
    before = await house.rows("select * from enrolments")
    (answer,) = await house.member_says("boss", "试算 warm 2")
    assert "把 warm_lessons 换成 2" in answer
    assert "12月一期（已结营） 共 5 人：转化公海 2 → 3" in answer
    assert "1 人 销售期内 → 转化公海，其中后来成交 1 人" in answer
    assert await house.rows("select * from enrolments") == before


async def test_a_rehearsal_on_a_running_cohort(house: Any, town: Town) -> None:
    await town.enrol("甲", attended=3)
    (answer,) = await house.member_says("boss", "试算 3")
    assert "12月一期（进行中） 共 1 人：转化公海 0 → 1" in answer


async def test_a_rehearsal_asks_for_a_rule_it_knows(house: Any, town: Town) -> None:
    (unknown,) = await house.member_says("boss", "试算 hot 3")
    assert "没有叫“hot”的规则" in unknown
    (number,) = await house.member_says("boss", "试算 warm 三百")
    assert "没看懂数字" in number
    (missing,) = await house.member_says("boss", "试算")
    assert "还缺：规则" in missing
