"""Owners' votes and public postings: rolls, rounds, ballots; postings and objections to them.

Revision: 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rolls()
    _polls()
    _postings()


def _rolls() -> None:
    op.create_table(
        "owner_roll",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_owner_roll_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_roll")),
        sa.UniqueConstraint("project_id", "version", name=op.f("uq_owner_roll_project_id_version")),
    )
    op.create_table(
        "household",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roll_id", sa.Integer(), nullable=False),
        sa.Column("building", sa.String(length=40), nullable=False),
        sa.Column("entrance", sa.String(length=40), nullable=False),
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("owners", sa.Integer(), nullable=False),
        sa.Column("area", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=60), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["roll_id"], ["owner_roll.id"], name=op.f("fk_household_roll_id_owner_roll")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sa.UniqueConstraint(
            "roll_id", "building", "entrance", "room", name=op.f("uq_household_roll_id_building_entrance_room")
        ),
    )


def _polls() -> None:
    op.create_table(
        "poll",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("roll_id", sa.Integer(), nullable=False),
        sa.Column("consent", sa.String(length=60), nullable=False),
        sa.Column("building", sa.String(length=40), nullable=False),
        sa.Column("entrance", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(length=120), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=120), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_poll_project_id_project")),
        sa.ForeignKeyConstraint(["roll_id"], ["owner_roll.id"], name=op.f("fk_poll_roll_id_owner_roll")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
        sa.UniqueConstraint(
            "project_id", "consent", "building", "entrance", "round",
            name=op.f("uq_poll_project_id_consent_building_entrance_round"),
        ),
    )  # fmt: skip
    open_ = {"sqlite_where": sa.text("status = 'open'"), "postgresql_where": sa.text("status = 'open'")}
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_poll_roll_id"), ["roll_id"], unique=False)
        batch_op.create_index("uq_poll_open", ["project_id", "consent", "building", "entrance"], unique=True, **open_)
    op.create_table(
        "ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=20), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("collected_by", sa.String(length=120), nullable=False),
        sa.Column("cast_on", sa.Date(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_ballot_document_id_document")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_ballot_household_id_household")),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_ballot_poll_id_poll")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
    )
    current = {"sqlite_where": sa.text("superseded_at IS NULL"), "postgresql_where": sa.text("superseded_at IS NULL")}
    with op.batch_alter_table("ballot", schema=None) as batch_op:
        batch_op.create_index("uq_ballot_current", ["poll_id", "household_id"], unique=True, **current)


def _postings() -> None:
    op.create_table(
        "posting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=400), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("papers", sa.JSON(), nullable=False),
        sa.Column("clock_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(length=120), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=120), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_posting_clock_id_clock")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_posting_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
        sa.UniqueConstraint("project_id", "code", "round", name=op.f("uq_posting_project_id_code_round")),
    )
    op.create_table(
        "objection",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("objector", sa.String(length=120), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_objection_finding_id_finding")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_objection_posting_id_posting")),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_objection")),
    )
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_objection_posting_id"), ["posting_id"], unique=False)


def downgrade() -> None:
    for table in ("objection", "posting", "ballot", "poll", "household", "owner_roll"):
        op.drop_table(table)
