"""Tables of the internal groups in which the robot is at work."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from storage.columns import BigId, Key, UtcTime
from storage.tables_loop import metadata

rooms = Table(
    "rooms",
    metadata,
    # What a group is, or was, bound to: one cohort, one class of it, or a pool. A row that was ended stays: who, when.
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("chat_id", Key(128), nullable=False),
    Column("cohort_id", ForeignKey("cohorts.id")),
    Column("class_group_id", ForeignKey("class_groups.id")),
    Column("pool", String(16)),  # conversion, renewal
    Column("bound_by", ForeignKey("members.id"), nullable=False),
    Column("bound_at", UtcTime, nullable=False),
    Column("ended_by", ForeignKey("members.id")),
    Column("ended_at", UtcTime),
)
# At most one binding of a group holds.
_holds = rooms.c.ended_at.is_(None)
Index("ux_rooms_chat", rooms.c.chat_id, unique=True, sqlite_where=_holds, postgresql_where=_holds)
Index("ix_rooms_cohort", rooms.c.cohort_id)
