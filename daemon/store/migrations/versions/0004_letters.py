"""What each letter said under which number, what was answered to it, and which corrections came by reply."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("token", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("addresses", sa.LargeBinary(), nullable=False),
        sa.Column("items", sa.LargeBinary(), nullable=False),
        sa.Column("mail", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("token"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_table(
        "replies",
        sa.Column("identity", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.Column("puzzling", sa.LargeBinary(), nullable=False),
        sa.Column("told", sa.Text()),
        sa.PrimaryKeyConstraint("identity"),
    )
    op.add_column("corrections", sa.Column("letter", sa.Text(), nullable=False, server_default=""))
