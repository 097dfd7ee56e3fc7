"""Tables of nudges: mass-send tasks (企业群发) asked of WeCom, and what each learner got of them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, SmallInteger, String, Table, Text

from storage.columns import BigId, Key, UtcTime
from storage.tables_loop import metadata

nudges = Table(
    "nudges",
    metadata,
    # One task in one class teacher's name; it reaches nobody until that member taps send.
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),  # absent, unfinished
    Column("lesson_id", ForeignKey("lessons.id"), nullable=False),
    Column("teacher_id", ForeignKey("members.id"), nullable=False),
    Column("asked_by", ForeignKey("members.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", String(16), nullable=False),  # storage.nudges.State
    Column("msgid", Key(128), unique=True),  # WeCom's name of the task
    Column("asked_at", UtcTime, nullable=False),
    Column("tries", SmallInteger, nullable=False, default=1),  # how often WeCom was asked, each time sure that none stands
    Column("until", UtcTime, nullable=False),  # unsent by then, it is taken back
    Column("made_at", UtcTime),  # the task stands at WeCom
    Column("sent_at", UtcTime),  # the class teacher tapped send
    Column("next_look_at", UtcTime),  # when WeCom is asked how it stands
    Column("reminders", SmallInteger, nullable=False, default=0),
    Column("told_at", UtcTime),  # the class teacher was told the result
    Column("closed_at", UtcTime),  # over: nothing more is asked, who did not get it keeps their budget
)
Index("ix_nudges_lesson", nudges.c.lesson_id, nudges.c.kind)
Index("ix_nudges_look", nudges.c.closed_at, nudges.c.next_look_at)
Index("ix_nudges_teacher", nudges.c.teacher_id, nudges.c.closed_at)

nudge_learners = Table(
    "nudge_learners",
    metadata,
    Column("nudge_id", ForeignKey("nudges.id"), primary_key=True),
    Column("learner_id", ForeignKey("learners.id"), primary_key=True),
    Column("state", SmallInteger, nullable=False, default=0),  # storage.nudges.Got
    Column("sent_at", UtcTime),
    sqlite_with_rowid=False,
)
Index("ix_nudge_learners_learner", nudge_learners.c.learner_id, nudge_learners.c.sent_at)
Index("ix_nudge_learners_sent", nudge_learners.c.sent_at)
