"""The way of a sheet when something comes in between: a restart, a row that fails, a day without a tap, a file that is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from storage import inbox, members, sheets
from tests.conftest import House
from tests.sheets.conftest import Desk, csv, enrolled, xlsx

HEAD = ("姓名", "手机", "期", "班")


def roster(rows: int) -> str:
    return csv([HEAD, *((f"学员{n}", 13_800_000_000 + n, "read7-01", "AB"[n % 2]) for n in range(rows))])


async def test_a_restart_in_the_middle_of_an_import(desk: Desk) -> None:
    await desk.sends("chen", roster(600))
    await desk.presses("chen")
    for _ in range(3):
        await desk.house._worker.apply_batch()
    half = await desk.count("SELECT count(*) FROM enrolments")
    assert 0 < half < 600
    again = House(desk.house.database, desk.house.policy)  # another process on the same database
    again.now = desk.house.now + timedelta(minutes=5)
    await again.work()
    assert await desk.count("SELECT count(*) FROM enrolments") == 600
    assert await desk.count("SELECT count(*) FROM journal WHERE kind = 'imported'") == 600
    said = [payload["message"].get("text", "") for payload in await again.sent("aibot.say")]
    assert [words for words in said if "导入中" in words] == [f"《表.xlsx》导入中：{n}/600" for n in (150, 300, 450)]
    assert len([words for words in said if "导入完成：600 行（新增 600" in words]) == 1


async def test_a_restart_in_the_middle_of_the_check(desk: Desk) -> None:
    await desk.posts("chen")
    await desk.fetches(roster(600).encode(), work=False)
    for _ in range(3):
        await desk.house._worker.apply_batch()
    assert 0 < await desk.count("SELECT count(*) FROM sheet_rows WHERE fate = 'read'") < 600
    again = House(desk.house.database, desk.house.policy)
    again.now = desk.house.now
    await again.work()
    said = [payload["message"].get("text", "") for payload in await again.sent("aibot.say")]
    assert "新增 600" in said[-2] + said[-1]


async def test_a_row_that_fails_stops_no_other(desk: Desk) -> None:
    await desk.sends("chen", csv([HEAD, *((f"学员{n}", 13_800_000_000 + n, "read7-02", "A") for n in range(3))]))
    await _set_group(desk, 3, 999)
    await desk.presses("chen")
    while await desk.house._worker.apply_batch():
        pass
    said = [payload["message"].get("text", "") for payload in await desk.house.sent("aibot.say")]
    assert "导入完成：2 行" in said[-1]
    assert "1 行出错没导成，已通知管理员" in said[-1]
    await _set_group(desk, 3, None)
    async with desk.house.tx() as tx:
        assert await inbox.retry(tx) == 1
    await desk.house.work()
    assert await desk.count("SELECT count(*) FROM enrolments") == 3


async def _set_group(desk: Desk, n: int, group_id: int | None) -> None:
    async with desk.house.tx() as tx:
        row = await sheets.load_row(tx, 1, n)
        assert row is not None
        await sheets.settle_rows(tx, 1, [replace(row, body={**row.body, "group_id": group_id})])


async def test_nobody_taps_for_a_day(desk: Desk) -> None:
    await desk.sends("chen", roster(3))
    desk.house.now += timedelta(hours=25)
    await desk.house.tick("sheets")
    assert await desk.count("SELECT count(*) FROM sheet_rows") == 0
    said = await desk.taps("chen")
    assert any("超过 24 小时没有确认，请再发一次" in words for words in said)
    assert await desk.count("SELECT count(*) FROM enrolments") == 0


async def test_rows_of_failed_imports_go_after_the_retention(desk: Desk) -> None:
    await desk.sends("chen", roster(3))
    desk.house.now += timedelta(hours=25)
    await desk.house.tick("sheets")
    desk.house.now += desk.house.policy.raw_kept
    await desk.house.tick("sheets")
    assert await desk.count("SELECT count(*) FROM sheet_rows") == 0
    assert await desk.count("SELECT count(*) FROM sheets") == 1


async def test_two_people_import_the_same_rows_at_once(desk: Desk) -> None:
    await desk.sends("chen", roster(4))
    await desk.sends("lin", csv([HEAD, ("学员0", 13_800_000_000, "read7-01", "A")]))
    await desk.taps("chen", sheet=1)
    await desk.taps("lin", sheet=2)
    assert await desk.count("SELECT count(*) FROM enrolments") == 4
    assert await desk.count("SELECT count(*) FROM learners") == 4


async def test_who_lost_the_right_may_not_tap(desk: Desk) -> None:
    await desk.sends("lin", roster(1))
    async with desk.house.tx() as tx:
        member = await members.find(tx, "lin")
        assert member is not None
        await members.change(tx, member.id, position="sales")
    assert "名单要由班主任、主管、运营来导入" in (await desk.taps("lin"))[-1]
    assert await desk.count("SELECT count(*) FROM enrolments") == 0


@pytest.mark.parametrize(
    ("errcode", "expired", "words"),
    [
        (-21, False, "下载链接只有 5 分钟有效"),
        (0, True, "下载链接只有 5 分钟有效"),
        (-22, False, "超过 20 MB。请分成几个文件再发"),
        (-23, False, "请管理员核对机器人的 EncodingAESKey"),
        (-3, False, "没能从企业微信下载。请再发一次"),
    ],
)
async def test_a_file_that_does_not_come(desk: Desk, errcode: int, expired: bool, words: str) -> None:
    await desk.posts("lin", "名单.xlsx")
    await desk.house.answer("aibot.sheet", ok=False, errcode=errcode, expired=expired)
    said = [payload["message"]["text"] for payload in await desk.house.sent("aibot.say")]
    assert said[-1].startswith("《名单.xlsx》没有导入：")
    assert words in said[-1]


async def test_the_columns_are_told(desk: Desk) -> None:
    (teacher,) = await desk.says("lin", "表格格式")
    assert "【名单】必填：手机/外部联系人id/unionid、期/训练营；可填：姓名、班、渠道、时间" in teacher
    assert "【到课表】" in teacher
    assert "【订单表】" not in teacher
    (sales,) = await desk.says("wang", "sheets")
    assert "[order sheet]" in sales
    assert "[roster]" not in sales


async def test_names_that_act_do_nothing(desk: Desk) -> None:
    rows = [
        HEAD,
        ("=cmd|' /C calc'!A0", 13_800_000_001, "read7-01", "A"),
        ("<@all> http://x.cn\x07\u202e", 13_800_000_002, "read7-01", "A"),
    ]
    await desk.imports("chen", csv(rows), "<@all>.csv")
    names = [row.name for row in await desk.house.rows("SELECT name FROM learners ORDER BY id")]
    assert names == ["=cmd|' /C calc'!A0", "＜@all＞ http://x.cn"]
    said = [payload["message"].get("text", "") for payload in await desk.house.sent("aibot.say")]
    assert not [words for words in said if "<@" in words]


async def test_a_tool_that_writes_formulas_without_values(desk: Desk) -> None:
    await enrolled(desk, "周小雨")
    data = xlsx([("姓名", "期", "课", "观看时长"), ("周小雨", "read7-01", 1, "=10*6")])
    (said,) = await desk.sends("lin", data)
    assert "第 2 行 观看时长：公式还没有算出结果，用 Excel 或 WPS 打开、保存后再发" in said


async def test_who_imported_what_is_listed(desk: Desk) -> None:
    await desk.imports("lin", csv([HEAD, ("学员0", 13_800_000_000, "read7-01", "A"), ("坏", "138", "read7-01", "A")]), "林的.csv")
    await desk.imports("chen", roster(3), "陈的.csv")
    (mine,) = await desk.says("lin", "导入记录")
    assert mine == "最近的导入：\n12-02 22:00 林《林的.csv》名单：导入 1 行，有误 1 行"
    (everybodys,) = await desk.says("chen", "imports")
    assert "12-02 22:00 林 “林的.csv” roster: 1 rows imported, 1 bad" in everybodys
    assert "12-02 22:00 陈 “陈的.csv” roster: 2 rows imported, 0 bad" in everybodys
    (nobodys,) = await desk.says("wang", "导入记录")
    assert "还没有导入过表格" in nobodys
