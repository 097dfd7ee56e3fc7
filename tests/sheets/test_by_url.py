"""In URL mode the robot cannot tell how an import ended: the card says where that comes, and there it comes."""

from __future__ import annotations

from tests.sheets.conftest import Desk, csv
from tests.sheets.test_way import HEAD


async def test_the_card_says_that_the_result_comes_by_app(desk: Desk) -> None:
    await desk.sends("chen", csv([HEAD, ("阿力", 13_800_000_001, "read7-01", "A")]), "名单.csv")
    desk.house.configure(robot="url")
    face, result = await desk.taps("chen")
    assert "正在导入 1 行，结果会发到你的应用消息" in face
    assert "导入完成：1 行" in result
    by_app = [sent["message"]["text"] for sent in await desk.house.sent("app.message") if sent["to"] == ["chen"]]
    assert by_app == [face, result]


async def test_over_the_long_connection_it_comes_here(desk: Desk) -> None:
    await desk.sends("chen", csv([HEAD, ("阿力", 13_800_000_001, "read7-01", "A")]), "名单.csv")
    told = await desk.taps("chen")
    assert "结果会发到" not in "".join(told)
    assert "导入完成：1 行" in told[-1]
    assert await desk.house.sent("app.message") == []
