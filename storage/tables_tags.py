"""Tables of the projection into WeCom's tags: their ids, and what each learner should carry."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Table,
)

from storage.columns import Key, Line, UtcTime
from storage.tables_loop import metadata

wecom_tags = Table(
    "wecom_tags",
    metadata,
    Column("group_name", Line(64), primary_key=True),
    Column("name", Line(64), primary_key=True),
    Column("tag_id", Key(64), unique=True),  # empty while it is being created
    Column("asked_at", UtcTime),
)

tag_marks = Table(
    "tag_marks",
    metadata,
    Column("learner_id", ForeignKey("learners.id"), primary_key=True),
    Column("group_name", Line(64), primary_key=True),
    Column("name", Line(64), primary_key=True),
    Column("wanted", Boolean, nullable=False),
    Column("marked", Boolean),  # what WeCom was last told with success; empty = never
    Column("sent", Boolean),  # what is on its way; empty = nothing
    Column("by", Line(80), nullable=False),
    Column("at", UtcTime, nullable=False),
)
Index("ix_tag_marks_tag", tag_marks.c.group_name, tag_marks.c.name)
