"""Tables of staff rooms (appchat): a room of the corp's own people for each cohort, who sits in it, and robots fallen silent."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, SmallInteger, String, Table

from storage.columns import Key, Line, UtcTime
from storage.tables_loop import metadata

staff_rooms = Table(
    "staff_rooms",
    metadata,
    Column("cohort_id", ForeignKey("cohorts.id"), primary_key=True),
    Column("chatid", Key(32), nullable=False, unique=True),  # ours, made from the cohort's code
    Column("generation", SmallInteger, nullable=False, default=0),  # how many rooms before this one are gone
    Column("tries", SmallInteger, nullable=False, default=0),  # how often WeCom was asked for a room
    Column("name", Line(50), nullable=False),
    Column("owner_id", ForeignKey("members.id")),
    Column("state", String(16), nullable=False),  # storage.staff_rooms.State
    Column("errcode", Integer),  # WeCom's, while refused or gone
    Column("made_at", UtcTime),
    Column("changing_since", UtcTime),  # a change of its members is on its way
)
Index("ix_staff_rooms_state", staff_rooms.c.state)

staff_room_seats = Table(
    "staff_room_seats",
    metadata,
    Column("cohort_id", ForeignKey("cohorts.id"), primary_key=True),
    Column("member_id", ForeignKey("members.id"), primary_key=True),
    Column("wished", Boolean, nullable=False, default=False),  # a manager who asked to be in it
    Column("inside", Boolean, nullable=False, default=False),  # put in by us, as far as WeCom told
    sqlite_with_rowid=False,
)

silent_robots = Table(
    "silent_robots",
    metadata,
    # A webhook robot WeCom does not take posts for; forgotten at a start and by `wecamp doctor`, so that it is tried again.
    Column("name", Key(64), primary_key=True),
    Column("errcode", Integer, nullable=False),
    Column("since", UtcTime, nullable=False),
    sqlite_with_rowid=False,
)
