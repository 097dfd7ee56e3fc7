"""Tables of the robot people talk to: what it was told and may still answer, where it was spoken to, whose ids are open ones."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, SmallInteger, String, Table, Text, and_

from storage.columns import Json, Key, Line, UtcTime
from storage.tables_loop import metadata

robot_turns = Table(
    "robot_turns",
    metadata,
    # One thing somebody did with the robot and the right to answer it; the number is made from WeCom's msgid.
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(8), nullable=False),  # storage.robot_turns.Kind
    Column("mode", String(8), nullable=False),  # url, socket
    Column("userid", Key(64), nullable=False),
    Column("chat_id", Key(64), nullable=False),  # empty in single chat
    Column("chat", Line(160), nullable=False),  # the conversation whose limits an answer counts against
    Column("req_id", Key(128), nullable=False),  # socket mode
    Column("task_id", Key(128), nullable=False),  # of the card that was tapped
    Column("response_url", Text),  # URL mode, sealed with the privacy key
    Column("opened_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),  # a direct answer is taken until then
    Column("answers", SmallInteger, nullable=False, default=0),  # how often it was answered
    # URL mode: what WeCom gets when it asks next, and when it got that.
    Column("answer", Json),
    Column("taken_at", UtcTime),
    Column("late_at", UtcTime),  # the response_url is used up
)
Index("ix_robot_turns_opened", robot_turns.c.opened_at)
# Answers that WeCom has not come for; nearly always there is none.
_LEFT = and_(robot_turns.c.answer.is_not(None), robot_turns.c.taken_at.is_(None))
Index("ix_robot_turns_left", robot_turns.c.until, sqlite_where=_LEFT, postgresql_where=_LEFT)

robot_talks = Table(
    "robot_talks",
    metadata,
    # Where somebody wrote to the robot: only there it may speak unasked (doc 101463). And who did in a group.
    Column("chat", Line(160), primary_key=True),  # member:<userid> in lower case, room:<chatid>, room:<chatid>:<userid>
    Column("chat_id", Key(128), nullable=False),  # as WeCom names it
    Column("spoken_at", UtcTime, nullable=False),
)

robot_people = Table(
    "robot_people",
    metadata,
    # Members whom the robot's callbacks name by an open_userid (doc 101521).
    Column("open_userid", Key(128), primary_key=True),
    Column("userid", Key(64)),  # empty: WeCom knows nobody of this name
    Column("told_at", UtcTime, nullable=False),
)

robot_links = Table(
    "robot_links",
    metadata,
    # The one long connection of the robot, as the node that holds it (or gave it up) last told; one row.
    Column("name", String(16), primary_key=True),
    Column("state", String(16), nullable=False),  # storage.robot_links.State
    Column("errcode", BigInteger, nullable=False, default=0),
    Column("since", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
)
