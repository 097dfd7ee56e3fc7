"""Tables of the messages to class groups: what camp.toml declares, what was stopped by hand, and each task asked of WeCom."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, SmallInteger, String, Table, Text, UniqueConstraint

from storage.columns import BigId, Json, Key, UtcTime
from storage.tables_loop import metadata

camp_rhythms = Table(
    "camp_rhythms",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("camp_id", ForeignKey("camps.id"), nullable=False, unique=True),
    Column("quiet_from", String(5)),  # 21:30; empty: the config's
    Column("quiet_to", String(5)),
    Column("skip_dates", Json, nullable=False),  # ["2026-12-04", …]
)

camp_messages = Table(
    "camp_messages",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("camp_id", ForeignKey("camps.id"), nullable=False),
    Column("code", Key(32), nullable=False),
    Column("plan", Json, nullable=False),  # camp.rules.group_message.GroupMessage
    Column("disabled", Boolean, nullable=False, default=False),
    Column("changed_at", UtcTime, nullable=False),  # what was due before this is not made up for
    UniqueConstraint("camp_id", "code"),
)

message_stops = Table(
    "message_stops",
    metadata,
    # 停发: this message is not prepared for this cohort until the row is gone.
    Column("cohort_id", ForeignKey("cohorts.id"), primary_key=True),
    Column("message_id", ForeignKey("camp_messages.id"), primary_key=True),
    Column("stopped_by", ForeignKey("members.id"), nullable=False),
    Column("stopped_at", UtcTime, nullable=False),
)

group_messages = Table(
    "group_messages",
    metadata,
    # One message to one class group at one moment: a task in the name of the group's owner, or why there is none.
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("message_id", ForeignKey("camp_messages.id"), nullable=False),
    Column("class_group_id", ForeignKey("class_groups.id"), nullable=False),
    Column("seq", SmallInteger, nullable=False),  # the lesson, 0 for none
    Column("anchor", UtcTime, nullable=False),  # what it hangs on: a lesson put off makes another one of it
    Column("asked_by", ForeignKey("members.id")),  # 现在发; empty for the schedule
    Column("chat_id", Key(64)),
    Column("sender_id", ForeignKey("members.id")),  # the group's owner, once known
    Column("text", Text),
    Column("state", String(16), nullable=False),  # storage.group_messages.State
    Column("why", String(16)),  # of one that is not sent: camp.rules.group_message.Skip, or what went wrong
    Column("msgid", Key(128), unique=True),
    Column("asked_at", UtcTime, nullable=False),
    Column("tries", SmallInteger, nullable=False, default=1),
    Column("until", UtcTime, nullable=False),  # unsent by then, it is taken back
    Column("made_at", UtcTime),
    Column("sent_at", UtcTime),
    Column("next_look_at", UtcTime),
    Column("reminders", SmallInteger, nullable=False, default=0),
    Column("closed_at", UtcTime),
    UniqueConstraint("message_id", "class_group_id", "seq", "anchor"),
)
Index("ix_group_messages_look", group_messages.c.closed_at, group_messages.c.next_look_at)
Index("ix_group_messages_group", group_messages.c.class_group_id, group_messages.c.asked_at)
