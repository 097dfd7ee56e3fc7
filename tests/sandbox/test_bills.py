"""对外收款: the list of bills, refunds, and the merchant (native 3.1, 3.2)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sandbox.conftest import NOW, Play

LIST = "externalpay/get_bill_list"
DAY = 86400
T = int(NOW)


def span(begin: int = T - DAY, end: int = T + DAY, **more: Any) -> dict[str, Any]:
    return {"begin_time": begin, "end_time": end, **more}


async def pay(play: Play, fee: int = 29900, **more: Any) -> str:
    body = {"external_userid": "wmMing", "payee_userid": "Lin", "total_fee": fee, "description": "写作营", **more}
    return str((await play.act("/pay", **body))["out_trade_no"])


async def bills(play: Play, **more: Any) -> list[dict[str, Any]]:
    """Every row, read until the cursor is empty."""
    rows, cursor, first = [], "", True
    while cursor or first:
        page = await play.api(LIST, span(**more, **({"cursor": cursor} if cursor else {})))
        rows, cursor, first = rows + page["bill_list"], page.get("next_cursor", ""), False
    return rows


async def test_a_payment_as_the_bot_and_the_two_people_see_it(school: Play) -> None:
    order = await pay(school, remark="写作营S3", payment_type=1)
    (row,) = await bills(school)
    assert (row["out_trade_no"], row["external_userid"], row["payee_userid"]) == (order, "wmMing", "Lin")
    assert (row["bill_type"], row["trade_state"], row["pay_time"], row["total_fee"]) == (0, 1, T, 29900)
    assert (row["payment_type"], row["remark"], row["commodity_list"]) == (
        1,
        "写作营S3",
        [{"description": "写作营", "amount": 1}],
    )
    assert (row["total_refund_fee"], row["refund_list"], "contact_info" in row) == (0, [], False)
    assert [(b["chat"], b["kind"], b["text"]) for b in await school.phone("wmMing")] == [
        ("contact:Lin", "payment", "付款 ¥299.00 写作营")
    ]
    assert [(b["chat"], b["data"]["fee"]) for b in await school.phone("Lin")] == [("contact:wmMing", 29900)]
    assert school.stage.courier.counters.sent == 0  # nobody calls back for money


async def test_a_refund_is_a_row_and_stands_in_the_list_of_its_bill(school: Play) -> None:
    order = await pay(school)
    school.later(60)
    number = (await school.act("/refund", out_trade_no=order, refund_fee=10000, comment="补差"))["out_refund_no"]
    paid, refunded = await bills(school)
    assert (paid["trade_state"], paid["total_refund_fee"]) == (3, 10000)
    assert paid["refund_list"] == [
        {
            "out_refund_no": number,
            "refund_userid": "Lin",
            "refund_comment": "补差",
            "refund_reqtime": T + 60,
            "refund_status": 2,
            "refund_fee": 10000,
        }
    ]
    assert (refunded["bill_type"], refunded["out_trade_no"], refunded["out_refund_no"]) == (1, order, number)
    assert (refunded["pay_time"], refunded["total_fee"], "trade_state" in refunded) == (T + 60, 10000, False)


async def test_a_refund_under_way_becomes_a_row_when_it_is_done(school: Play) -> None:
    order = await pay(school)
    number = (await school.act("/refund", out_trade_no=order, refund_fee=29900, status=5))["out_refund_no"]
    (row,) = await bills(school)
    assert (row["trade_state"], row["refund_list"][0]["refund_status"]) == (1, 5)
    await school.act("/refund", 400, out_trade_no=order, refund_fee=1)
    await school.act(f"/refund/{number}", status=6)
    await school.act("/refund", out_trade_no=order, refund_fee=100)
    assert [row["bill_type"] for row in await bills(school)] == [0, 1]


async def test_span_limit_and_payee(school: Play) -> None:
    await pay(school)
    await pay(school, payee_userid="wu")
    assert [row["payee_userid"] for row in await bills(school, payee_userid="wu")] == ["wu"]
    assert await school.code(LIST, span(payee_userid="nobody")) == 660002
    assert await school.code(LIST, span(T, T + 31 * DAY)) == 0
    assert await school.code(LIST, span(T, T + 31 * DAY + 1)) == 40058
    assert await school.code(LIST, span(T, T - 1)) == 40058
    assert await school.code(LIST, span(T * 1000, T * 1000 + 1)) == 40058
    assert await school.code(LIST, {"begin_time": T}) == 40063
    assert await school.code(LIST, span(limit=1001)) == 40058
    assert await bills(school, begin=T + 1) == []


async def test_pages_may_be_short_or_empty_before_the_last_one(school: Play) -> None:
    await pay(school, fee=1)
    for _ in range(2):
        await pay(school, payee_userid="unseen", outside=True)
    await pay(school, fee=4)
    sizes, cursor = [], ""
    while cursor or not sizes:
        page = await school.api(LIST, span(limit=1, **({"cursor": cursor} if cursor else {})))
        sizes, cursor = [*sizes, len(page["bill_list"])], page["next_cursor"]
    assert sizes == [1, 0, 0, 1]
    for _ in range(3):
        assert len(await bills(school)) == 2
    fifth = await school.api(LIST, span())
    assert (fifth["bill_list"], bool(fifth["next_cursor"])) == ([], True)
    assert [row["total_fee"] for row in await bills(school)] == [1, 4]


async def test_payers_who_are_nobodys_contact_and_addresses(school: Play) -> None:
    await pay(school, external_userid="", anonymous=True, contact={"name": "小红", "phone": "13800000000", "address": "上海"})
    (row,) = await bills(school)
    assert (row["external_userid"], row["contact_info"]["name"]) == ("", "小红")


async def test_merchant_and_payment_info(school: Play) -> None:
    order = await pay(school, payment_id="pay-1")
    found = await school.api("externalpay/getmerchant", {"mch_id": "1900000001"})
    assert (found["bind_status"], found["allow_use_scope"]["user"]) == (1, ["Lin", "wu"])
    assert await school.code("externalpay/getmerchant", {"mch_id": "abc"}) == 660001
    assert await school.code("externalpay/getmerchant", {"mch_id": "1900000002"}) == 660006
    paid = await school.api("externalpay/get_payment_info", {"payment_id": "pay-1"})
    assert paid["out_trade_no_list"] == [{"out_trade_no": order}]
    assert await school.code("externalpay/get_payment_info", {"payment_id": "pay-2"}) == 660012


@pytest.mark.parametrize("path", [LIST, "externalpay/get_fund_flow"])
async def test_switched_off(school: Play, path: str) -> None:
    await school.act("/bills/switch", on=False)
    assert await school.code(path, span()) == 660013
    await school.act("/bills/switch", on=True)
    assert await school.code(path, span()) == 0


async def test_fund_flow_shows_yesterday_after_eleven(school: Play) -> None:
    order = await pay(school)
    await school.act("/refund", out_trade_no=order, refund_fee=900)
    local = datetime.fromtimestamp(NOW, UTC).hour * 3600 + datetime.fromtimestamp(NOW, UTC).minute * 60 + 8 * 3600
    to_midnight = DAY - local % DAY
    school.later(to_midnight + 11 * 3600 - 60)
    school.token = ""
    body = {"begin_time": T - DAY, "end_time": T + 5 * DAY, "mch_id": "1900000001"}
    assert (await school.api("externalpay/get_fund_flow", body))["fund_flow_list"] == []
    school.later(120)
    flow = (await school.api("externalpay/get_fund_flow", body))["fund_flow_list"]
    assert [(entry["transaction_type"], entry["fund_flow_type"], entry["account_balance"]) for entry in flow] == [
        (3, 1, 29900),
        (1, 2, 29000),
    ]
    assert await school.code("externalpay/get_fund_flow", {**body, "limit": 201}) == 40058
    assert await school.code("externalpay/get_fund_flow", {**body, "mch_id": "1"}) == 660006


async def test_money_nobody_could_move(school: Play) -> None:
    order = await pay(school)
    for path, body in (
        ("/pay", {"external_userid": "wmNone", "payee_userid": "Lin", "total_fee": 1}),
        ("/pay", {"external_userid": "wmMing", "payee_userid": "nobody", "total_fee": 1}),
        ("/pay", {"external_userid": "wmMing", "payee_userid": "Lin", "total_fee": 0}),
        ("/refund", {"out_trade_no": order, "refund_fee": 29901}),
        ("/refund", {"out_trade_no": "WPnone", "refund_fee": 1}),
        ("/refund/RFnone", {"status": 2}),
    ):
        await school.act(path, 400, **body)
