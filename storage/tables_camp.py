"""Tables of the camp itself: its calendar, people, enrolments, attendance, what was asked and noted, the story of each."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

import storage.tables_closing
import storage.tables_group_message
import storage.tables_join
import storage.tables_nudge
import storage.tables_robot
import storage.tables_rooms
import storage.tables_sales
import storage.tables_sheets
import storage.tables_staff_rooms
import storage.tables_tags  # noqa: F401  (whoever imports the camp's tables has all of them in the metadata)
from storage.columns import BigId, Json, Key, Line, NameLine, UtcTime
from storage.tables_loop import metadata

# --- the corp ---------------------------------------------------------------------------------------------------------

departments = Table(
    "departments",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),  # WeCom's own department id
    Column("name", Line(128), nullable=False),
    Column("parent_id", BigInteger),
)

members = Table(
    "members",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("userid", Key(64), nullable=False),
    Column("userid_key", Key(64), nullable=False, unique=True),  # lower-case: WeCom lower-cases ids in answers
    Column("name", Line(64)),
    Column("department_id", BigInteger),
    Column("left_at", UtcTime),
    Column("seen_at", UtcTime),  # when the nightly comparison last met them in the directory
    # A member with a position is staff; the position comes from camp.toml.
    Column("position", Line(32)),
    Column("scope", String(16)),  # self, department, below, all; empty = the position's default
    Column("disabled", Boolean, nullable=False, default=False),
    Column("quota", Integer),
    Column("greeted_on", String(10)),  # the camp's day (2026-12-01) of the last greeting with open to-dos
)

# --- what camp.toml declares ------------------------------------------------------------------------------------------

camps = Table(
    "camps",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("code", Key(64), nullable=False, unique=True),
    Column("name", Line(128), nullable=False),
    Column("warm_lessons", SmallInteger, nullable=False),
    Column("sale_window_days", SmallInteger, nullable=False),
)

cohorts = Table(
    "cohorts",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("camp_id", ForeignKey("camps.id"), nullable=False),
    Column("code", Key(64), nullable=False, unique=True),
    Column("name", Line(128), nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("closes_at", UtcTime, nullable=False),
    Column("enrol_until", UtcTime, nullable=False),
    Column("next_code", Line(64)),
    Column("closed_at", UtcTime),
)
Index("ix_cohorts_camp_starts", cohorts.c.camp_id, cohorts.c.starts_at)

lessons = Table(
    "lessons",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("cohort_id", ForeignKey("cohorts.id"), nullable=False),
    Column("seq", SmallInteger, nullable=False),
    Column("title", Line(128), nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("checkin_opens_at", UtcTime, nullable=False),
    Column("checkin_closes_at", UtcTime, nullable=False),
    Column("passphrase", Line(64)),
    Column("reminded_at", UtcTime),
    Column("digested_at", UtcTime),
    UniqueConstraint("cohort_id", "seq"),
)
Index("ix_lessons_ends", lessons.c.ends_at)

class_groups = Table(
    "class_groups",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("cohort_id", ForeignKey("cohorts.id"), nullable=False),
    Column("code", Key(32), nullable=False),
    Column("chat_id", Key(64), unique=True),
    Column("class_teacher_id", ForeignKey("members.id"), nullable=False),
    Column("join_url", Text),
    Column("member_version", Key(64)),
    # As WeCom tells them: the chat's name, its owner's userid, when it was dissolved.
    Column("chat_name", Line(128)),
    Column("owner", Key(64)),
    Column("dismissed_at", UtcTime),
    Column("overflow_of", BigInteger),  # opened by itself when the class's chat was full: the class_groups.id of that class
    UniqueConstraint("cohort_id", "code"),
)

channels = Table(
    "channels",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("code", Key(64), nullable=False, unique=True),  # the `state` of the contact way
    Column("name", Line(128), nullable=False),
    Column("camp_id", ForeignKey("camps.id")),
    Column("department", Line(128)),
)

# --- learners ---------------------------------------------------------------------------------------------------------

learners = Table(
    "learners",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("external_userid", Key(64), unique=True),
    Column("name", NameLine(128)),
    Column("phone_sealed", Text),  # encrypted at rest
    Column("owner_id", ForeignKey("members.id")),
    Column("unreachable_at", UtcTime),  # deleted their class teacher
    Column("unsubscribed_at", UtcTime),  # 退订
    Column("created_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime),
)
Index("ix_learners_owner", learners.c.owner_id)
# For names that begin with some words; PostgreSQL needs to be told that this is what it is for.
Index("ix_learners_name", learners.c.name, postgresql_ops={"name": "text_pattern_ops"})

identities = Table(
    "identities",
    metadata,
    Column("kind", String(24), primary_key=True),  # external_userid, unionid, phone (keyed hash)
    Column("value", Key(160), primary_key=True),
    Column("learner_id", ForeignKey("learners.id"), nullable=False, index=True),
)

follows = Table(
    "follows",
    metadata,
    # A friendship of a member with a learner; tags in WeCom belong to this pair.
    Column("learner_id", ForeignKey("learners.id"), primary_key=True),
    Column("member_id", ForeignKey("members.id"), primary_key=True),
    Column("added_at", UtcTime, nullable=False),
    Column("channel_code", Line(64)),
    Column("ended_at", UtcTime),
    Column("ended_by", String(16)),  # learner, member, transfer, gone (missing in WeCom's own list)
    Column("seen_at", UtcTime),  # when the nightly comparison last met it
)

Index("ix_follows_member", follows.c.member_id)

group_members = Table(
    "group_members",
    metadata,
    Column("class_group_id", ForeignKey("class_groups.id"), primary_key=True),
    Column("external_userid", Key(64), primary_key=True),
    Column("joined_at", UtcTime, nullable=False),
    Column("left_at", UtcTime),
    Column("join_scene", SmallInteger),
    Column("state", Line(64)),  # of the code they came by
    Column("quit_scene", SmallInteger),  # 0 left, 1 removed by the owner or an admin (doc 92130)
)
Index("ix_group_members_left", group_members.c.class_group_id, group_members.c.left_at)

enrolments = Table(
    "enrolments",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("learner_id", ForeignKey("learners.id"), nullable=False),
    Column("cohort_id", ForeignKey("cohorts.id"), nullable=False),
    Column("class_group_id", ForeignKey("class_groups.id")),
    Column("class_teacher_id", ForeignKey("members.id")),
    Column("channel_id", ForeignKey("channels.id")),
    Column("source", String(24), nullable=False),  # contact, chat, ingest, moved, import
    Column("enrolled_at", UtcTime, nullable=False),
    Column("in_group_at", UtcTime),
    Column("left_group_at", UtcTime),
    # The one place where somebody looks after this enrolment: camp.places.
    Column("place", String(24), nullable=False),
    Column("place_at", UtcTime, nullable=False),
    Column("grade", String(8)),
    # Live facts, recomputed (never incremented) in the transaction that changes what they count.
    Column("attended", SmallInteger, nullable=False, default=0),
    Column("completed", SmallInteger, nullable=False, default=0),
    Column("paid_count", SmallInteger, nullable=False, default=0),
    Column("paid_fen", BigInteger, nullable=False, default=0),
    Column("last_seen_at", UtcTime),
    UniqueConstraint("learner_id", "cohort_id"),
)
# With the id: a sweep walks those of one place in the order of their ids.
Index("ix_enrolments_cohort_place", enrolments.c.cohort_id, enrolments.c.place, enrolments.c.id)
Index("ix_enrolments_class_teacher", enrolments.c.class_teacher_id, enrolments.c.cohort_id)

attendance = Table(
    "attendance",
    metadata,
    # One row per enrolment and lesson, clustered; every witness in its own column, the weighed result beside them.
    Column("enrolment_id", ForeignKey("enrolments.id"), primary_key=True),
    Column("lesson_id", ForeignKey("lessons.id"), primary_key=True),
    Column("watched_seconds", Integer),
    Column("checked_in_at", UtcTime),
    Column("checked_in_by", String(16)),  # tap, text, menu
    Column("teacher_mark_at", UtcTime),
    Column("teacher_mark_by", BigInteger),
    Column("teacher_mark_reason", Text),
    Column("finished_at", UtcTime),  # the learner said 完课, or an event did
    Column("homework_at", UtcTime),
    Column("homework", Text),
    Column("score", SmallInteger),
    Column("score_comment", Text),
    Column("rating", SmallInteger),
    Column("rating_words", Text),
    Column("attended", Boolean, nullable=False, default=False),
    Column("completed", Boolean, nullable=False, default=False),
    sqlite_with_rowid=False,
)
Index("ix_attendance_lesson", attendance.c.lesson_id)

# --- conversations, and the story of each learner ---------------------------------------------------------------------

questions = Table(
    "questions",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("learner_id", ForeignKey("learners.id"), nullable=False, index=True),
    Column("member_id", ForeignKey("members.id")),  # who is to answer
    Column("text", Text, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("answer", Text),
    Column("answered_at", UtcTime),
    Column("answered_by", BigInteger),
    Column("delivered_at", UtcTime),  # empty: the kf window was shut, the answer waits for the learner's next message
)

notes = Table(
    "notes",
    metadata,
    # 备注 by a class teacher, 跟进 by a salesperson: one table, told apart by kind.
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("learner_id", ForeignKey("learners.id"), nullable=False, index=True),
    Column("member_id", ForeignKey("members.id"), nullable=False),
    Column("kind", String(16), nullable=False),  # note, follow_up
    Column("text", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)

todos = Table(
    "todos",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("member_id", ForeignKey("members.id"), nullable=False),
    Column("learner_id", ForeignKey("learners.id")),
    Column("kind", String(24), nullable=False),
    Column("text", Line(256), nullable=False),
    Column("dedup_key", Line(160), nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
    Column("done_at", UtcTime),
)
Index("ix_todos_member", todos.c.member_id, todos.c.done_at)

journal = Table(
    "journal",
    metadata,
    # The story of a learner: every change with its time, its actor and its reason. Append only.
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("learner_id", BigInteger, nullable=False),
    Column("enrolment_id", BigInteger),
    Column("at", UtcTime, nullable=False),
    Column("kind", Line(32), nullable=False),
    Column("by", Line(80), nullable=False),  # learner, member:<userid>, rule:<name>, wecom, shop …
    Column("detail", Json, nullable=False),
)
Index("ix_journal_learner", journal.c.learner_id, journal.c.id)
