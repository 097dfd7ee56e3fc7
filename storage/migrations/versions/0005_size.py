"""Indexes for what was read row by row: a place in the order of ids, a member's friends, an enrolment's orders, names."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.drop_index("ix_enrolments_cohort_place", table_name="enrolments")
    op.create_index("ix_enrolments_cohort_place", "enrolments", ["cohort_id", "place", "id"], unique=False)
    op.create_index("ix_follows_member", "follows", ["member_id"], unique=False)
    op.create_index("ix_orders_enrolment", "orders", ["enrolment_id"], unique=False)
    op.create_index("ix_learners_name", "learners", ["name"], unique=False, postgresql_ops={"name": "text_pattern_ops"})
