"""Accounts: passwords, links to set them, failed logins, sessions.

Revision: 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, empty: nobody has a password until somebody invites them."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "account",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("set_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_account"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_account_person_id_person"),
    )
    op.create_table(
        "account_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer()),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("invited_at", instant, nullable=False),
        sa.Column("invited_by", sa.String(120), nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("ended_at", instant),
        sa.PrimaryKeyConstraint("id", name="pk_account_invitation"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_account_invitation_person_id_person"),
        sa.UniqueConstraint("token", name="uq_account_invitation_token"),
    )
    op.create_index("ix_account_invitation_person_id", "account_invitation", ["person_id"])
    op.create_table(
        "login_throttle",
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", instant, nullable=False),
        sa.Column("locked_until", instant),
        sa.PrimaryKeyConstraint("key", name="pk_login_throttle"),
    )
    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("address", sa.String(80), nullable=False),
        sa.Column("browser", sa.String(200), nullable=False),
        sa.Column("opened_at", instant, nullable=False),
        sa.Column("seen_at", instant, nullable=False),
        sa.Column("ended_at", instant),
        sa.Column("ended_because", sa.String(20)),
        sa.PrimaryKeyConstraint("id", name="pk_web_session"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_web_session_person_id_person"),
        sa.UniqueConstraint("token", name="uq_web_session_token"),
    )
    op.create_index("ix_web_session_person", "web_session", ["person_id", "ended_at"])


def downgrade() -> None:
    """Drop the tables: nobody can sign in any more; the history of logins stays."""
    for table in ("web_session", "login_throttle", "account_invitation", "account"):
        op.drop_table(table)
