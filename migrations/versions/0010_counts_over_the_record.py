"""Counts over the record, from which statistics are read.

Revision: 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the counts, empty: they are filled from the record."""
    op.create_table(
        "insight_tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("holder_id", sa.Integer()),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_insight_tally"),
    )
    op.create_index("ix_insight_tally_kind", "insight_tally", ["kind", "code"])
    op.create_table(
        "insight_path",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_insight_path"),
    )
    op.create_table(
        "insight_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("projects", sa.Integer(), nullable=False),
        sa.Column("clocks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_insight_mark"),
    )


def downgrade() -> None:
    """Drop the counts; nothing of the record is lost."""
    for table in ("insight_mark", "insight_path", "insight_tally"):
        op.drop_table(table)
