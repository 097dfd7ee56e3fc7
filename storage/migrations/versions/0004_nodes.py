"""Several nodes share the access token, and a lane that changes hands knows what was sent lately."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "tokens",
        sa.Column("app", sa.String(length=80), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("app", name=op.f("pk_tokens")),
    )
    tried = sa.text("tried_at IS NOT NULL")
    op.create_index("ix_outbox_tried", "outbox", ["lane", "tried_at"], sqlite_where=tried, postgresql_where=tried)
