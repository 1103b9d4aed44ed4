"""Messages: told once a day, suppressed notices, preferences, shared rates, the digest's days.

Revision: 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DAILY = sa.text("topic IS NOT NULL")


def upgrade() -> None:
    """Add the columns and tables; what was sent before has no topic."""
    op.add_column("inbox_message", sa.Column("topic", sa.String(400), nullable=True))
    op.add_column("inbox_message", sa.Column("topic_on", sa.Date(), nullable=True))
    op.create_index(
        "uq_inbox_message_daily", "inbox_message", ["person_id", "topic", "topic_on"],
        unique=True, sqlite_where=DAILY, postgresql_where=DAILY,
    )  # fmt: skip
    op.drop_index("ix_delivery_status", table_name="delivery")
    op.create_index("ix_delivery_status", "delivery", ["status", "channel", "changed_at"])
    op.create_table(
        "suppressed_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("once_key", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_suppressed_notice_person_id_person")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_suppressed_notice_project_id_project")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["inbox_message.id"], name=op.f("fk_suppressed_notice_message_id_inbox_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressed_notice")),
        sa.UniqueConstraint("once_key", name=op.f("uq_suppressed_notice_once_key")),
    )
    op.create_index("ix_suppressed_notice_person", "suppressed_notice", ["person_id", "created_at"])
    op.create_table(
        "channel_rate",
        sa.Column("bot", sa.String(80), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bot", name=op.f("pk_channel_rate")),
    )
    op.create_table(
        "digest_run",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_digest_run")),
    )
    _preferences()


def _preferences() -> None:
    op.create_table(
        "notice_profile",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(5), nullable=True),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("quiet_rest_days", sa.Boolean(), nullable=True),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_profile_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_profile")),
    )
    op.create_table(
        "notice_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_choice_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_choice")),
        sa.UniqueConstraint("person_id", "kind", name=op.f("uq_notice_choice_person_id_kind")),
    )


def downgrade() -> None:
    """Take them away again; preferences and suppressed notices are lost with them."""
    for table in ("notice_choice", "notice_profile", "digest_run", "channel_rate", "suppressed_notice"):
        op.drop_table(table)
    op.drop_index("ix_delivery_status", table_name="delivery")
    op.create_index("ix_delivery_status", "delivery", ["status"])
    op.drop_index("uq_inbox_message_daily", table_name="inbox_message", sqlite_where=DAILY, postgresql_where=DAILY)
    op.drop_column("inbox_message", "topic_on")
    op.drop_column("inbox_message", "topic")
