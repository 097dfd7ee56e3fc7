"""Events of outside systems about money: placed with a learner, or parked with the reason; never dropped."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from camp.identity import conceal, find_subject, park
from camp.messages import text
from camp.order import Recorded, Sale, record_paid, record_refund
from camp.outgoing import alert_operators
from camp.phrases import say_in
from camp.policy import Policy
from storage import members, unmatched
from storage.database import Tx
from storage.members import Member

# What waits for an order waits under its number (storage.unmatched).
_BY_ORDER = "order_no"
_COURSE_CHARACTERS = 128
_ORDER_CHARACTERS = 120
_MOST_FEN = 10**12


async def take_paid(tx: Tx, policy: Policy, event: dict[str, Any]) -> Recorded | None:
    """order.paid; None when it was parked."""
    fault = _fault(event, ("order_no", "amount_fen", "course"))
    if fault is not None:
        await _park_unusable(tx, policy, event, fault)
        return None
    subject = event.get("subject")
    learner = await find_subject(tx, policy, subject) if isinstance(subject, dict) else None
    if learner is None:
        await park(tx, policy, event, "unknown_subject")
        return None
    sale = Sale(
        order_no=event["order_no"],
        course=event["course"][:_COURSE_CHARACTERS],
        amount_fen=event["amount_fen"],
        paid_at=_moment(event, tx.now),
        source=_source(event),
        camp=_code(event, "camp"),
        cohort=_code(event, "cohort"),
        seller=await _seller(tx, event),
    )
    recorded = await record_paid(tx, policy, learner, sale)
    # Refunds that came before their order are put back in line.
    await unmatched.release(tx, [(_BY_ORDER, sale.order_no)])
    return recorded


async def take_refunded(tx: Tx, policy: Policy, event: dict[str, Any]) -> None:
    """order.refunded; one whose order is not known yet waits for it."""
    fault = _fault(event, ("order_no", "amount_fen"))
    if fault is not None:
        await _park_unusable(tx, policy, event, fault)
        return
    order_no, source = event["order_no"], _source(event)
    known = await record_refund(
        tx, policy, order_no, f"{source}:{event['event_id']}"[:160], event["amount_fen"], _moment(event, tx.now), source
    )
    if not known:
        await unmatched.park(
            tx,
            source=source,
            event_id=str(event["event_id"]),
            type_=str(event.get("type") or "order.refunded"),
            identity=(_BY_ORDER, order_no),
            reason="unknown_order",
            body=conceal(policy, event),
        )


def _fault(event: dict[str, Any], needed: tuple[str, ...]) -> str | None:
    """The first field that is no use, as `bad_<field>`: amounts are whole positive fen, names are not empty."""
    for field in needed:
        value = event.get(field)
        if field == "amount_fen":
            if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _MOST_FEN:
                return f"bad_{field}"
        elif not isinstance(value, str) or not value.strip() or (field == "order_no" and len(value) > _ORDER_CHARACTERS):
            return f"bad_{field}"
    return None


async def _park_unusable(tx: Tx, policy: Policy, event: dict[str, Any], fault: str) -> None:
    await park(tx, policy, event, fault)
    words = say_in(policy.language)(
        "order.bad_event", reason=fault, source=_source(event), event_id=str(event.get("event_id"))[:60]
    )
    await alert_operators(tx, text(words), dedup_key=f"bad-order:{_source(event)}:{str(event.get('event_id'))[:100]}")


async def _seller(tx: Tx, event: dict[str, Any]) -> Member | None:
    userid = event.get("staff_userid")
    return await members.find(tx, userid) if isinstance(userid, str) and userid else None


def _source(event: dict[str, Any]) -> str:
    return str(event.get("source") or "ingest")[:64]


def _code(event: dict[str, Any], field: str) -> str | None:
    value = event.get(field)
    return value if isinstance(value, str) and value else None


def _moment(event: dict[str, Any], now: datetime) -> datetime:
    """When it happened by the sender's clock, never later than it arrived; the arrival where that is unreadable."""
    try:
        at = datetime.fromisoformat(str(event.get("occurred_at")))
    except ValueError:
        return now
    return now if at.tzinfo is None else min(at, now)
