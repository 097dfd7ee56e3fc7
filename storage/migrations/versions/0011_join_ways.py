"""Codes by which people join a class group, and who came by which."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("class_groups", sa.Column("chat_name", sa.String(length=128), nullable=True))
    op.add_column("class_groups", sa.Column("owner", sa.String(length=64), nullable=True))
    op.add_column("class_groups", sa.Column("dismissed_at", sa.BigInteger(), nullable=True))
    op.add_column("class_groups", sa.Column("overflow_of", sa.BigInteger(), nullable=True))
    op.add_column("group_members", sa.Column("state", sa.String(length=64), nullable=True))
    op.add_column("group_members", sa.Column("quit_scene", sa.SmallInteger(), nullable=True))
    op.create_index("ix_group_members_left", "group_members", ["class_group_id", "left_at"], unique=False)
    op.create_table(
        "join_ways",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("cohort_id", BIG_ID, nullable=False),
        sa.Column("class_group_id", BIG_ID, nullable=True),
        sa.Column("channel_id", BIG_ID, nullable=True),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("config_id", sa.String(length=128), nullable=True),
        sa.Column("qr_code", sa.Text(), nullable=True),
        sa.Column("chat_ids", JSON, nullable=False),
        sa.Column("room_name", sa.String(length=40), nullable=False),
        sa.Column("room_number", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Text(), nullable=True),
        sa.Column("media_until", sa.BigInteger(), nullable=True),
        sa.Column("waiting", JSON, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_join_ways_channel_id")),
        sa.ForeignKeyConstraint(["class_group_id"], ["class_groups.id"], name=op.f("fk_join_ways_class_group_id")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_join_ways_cohort_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_ways")),
        sa.UniqueConstraint("key", name=op.f("uq_join_ways_key")),
    )
    op.create_index("ix_join_ways_cohort", "join_ways", ["cohort_id"], unique=False)
    op.create_index(op.f("ix_join_ways_state"), "join_ways", ["state"], unique=False)
