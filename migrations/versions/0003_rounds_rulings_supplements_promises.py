"""Rounds carry opinions over; rulings of the lead, supplements and promises have tables of their own.

Revision: 0003, after 0002.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def _of_round() -> list[sa.Column[Any]]:
    return [
        sa.Column("awaits", sa.String(length=20), nullable=True),
        sa.Column("next_again", sa.String(length=20), nullable=True),
        sa.Column("next_reason", sa.Text(), nullable=True),
    ]


def _of_task() -> list[sa.Column[Any]]:
    return [
        sa.Column("carried_from_id", sa.Integer(), nullable=True),
        sa.Column("again_because", sa.Text(), nullable=True),
        sa.Column("tacit", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("overruled", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("late_reason", sa.Text(), nullable=True),
        sa.Column("late_reason_at", _INSTANT, nullable=True),
        sa.Column("late_reason_by", sa.String(length=120), nullable=True),
    ]


def upgrade() -> None:
    """Columns for rounds and tasks, then the new tables."""
    with op.batch_alter_table("review", schema=None) as batch_op:
        for column in _of_round():
            batch_op.add_column(column)
    with op.batch_alter_table("review_task", schema=None) as batch_op:
        for column in _of_task():
            batch_op.add_column(column)
        batch_op.create_foreign_key(
            op.f("fk_review_task_carried_from_id_review_task"), "review_task", ["carried_from_id"], ["id"]
        )
    _create_supplement()
    _create_promise()
    _create_ruling()


def _create_supplement() -> None:
    op.create_table(
        "supplement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("issued_at", _INSTANT, nullable=False),
        sa.Column("issued_by", sa.String(length=120), nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("ended_by", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_supplement_review_id_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplement")),
        sa.UniqueConstraint("review_id", name=op.f("uq_supplement_review_id")),
    )
    op.create_table(
        "supplement_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supplement_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("document_kind", sa.String(length=60), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("ticked_at", _INSTANT, nullable=True),
        sa.Column("ticked_by", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["supplement_id"], ["supplement.id"], name=op.f("fk_supplement_item_supplement_id_supplement")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["review_task.id"], name=op.f("fk_supplement_item_task_id_review_task")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_supplement_item_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplement_item")),
        sa.UniqueConstraint("supplement_id", "position", name=op.f("uq_supplement_item_supplement_id_position")),
    )


def _create_promise() -> None:
    op.create_table(
        "promise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("promisor", sa.String(length=200), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("ended_by", sa.String(length=120), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_promise_project_id_project")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_promise_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
    )
    is_open = sa.text("status = 'open'")
    with op.batch_alter_table("promise", schema=None) as batch_op:
        batch_op.create_index("ix_promise_project", ["project_id"], unique=False)
        batch_op.create_index(
            "uq_promise_open", ["project_id", "code"], unique=True, sqlite_where=is_open, postgresql_where=is_open
        )


def _create_ruling() -> None:
    op.create_table(
        "ruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("opinion", sa.String(length=20), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("attendees", sa.Text(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("ruled_at", _INSTANT, nullable=False),
        sa.Column("ruled_by", sa.String(length=120), nullable=False),
        sa.Column("revoked_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_ruling_review_id_review")),
        sa.ForeignKeyConstraint(["task_id"], ["review_task.id"], name=op.f("fk_ruling_task_id_review_task")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_ruling_document_id_document")),
        sa.ForeignKeyConstraint(["meeting_id"], ["ruling.id"], name=op.f("fk_ruling_meeting_id_ruling")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
    )
    standing = sa.text("kind = 'overruled' AND revoked_at IS NULL")
    with op.batch_alter_table("ruling", schema=None) as batch_op:
        batch_op.create_index("ix_ruling_review", ["review_id"], unique=False)
        batch_op.create_index(
            "uq_ruling_overruled", ["task_id"], unique=True, sqlite_where=standing, postgresql_where=standing
        )


def downgrade() -> None:
    """The new tables go, then the columns."""
    for table in ("ruling", "promise", "supplement_item", "supplement"):
        op.drop_table(table)
    with op.batch_alter_table("review_task", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_review_task_carried_from_id_review_task"), type_="foreignkey")
        for column in reversed(_of_task()):
            batch_op.drop_column(column.name)
    with op.batch_alter_table("review", schema=None) as batch_op:
        for column in reversed(_of_round()):
            batch_op.drop_column(column.name)
