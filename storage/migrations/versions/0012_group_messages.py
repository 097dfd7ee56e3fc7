"""Messages to class groups on the camp's schedule."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "camp_rhythms",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("camp_id", BIG_ID, nullable=False),
        sa.Column("quiet_from", sa.String(length=5), nullable=True),
        sa.Column("quiet_to", sa.String(length=5), nullable=True),
        sa.Column("skip_dates", JSON, nullable=False),
        sa.ForeignKeyConstraint(["camp_id"], ["camps.id"], name=op.f("fk_camp_rhythms_camp_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camp_rhythms")),
        sa.UniqueConstraint("camp_id", name=op.f("uq_camp_rhythms_camp_id")),
    )
    op.create_table(
        "camp_messages",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("camp_id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("plan", JSON, nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["camp_id"], ["camps.id"], name=op.f("fk_camp_messages_camp_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camp_messages")),
        sa.UniqueConstraint("camp_id", "code", name=op.f("uq_camp_messages_camp_id_code")),
    )
    op.create_table(
        "message_stops",
        sa.Column("cohort_id", BIG_ID, nullable=False),
        sa.Column("message_id", BIG_ID, nullable=False),
        sa.Column("stopped_by", BIG_ID, nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_message_stops_cohort_id")),
        sa.ForeignKeyConstraint(["message_id"], ["camp_messages.id"], name=op.f("fk_message_stops_message_id")),
        sa.ForeignKeyConstraint(["stopped_by"], ["members.id"], name=op.f("fk_message_stops_stopped_by")),
        sa.PrimaryKeyConstraint("cohort_id", "message_id", name=op.f("pk_message_stops")),
    )
    op.create_table("group_messages", *_group_messages())
    op.create_index("ix_group_messages_look", "group_messages", ["closed_at", "next_look_at"], unique=False)
    op.create_index("ix_group_messages_group", "group_messages", ["class_group_id", "asked_at"], unique=False)


def _group_messages() -> list[sa.Column[Any] | sa.Constraint]:
    key = ("message_id", "class_group_id", "seq", "anchor")
    members = {"asked_by": "members.id", "sender_id": "members.id"}
    others = {"message_id": "camp_messages.id", "class_group_id": "class_groups.id"}
    return [
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("message_id", BIG_ID, nullable=False),
        sa.Column("class_group_id", BIG_ID, nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("anchor", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", BIG_ID, nullable=True),
        sa.Column("chat_id", sa.String(length=64), nullable=True),
        sa.Column("sender_id", BIG_ID, nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=True),
        sa.Column("msgid", sa.String(length=128), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("next_look_at", sa.BigInteger(), nullable=True),
        sa.Column("reminders", sa.SmallInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [to], name=op.f(f"fk_group_messages_{name}"))
            for name, to in {**members, **others}.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_messages")),
        sa.UniqueConstraint("msgid", name=op.f("uq_group_messages_msgid")),
        sa.UniqueConstraint(*key, name=op.f("uq_group_messages_message_id_class_group_id_seq_anchor")),
    ]
