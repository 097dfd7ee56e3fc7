"""Facts with a code that dies within seconds go first: `bulk` becomes one of three turns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("turn", sa.SmallInteger(), nullable=False, server_default="1"))
    op.execute("UPDATE inbox SET turn = 2 WHERE bulk")
    op.drop_index("ix_inbox_pending", table_name="inbox")
    op.drop_column("inbox", "bulk")
    op.create_index("ix_inbox_pending", "inbox", ["state", "turn", "id", "conversation"], unique=False)
