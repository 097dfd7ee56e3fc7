"""An attendance sheet: whom a row means, which lesson, and that only more than what is known changes anything."""

from __future__ import annotations

import datetime as dt

from storage import learners
from tests.sheets.conftest import Desk, csv, enrolled, xlsx

HEAD = ("姓名", "期", "第几课", "观看时长", "签到")


async def test_names_of_the_class_are_enough(desk: Desk) -> None:
    one, two = await enrolled(desk, "周小雨"), await enrolled(desk, "李小明", "zhou")
    rows = [HEAD, ("周小雨", "read7-01", 1, dt.time(0, 45), None), ("李小明", "阅读营一期", "第1课", None, "是")]
    said = await desk.imports("chen", xlsx(rows), "到课.xlsx")
    assert "《到课.xlsx》是到课表，2 行：新增 2" in said[0]
    found = await desk.house.rows(
        "SELECT e.learner_id, a.watched_seconds, a.attended, a.teacher_mark_reason, m.userid FROM attendance a "
        "JOIN enrolments e ON e.id = a.enrolment_id LEFT JOIN members m ON m.id = a.teacher_mark_by ORDER BY e.learner_id"
    )
    assert [tuple(row) for row in found] == [(one, 2700, True, None, None), (two, None, True, "表格《到课.xlsx》", "chen")]
    assert [row.by for row in await desk.house.rows("SELECT by FROM journal WHERE kind = 'watched'")] == ["member:chen"]


async def test_the_largest_number_of_seconds_counts(desk: Desk) -> None:
    await enrolled(desk, "周小雨")
    for minutes, preview in ((30, "新增 1"), (20, "已有 1"), (50, "变更 1")):
        said = await desk.sends("lin", csv([HEAD, ("周小雨", "read7-01", 1, minutes, None)]))
        assert preview in said[0]
        if "[确认导入]" in said[-1]:
            await desk.taps("lin")
    assert await desk.count("SELECT watched_seconds FROM attendance") == 3000


async def test_twice_in_one_file_the_most_counts(desk: Desk) -> None:
    await enrolled(desk, "周小雨")
    said = await desk.imports("lin", csv([HEAD, *(("周小雨", "read7-01", 1, m, None) for m in (10, 40, 5))]))
    assert "3 行：新增 3" in said[0]
    assert await desk.count("SELECT watched_seconds FROM attendance") == 2400


async def test_by_number_phone_and_external_contact(desk: Desk) -> None:
    one, two = await enrolled(desk, "甲"), await enrolled(desk, "乙")
    await desk.imports("chen", csv([("手机", "外部联系人", "期"), ("13800000009", "wm-丙", "read7-01")]))
    rows = [
        ("学员编号", "手机", "外部联系人ID", "期", "课次", "观看分钟"),
        (f"#{one}", None, None, "read7-01", 1, 12),
        (None, None, "wm-乙", "read7-01", 1, 12),
        (None, "+86 138-0000-0009", None, "read7-01", 1, 12),
    ]
    said = await desk.imports("chen", csv(rows))
    assert "3 行：新增 3" in said[0]
    seen = await desk.house.rows("SELECT e.learner_id FROM attendance a JOIN enrolments e ON e.id = a.enrolment_id")
    assert {row.learner_id for row in seen} == {one, two, max(two, one) + 1}


async def test_bad_rows(desk: Desk) -> None:
    await enrolled(desk, "周小雨")
    await enrolled(desk, "同名")
    await enrolled(desk, "别人", "zhou")
    other = await enrolled(desk, "同名二")
    async with desk.house.tx() as tx:
        await learners.change(tx, other, name="同名")
        await learners.add(tx, external_userid="wm-路人", name="路人")
    rows = [
        ("姓名", "外部联系人", "期", "课", "观看时长", "签到"),
        ("周小雨", None, "read7-01", 9, 10, None),
        ("周小雨", None, "read7-01", 4, 10, None),
        ("同名", None, "read7-01", 1, 10, None),
        ("没有", None, "read7-01", 1, 10, None),
        ("别人", None, "read7-01", 1, 10, None),
        (None, "wm-路人", "read7-01", 1, 10, None),
        (None, "wm-谁", "read7-01", 1, 10, None),
        ("周小雨", None, "read7-01", 1, "1e308", None),
        ("周小雨", None, "read7-01", "三", None, "也许"),
        ("周小雨", None, "read7-01", 1, None, "否"),
    ]
    said = (await desk.sends("lin", csv(rows)))[0]
    assert "新增 0 · 变更 0 · 已有 1 · 有误 9" in said
    for line in (
        "第 2 行 阅读营一期 没有第 9 课（有：1、2、3、4）",
        "第 3 行 第 4 课还没开始",
        "第 4 行 这一期叫“同名”的有 2 人，加上手机或学员编号",
        "第 5 行 这一期没有叫“没有”的",
        "第 6 行 不是你的学员，请 Ta 的班主任或主管来导入",
        "第 7 行 没有报 阅读营一期，先导入名单",
        "第 8 行 没有这个学员，先导入名单",
        "第 9 行 观看时长：“1e308”不是时长",
        "第 10 行 签到：“也许”看不懂，写 是 或 否",
    ):
        assert line in said
