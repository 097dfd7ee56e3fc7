"""A roster sent to the robot: sign-ups, classes, what is known, what is wrong."""

from __future__ import annotations

import io

from openpyxl import load_workbook

from storage import journal
from tests.conftest import House
from tests.sheets.conftest import Desk, csv, saved, xlsx
from tests.teacher.conftest import at

HEAD = ("姓名", "手机", "期", "班", "渠道")
TWO = (("周小雨", "13800000001", "read7-01", "A", "抖音投放"), ("李小明", 13800000002, "阅读营一期", "B班", "dy01"))


async def test_a_roster_is_shown_and_imported_after_the_tap(desk: Desk) -> None:
    said = await desk.sends("chen", xlsx([HEAD, *TWO]), "名单.xlsx")
    assert said[0] == "《名单.xlsx》是名单，2 行：新增 2 · 变更 0 · 已有 0 · 有误 0"
    assert "[确认导入]" in said[1]
    assert "[放弃]" in said[1]
    assert await desk.count("SELECT count(*) FROM enrolments") == 0
    told = await desk.taps("chen")
    assert "《名单.xlsx》导入完成：2 行（新增 2 · 变更 0），已有 0 行没动。" in told
    seats = await desk.house.rows(
        "SELECT l.name, g.code, m.userid, c.code, e.source FROM enrolments e JOIN learners l ON l.id = e.learner_id "
        "JOIN class_groups g ON g.id = e.class_group_id JOIN members m ON m.id = e.class_teacher_id "
        "JOIN channels c ON c.id = e.channel_id ORDER BY l.id"
    )
    assert [tuple(seat) for seat in seats] == [
        ("周小雨", "A", "lin", "dy01", "ingest"),
        ("李小明", "B", "zhou", "dy01", "ingest"),
    ]
    assert await desk.count("SELECT count(*) FROM identities WHERE kind = 'phone'") == 2
    assert await desk.count("SELECT count(*) FROM sheet_rows") == 0


async def test_who_and_when_is_in_the_story(desk: Desk) -> None:
    await desk.imports("chen", xlsx([HEAD, TWO[0]]), "名单.xlsx")
    async with desk.house.tx() as tx:
        story = [entry for entry in await journal.story(tx, 1) if entry.kind == "imported"]
    assert [(entry.by, entry.at, entry.detail["file"], entry.detail["row"]) for entry in story] == [
        ("member:chen", desk.house.now, "名单.xlsx", 2)
    ]
    (card,) = await desk.says("chen", "学员 周小雨")
    assert "表格导入（陈）" in card


async def test_the_same_file_twice_changes_nothing_and_says_who_imported_it(desk: Desk) -> None:
    data = xlsx([HEAD, *TWO])
    await desk.imports("chen", data, "名单.xlsx")
    (said,) = await desk.sends("lin", data, "又一份.xlsx")
    assert "陈 在 2026-12-02 22:00 已经导入过（《名单.xlsx》）" in said
    assert await desk.count("SELECT count(*) FROM enrolments") == 2


async def test_a_changed_file_brings_only_what_is_new(desk: Desk) -> None:
    await desk.imports("chen", xlsx([HEAD, *TWO]))
    said = await desk.imports("chen", xlsx([HEAD, *TWO, ("王三", "13800000003", "read7-01", "A", None)]))
    assert "3 行：新增 1 · 变更 0 · 已有 2 · 有误 0" in said[0]
    assert await desk.count("SELECT count(*) FROM enrolments") == 3
    said = await desk.imports("chen", xlsx([HEAD, (*TWO[0][:3], "B", None), TWO[1]]))
    assert "新增 0 · 变更 1 · 已有 1" in said[0]
    assert (
        await desk.count("SELECT count(*) FROM enrolments e JOIN class_groups g ON g.id = e.class_group_id WHERE g.code = 'B'")
        == 2
    )


async def test_nothing_new_needs_no_tap(desk: Desk) -> None:
    await desk.imports("chen", xlsx([HEAD, *TWO]))
    said = await desk.sends("chen", csv([HEAD, *TWO]))
    assert len(said) == 1
    assert "全都已有，没有要导入的。" in said[0]


async def test_every_bad_row_is_named_with_its_reason(desk: Desk) -> None:
    rows = [
        HEAD,
        TWO[0],
        ("甲", "138", "read7-01", "A", None),
        ("乙", "1.38E+10", "read7-01", "A", None),
        ("丙", None, "read7-01", "A", None),
        ("丁", "13800000007", "read9", "A", None),
        ("戊", "13800000008", "read7-01", "Z", None),
        ("己", "13800000009", "read7-01", "A", "小红书"),
        ("庚", "13800000001", "read7-01", "A", None),
        ("辛", "13800000011", None, "A", None),
    ]
    said = (await desk.sends("chen", csv(rows)))[0]
    assert "新增 1 · 变更 0 · 已有 0 · 有误 8" in said
    for line in (
        "第 3 行 手机：是 3 位数字，手机号应为 11 位",
        "第 4 行 手机：数字位数已被表格软件丢掉",
        "第 5 行 手机：没有填，不知道是谁",
        "第 6 行 没有“read9”这一期（在开的：read7-01、read7-02）",
        "第 7 行 阅读营一期 没有“Z”班（有：A、B）",
        "第 8 行 没有“小红书”这个渠道（有：抖音投放）",
        "第 9 行 和第 2 行重复",
        "第 10 行 期：没有填",
    ):
        assert line in said
    assert "13800000001" not in said


async def test_many_bad_rows_come_page_by_page(desk: Desk) -> None:
    rows = [HEAD, *(("甲", "138", "read7-01", "A", None) for _ in range(120))]
    said = await desk.sends("chen", csv(rows))
    assert "回复“更多”看下一页" in said[0]
    assert len(said) == 1  # nothing to confirm
    seen = said[0]
    while "更多" in seen.splitlines()[-1]:
        (page,) = await desk.says("chen", "更多")
        seen += page + "\n" + page.splitlines()[-1]
    assert all(f"第 {n} 行 手机" in seen for n in range(2, 122))
    assert "没有可以导入的行。" in seen


async def test_a_class_teacher_brings_learners_into_their_own_class_only(desk: Desk) -> None:
    rows = [HEAD, ("甲", "13800000001", "read7-01", None, None), ("乙", "13800000002", "read7-01", "B", None)]
    said = await desk.imports("lin", csv(rows))
    assert "新增 1 · 变更 0 · 已有 0 · 有误 1" in said[0]
    assert "第 3 行 B班不是你的班，请主管来导入" in said[0]
    seats = await desk.house.rows("SELECT m.userid FROM enrolments e JOIN members m ON m.id = e.class_teacher_id")
    assert [seat.userid for seat in seats] == ["lin"]
    (other,) = await desk.sends("zhou", csv([HEAD, ("甲", "13800000001", "read7-01", "B", None)]))
    assert "已在别的班主任班里，要换班请主管来导入" in other


async def test_wrong_people_are_refused(desk: Desk) -> None:
    (said,) = await desk.sends("wang", xlsx([HEAD, *TWO]), "名单.xlsx")
    assert said == "《名单.xlsx》没有导入：名单要由班主任、主管、运营来导入。"
    await desk.posts("wu")
    await desk.posts("nobody")
    assert len(await desk.house.sent("aibot.sheet")) == 1  # not even fetched
    said = [payload["message"]["text"] for payload in (await desk.house.sent("aibot.say"))[-2:]]
    assert said[0] == "该账号已离职或停用，不能操作。"
    assert "你还没有岗位" in said[1]


async def test_only_the_sender_may_tap_and_only_once(desk: Desk) -> None:
    await desk.sends("lin", xlsx([HEAD, TWO[0]]))
    assert "这张表是 林 发的，只能由 Ta 确认或放弃" in (await desk.taps("chen"))[0]
    assert await desk.count("SELECT count(*) FROM enrolments") == 0
    await desk.taps("lin")
    again = await desk.taps("lin")
    assert not [words for words in again if "导入完成" in words]
    assert await desk.count("SELECT count(*) FROM enrolments") == 1


async def test_two_people_were_shown_the_same_content(desk: Desk) -> None:
    data = xlsx([HEAD, TWO[0]])
    await desk.sends("lin", data, "名单.xlsx")
    await desk.sends("chen", data, "名单 (1).xlsx")
    await desk.taps("lin", sheet=1)
    said = await desk.taps("chen", sheet=2)
    assert any("林 在 2026-12-02 22:00 已经导入过（《名单.xlsx》）" in words for words in said)
    assert await desk.count("SELECT count(*) FROM journal WHERE kind = 'imported'") == 1
    assert await desk.count("SELECT count(*) FROM sheet_rows") == 0


async def test_another_file_while_one_waits(desk: Desk) -> None:
    await desk.sends("chen", xlsx([HEAD, TWO[0]]), "甲.xlsx")
    await desk.sends("chen", xlsx([HEAD, *TWO]), "乙.xlsx")
    await desk.taps("chen", sheet=2)
    told = await desk.taps("chen", sheet=1)
    assert "《甲.xlsx》导入完成：1 行（新增 1 · 变更 0），已有 0 行没动。" in told
    assert await desk.count("SELECT count(*) FROM enrolments") == 2


async def test_the_tap_comes_after_a_restart(desk: Desk) -> None:
    await desk.sends("chen", xlsx([HEAD, *TWO]))
    desk.house = House(desk.house.database, desk.house.policy)
    desk.house.now = at("12-03 09:00")
    told = await desk.taps("chen")
    assert any("导入完成：2 行" in words for words in told)
    assert await desk.count("SELECT count(*) FROM enrolments") == 2


async def test_other_sheets_of_the_file_are_not_passed_over_in_silence(desk: Desk) -> None:
    book = load_workbook(io.BytesIO(xlsx([HEAD, TWO[0]])))
    second = book.create_sheet("B班")
    for row in (HEAD, TWO[1]):
        second.append(list(row))
    said = await desk.imports("chen", saved(book))
    assert "文件里还有 1 张工作表没有读，要导入请另存成单独的文件再发。" in said[0]
    assert await desk.count("SELECT count(*) FROM enrolments") == 1


async def test_given_up_nothing_is_imported(desk: Desk) -> None:
    data = xlsx([HEAD, TWO[0]])
    await desk.sends("lin", data)
    face = await desk.taps("lin", "no")
    assert any("已放弃，什么都没有导入" in words for words in face)
    assert await desk.count("SELECT count(*) FROM sheet_rows") == 0
    said = await desk.imports("lin", data)
    assert "新增 1" in said[0]
    assert await desk.count("SELECT count(*) FROM enrolments") == 1


async def test_sent_again_before_the_tap_one_card_is_enough(desk: Desk) -> None:
    data = xlsx([HEAD, TWO[0]])
    await desk.sends("lin", data)
    await desk.sends("lin", data)
    states = [row.state for row in await desk.house.rows("SELECT state FROM sheets ORDER BY id")]
    assert states == ["dropped", "shown"]
