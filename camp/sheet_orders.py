"""Rows of an order sheet: purchases and refunds, as `order.paid` and `order.refunded` tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from camp import money
from camp.order_event import take_paid, take_refunded
from camp.policy import Policy
from camp.sheet_check import People, Sender, bad, cohort_of, fated, people_in
from camp.sheet_row_event import SOURCE, event_of, note
from storage import cohorts, members, orders, sheet_lookups
from storage.database import Tx
from storage.members import Member
from storage.orders import Order
from storage.sheets import Fate, Sheet, SheetRow

_PAID = ("order_no", "amount_fen", "course", "camp", "cohort", "staff_userid")


async def check(tx: Tx, policy: Policy, sender: Sender, rows: Sequence[SheetRow]) -> list[SheetRow]:
    people = await people_in(tx, policy, rows)
    known = await sheet_lookups.orders_numbered(tx, {row.body["order_no"] for row in rows})
    waiting = await sheet_lookups.waiting_events(tx, SOURCE, [paid_id(row.body["order_no"]) for row in rows])
    staff = await _staff(tx)
    return [await _checked(tx, sender, people, known, waiting, staff, row) for row in rows]


async def _checked(
    tx: Tx,
    sender: Sender,
    people: People,
    known: Mapping[str, Order],
    waiting: set[str],
    staff: Mapping[str, Member],
    row: SheetRow,
) -> SheetRow:
    seller = staff.get(str(row.body.get("staff_userid") or "").casefold())
    if row.body.get("staff_userid") and seller is None:
        return bad(row, "unknown_seller", text=str(row.body["staff_userid"]))
    if seller is not None and not sender.sees_all and seller.id != sender.member.id:
        return bad(row, "not_your_sale", text=seller.shown)
    row = fated(row, row.fate, staff_userid=seller.userid if seller else None)
    if row.body.get("cohort") and isinstance(found := await cohort_of(tx, row), SheetRow):
        return found
    if row.body.get("camp") and await cohorts.find_camp(tx, str(row.body["camp"])) is None:
        return bad(row, "unknown_camp", text=str(row.body["camp"]))
    order = known.get(row.body["order_no"])
    if order is not None:
        return _against(sender, people, order, row)
    lacks = next((name for name, field in _NEEDED if not row.body.get(field)), None)
    if lacks is not None:
        return bad(row, f"order_no_{lacks}")
    if people.found(row.n):
        return fated(row, Fate.NEW)
    return fated(row, Fate.KNOWN if paid_id(row.body["order_no"]) in waiting else Fate.NEW, waits=True)


_NEEDED = (("amount", "amount_fen"), ("course", "course"), ("buyer", "subject"))


def _against(sender: Sender, people: People, order: Order, row: SheetRow) -> SheetRow:
    """A row about an order that is known: the same, or more given back, or a contradiction that somebody must look at."""
    amount, buyer = row.body.get("amount_fen"), people.found(row.n)
    if amount and amount != order.amount_fen:
        return bad(row, "order_amount", known=money.yuan(order.amount_fen), told=money.yuan(amount))
    if buyer and order.learner_id not in buyer:
        return bad(row, "order_buyer", number=order.learner_id)
    given_back = refund_of(row.body, order.amount_fen)
    if given_back > order.amount_fen:
        return bad(row, "refund_more", known=money.yuan(order.amount_fen), told=money.yuan(given_back))
    if given_back <= order.refunded_fen:
        return fated(row, Fate.KNOWN)
    if not sender.sees_all and order.seller_id != sender.member.id:
        return bad(row, "not_your_refund")
    return fated(row, Fate.CHANGED)


async def apply(tx: Tx, policy: Policy, sheet: Sheet, member: Member, row: SheetRow) -> Fate:
    """Records the sale unless it is known, and what was given back of it beyond what is known. PARKED: the buyer is unknown."""
    number = row.body["order_no"]
    if await orders.find(tx, number) is None:
        event = event_of(policy, sheet, row, "order.paid", tx.now, _PAID) | {"event_id": paid_id(number)}
        await take_paid(tx, policy, event)
    order = await orders.find(tx, number)
    amount = order.amount_fen if order is not None else int(row.body["amount_fen"])
    total, known = refund_of(row.body, amount), order.refunded_fen if order is not None else 0
    if total > known:
        # Named by the sum, so that the same refund from another sheet is the same.
        refund = event_of(policy, sheet, row, "order.refunded", tx.now, ("order_no",))
        await take_refunded(tx, policy, refund | {"event_id": refund_id(number, total), "amount_fen": total - known})
    if order is None:
        return Fate.PARKED
    await note(tx, sheet, member, row, order.learner_id, order.enrolment_id)
    return Fate.DONE


def paid_id(order_no: str) -> str:
    """The event of an order is the same in every file it stands in."""
    return f"order:{order_no}"[:200]


def refund_id(order_no: str, total_fen: int) -> str:
    """The event of what was given back of an order in all."""
    return f"refund:{order_no}:{total_fen}"[:200]


def refund_of(body: Mapping[str, Any], amount_fen: int) -> int:
    """How much of the order was given back in all, in fen."""
    return amount_fen if body.get("refund_all") else int(body.get("refund_fen") or 0)


async def _staff(tx: Tx) -> dict[str, Member]:
    """The staff by userid, and by name where only one is called so."""
    people = await members.with_position(tx, "sales", "class_teacher", "manager", "operator")
    names = [one.shown.casefold() for one in people]
    return {one.shown.casefold(): one for one in people if names.count(one.shown.casefold()) == 1} | {
        one.userid.casefold(): one for one in people
    }
