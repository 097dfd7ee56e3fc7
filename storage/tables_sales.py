"""Tables of selling: the pools learners wait in, who claimed and saw them, orders and refunds."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
)

from storage.columns import BigId, Key, Line, UtcTime
from storage.tables_loop import metadata

pool_entries = Table(
    "pool_entries",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("enrolment_id", ForeignKey("enrolments.id"), nullable=False),
    Column("learner_id", ForeignKey("learners.id"), nullable=False),
    Column("pool", String(16), nullable=False),  # conversion, renewal
    Column("grade", String(8)),
    Column("attended", SmallInteger, nullable=False, server_default="0"),  # as the enrolment has it, for the order of the list
    Column("rule", Line(64), nullable=False),
    Column("entered_at", UtcTime, nullable=False),
    Column("state", String(16), nullable=False),  # open, claimed, sold, withdrawn
    Column("owner_id", ForeignKey("members.id")),  # who claimed it
    Column("claimed_at", UtcTime),
    Column("closed_at", UtcTime),
    UniqueConstraint("enrolment_id", "pool"),
)
# The best first: a list reads one page of it, however many wait.
BEST_FIRST = (
    func.coalesce(pool_entries.c.grade, literal_column("'Z'")),
    pool_entries.c.attended.desc(),
    pool_entries.c.entered_at,
    pool_entries.c.id,
)
Index("ix_pool_entries_best", pool_entries.c.pool, pool_entries.c.state, *BEST_FIRST)
Index("ix_pool_entries_owner", pool_entries.c.owner_id, pool_entries.c.state)
Index("ix_pool_entries_learner", pool_entries.c.learner_id)

claims = Table(
    "claims",
    metadata,
    # Every time somebody took a learner out of a pool, kept after it ended: daily caps, cool-downs and 为什么 read it.
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("entry_id", ForeignKey("pool_entries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("member_id", ForeignKey("members.id"), nullable=False),
    Column("claimed_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("ended_by", String(16)),  # returned, sold, withdrawn
    Column("reason", Text),
)
Index("ix_claims_member", claims.c.member_id, claims.c.claimed_at)

pool_views = Table(
    "pool_views",
    metadata,
    # Whom a salesperson saw in a pool on a day of the camp's zone: looking twice counts once.
    Column("member_id", ForeignKey("members.id"), primary_key=True),
    Column("on_day", String(10), primary_key=True),
    Column("entry_id", ForeignKey("pool_entries.id", ondelete="CASCADE"), primary_key=True),
    sqlite_with_rowid=False,
)

orders = Table(
    "orders",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("order_no", Key(128), nullable=False, unique=True),
    Column("learner_id", ForeignKey("learners.id"), nullable=False),
    Column("enrolment_id", ForeignKey("enrolments.id")),
    Column("course", Line(128), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("refunded_fen", BigInteger, nullable=False, default=0),
    Column("paid_at", UtcTime, nullable=False),
    Column("source", Line(64), nullable=False),
    Column("seller_id", ForeignKey("members.id")),
    Column("confirmed_at", UtcTime),  # a hand-entered sale that the shop's event confirmed later
)
Index("ix_orders_learner", orders.c.learner_id)
Index("ix_orders_enrolment", orders.c.enrolment_id)

refunds = Table(
    "refunds",
    metadata,
    Column("order_no", Key(128), primary_key=True),
    Column("event_id", Key(160), primary_key=True),
    Column("amount_fen", BigInteger, nullable=False),
    Column("refunded_at", UtcTime, nullable=False),
)
