"""Internal groups and what they are bound to; cards that stand in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rooms",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("chat_id", sa.String(length=128), nullable=False),
        sa.Column("cohort_id", BIG_ID, nullable=True),
        sa.Column("class_group_id", BIG_ID, nullable=True),
        sa.Column("pool", sa.String(length=16), nullable=True),
        sa.Column("bound_by", BIG_ID, nullable=False),
        sa.Column("bound_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", BIG_ID, nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["bound_by"], ["members.id"], name=op.f("fk_rooms_bound_by")),
        sa.ForeignKeyConstraint(["class_group_id"], ["class_groups.id"], name=op.f("fk_rooms_class_group_id")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_rooms_cohort_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["members.id"], name=op.f("fk_rooms_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
    )
    holds = sa.text("ended_at IS NULL")
    op.create_index("ux_rooms_chat", "rooms", ["chat_id"], unique=True, sqlite_where=holds, postgresql_where=holds)
    op.create_index("ix_rooms_cohort", "rooms", ["cohort_id"], unique=False)
    op.add_column("cards", sa.Column("chat_id", sa.String(length=128), nullable=True))
