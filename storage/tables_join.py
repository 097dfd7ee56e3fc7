"""Tables of join codes: QR codes that lead into class groups, one for each cohort, channel and class."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.columns import BigId, Json, Key, Line, UtcTime
from storage.tables_loop import metadata

join_ways = Table(
    "join_ways",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    # `<cohort>.<class or 0>.<channel or 0>`: never a second code for the same.
    Column("key", String(64), nullable=False),
    Column("cohort_id", ForeignKey("cohorts.id"), nullable=False),
    Column("class_group_id", ForeignKey("class_groups.id")),  # empty: all classes of the cohort
    Column("channel_id", ForeignKey("channels.id")),
    Column("state", Key(30), nullable=False, index=True),  # what WeCom shows beside whoever came by it
    Column("config_id", Key(128)),  # WeCom's name of it; lost, the code cannot be changed any more
    Column("qr_code", Text),  # where WeCom shows the picture
    # What WeCom was told last: an update overwrites every field (doc 92229).
    Column("chat_ids", Json, nullable=False),
    Column("room_name", Line(40), nullable=False),
    Column("room_number", Integer, nullable=False),
    Column("media_id", Text),  # the picture with its caption, as uploaded
    Column("media_until", UtcTime),
    Column("waiting", Json, nullable=False),  # userids that asked and have no picture yet
    Column("asked_at", UtcTime, nullable=False),
    Column("made_at", UtcTime),
    UniqueConstraint("key"),
)
Index("ix_join_ways_cohort", join_ways.c.cohort_id)
