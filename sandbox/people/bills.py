"""Learners pay members, members give money back; no callback tells of it (sheet native 3.1)."""

from typing import Any

from sandbox.bills import PAYMENT_TYPES, REFUND_STATES, Bill
from sandbox.people import Impossible
from sandbox.people.contacts import learner_of
from sandbox.people.staff import member_of
from sandbox.stage import Stage


def _yuan(fen: int) -> str:
    return f"¥{fen // 100}.{fen % 100:02d}"


def _show(stage: Stage, bill: Bill, text: str, fee: int) -> None:
    """Both screens show it; money stands in the chat of the two."""
    data = {"out_trade_no": bill.out_trade_no, "fee": fee, "description": bill.description, "remark": bill.remark}
    if bill.external_userid in stage.world.learners:
        bubble = stage.phones.bubble(f"contact:{bill.payee}", bill.payee, "payment", text, data=data)
        stage.phones.show_learner(bill.external_userid, bubble)
        if bill.visible:
            chat = f"contact:{bill.external_userid}"
            stage.phones.show_member(bill.payee, stage.phones.bubble(chat, "me", "payment", text, data=data))


def pay(
    stage: Stage, external_userid: str, payee: str, total_fee: int, *, payment_type: int, outside: bool, more: dict[str, Any]
) -> dict[str, Any]:
    """A learner pays a member. Without an external_userid the payer is nobody's contact (whether the row then carries an id
    is unconfirmed: it is empty here); `outside` means a payee the app cannot see. `more`: description, remark, payment_id,
    contact {name, phone, address}."""
    if total_fee < 1 or payment_type not in PAYMENT_TYPES:
        raise Impossible(f"total_fee 要大于 0，payment_type 是 {PAYMENT_TYPES} 之一")
    if external_userid:
        learner_of(stage, external_userid)
    userid = payee if outside else member_of(stage, payee).userid
    bill = stage.bills.add(external_userid, userid, total_fee, visible=not outside)
    bill.payment_type = payment_type
    bill.description, bill.remark = str(more.get("description") or ""), str(more.get("remark") or "")
    bill.payment_id, bill.contact = str(more.get("payment_id") or ""), dict(more.get("contact") or {})
    payer = stage.world.name_of(external_userid) or "微信用户"
    words = f"付款 {_yuan(total_fee)} {bill.description or bill.remark}".strip()
    stage.transcript.add(payer, stage.world.name_of(userid), words, "pay")
    _show(stage, bill, words, total_fee)
    return {"out_trade_no": bill.out_trade_no, "transaction_id": bill.transaction_id}


def refund(stage: Stage, out_trade_no: str, fee: int, *, userid: str, comment: str, status: int) -> dict[str, Any]:
    """A member gives back part or all of a payment."""
    bill = stage.bills.all.get(out_trade_no)
    if bill is None:
        raise Impossible(f"没有订单 {out_trade_no}")
    if not 1 <= fee <= bill.total_fee - bill.promised:
        raise Impossible("退款要大于 0，并且不超过还没退的金额")
    if status not in REFUND_STATES:
        raise Impossible("status 是 0 到 7")
    made = stage.bills.add_refund(bill, fee, userid or bill.payee, comment, status)
    words = f"退款 {_yuan(fee)} {comment}".strip()
    stage.transcript.add(stage.world.name_of(made.userid), stage.world.name_of(bill.external_userid), words, "refund")
    _show(stage, bill, words, -fee)
    return {"out_refund_no": made.out_refund_no}


def settle_refund(stage: Stage, out_refund_no: str, status: int) -> dict[str, Any]:
    """A refund that was under way ends, or is refused."""
    found = stage.bills.refund(out_refund_no)
    if found is None or status not in REFUND_STATES:
        raise Impossible(f"没有退款 {out_refund_no}，或者 status 不是 0 到 7")
    stage.bills.settle(found, status)
    return {"out_refund_no": out_refund_no, "status": status}
