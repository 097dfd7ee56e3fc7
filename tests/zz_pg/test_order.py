"""Money: orders, sales typed by hand, refunds, and the funnel they end up in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.closing.town import Town


async def claimed(house: Any, town: Town) -> None:
    """张小明 is in the pool and claimed by hu."""
    await town.enrol("张小明", attended=5)
    await town.close()
    await house.member_says("hu", "领取 #1")


async def one(house: Any, query: str) -> tuple[Any, ...]:
    (row,) = await house.rows(query)
    return tuple(row)


async def test_a_sale_by_the_shop(house: Any, town: Town) -> None:
    await claimed(house, town)
    await town.pay("张小明")
    assert await town.places() == {"张小明": "paid"}
    assert await one(house, "select state, owner_id = (select id from members where userid = 'hu') from pool_entries") == (
        "sold",
        1,
    )
    assert await one(house, "select paid_count, paid_fen from enrolments") == (1, 199900)
    assert await one(house, "select m.userid from orders o join members m on m.id = o.seller_id") == ("hu",)
    assert any("你的客户 张小明#1 成交了：系统课，¥1,999" in words for words in await town.told("hu"))
    assert any("成交：张小明#1 买了 系统课，¥1,999" in words for words in await town.told("lin"))
    assert "已于 23:00 成交，不再可领" in (await house.member_says("mei", "领取 #1"))[0]
    assert "还没有客户" in (await house.member_says("hu", "我的客户"))[0]


async def test_the_cards_of_a_buyer_die(house: Any, town: Town) -> None:
    await town.enrol("张小明", attended=5)
    await town.close()
    (card,) = await town.cards("hu")
    await town.code_arrives(card["task_id"], "code")
    await town.pay("张小明")
    assert (await house.sent("app.update_card"))[-1]["card"]["text"] == "已成交，不再可领"
    (late,) = await house.click("mei", "claim:1", card["task_id"])
    assert "成交，不再可领" in late


async def test_who_paid_before_and_never_was_in_a_pool(house: Any, town: Town) -> None:
    await town.enrol("张小明", attended=5)
    await town.pay("张小明")
    assert "已于 12-07 23:00 成交，不再可领" in (await house.member_says("hu", "领取 #1"))[0]
    assert "已成交" in (await house.member_says("lin", "放弃 #1 不想要"))[0]


async def test_the_same_order_again_is_one_order(house: Any, town: Town) -> None:
    await claimed(house, town)
    await town.pay("张小明", event_id="e1")
    await town.pay("张小明", event_id="e2")
    assert await one(house, "select count(*) from orders") == (1,)
    assert await one(house, "select paid_count from enrolments") == (1,)
    await town.pay("张小明", event_id="e3", amount_fen=5)
    assert any("订单 S1 前后不一致：已记 ¥1,999，又收到 ¥0.05" in words for words in await town.told("boss"))
    assert await one(house, "select amount_fen from orders") == (199900,)


async def test_a_sale_by_hand_is_confirmed_not_doubled(house: Any, town: Town) -> None:
    await claimed(house, town)
    await house.member_says("hu", "成交 #1 系统课 1999")
    assert await one(house, "select paid_count, paid_fen from enrolments") == (1, 199900)
    house.now += timedelta(days=6)
    await town.pay("张小明", order_no="S9")
    assert await one(house, "select order_no, source, confirmed_at is not null from orders") == ("S9", "shop", 1)
    assert await one(house, "select paid_count, paid_fen from enrolments") == (1, 199900)
    await house.member_says("lin", "成交 #1 系统课 1999")
    assert await one(house, "select count(*) from orders") == (1,)
    await town.pay("张小明", order_no="S10", course="进阶课")
    assert await one(house, "select paid_count, paid_fen from enrolments") == (2, 399800)


async def test_a_class_teacher_types_the_sale_of_a_claimed_learner(house: Any, town: Town) -> None:
    await claimed(house, town)
    await house.member_says("lin", "成交 #1 系统课 1999")
    assert await one(house, "select m.userid from orders o join members m on m.id = o.seller_id") == ("hu",)
    assert any("成交了" in words for words in await town.told("hu"))
    assert not any("成交：张小明" in words for words in await town.told("lin"))


async def test_the_shop_names_the_seller(house: Any, town: Town) -> None:
    await claimed(house, town)
    await town.pay("张小明", staff_userid="MEI")
    assert await one(house, "select m.userid from orders o join members m on m.id = o.seller_id") == ("mei",)


async def test_refunds(house: Any, town: Town) -> None:
    await claimed(house, town)
    await town.pay("张小明")
    await town.refund("S1", 50000, "r1")
    await town.refund("S1", 50000, "r1")
    assert await one(house, "select paid_count, paid_fen, place from enrolments where cohort_id = 1") == (1, 149900, "paid")
    assert any("部分退费 ¥500（系统课），还剩 ¥1,499" in words for words in await town.told("lin"))
    await town.refund("S1", 149900, "r2")
    assert await one(house, "select paid_count, paid_fen, place from enrolments where cohort_id = 1") == (0, 0, "sale_window")
    assert any("已退费 ¥1,499（系统课），现在：销售期内" in words for words in await town.told("hu"))
    assert await one(house, "select text from todos where kind = 'refund'") == ("退费了，问问原因：张小明（系统课，¥1,499）",)
    assert {r.name for r in await house.rows("select name from tag_marks where wanted and group_name = '营伴状态'")} == set()


async def test_a_refund_while_the_cohort_runs(house: Any, town: Town) -> None:
    await town.enrol("张小明", attended=5)
    await town.pay("张小明")
    await town.refund("S1", 199900)
    assert await town.places() == {"张小明": "class"}


async def test_a_refund_before_its_order_waits_for_it(house: Any, town: Town) -> None:
    await town.enrol("张小明", attended=5)
    await town.refund("S1", 199900)
    assert await one(house, "select reason, matched_at is null from unmatched_events") == ("unknown_order", 1)
    await town.pay("张小明")
    assert await one(house, "select refunded_fen from orders") == (199900,)
    assert await one(house, "select paid_count, place from enrolments") == (0, "class")


async def test_an_unknown_buyer_waits(house: Any, town: Town) -> None:
    await town.pay("没人", order_no="S7")
    assert await one(house, "select reason from unmatched_events") == ("unknown_subject",)
    assert await one(house, "select count(*) from orders") == (0,)


@pytest.mark.parametrize("amount", [0, -5, 19.9, "199900", True, None])
async def test_an_amount_is_a_whole_positive_number_of_fen(house: Any, town: Town, amount: Any) -> None:
    await town.enrol("张小明")
    await town.pay("张小明", amount_fen=amount)
    assert await one(house, "select reason from unmatched_events") == ("bad_amount_fen",)
    assert await one(house, "select count(*) from orders") == (0,)
    assert any("bad_amount_fen" in words for words in await town.told("boss"))


async def test_a_sale_to_somebody_moved_on_counts_where_they_are(house: Any, town: Town) -> None:
    await town.enrol("张小明")
    await town.close()
    await town.pay("张小明", cohort="read7-01")
    assert await town.places("read7-02") == {"张小明": "paid"}
    assert await town.places() == {"张小明": "next_cohort"}


async def test_the_funnel_adds_up(house: Any, town: Town) -> None:
    await town.enrol("甲", attended=5, in_group_at=house.now)
    await town.enrol("乙", attended=1, in_group_at=house.now)
    await town.enrol("丙", in_group_at=house.now, channel_id=None)
    await town.enrol("丁", channel_id=None)
    await town.pay("甲")
    (funnel,) = await house.member_says("boss", "漏斗")
    lines = funnel.split("\n")
    assert lines[0] == "12月一期 漏斗"
    assert lines[1] == "报名 4 · 100%"
    assert lines[2] == "进群 3 · 75%（上一步的 75%）"
    assert lines[5] == "成交 1 · 25%（上一步的 50%）"
    assert "抖音投放：2 / 2 / 2 / 2 / 1" in funnel
    assert "未知渠道：2 / 1 / 0 / 0 / 0" in funnel
    assert "流失最多：完课 → 成交，只有 50%，少了 1 人" in funnel
    assert "成交额 ¥1,999" in funnel
    assert "还没有人报名" in (await house.member_says("boss", "漏斗 read7-02"))[0]
    assert "没有叫“x9”的营期" in (await house.member_says("boss", "漏斗 x9"))[0]
