"""An order sheet: sales, refunds, buyers nobody knows yet, and contradictions that change nothing."""

from __future__ import annotations

import datetime as dt

from tests.sheets.conftest import Desk, csv, enrolled, xlsx

HEAD = ("订单号", "外部联系人", "商品", "金额(元)", "时间", "退款")


async def test_sales_and_refunds(desk: Desk) -> None:
    one = await enrolled(desk, "周小雨")
    rows = [
        HEAD,
        ("T1", "wm-周小雨", "正价课", 1999.9, dt.datetime(2026, 12, 2, 20, 5), None),  # noqa: DTZ001 - a sheet knows no zone
        ("T2", "wm-周小雨", "教辅", "99.00", "2026/12/2", "全额"),
    ]
    said = await desk.imports("wang", xlsx(rows), "订单.xlsx")
    assert "《订单.xlsx》是订单表，2 行：新增 2" in said[0]
    orders = await desk.house.rows(
        "SELECT order_no, learner_id, amount_fen, refunded_fen, source, paid_at FROM orders ORDER BY order_no"
    )
    paid_at = int(dt.datetime(2026, 12, 2, 12, 5, tzinfo=dt.UTC).timestamp() * 1_000_000)
    assert tuple(orders[0]) == ("T1", one, 199_990, 0, "import", paid_at)
    assert tuple(orders[1])[:5] == ("T2", one, 9_900, 9_900, "import")
    assert await desk.count("SELECT paid_fen FROM enrolments") == 199_990


async def test_a_later_refund_counts_once(desk: Desk) -> None:
    await enrolled(desk, "周小雨")
    await desk.imports("chen", csv([HEAD, ("T1", "wm-周小雨", "正价课", 100, None, None)]))
    for given_back, preview, total in ((30, "变更 1", 3000), (30, "已有 1", 3000), (100, "变更 1", 10_000)):
        said = await desk.sends("chen", csv([HEAD, ("T1", "wm-周小雨", "正价课", "100.00", None, f"{given_back}.00"), ()]))
        assert preview in said[0] or "已经导入过" in said[0]
        if "[确认导入]" in said[-1]:
            await desk.taps("chen")
        assert await desk.count("SELECT refunded_fen FROM orders") == total


async def test_who_is_not_known_yet_is_waited_for(desk: Desk) -> None:
    head = ("订单号", "手机", "商品", "实付金额", "退款金额")
    said = await desk.imports("chen", csv([head, ("T1", "13800000001", "正价课", "¥1,999", "100")], mark="\t"))
    assert "1 行暂时对不上人，先存着，等学员出现自动记上。" in said[-1]
    assert await desk.count("SELECT count(*) FROM orders") == 0
    (again,) = await desk.sends("chen", csv([head, ("T1", "13800000001", "正价课", "1999.00", "100.00")]))
    assert "已有 1" in again
    await desk.imports("chen", csv([("手机", "期"), ("13800000001", "read7-01")]))
    (order,) = await desk.house.rows("SELECT amount_fen, refunded_fen, learner_id FROM orders")
    assert tuple(order) == (199_900, 10_000, 1)


async def test_contradictions_are_named_and_change_nothing(desk: Desk) -> None:
    one = await enrolled(desk, "周小雨")
    await enrolled(desk, "李小明")
    await desk.imports("chen", csv([HEAD, ("T1", "wm-周小雨", "正价课", 100, None, None)]))
    rows = [
        HEAD,
        ("T1", "wm-周小雨", "正价课", 200, None, None),
        ("T9", None, "正价课", 100, None, None),
        ("T8", "wm-周小雨", None, 100, None, None),
        ("T7", "wm-周小雨", "正价课", None, None, 5),
        ("T6", "wm-周小雨", "正价课", 10, None, 20),
        (2.02612e17, "wm-周小雨", "正价课", 10, None, None),
        ("T5", "wm-周小雨", "正价课", 0.001, None, None),
        ("T5", "wm-周小雨", "正价课", "1e308", "昨天", None),
    ]
    said = (await desk.sends("chen", xlsx(rows)))[0]
    assert "有误 8" in said
    for line in (
        "第 2 行 这个订单记的是 ¥100，表里是 ¥200，没有改，请核对",
        "第 3 行 是新订单，没有填手机或外部联系人",
        "第 4 行 是新订单，没有填商品",
        "第 5 行 是新订单，没有填金额",
        "第 6 行 退款：退的比付的多",
        "第 7 行 订单号：数字位数已被表格软件丢掉",
        "第 8 行 金额(元)：“0.001”比分还小",
        "第 9 行 金额(元)：“1e308”不在 0.01 到 1 亿元之间；时间：“昨天”不是日期",
    ):
        assert line in said
    said = (await desk.sends("chen", csv([HEAD, ("T1", "wm-李小明", "正价课", 100, None, None)])))[0]
    assert f"这个订单是 #{one} 的，和表里不是同一个人" in said
    assert await desk.count("SELECT count(*) FROM orders") == 1


async def test_a_salesperson_imports_their_own_sales(desk: Desk) -> None:
    await enrolled(desk, "周小雨")
    head = (*HEAD[:4], "销售")
    said = await desk.imports(
        "wang",
        csv([head, ("T1", "wm-周小雨", "课", 1, "王"), ("T2", "wm-周小雨", "课", 1, "陈"), ("T3", "wm-周小雨", "课", 1, "谁")]),
    )
    assert "第 3 行 写的销售是 陈，只能导入自己的成交" in said[0]
    assert "第 4 行 没有“谁”这个员工" in said[0]
    assert [
        row.userid for row in await desk.house.rows("SELECT m.userid FROM orders o JOIN members m ON m.id = o.seller_id")
    ] == ["wang"]
    (refused,) = await desk.sends("lin", csv([HEAD, ("T4", "wm-周小雨", "课", 1, None, None)]))
    assert "订单表要由主管、销售来导入" in refused
