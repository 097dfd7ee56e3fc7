"""对外收款: bills, merchant, payment, fund flow (docs 93667, 96076, 98100).

Our choices: a month is 31 days and a longer span 40058; an unknown payee is 660002; a refund row stands for money that has
gone back, at the moment it did; every fifth first page with news is empty, as pages may be (sheet native 3.1); yesterday's
fund flow can be read after 11:00 in Shanghai.
"""

from dataclasses import dataclass

from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Answer, Ask, Refusal, Table, page, post
from sandbox.bills import MCH_ID, MERCHANT, PAID, PARTLY_REFUNDED, REFUND_SUCCESS, Bill, Refund
from sandbox.clock import DAY, HOUR, SHANGHAI_S
from sandbox.stage import Stage

BAD_MERCHANT, BAD_PAYEE, NO_MERCHANT, BAD_PAYMENT, SWITCHED_OFF = 660001, 660002, 660006, 660012, 660013
SPAN_S = 31 * DAY
REFUNDED, CHARGED = 1, 3  # transaction_type of the fund flow: 1 refund, 3 collection
MONEY_IN, MONEY_OUT = 1, 2
FLOW_FROM_HOUR = 11


@dataclass
class Row:
    """One line of the list: a payment, or a refund of one."""

    at: int
    bill: Bill
    refund: Refund | None = None


def _check_open(stage: Stage) -> None:
    if not stage.bills.open:
        raise Refusal(SWITCHED_OFF, "external pay is switched off")


def _span(ask: Ask) -> tuple[int, int]:
    for name in ("begin_time", "end_time"):
        if not ask.has(name):
            raise Refusal(EMPTY_PARAMETER, f"{name} is empty")
    # Milliseconds, a known slip of clients, are far outside: seconds only (sheet native 0.1).
    begin, end = ask.number("begin_time", 0, 0, 2**32), ask.number("end_time", 0, 0, 2**32)
    if not begin <= end <= begin + SPAN_S:
        raise Refusal(BAD_PARAMETER, "end_time is at most one month after begin_time")
    return begin, end


def _rows(stage: Stage, begin: int, end: int, payee: str = "") -> list[Row]:
    """Payments by their moment, refunds by the moment the money went back; oldest first."""
    rows = []
    for bill in stage.bills.all.values():
        if payee in ("", bill.payee):
            rows.append(Row(bill.paid_at, bill))
        done = [refund for refund in bill.refunds if refund.done_at and refund.status == REFUND_SUCCESS]
        rows += [Row(refund.done_at, bill, refund) for refund in done if payee in ("", refund.userid)]
    return sorted((row for row in rows if begin <= row.at <= end), key=lambda row: row.at)


def _common(row: Row, fee: int, payee: str) -> Answer:
    bill = row.bill
    return {
        "transaction_id": bill.transaction_id,
        "bill_type": int(row.refund is not None),
        "pay_time": row.at,
        "out_trade_no": bill.out_trade_no,
        "external_userid": bill.external_userid,
        "total_fee": fee,
        "payee_userid": payee,
        "payment_type": bill.payment_type,
        "mch_id": MCH_ID,
    }


def _shown(row: Row) -> Answer:
    bill = row.bill
    if row.refund is not None:
        return {**_common(row, row.refund.fee, row.refund.userid), "out_refund_no": row.refund.out_refund_no}
    answer = {
        **_common(row, bill.total_fee, bill.payee),
        "trade_state": PARTLY_REFUNDED if bill.refunded else PAID,
        "remark": bill.remark,
        "commodity_list": [{"description": bill.description, "amount": 1}] if bill.description else [],
        "total_refund_fee": bill.refunded,
        "refund_list": [
            {
                "out_refund_no": refund.out_refund_no,
                "refund_userid": refund.userid,
                "refund_comment": refund.comment,
                "refund_reqtime": refund.asked_at,
                "refund_status": refund.status,
                "refund_fee": refund.fee,
            }
            for refund in bill.refunds
        ],
    }
    return {**answer, "contact_info": bill.contact} if bill.contact else answer


def list_bills(stage: Stage, ask: Ask) -> Answer:
    """Bills of payees the app cannot see are dropped after paging, so a page may be short or empty and not the last."""
    _check_open(stage)
    begin, end = _span(ask)
    payee = ask.optional_text("payee_userid")
    if payee and payee not in stage.world.members:
        raise Refusal(BAD_PAYEE, "invalid payee_userid")
    rows = _rows(stage, begin, end, payee)
    if rows and not ask.optional_text("cursor"):
        stage.bills.reads_with_news += 1
        if stage.bills.reads_with_news % stage.config.empty_page_every == 0:
            return {"next_cursor": "pg0", "bill_list": []}
    shown, cursor = page(rows, ask, 1000, 1000)
    return {"next_cursor": cursor, "bill_list": [_shown(row) for row in shown if row.bill.visible]}


def merchant(stage: Stage, ask: Ask) -> Answer:
    _check_open(stage)
    mch_id = ask.text("mch_id")
    if not mch_id.isdecimal():
        raise Refusal(BAD_MERCHANT, "invalid mch_id")
    if mch_id != MCH_ID:
        raise Refusal(NO_MERCHANT, "merchant not found")
    userids = [member.userid for member in stage.world.active_members()]
    return {
        "bind_status": 1,
        "merchant_name": MERCHANT,
        "mch_id": MCH_ID,
        "allow_use_scope": {"user": userids, "partyid": [], "tagid": []},
    }


def payment_info(stage: Stage, ask: Ask) -> Answer:
    """The orders paid under a payment_id of createExternalPayment."""
    wanted = ask.text("payment_id")
    numbers = [bill.out_trade_no for bill in stage.bills.all.values() if bill.payment_id == wanted]
    if not numbers:
        raise Refusal(BAD_PAYMENT, "invalid payment_id")
    return {"out_trade_no_list": [{"out_trade_no": number} for number in numbers]}


def _flow_ends(stage: Stage) -> int:
    """Up to which moment the fund flow can be read: the end of yesterday after 11:00, else of the day before."""
    local = stage.clock.seconds() + SHANGHAI_S
    today = local // DAY * DAY
    late = local - today >= FLOW_FROM_HOUR * HOUR
    return today - SHANGHAI_S - (0 if late else DAY)


def fund_flow(stage: Stage, ask: Ask) -> Answer:
    _check_open(stage)
    begin, end = _span(ask)
    if ask.optional_text("mch_id") not in ("", MCH_ID):
        raise Refusal(NO_MERCHANT, "merchant not found")
    flow, balance = [], 0
    for row in _rows(stage, 0, _flow_ends(stage) - 1):
        amount = row.refund.fee if row.refund else row.bill.total_fee
        balance += -amount if row.refund else amount
        flow.append(
            {
                "timestamp": row.at,
                "request_no": row.refund.out_refund_no if row.refund else row.bill.transaction_id,
                "transaction_type": REFUNDED if row.refund else CHARGED,
                "fund_flow_type": MONEY_OUT if row.refund else MONEY_IN,
                "transaction_amount": amount,
                "account_balance": balance,
                "out_trade_no": row.bill.out_trade_no,
                "mch_id": MCH_ID,
                "operator_userid": row.refund.userid if row.refund else row.bill.payee,
                "group_list": [],
                "remark": row.bill.remark,
            }
        )
    shown, cursor = page([entry for entry in flow if begin <= int(str(entry["timestamp"])) <= end], ask, 200, 100)
    return {"next_cursor": cursor, "fund_flow_list": shown}


TABLE: Table = {
    "externalpay/get_bill_list": post(list_bills),
    "externalpay/getmerchant": post(merchant),
    "externalpay/get_payment_info": post(payment_info),
    "externalpay/get_fund_flow": post(fund_flow),
}
