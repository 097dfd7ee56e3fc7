"""Orders and refunds: what was paid, told by an outside system or typed by hand; paid counters are recomputed from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.database import Tx
from storage.tables_camp import enrolments, orders, refunds

# The source of an order somebody typed (成交).
BY_HAND = "hand"


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
    row = (await tx.conn.execute(select(orders).where(orders.c.order_no == order_no))).one_or_none()
    return None if row is None else to_order(row)


async def of_learner(tx: Tx, learner_id: int) -> list[Order]:
    """The newest first."""
    query = select(orders).where(orders.c.learner_id == learner_id).order_by(orders.c.paid_at.desc(), orders.c.id.desc())
    return [to_order(row) for row in await tx.conn.execute(query)]


async def alike(tx: Tx, learner_id: int, amount_fen: int, since: datetime, until: datetime) -> list[Order]:
    """Orders of a learner over this amount in this time, the oldest first."""
    query = select(orders).where(
        orders.c.learner_id == learner_id,
        orders.c.amount_fen == amount_fen,
        orders.c.paid_at >= since,
        orders.c.paid_at <= until,
    )
    return [to_order(row) for row in await tx.conn.execute(query.order_by(orders.c.paid_at, orders.c.id))]


async def add(tx: Tx, **columns: Any) -> Order:
    """A new order from columns of `orders`; refunds that came before it count at once."""
    await tx.conn.execute(insert(orders).values(refunded_fen=0, **columns))
    await recount_refunds(tx, columns["order_no"])
    order = await find(tx, columns["order_no"])
    assert order is not None
    return order


async def change(tx: Tx, order_id: int, **columns: Any) -> None:
    """Sets columns of `orders`."""
    await tx.conn.execute(update(orders).where(orders.c.id == order_id).values(**columns))


async def add_refund(tx: Tx, order_no: str, event_id: str, amount_fen: int, refunded_at: datetime) -> bool:
    """Notes a refund; False when this event was noted before."""
    make = pg_insert if tx.dialect == "postgresql" else sqlite_insert
    stored = await tx.conn.execute(
        make(refunds)
        .values(order_no=order_no, event_id=event_id, amount_fen=amount_fen, refunded_at=refunded_at)
        .on_conflict_do_nothing(index_elements=["order_no", "event_id"])
    )
    return stored.rowcount > 0


async def recount_refunds(tx: Tx, order_no: str) -> None:
    """Recomputes `refunded_fen` of the order from its refunds."""
    total = select(func.coalesce(func.sum(refunds.c.amount_fen), 0)).where(refunds.c.order_no == order_no).scalar_subquery()
    least = func.min if tx.dialect == "sqlite" else func.least
    await tx.conn.execute(
        update(orders).where(orders.c.order_no == order_no).values(refunded_fen=least(orders.c.amount_fen, total))
    )


async def recount_paid(tx: Tx, enrolment_id: int) -> int:
    """Recomputes what the enrolment paid; an order refunded in full does not count. Returns the number of purchases."""
    await tx.conn.execute(update(enrolments).where(enrolments.c.id == enrolment_id).values(**_paid()))
    query = select(enrolments.c.paid_count).where(enrolments.c.id == enrolment_id)
    return int((await tx.conn.execute(query)).scalar_one())


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
