"""Orders and refunds: what was paid, told by an outside system or typed by hand; paid counters are recomputed from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, Update, and_, func, insert, select, update

from storage.database import Tx
from storage.declared import LEAVES_KNOWN
from storage.statement import Upsert, built_once, insert_into
from storage.tables_camp import enrolments
from storage.tables_sales import orders, refunds

# The source of an order somebody typed (成交).
BY_HAND = "hand"
_ADD = insert(orders)


@dataclass(frozen=True)
class Order:
    """`refunded_fen` is the sum of its refunds, never more than `amount_fen`; both are integer fen."""

    id: int
    order_no: str
    learner_id: int
    enrolment_id: int | None
    course: str
    amount_fen: int
    refunded_fen: int
    paid_at: datetime
    source: str
    seller_id: int | None
    confirmed_at: datetime | None

    @property
    def net_fen(self) -> int:
        return self.amount_fen - self.refunded_fen


async def find(tx: Tx, order_no: str) -> Order | None:
    row = (await tx.conn.execute(*_numbered(order_no))).one_or_none()
    return None if row is None else to_order(row)


async def of_learner(tx: Tx, learner_id: int) -> list[Order]:
    """The newest first."""
    query = select(orders).where(orders.c.learner_id == learner_id).order_by(orders.c.paid_at.desc(), orders.c.id.desc())
    return [to_order(row) for row in await tx.conn.execute(query)]


async def alike(tx: Tx, learner_id: int, amount_fen: int, since: datetime, until: datetime) -> list[Order]:
    """Orders of a learner over this amount in this time, the oldest first."""
    return [to_order(row) for row in await tx.conn.execute(*_alike(learner_id, amount_fen, since, until))]


async def add(tx: Tx, **columns: Any) -> Order:
    """A new order from columns of `orders`; refunds that came before it count at once."""
    await tx.conn.execute(_ADD, {"refunded_fen": 0, **columns})
    await recount_refunds(tx, columns["order_no"])
    order = await find(tx, columns["order_no"])
    assert order is not None
    return order


async def change(tx: Tx, order_id: int, **columns: Any) -> None:
    """Sets columns of `orders`."""
    await tx.conn.execute(update(orders).where(orders.c.id == order_id).values(**columns))


async def add_refund(tx: Tx, order_no: str, event_id: str, amount_fen: int, refunded_at: datetime) -> bool:
    """Notes a refund; False when this event was noted before."""
    row = {"order_no": order_no, "event_id": event_id, "amount_fen": amount_fen, "refunded_at": refunded_at}
    return (await tx.conn.execute(_note_refund(tx.dialect), row)).rowcount > 0


async def recount_refunds(tx: Tx, order_no: str) -> None:
    """Recomputes `refunded_fen` of the order from its refunds."""
    count = _refunded if tx.dialect == "sqlite" else _refunded_on_postgresql
    await tx.conn.execute(*count(order_no))


async def recount_paid(tx: Tx, enrolment_id: int) -> int:
    """Recomputes what the enrolment paid; an order refunded in full does not count. Returns the number of purchases."""
    await tx.conn.execute(*_paid_of(enrolment_id))
    return int((await tx.conn.execute(*_purchases(enrolment_id))).scalar_one())


async def adopt(tx: Tx, cohort_id: int) -> None:
    """Orders of learners who paid before anybody knew their cohort come to count for it."""
    own = and_(enrolments.c.learner_id == orders.c.learner_id, enrolments.c.cohort_id == cohort_id)
    enrolment_id = select(enrolments.c.id).where(own).scalar_subquery()
    adopted = await tx.conn.execute(
        update(orders)
        .where(orders.c.enrolment_id.is_(None), select(enrolments.c.id).where(own).exists())
        .values(enrolment_id=enrolment_id)
    )
    if adopted.rowcount:
        bought = select(orders.c.enrolment_id).where(orders.c.enrolment_id == enrolments.c.id).exists()
        await tx.conn.execute(update(enrolments).where(enrolments.c.cohort_id == cohort_id, bought).values(**_paid()))


@built_once
def _numbered(order_no: str) -> Select[Any]:
    return select(orders).where(orders.c.order_no == order_no)


@built_once
def _alike(learner_id: int, amount_fen: int, since: datetime, until: datetime) -> Select[Any]:
    same = (orders.c.learner_id == learner_id, orders.c.amount_fen == amount_fen)
    return (
        select(orders).where(*same, orders.c.paid_at >= since, orders.c.paid_at <= until).order_by(orders.c.paid_at, orders.c.id)
    )


@lru_cache
def _note_refund(dialect: str) -> Upsert:
    return insert_into(dialect, refunds).on_conflict_do_nothing(index_elements=["order_no", "event_id"])


@built_once
def _refunded(number: str) -> Update:
    return _recount_refunds(number, func.min)


@built_once
def _refunded_on_postgresql(number: str) -> Update:
    return _recount_refunds(number, func.least)


def _recount_refunds(number: str, least: Any) -> Update:
    total = select(func.coalesce(func.sum(refunds.c.amount_fen), 0)).where(refunds.c.order_no == number).scalar_subquery()
    return update(orders).where(orders.c.order_no == number).values(refunded_fen=least(orders.c.amount_fen, total))


@built_once
def _paid_of(enrolment_id: int) -> Update:
    return update(enrolments).where(enrolments.c.id == enrolment_id).values(**_paid()).execution_options(**LEAVES_KNOWN)


@built_once
def _purchases(enrolment_id: int) -> Select[Any]:
    return select(enrolments.c.paid_count).where(enrolments.c.id == enrolment_id)


def _paid() -> dict[str, Any]:
    # The learner is named too, because that is what the index is on.
    own = and_(orders.c.learner_id == enrolments.c.learner_id, orders.c.enrolment_id == enrolments.c.id)
    counted = and_(own, orders.c.amount_fen > orders.c.refunded_fen)
    return {
        "paid_count": select(func.count()).select_from(orders).where(counted).scalar_subquery(),
        "paid_fen": select(func.coalesce(func.sum(orders.c.amount_fen - orders.c.refunded_fen), 0))
        .where(counted)
        .scalar_subquery(),
    }


def to_order(r: Row[Any]) -> Order:
    return Order(*(getattr(r, name) for name in Order.__dataclass_fields__))
