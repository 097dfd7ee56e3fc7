"""Closing a cohort, from the verdict card to the last notice."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from bot.worker import Worker
from handlers.core import router
from jobs.core import job
from storage import enrolments, inbox, kf, learners
from storage.inbox import FactDraft
from tests.closing.town import Town, camp_toml


async def crowd(town: Town) -> None:
    """Of every kind a few; 钱 has paid."""
    for name, attended, teacher in [
        ("赵零", 0, "lin"),
        ("钱一", 5, "lin"),
        ("孙三", 3, "lin"),
        ("李四", 4, "wu"),
        ("周七", 7, "wu"),
        ("吴零", 0, "wu"),
    ]:
        await town.enrol(name, attended=attended, teacher=teacher)
    await town.pay("钱一")


EXPECTED = {
    "赵零": "next_cohort",
    "钱一": "paid",
    "孙三": "sale_window",
    "李四": "conversion",
    "周七": "conversion",
    "吴零": "next_cohort",
}


async def test_the_card_says_what_the_run_will_do(house: Any, town: Town) -> None:
    await crowd(town)
    (told,) = await house.member_says("boss", "结营 read7-01")
    assert told.startswith("结营确认"), "the card is the answer: the manager is not told twice"
    (card,) = await town.cards("boss")
    assert card["title"] == "结营确认：12月一期"
    assert card["text"] == "6 人：1 已成交，2 转入下一期，2 转化公海，1 销售期内"
    assert [button[1] for button in card["buttons"]] == ["确认", "先不"]
    assert set((await town.places()).values()) == {"class", "paid"}, "nothing moves before the confirm"

    (started,) = [w for w in await house.click("boss", card["buttons"][0][0], card["task_id"], "rc") if "开始结营" in w]
    assert "12月一期" in started
    assert await town.places() == EXPECTED
    (update,) = await house.sent("app.update_card")
    assert update["userids"] == ["boss"]
    assert update["card"]["buttons"] == []
    assert "已由 boss" in update["card"]["text"]


async def test_everybody_concerned_hears_once(house: Any, town: Town) -> None:
    await crowd(town)
    async with house.tx() as tx:
        await kf.learner_spoke(tx, 1, "wkTestDesk", house.now)
    await town.close()
    report = next(w for w in await town.told("boss") if "结营报告" in w)
    assert "合计：6 人 · 100%" in report
    assert sum(int(line.rsplit("·")[1].strip(" %")) for line in report.split("\n") if "%" in line and "合计" not in line) == 100
    (lin,) = [w for w in await town.told("lin") if "已结营" in w]
    assert "你的 3 位学员" in lin
    assert "赵零#1" in lin
    assert "【销售期内】1 人" in lin
    assert "李四" not in lin
    assert "赵零" not in "".join(w for w in await town.told("wu") if "已结营" in w)
    assert [p["to"] for p in await house.sent("kf.message") if "12月二期" in p["message"].get("text", "")] == ["wm-赵零"]
    todos = await house.rows("select member_id, text from todos where kind = 'closing' order by id")
    assert len(todos) == 2
    tags = await house.rows("select name from tag_marks where wanted and group_name = '营伴状态' order by learner_id, name")
    assert Counter(row.name for row in tags) == {"未到课": 2, "高意向": 2, "待转化": 1, "已成交": 1}


async def test_twice_changes_nothing(house: Any, town: Town) -> None:
    await crowd(town)
    await town.close()
    before = await house.rows("select * from enrolments order by id")
    messages = len(await house.sent("app.message"))
    (again,) = await house.member_says("boss", "结营 read7-01")
    assert "已于 12-07 23:00 结营，不用再结" in again
    (confirmed,) = await house.member_says("boss", "确认结营 read7-01")
    assert "已于" in confirmed
    closing = (await house.rows("select id from closings"))[0].id
    await house.fact("camp.close", {"closing_id": closing, "after": 0})
    assert await house.rows("select * from enrolments order by id") == before
    assert len(await house.sent("app.message")) == messages + 2


async def test_a_restart_in_the_middle_goes_on(house: Any, town: Town) -> None:
    house.configure(sweep_chunk=2)
    await crowd(town)
    await house.member_says("boss", "结营 read7-01")
    async with house.tx() as tx:
        body = {"userid": "boss", "text": "确认结营 read7-01", "msg_id": "x"}
        await inbox.add_facts(tx, [FactDraft("test", "app.text", "confirm", "member:boss", body)])
    # One batch at a time by a worker of its own: the chunks are facts, which a process dying now leaves in the inbox.
    for _ in range(2):
        await Worker(house.database, router.discover(), job.discover(), house.policy).apply_batch()
    assert Counter((await town.places()).values())["class"] == 3, "two of five are placed so far"
    await house.work()
    assert await town.places() == EXPECTED
    chunks = await house.rows("select body from inbox where kind = 'camp.close'")
    assert len(chunks) == 4
    assert len([w for w in await town.told("lin") if "已结营" in w]) == 1
    assert len(await house.rows("select 1 from pool_entries")) == 2


async def test_paid_just_before_the_run_is_not_handed_to_sales(house: Any, town: Town) -> None:
    await crowd(town)
    await house.member_says("boss", "结营 read7-01")
    await town.pay("周七", order_no="S2")
    await house.member_says("boss", "确认结营 read7-01")
    assert (await town.places())["周七"] == "paid"
    assert [row.name for row in await house.rows("select l.name from pool_entries p join learners l on l.id = p.learner_id")] == [
        "李四"
    ]


async def test_paid_just_after_the_run_leaves_the_pool_at_once(house: Any, town: Town) -> None:
    await crowd(town)
    await town.close()
    await town.pay("周七", order_no="S2")
    assert (await town.places())["周七"] == "paid"
    rows = await house.rows("select p.state from pool_entries p join learners l on l.id = p.learner_id where l.name = '周七'")
    assert [row.state for row in rows] == ["sold"]


async def test_an_order_from_before_the_enrolment_counts(house: Any, town: Town) -> None:
    async with house.tx() as tx:
        await learners.add(tx, external_userid="wm-早买", name="早买")
    await town.pay("早买", order_no="S0")
    async with house.tx() as tx:
        await enrolments.add(tx, learner_id=1, cohort_id=1, source="contact", place="class", attended=5)
    await town.close()
    assert await town.places() == {"早买": "paid"}


async def test_movers_keep_their_teacher_or_are_spread(house: Any, town: Town) -> None:
    for name, teacher in [("甲", "lin"), ("乙", "wu"), ("丙", "wu"), ("丁", "wu")]:
        await town.enrol(name, teacher=teacher)
    await town.close()
    assert await town.places("read7-02") == dict.fromkeys("甲乙丙丁", "class")
    rows = await house.rows(
        "select l.name, g.code, m.userid from enrolments e join learners l on l.id = e.learner_id"
        " join class_groups g on g.id = e.class_group_id join members m on m.id = e.class_teacher_id"
        " where e.source = 'moved' order by l.id"
    )
    assert next((r.name, r.code) for r in rows) == ("甲", "A")
    assert Counter(r.code for r in rows) == {"A": 2, "B": 2}
    assert {(r.code, r.userid) for r in rows} == {("A", "lin"), ("B", "zhao")}


async def test_without_a_next_cohort_they_wait(house: Any) -> None:
    await house.apply(camp_toml(next_cohort=False))
    town = Town(house)
    await town.enrol("甲")
    answer = await house.member_says("boss", "结营 read7-01")
    assert any("1 人：1 候补名单" in words for words in answer)
    await house.member_says("boss", "确认结营 read7-01")
    assert await town.places() == {"甲": "waiting"}
    report = next(w for w in await town.told("boss") if "结营报告" in w)
    assert "没有下一期：1 人进了候补名单" in report

    await house.apply(camp_toml())
    await house.tick("cohort_close")
    assert await town.places() == {"甲": "next_cohort"}
    assert await town.places("read7-02") == {"甲": "class"}
    assert any("12月一期 的候补名单：1 人已转入 12月二期" in words for words in await town.told("boss"))


async def test_the_clock_asks_and_silence_may_be_an_answer(house: Any, town: Town) -> None:
    await town.enrol("甲", attended=5)
    await house.tick("cohort_close")
    await house.tick("cohort_close")
    assert len(await town.cards("boss")) == 1
    house.now += timedelta(hours=25)
    (late,) = await house.member_says("boss", "确认结营 read7-01")
    assert "已过 24 小时有效期" in late
    await house.tick("cohort_close")
    assert len(await town.cards("boss")) == 2, "a question that ran out is asked again"
    house.configure(verdict_auto_after=timedelta(hours=2))
    house.now += timedelta(hours=2)
    await house.tick("cohort_close")
    assert await town.places() == {"甲": "conversion"}


async def test_not_yet_stops_the_clock_too(house: Any, town: Town) -> None:
    house.configure(verdict_auto_after=timedelta(hours=1))
    await town.enrol("甲")
    await house.tick("cohort_close")
    (card,) = await town.cards("boss")
    (answer,) = await house.click("boss", card["buttons"][1][0], card["task_id"])
    assert "先不结营" in answer
    house.now += timedelta(hours=30)
    await house.tick("cohort_close")
    assert await town.places() == {"甲": "class"}
    assert len(await town.cards("boss")) == 1


async def test_the_sale_window_ends(house: Any, town: Town) -> None:
    for name in ("甲", "乙"):
        await town.enrol(name, attended=2)
    await town.close()
    house.now += timedelta(days=9)
    await house.tick("sale_window")
    assert set((await town.places()).values()) == {"sale_window"}
    await town.pay("乙")
    house.now += timedelta(days=1)
    await house.tick("sale_window")
    await house.tick("sale_window")
    assert await town.places() == {"甲": "conversion", "乙": "paid"}
    (lin,) = [w for w in await town.told("lin") if "销售期结束" in w]
    assert "甲" in lin
    assert "乙" not in lin
    assert [row.grade for row in await house.rows("select grade from pool_entries")] == ["B"]
    wanted = await house.rows("select name from tag_marks where wanted and learner_id = 1 and group_name = '营伴状态'")
    assert [row.name for row in wanted] == ["销售期未成交"]


async def test_a_second_sale_window_after_a_refund(house: Any, town: Town) -> None:
    await town.enrol("甲", attended=2)
    await town.close()
    house.now += timedelta(days=10)
    await house.tick("sale_window")
    await town.pay("甲")
    await town.refund("S1", 199900)
    assert await town.places() == {"甲": "sale_window"}
    house.now += timedelta(days=10)
    await house.tick("sale_window")
    assert await town.places() == {"甲": "conversion"}
    assert [row.state for row in await house.rows("select state from pool_entries")] == ["open"]


async def test_wrong_words_and_wrong_people(house: Any, town: Town) -> None:
    (unknown,) = await house.member_says("boss", "结营 read9")
    assert "没有叫“read9”的营期" in unknown
    assert "结营 read7-01" in unknown
    (refused,) = await house.member_says("lin", "结营 read7-01")
    assert "需要岗位" in refused
    (nothing,) = await house.member_says("boss", "确认结营 read7-01")
    assert "请先发：结营 read7-01" in nothing
    (undo,) = await house.member_says("boss", "撤销结营 read7-01")
    assert "没有结营" in undo
    (card,) = await house.member_says("boss", "结营")
    assert card.startswith("结营确认：12月一期"), "the only cohort in question needs no name"
    assert await house.click("lin", "close:1", "cohort_closed-1-1") != []
    assert (await house.rows("select state from closings"))[0].state == "proposed"
