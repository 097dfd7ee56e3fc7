"""Tables of closing a cohort: each run of the rules, and where it put whom."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from storage.columns import BigId, Json, Key, Line, UtcTime
from storage.tables_loop import metadata

closings = Table(
    "closings",
    metadata,
    # One run of the closing rules over a set of enrolments: at close, and again when a sale window ends.
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("cohort_id", ForeignKey("cohorts.id"), nullable=False),
    Column("moment", String(24), nullable=False),  # cohort_closed, sale_window_ended
    Column("state", String(16), nullable=False),  # proposed, running, done, undone
    Column("proposed_at", UtcTime, nullable=False),
    Column("proposed_counts", Json, nullable=False),
    Column("task_id", Key(128)),
    Column("confirmed_at", UtcTime),
    Column("confirmed_by", Line(80)),
    Column("progress_id", BigInteger, nullable=False, default=0),  # last enrolment id swept
    Column("finished_at", UtcTime),
    UniqueConstraint("cohort_id", "moment"),
)

placements = Table(
    "placements",
    metadata,
    # Why each enrolment is where it is: rule, facts at that time, from, to. Feeds 为什么 and the undo.
    Column("closing_id", ForeignKey("closings.id"), primary_key=True),
    Column("enrolment_id", ForeignKey("enrolments.id"), primary_key=True),
    Column("rule", Line(64), nullable=False),
    Column("from_place", String(24), nullable=False),
    Column("to_place", String(24), nullable=False),
    Column("attended", SmallInteger, nullable=False),
    Column("completed", SmallInteger, nullable=False),
    Column("paid_count", SmallInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_placements_enrolment", placements.c.enrolment_id)
