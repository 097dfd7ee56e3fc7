"""Nudges: mass-send tasks and what each learner got of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "nudges",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("lesson_id", BIG_ID, nullable=False),
        sa.Column("teacher_id", BIG_ID, nullable=False),
        sa.Column("asked_by", BIG_ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("msgid", sa.String(length=128), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("next_look_at", sa.BigInteger(), nullable=True),
        sa.Column("reminders", sa.SmallInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["members.id"], name=op.f("fk_nudges_asked_by")),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], name=op.f("fk_nudges_lesson_id")),
        sa.ForeignKeyConstraint(["teacher_id"], ["members.id"], name=op.f("fk_nudges_teacher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudges")),
        sa.UniqueConstraint("msgid", name=op.f("uq_nudges_msgid")),
    )
    op.create_index("ix_nudges_lesson", "nudges", ["lesson_id", "kind"], unique=False)
    op.create_index("ix_nudges_look", "nudges", ["closed_at", "next_look_at"], unique=False)
    op.create_index("ix_nudges_teacher", "nudges", ["teacher_id", "closed_at"], unique=False)
    op.create_table(
        "nudge_learners",
        sa.Column("nudge_id", BIG_ID, nullable=False),
        sa.Column("learner_id", BIG_ID, nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_nudge_learners_learner_id")),
        sa.ForeignKeyConstraint(["nudge_id"], ["nudges.id"], name=op.f("fk_nudge_learners_nudge_id")),
        sa.PrimaryKeyConstraint("nudge_id", "learner_id", name=op.f("pk_nudge_learners")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_nudge_learners_learner", "nudge_learners", ["learner_id", "sent_at"], unique=False)
    op.create_index("ix_nudge_learners_sent", "nudge_learners", ["sent_at"], unique=False)
