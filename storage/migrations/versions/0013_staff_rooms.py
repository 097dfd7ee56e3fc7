"""A staff room for each cohort, and robots that were removed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "staff_rooms",
        sa.Column("cohort_id", BIG_ID, nullable=False),
        sa.Column("chatid", sa.String(length=32), nullable=False),
        sa.Column("generation", sa.SmallInteger(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("errcode", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("changing_since", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_staff_rooms_cohort_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["members.id"], name=op.f("fk_staff_rooms_owner_id")),
        sa.PrimaryKeyConstraint("cohort_id", name=op.f("pk_staff_rooms")),
        sa.UniqueConstraint("chatid", name=op.f("uq_staff_rooms_chatid")),
    )
    op.create_index("ix_staff_rooms_state", "staff_rooms", ["state"], unique=False)
    op.create_table(
        "staff_room_seats",
        sa.Column("cohort_id", BIG_ID, nullable=False),
        sa.Column("member_id", BIG_ID, nullable=False),
        sa.Column("wished", sa.Boolean(), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_staff_room_seats_cohort_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_staff_room_seats_member_id")),
        sa.PrimaryKeyConstraint("cohort_id", "member_id", name=op.f("pk_staff_room_seats")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "silent_robots",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("errcode", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_silent_robots")),
        sqlite_with_rowid=False,
    )
