"""Orders: a sale told by the shop or by hand is one sale; it takes the learner out of the pool; a refund takes it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from camp import money
from camp.messages import text
from camp.outgoing import alert_operators, to_members
from camp.phrases import say_in
from camp.policy import Policy
from camp.pool import withdraw_cards
from camp.rules.place import Place
from camp.tagging import want, want_many
from storage import cohorts, enrolments, journal, learners, members, orders, pools, tagging, todos
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.learners import Learner
from storage.members import Member
from storage.orders import BY_HAND, Order
from storage.pools import Entry

# A sale typed by hand and the shop's event about it are one sale when no more than this lies between them.
SAME_SALE = timedelta(days=7)
PAID_TAG = "已成交"


class Recorded(StrEnum):
    """What an order turned out to be."""

    NEW = "new"
    KNOWN = "known"  # the same order again
    CONFIRMED = "confirmed"  # a sale typed by hand, now confirmed by the shop
    CONFLICT = "conflict"  # a known order number with another amount or learner: an operator looks at it


@dataclass(frozen=True)
class Sale:
    """What was bought, as it is told. `cohort` and `camp` are codes; `seller` is who sold it, where the source says so."""

    order_no: str
    course: str
    amount_fen: int
    paid_at: datetime
    source: str
    camp: str | None = None
    cohort: str | None = None
    seller: Member | None = None


async def record_sale(tx: Tx, policy: Policy, learner: Learner, *, member: Member, course: str, amount_fen: int) -> Order:
    """成交 typed by a member. The same sale typed again, or told by the shop before, stays one order: that one is returned."""
    for known in await orders.alike(tx, learner.id, amount_fen, tx.now - SAME_SALE, tx.now):
        if _same_course(known.course, course) and known.net_fen > 0:
            return known
    sale = Sale(f"hand-{learner.id}-{tx.cause_id or 0}", course, amount_fen, tx.now, BY_HAND, seller=member)
    return await _add(tx, policy, learner, sale, by=f"member:{member.userid}")


async def record_paid(tx: Tx, policy: Policy, learner: Learner, sale: Sale) -> Recorded:
    """An order told by an outside system; told again it changes nothing."""
    known = await orders.find(tx, sale.order_no)
    if known is not None:
        if known.amount_fen == sale.amount_fen and known.learner_id == learner.id:
            return Recorded.KNOWN
        await _report_conflict(tx, policy, known, sale)
        return Recorded.CONFLICT
    typed = await _typed_before(tx, learner, sale)
    if typed is None:
        await _add(tx, policy, learner, sale, by=sale.source)
        return Recorded.NEW
    await orders.change(tx, typed.id, order_no=sale.order_no, source=sale.source, paid_at=sale.paid_at, confirmed_at=tx.now)
    await orders.recount_refunds(tx, sale.order_no)
    if typed.enrolment_id is not None:
        await orders.recount_paid(tx, typed.enrolment_id)
    await journal.record(tx, learner.id, "sale_confirmed", by=sale.source, order_no=sale.order_no, amount_fen=sale.amount_fen)
    return Recorded.CONFIRMED


async def record_refund(tx: Tx, policy: Policy, order_no: str, event_id: str, amount_fen: int, at: datetime, by: str) -> bool:
    """A refund, whole or in part; False when the order is not known (yet)."""
    order = await orders.find(tx, order_no)
    if order is None:
        return False
    if not await orders.add_refund(tx, order_no, event_id, amount_fen, at):
        return True
    await orders.recount_refunds(tx, order_no)
    order = await orders.find(tx, order_no)
    assert order is not None
    await journal.record(
        tx,
        order.learner_id,
        "refunded",
        by=by,
        enrolment_id=order.enrolment_id,
        order_no=order_no,
        amount_fen=amount_fen,
        net_fen=order.net_fen,
    )
    if order.enrolment_id is not None:
        left = await orders.recount_paid(tx, order.enrolment_id)
        await _tell_refund(tx, policy, order, amount_fen, event_id, back=left == 0 and order.net_fen == 0)
    return True


async def _add(tx: Tx, policy: Policy, learner: Learner, sale: Sale, *, by: str) -> Order:
    entries = [e for e in await pools.of_learner(tx, learner.id) if e.state in pools.ACTIVE]
    enrolment = await _bought_from(tx, learner, sale, entries)
    owner_id = next((e.owner_id for e in entries if e.owner_id is not None), None)
    # Who claimed the learner sold to them, whoever typed it; a shop that names the seller knows best.
    told = sale.seller.id if sale.seller else None
    seller_id = (owner_id or told) if sale.source == BY_HAND else (told or owner_id)
    order = await orders.add(
        tx,
        order_no=sale.order_no,
        learner_id=learner.id,
        enrolment_id=enrolment.id if enrolment else None,
        course=sale.course,
        amount_fen=sale.amount_fen,
        paid_at=sale.paid_at,
        source=sale.source,
        seller_id=seller_id,
    )
    await journal.record(
        tx,
        learner.id,
        "sold",
        by=by,
        enrolment_id=order.enrolment_id,
        order_no=order.order_no,
        course=order.course,
        amount_fen=order.amount_fen,
    )
    teller = sale.seller if sale.source == BY_HAND else None
    if enrolment is not None and await orders.recount_paid(tx, enrolment.id) > 0:
        await enrolments.move(tx, enrolment.id, Place.PAID)
        await _leave_pools(tx, policy, order, entries, by=teller)
        await _tag_paid(tx, policy, learner.id, paid=True)
        await _tell_sale(tx, policy, learner, enrolment, order, by=teller)
    return order


async def _bought_from(tx: Tx, learner: Learner, sale: Sale, entries: list[Entry]) -> Enrolment | None:
    """The enrolment a sale counts for: as told, else where sales works on the learner, else the current one."""
    mine = await enrolments.of_learner(tx, learner.id)
    if not mine:
        return None
    calendar = {cohort.id: cohort for cohort in await cohorts.cohorts_of(tx)}
    chosen = mine[0]
    worked = {e.enrolment_id for e in entries}
    camp = await cohorts.find_camp(tx, sale.camp) if sale.camp else None
    if sale.cohort:
        chosen = next((e for e in mine if calendar[e.cohort_id].code.lower() == sale.cohort.lower()), chosen)
    elif camp is not None:
        chosen = next((e for e in mine if calendar[e.cohort_id].camp_id == camp.id), chosen)
    elif worked:
        chosen = next(e for e in mine if e.id in worked)
    if chosen.place != Place.NEXT_COHORT:
        return chosen
    # Who was moved on carries the sale into the cohort where they are now, or its close would not know of it.
    camp_id = calendar[chosen.cohort_id].camp_id
    return next(e for e in mine if calendar[e.cohort_id].camp_id == camp_id)


async def _leave_pools(tx: Tx, policy: Policy, order: Order, entries: list[Entry], *, by: Member | None) -> None:
    """A buyer leaves every pool at once: cards die, and a claimer who was not the one to tell us hears of it."""
    say = say_in(policy.language)
    for entry in entries:
        await pools.close(tx, entry.id, "sold")
        await enrolments.move(tx, entry.enrolment_id, Place.PAID)
        await withdraw_cards(tx, policy, entry.id, say("pool.card_sold"))
        if entry.owner_id is None or (by is not None and by.id == entry.owner_id):
            continue
        owner = await members.load(tx, entry.owner_id)
        words = say(
            "order.owner_told",
            name=entry.name or "",
            number=entry.learner_id,
            course=order.course,
            amount=money.yuan(order.amount_fen),
        )
        if owner.active:
            await to_members(tx, [owner.userid], text(words), dedup_key=f"sold:{order.order_no}:{entry.id}:owner")


async def _tell_sale(tx: Tx, policy: Policy, learner: Learner, enrolment: Enrolment, order: Order, *, by: Member | None) -> None:
    """The class teacher hears of the sale, unless they told us."""
    if enrolment.class_teacher_id is None or (by is not None and by.id == enrolment.class_teacher_id):
        return
    teacher = await members.load(tx, enrolment.class_teacher_id)
    words = say_in(policy.language)(
        "order.teacher_told",
        name=learner.shown,
        number=learner.id,
        course=order.course,
        amount=money.yuan(order.amount_fen),
    )
    if teacher.active:
        await to_members(tx, [teacher.userid], text(words), dedup_key=f"sold:{order.order_no}:teacher")


async def _tell_refund(tx: Tx, policy: Policy, order: Order, amount_fen: int, event_id: str, *, back: bool) -> None:
    """Places the learner again when nothing paid is left, and tells the class teacher and the seller."""
    assert order.enrolment_id is not None
    say = say_in(policy.language)
    enrolment = await enrolments.load(tx, order.enrolment_id)
    learner = await learners.load(tx, order.learner_id)
    key = f"refund:{order.order_no}:{event_id}"
    name = learner.shown if learner else ""
    values = {"name": name, "number": order.learner_id, "course": order.course, "amount": money.yuan(amount_fen)}
    if back:
        await _place_again(tx, policy, order.learner_id)
        place = (await enrolments.load(tx, enrolment.id)).place
        words = say("order.refunded_back", place=say(f"common.place_{place}"), **values)
        if enrolment.class_teacher_id is not None:
            todo = say("order.todo_refunded", **values)
            await todos.add(tx, enrolment.class_teacher_id, kind="refund", text=todo, dedup_key=key, learner_id=order.learner_id)
    else:
        words = say("order.refunded_part", net=money.yuan(order.net_fen), **values)
    people = await members.load_many(tx, [m for m in (enrolment.class_teacher_id, order.seller_id) if m is not None])
    await to_members(tx, [p.userid for p in people.values() if p.active], text(words), dedup_key=key)


async def _place_again(tx: Tx, policy: Policy, learner_id: int) -> None:
    """Those who stand among the paid and paid nothing go back: to their class, or into the sale window of a closed cohort."""
    calendar = {cohort.id: cohort for cohort in await cohorts.cohorts_of(tx)}
    for enrolment in await enrolments.of_learner(tx, learner_id):
        if enrolment.place == Place.PAID and enrolment.paid_count == 0:
            closed = calendar[enrolment.cohort_id].closed_at is not None
            await enrolments.move(tx, enrolment.id, Place.SALE_WINDOW if closed else Place.CLASS)
    await _tag_paid(tx, policy, learner_id, paid=False)


async def _tag_paid(tx: Tx, policy: Policy, learner_id: int, *, paid: bool) -> None:
    """The paid tag, in place of what the rules had marked."""
    group = policy.tag_group_state
    if paid:
        named = {rule.tag for rule in policy.rulebook.rules if rule.tag}
        worn = [tag for tag in await tagging.wanted_of(tx, learner_id) if tag[0] == group and tag[1] in named]
        await want_many(tx, policy, [(learner_id, *tag) for tag in worn], wanted=False, by="order")
    await want(tx, policy, learner_id, group, PAID_TAG, paid, by="order")


async def _typed_before(tx: Tx, learner: Learner, sale: Sale) -> Order | None:
    near = await orders.alike(tx, learner.id, sale.amount_fen, sale.paid_at - SAME_SALE, sale.paid_at + SAME_SALE)
    typed = (o for o in near if o.source == BY_HAND and o.confirmed_at is None and _same_course(o.course, sale.course))
    return next(typed, None)


async def _report_conflict(tx: Tx, policy: Policy, known: Order, sale: Sale) -> None:
    words = say_in(policy.language)(
        "order.conflict", order_no=sale.order_no, known=money.yuan(known.amount_fen), told=money.yuan(sale.amount_fen)
    )
    await alert_operators(tx, text(words), dedup_key=f"order:{sale.order_no}:{sale.amount_fen}")


def _same_course(one: str, other: str) -> bool:
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()
