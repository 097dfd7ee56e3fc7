"""Control: money. Learners pay, members give back, the administrator switches 对外收款 off."""

from typing import Any

from sandbox.bills import REFUND_SUCCESS
from sandbox.control.form import Form, Route, acting
from sandbox.people import bills
from sandbox.stage import Stage

Answer = dict[str, Any]


def pay(stage: Stage, form: Form) -> Answer:
    """{external_userid ("" or missing with anonymous: true), payee_userid, total_fee, payment_type?, description?, remark?,
    payment_id?, contact?, outside?}."""
    return bills.pay(
        stage,
        form.text("external_userid", "" if form.values.get("anonymous") else None),
        form.text("payee_userid"),
        form.number("total_fee"),
        payment_type=form.number("payment_type", 0),
        outside=bool(form.values.get("outside")),
        more=form.values,
    )


def refund(stage: Stage, form: Form) -> Answer:
    """{out_trade_no, refund_fee, userid?, comment?, status?}; status 2, done, unless told otherwise."""
    return bills.refund(
        stage,
        form.text("out_trade_no"),
        form.number("refund_fee"),
        userid=form.text("userid", ""),
        comment=form.text("comment", ""),
        status=form.number("status", REFUND_SUCCESS),
    )


def settle_refund(stage: Stage, form: Form) -> Answer:
    return bills.settle_refund(stage, form.text("out_refund_no"), form.number("status"))


def switch(stage: Stage, form: Form) -> Answer:
    stage.bills.open = form.values.get("on", True) is not False
    return {"on": stage.bills.open}


ROUTES: list[Route] = [
    (
        "POST",
        "/pay",
        acting(
            pay, "external_userid anonymous payee_userid total_fee payment_type description remark payment_id contact outside"
        ),
    ),
    ("POST", "/refund", acting(refund, "out_trade_no refund_fee userid comment status")),
    ("POST", "/refund/{out_refund_no}", acting(settle_refund, "status")),
    ("POST", "/bills/switch", acting(switch, "on")),
]
