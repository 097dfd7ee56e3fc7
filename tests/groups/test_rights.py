"""Who may ask for codes and counts, and what the house says to words it does not know."""

from __future__ import annotations

from tests.groups.conftest import Groups
from tests.loopback import Camp

COMMANDS = ("入群码 read-01", "退群 read-01", "群数据 read-01")


async def test_sales_may_not(camp: Camp) -> None:
    for words in COMMANDS:
        assert "班主任" in await camp.ask(camp.members["wu"], words, "需要岗位")
    assert await camp.count("SELECT count(*) FROM join_ways") == 0


async def test_a_class_teacher_sees_their_own_classes_only(camp: Camp) -> None:
    await camp.corp.act("/members", userid="he", name="何老师", position="class_teacher")
    async with camp.house.database.write() as tx:
        from storage import members

        he = await members.ensure(tx, "he", name="何老师")
        await members.change(tx, he.id, position="class_teacher")
    camp.members["he"] = type(camp.members["lin"])(camp.corp, camp.ear, "he", "何老师")
    for words in COMMANDS:
        await camp.ask(camp.members["he"], words, "你名下还没有营期")
    assert await camp.count("SELECT count(*) FROM join_ways") == 0


async def test_words_that_mean_nothing_are_answered_with_what_there_is(camp: Camp) -> None:
    lin = camp.members["lin"]
    told = await camp.ask(lin, "入群码 read-01 快手", "快手")
    assert "read-01、read-02" in told
    assert "渠道：dy01；班：A" in told
    await camp.ask(lin, "入群码 read-09 dy01", "read-09 dy01", "read-01、read-02")
    await camp.ask(lin, "退群 read-01 B班", "“B班”不是营期")
    await camp.ask(lin, "群数据 火星", "“火星”不是营期")
    await camp.ask(lin, f"入群码 {'长' * 300}", "最多 200 字")


async def test_the_words_may_come_in_either_order_and_without_the_cohort(camp: Camp, groups: Groups) -> None:
    for words in ("入群码 read-02 A 抖音投放", "入群码 阅读营第2期 dy01 a班", "入群码 A班 DY01"):
        await groups.code("lin", words, "A班 · 抖音投放")
    titles = sorted(way["room_base_name"].strip() for way in groups.ways())
    assert titles == ["阅读营第1期 · A班", "阅读营第2期 · A班"]
