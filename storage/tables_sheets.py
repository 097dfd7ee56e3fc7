"""Tables of sheets: the files people sent to the robot to be imported, and their rows until they are."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table

from storage.columns import BigId, Json, Key, Line, UtcTime
from storage.tables_loop import metadata

sheets = Table(
    "sheets",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("name", Line(128), nullable=False),  # of the file, as its sender named it
    Column("member_id", ForeignKey("members.id"), nullable=False),  # who sent it, and who confirmed it
    Column("turn", BigInteger),  # the robot's turn in which it came
    Column("state", String(16), nullable=False),  # storage.sheets.State
    Column("sha256", Key(64)),
    Column("kind", String(16)),  # camp.rules.sheet_columns.Kind
    Column("counts", Json, nullable=False),  # rows by storage.sheets.Fate, as the preview said and as it ended
    Column("sent_at", UtcTime, nullable=False),
    Column("shown_at", UtcTime),  # the preview
    Column("confirmed_at", UtcTime),
    Column("done_at", UtcTime),
)
Index("ix_sheets_sha256", sheets.c.sha256)
Index("ix_sheets_state", sheets.c.state, sheets.c.sent_at)

sheet_rows = Table(
    "sheet_rows",
    metadata,
    # Only while the sheet waits for its confirmation and is being imported; phone numbers are sealed.
    Column("sheet_id", ForeignKey("sheets.id"), primary_key=True),
    Column("n", Integer, primary_key=True),  # the row's number in the file
    Column("fate", String(8), nullable=False),  # storage.sheets.Fate
    Column("body", Json, nullable=False),  # camp.rules.sheet_row, and what the check found
    Column("faults", Json),  # [column, phrase, values] of what is wrong with it
    sqlite_with_rowid=False,
)
