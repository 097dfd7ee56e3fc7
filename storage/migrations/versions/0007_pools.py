"""A pool entry knows the lessons attended, so that the list of a pool is read in its order, a page at a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("pool_entries", sa.Column("attended", sa.SmallInteger(), nullable=False, server_default="0"))
    counted = "SELECT attended FROM enrolments WHERE enrolments.id = pool_entries.enrolment_id"
    op.execute(f"UPDATE pool_entries SET attended = ({counted})")
    columns = ("pool", "state", "coalesce(grade, 'Z')", "attended DESC", "entered_at", "id")
    op.drop_index("ix_pool_entries_state", table_name="pool_entries")
    op.create_index("ix_pool_entries_best", "pool_entries", [sa.text(column) for column in columns], unique=False)
