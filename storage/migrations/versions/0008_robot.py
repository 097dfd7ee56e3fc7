"""The robot people talk to: its open interactions, where it was spoken to, and whose ids are open ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "robot_turns",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("userid", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=False),
        sa.Column("chat", sa.String(length=160), nullable=False),
        sa.Column("req_id", sa.String(length=128), nullable=False),
        sa.Column("task_id", sa.String(length=128), nullable=False),
        sa.Column("response_url", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("answers", sa.SmallInteger(), nullable=False),
        sa.Column("answer", JSON, nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("late_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_robot_turns")),
    )
    op.create_index("ix_robot_turns_opened", "robot_turns", ["opened_at"], unique=False)
    left = sa.text("answer IS NOT NULL AND taken_at IS NULL")
    op.create_index("ix_robot_turns_left", "robot_turns", ["until"], unique=False, sqlite_where=left, postgresql_where=left)
    op.create_table(
        "robot_talks",
        sa.Column("chat", sa.String(length=160), nullable=False),
        sa.Column("chat_id", sa.String(length=128), nullable=False),
        sa.Column("spoken_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chat", name=op.f("pk_robot_talks")),
    )
    op.create_table(
        "robot_people",
        sa.Column("open_userid", sa.String(length=128), nullable=False),
        sa.Column("userid", sa.String(length=64), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("open_userid", name=op.f("pk_robot_people")),
    )
    op.create_table(
        "robot_links",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("errcode", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_robot_links")),
    )
